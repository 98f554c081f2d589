//! Which firewall is here and what opens it for MyChat. A hint: nothing is changed, and what only an
//! administrator may read is not read.

use std::path::Path;

use super::verdict::Verdict;

/// Where mDNS listens (RFC 6762).
const MDNS_PORT: u16 = 5353;

/// What can be seen of this computer without rights.
pub(super) trait Machine {
    /// A text file.
    fn read(&self, path: &str) -> Option<String>;
    /// Whether a file is there.
    fn has(&self, path: &str) -> bool;
    /// Whether a program of this name runs.
    fn runs(&self, name: &str) -> bool;
    /// Whether it is Windows.
    fn is_windows(&self) -> bool;
}

/// The computer that this runs on.
pub(super) struct Here;

impl Machine for Here {
    fn read(&self, path: &str) -> Option<String> {
        std::fs::read_to_string(path).ok()
    }

    fn has(&self, path: &str) -> bool {
        Path::new(path).exists()
    }

    fn runs(&self, name: &str) -> bool {
        let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        processes.into_iter().any(|process| {
            let called = std::fs::read_to_string(process.path().join("comm"));
            called.is_ok_and(|called| called.trim_end() == name)
        })
    }

    fn is_windows(&self) -> bool {
        cfg!(windows)
    }
}

/// Names the firewall of a machine and what opens it; `suspected` when what else was found speaks of
/// one. The server's port has to be open where the server runs, mDNS on both sides.
pub(super) fn judge(machine: &impl Machine, port: u16, suspected: bool) -> Verdict {
    let Some((name, command)) = find(machine, port) else { return Verdict::NoFirewall };
    let name = name.to_owned();
    match suspected {
        true => Verdict::FirewallSuspected { name, command },
        false => Verdict::FirewallHere { name, command },
    }
}

fn find(machine: &impl Machine, port: u16) -> Option<(&'static str, String)> {
    if machine.is_windows() {
        let rule = |name: &str, way: &str, port: u16| {
            format!(
                "netsh advfirewall firewall add rule name=\"{name}\" dir=in action=allow \
                 protocol={way} localport={port}"
            )
        };
        let rules =
            [rule("MyChat mDNS", "UDP", MDNS_PORT), rule("MyChat", "TCP", port)].join(" & ");
        return Some(("Windows Defender", rules));
    }
    let ufw = machine.read("/etc/ufw/ufw.conf").unwrap_or_default();
    if ufw.lines().any(|line| line.trim().eq_ignore_ascii_case("ENABLED=yes")) {
        let command = format!("sudo ufw allow {MDNS_PORT}/udp && sudo ufw allow {port}/tcp");
        return Some(("ufw", command));
    }
    if machine.runs("firewalld") {
        let command = format!(
            "sudo firewall-cmd --permanent --add-service=mdns --add-port={port}/tcp && \
             sudo firewall-cmd --reload"
        );
        return Some(("firewalld", command));
    }
    let rules = machine.read("/etc/nftables.conf").unwrap_or_default();
    let closes = rules.lines().map(str::trim).filter(|line| !line.starts_with('#'));
    let is_closed = closes.into_iter().any(|line| line.contains("drop") || line.contains("reject"));
    let has_tool = ["/usr/sbin/nft", "/sbin/nft"].iter().any(|path| machine.has(path));
    (is_closed && has_tool).then(|| {
        let allow = |way: &str, port| {
            format!("sudo nft insert rule inet filter input {way} dport {port} accept")
        };
        ("nftables", [allow("udp", MDNS_PORT), allow("tcp", port)].join(" && "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Toy {
        files: Vec<(&'static str, &'static str)>,
        running: Vec<&'static str>,
        windows: bool,
    }

    impl Machine for Toy {
        fn read(&self, path: &str) -> Option<String> {
            let file = self.files.iter().find(|(name, _)| *name == path);
            file.map(|(_, text)| (*text).to_owned())
        }
        fn has(&self, path: &str) -> bool {
            self.read(path).is_some()
        }
        fn runs(&self, name: &str) -> bool {
            self.running.contains(&name)
        }
        fn is_windows(&self) -> bool {
            self.windows
        }
    }

    fn named(toy: &Toy) -> Option<(String, String)> {
        match judge(toy, 4000, false) {
            Verdict::FirewallHere { name, command } => Some((name, command)),
            _ => None,
        }
    }

    #[test]
    fn each_firewall_is_known_by_what_anybody_may_read() {
        let ufw = |text| Toy { files: vec![("/etc/ufw/ufw.conf", text)], ..Toy::default() };
        let nft = |text| Toy {
            files: vec![("/etc/nftables.conf", text), ("/usr/sbin/nft", "")],
            ..Toy::default()
        };
        let cases = [
            (Toy::default(), None),
            (ufw("# x\nENABLED=no\n"), None),
            (ufw("LOGLEVEL=low\nENABLED=yes\n"), Some("ufw")),
            (Toy { running: vec!["firewalld"], ..Toy::default() }, Some("firewalld")),
            (nft("chain input { type filter; policy accept; }\n# drop\n"), None),
            (nft("chain input { policy drop; }"), Some("nftables")),
            (Toy { windows: true, ..Toy::default() }, Some("Windows Defender")),
        ];
        for (toy, expected) in cases {
            let found = named(&toy);
            assert_eq!(found.as_ref().map(|(name, _)| name.as_str()), expected);
            if let Some((_, command)) = found {
                assert!(command.contains("4000"), "{command}");
                assert!(command.contains("5353") || command.contains("mdns"), "{command}");
            }
        }
    }

    #[test]
    fn it_is_a_warning_only_where_something_speaks_of_it() {
        let toy = Toy { running: vec!["firewalld"], ..Toy::default() };
        assert!(matches!(judge(&toy, 1029, false), Verdict::FirewallHere { .. }));
        assert!(matches!(judge(&toy, 1029, true), Verdict::FirewallSuspected { .. }));
        assert_eq!(judge(&Toy::default(), 1029, true), Verdict::NoFirewall);
    }

    #[test]
    fn this_computer_can_be_looked_at() {
        assert!(!Here.runs("no program is called so"));
        assert!(!Here.has("/no/such/file") && Here.read("/no/such/file").is_none());
    }
}
