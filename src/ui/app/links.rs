//! What a link of a message really leads to: whether it is opened, asked about or only copied.
//!
//! A link is written by whoever writes to one. What is opened without a question is a plain address
//! of the web whose host is what it looks like.

/// What is done with a link that was followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Opened at once.
    Open,
    /// Opened after a question, because of this.
    Ask(Why),
    /// No page: only copied.
    Copy,
}

/// What is unusual about an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Something that looks like a host stands before the host.
    User,
    /// The host's name has letters of other scripts, which look like others.
    Letters,
    /// The host is a number and the port is not that of the web.
    Port,
    /// The host is a number in an unusual way of writing, or no name at all.
    Host,
}

/// How long a host's name may be.
const HOST_MAX: usize = 253;

/// Judges an address.
#[must_use]
pub fn judge(address: &str) -> Verdict {
    let Some((scheme, rest)) = address.split_once("://") else { return Verdict::Copy };
    let usual = match scheme.to_ascii_lowercase().as_str() {
        "http" => "80",
        "https" => "443",
        _ => return Verdict::Copy,
    };
    // A browser takes a backslash for a slash.
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let authority = &rest[..end];
    if authority.contains('@') {
        return Verdict::Ask(Why::User);
    }
    let (host, port) = split_port(authority);
    let port = port.filter(|port| !port.is_empty() && *port != usual);
    if host.split('.').any(|label| label.to_ascii_lowercase().starts_with("xn--"))
        || !host.is_ascii()
    {
        return Verdict::Ask(Why::Letters);
    }
    match kind_of(host) {
        Host::Odd => Verdict::Ask(Why::Host),
        Host::Number if port.is_some() => Verdict::Ask(Why::Port),
        Host::Name if port.is_some_and(|port| port.parse::<u16>().is_err()) => {
            Verdict::Ask(Why::Port)
        }
        Host::Number | Host::Name => Verdict::Open,
    }
}

/// The host of an address, as it is asked about.
#[must_use]
pub fn host(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let authority = &rest[..end];
    authority.rsplit_once('@').map_or(authority, |(_, host)| host)
}

fn split_port(authority: &str) -> (&str, Option<&str>) {
    match (authority.rfind(']'), authority.rsplit_once(':')) {
        (Some(end), Some((host, port))) if host.len() > end => (host, Some(port)),
        (None, Some((host, port))) => (host, Some(port)),
        _ => (authority, None),
    }
}

enum Host {
    Name,
    Number,
    Odd,
}

fn kind_of(host: &str) -> Host {
    if let Some(inner) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        let is_number = inner.parse::<std::net::Ipv6Addr>().is_ok();
        return if is_number { Host::Number } else { Host::Odd };
    }
    if host.parse::<std::net::Ipv4Addr>().is_ok() {
        return Host::Number;
    }
    let is_label = |label: &str| {
        let inside = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        !label.is_empty() && label.len() <= 63 && label.chars().all(inside)
    };
    let name = host.strip_suffix('.').unwrap_or(host);
    let is_name = name.len() <= HOST_MAX && name.split('.').all(is_label);
    // The last part of a name is letters: what is a number there is taken for an address.
    let last = name.rsplit('.').next().unwrap_or_default();
    let is_numeric = last.starts_with(|c: char| c.is_ascii_digit());
    if is_name && !is_numeric { Host::Name } else { Host::Odd }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_addresses_open_and_what_pretends_is_asked_about() {
        let ask = Verdict::Ask;
        let cases = [
            ("http://example.com", Verdict::Open),
            ("https://example.com/a?b=http://c@d", Verdict::Open),
            ("HTTPS://Example.COM:443/", Verdict::Open),
            ("http://intranet/wiki", Verdict::Open),
            ("http://example.com:8080/x", Verdict::Open),
            ("http://example.com./", Verdict::Open),
            ("http://10.3.1.8/physics", Verdict::Open),
            ("http://10.3.1.8:80/physics", Verdict::Open),
            ("http://[fe80::1]/", Verdict::Open),
            ("https://bank.example@evil.example/", ask(Why::User)),
            ("http://user:pass@10.0.0.1/", ask(Why::User)),
            ("https://xn--80ak6aa92e.com/", ask(Why::Letters)),
            ("https://www.XN--pple-43d.com", ask(Why::Letters)),
            ("https://аpple.com/", ask(Why::Letters)),
            ("http://10.3.1.8:8080/", ask(Why::Port)),
            ("https://10.3.1.8:80/", ask(Why::Port)),
            ("http://[::1]:9/", ask(Why::Port)),
            ("http://example.com:99999/", ask(Why::Port)),
            ("http://3232235777/", ask(Why::Host)),
            ("http://0x7f.1/", ask(Why::Host)),
            ("http://0300.0250.0.1/", ask(Why::Host)),
            ("http://a%2eb.com/", ask(Why::Host)),
            ("http:///path", ask(Why::Host)),
            ("http://[fe80::x]/", ask(Why::Host)),
            ("http://bank.example\\@evil.example", Verdict::Open),
            ("mychat://10.0.0.1:7117#ABC", Verdict::Copy),
            ("file:///etc/passwd", Verdict::Copy),
            ("javascript:alert(1)", Verdict::Copy),
            ("", Verdict::Copy),
        ];
        for (address, verdict) in cases {
            assert_eq!(judge(address), verdict, "{address}");
        }
        assert_eq!(host("https://bank.example@evil.example:8/x"), "evil.example:8");
    }
}
