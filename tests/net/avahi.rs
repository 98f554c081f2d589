//! Other people's mDNS: avahi sees our servers, and we see what it publishes.

use std::process::Command;

use mychat::domain::ServerId;
use tempfile::TempDir;

use crate::lan::{Lan, has_tool, skip};
use crate::programs::{Running, Server, discover};

const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path=SOCKET</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*"/>
<allow receive_sender="*"/></policy></busconfig>
"#;

const DAEMON: &str = "[server]
host-name=other
allow-interfaces=lan0
use-ipv6=no
[publish]
publish-hinfo=no
publish-workstation=no
[rlimits]
";

/// A host with avahi, and the bus that its tools need.
struct Avahi<'a> {
    lan: &'a Lan,
    socket: String,
    _parts: [Running; 2],
    _folder: TempDir,
}

impl<'a> Avahi<'a> {
    fn start(lan: &'a Lan, host: &str) -> Avahi<'a> {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let socket = path("bus");
        std::fs::write(path("bus.conf"), BUS.replace("SOCKET", &socket)).unwrap();
        std::fs::write(path("avahi.conf"), DAEMON).unwrap();
        let mut bus = lan.command(host, "dbus-daemon");
        bus.args(["--nofork", "--nopidfile", "--print-address=1", "--config-file"]);
        let bus = Running::start("dbus-daemon", bus.arg(path("bus.conf")));
        bus.expect("unix:");
        // It keeps its number and a socket at one place in the file system: in ours that place is
        // empty and nobody else's.
        let own = format!(
            "mount -t tmpfs none /run && mkdir /run/avahi-daemon && \
             exec avahi-daemon --no-drop-root --no-chroot --no-rlimits -f {} 2>&1",
            path("avahi.conf")
        );
        let mut daemon = lan.command(host, "sh");
        let daemon = daemon.args(["-c", &own]).env("DBUS_SYSTEM_BUS_ADDRESS", bus_at(&socket));
        let daemon = Running::start("avahi-daemon", daemon);
        daemon.until("that it is ready", |line| line.contains("startup complete").then_some(()));
        Avahi { lan, socket, _parts: [daemon, bus], _folder: folder }
    }

    fn tool(&self, host: &str, name: &str) -> Command {
        let mut command = self.lan.command(host, name);
        command.env("DBUS_SYSTEM_BUS_ADDRESS", bus_at(&self.socket)).env("LC_ALL", "C.UTF-8");
        command
    }
}

fn bus_at(socket: &str) -> String {
    format!("unix:path={socket}")
}

#[test]
fn avahi_sees_our_servers_and_we_see_what_it_publishes() {
    let tools = ["dbus-daemon", "avahi-daemon", "avahi-browse", "avahi-publish"];
    if let Some(missing) = tools.into_iter().find(|tool| !has_tool(tool)) {
        return skip(&format!("no {missing}; install dbus, avahi-daemon and avahi-utils"));
    }
    let Some(lan) = Lan::lay(&["ours", "other"]) else { return };
    let avahi = Avahi::start(&lan, "other");
    let server = Server::start(&lan, "ours", "青柠 Server.1", &[]);

    let mut browse = avahi.tool("other", "avahi-browse");
    let browse = browse.args(["--resolve", "--parsable", "--no-db-lookup", "_mychat._tcp"]);
    let browse = Running::start("avahi-browse", browse);
    let seen = browse.expect("=;lan0;IPv4;");
    let fields: Vec<&str> = seen.split(';').collect();
    // Outside of ASCII it writes each byte as a number.
    let name = "\\233\\157\\146\\230\\159\\160";
    assert_eq!(fields[3], format!("{name}\\032Server\\.1"), "{seen}");
    assert_eq!((fields[7], fields[8]), ("10.77.0.1", &*server.port.to_string()));
    assert!(fields[9].contains(&format!("\"id={}\"", server.id.to_base32())), "{seen}");
    let shown = format!("n={name} Server.1");
    for key in ["txtvers=1", "fp=", &shown, "pv=", "auth=opaque"] {
        assert!(fields[9].contains(&format!("\"{key}")), "{key}: {seen}");
    }

    let id = ServerId([0x5A; 32]);
    let mut publish = avahi.tool("other", "avahi-publish");
    let publish = publish.args(["-s", "另一台 Avahi", "_mychat._tcp", "1029", "txtvers=1"]);
    let _publish = Running::start("avahi-publish", publish.arg(format!("id={}", id.to_base32())));
    let waiting = Running::part(&lan, "ours", "browse", "");
    waiting.expect("found 另一台 Avahi 10.77.0.2 1029");
    let found = discover(&lan, "ours", 2);
    let theirs = found.iter().find(|line| line["id"] == id.to_base32()).unwrap();
    assert_eq!(
        (&theirs["name"], &theirs["address"]),
        (&"另一台 Avahi".into(), &"10.77.0.2".into())
    );
}
