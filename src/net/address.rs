//! What people type to name a server: `host`, `host:port`, `[v6]:port` or an invite link.

use std::fmt;

use crate::domain::ServerId;
use crate::net::protocol::DEFAULT_PORT;

/// Where a server is said to be.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct Address {
    /// A name or an IP address (an IPv6 one without brackets, a scope as `%eth0`).
    pub host: String,
    /// TCP port.
    pub port: u16,
}

/// What is wrong with a typed address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Nothing before the port.
    #[error("an address starts with a name or a number, such as chat.example.org or 192.168.3.20")]
    NoHost,
    /// The port is no number from 1 to 65535.
    #[error("a port is a number from 1 to 65535")]
    Port,
    /// A character that no name or number has.
    #[error("an address has no spaces and no symbols but . - : [ ] %")]
    Character,
    /// The link's key is no server id.
    #[error("the key behind # in this link is damaged: copy the whole link again")]
    Key,
}

/// An address, and the key where it came with one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invite {
    /// Where.
    pub address: Address,
    /// The key that the server must prove.
    pub key: Option<ServerId>,
}

impl Invite {
    /// Reads an address or an invite link, as typed or pasted.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        let text = text.strip_prefix("mychat://").unwrap_or(text);
        let (place, key) = match text.split_once('#') {
            Some((place, key)) => (place, Some(ServerId::parse(key).ok_or(AddressError::Key)?)),
            None => (text, None),
        };
        Ok(Invite { address: Address::parse(place.trim_end_matches('/'))?, key })
    }
}

impl fmt::Display for Invite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "mychat://{}/", self.address)?;
        match self.key {
            Some(key) => write!(f, "#{}", key.to_base32()),
            None => Ok(()),
        }
    }
}

impl Address {
    /// Reads `host`, `host:port`, `v6` or `[v6]:port`.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (host, rest) = rest.split_once(']').ok_or(AddressError::Character)?;
                (host, rest.strip_prefix(':'))
            }
            None if text.matches(':').count() > 1 => (text, None),
            None => match text.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (text, None),
            },
        };
        if host.is_empty() {
            return Err(AddressError::NoHost);
        }
        let allowed = |c: char| c.is_alphanumeric() || ".-:%_".contains(c);
        if !host.chars().all(allowed) || host.len() > 255 {
            return Err(AddressError::Character);
        }
        let port = match port {
            None => DEFAULT_PORT,
            Some(port) => match port.parse() {
                Ok(port) if port > 0 => port,
                _ => return Err(AddressError::Port),
            },
        };
        Ok(Address { host: host.to_owned(), port })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host.contains(':') {
            true => write!(f, "[{}]:{}", self.host, self.port),
            false => write!(f, "{}:{}", self.host, self.port),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_may_type_it_in_many_ways() {
        let cases = [
            ("chat.example.org", "chat.example.org:1029"),
            ("192.168.3.20:7610", "192.168.3.20:7610"),
            ("[fe80::1%eth0]:99", "[fe80::1%eth0]:99"),
            ("::1", "[::1]:1029"),
            ("mychat://10.0.0.1:5/", "10.0.0.1:5"),
            ("  校园.例子:80 ", "校园.例子:80"),
        ];
        for (text, expected) in cases {
            assert_eq!(Invite::parse(text).unwrap().address.to_string(), expected);
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        let cases = [
            ("", AddressError::NoHost),
            (":80", AddressError::NoHost),
            ("a:0", AddressError::Port),
            ("a:65536", AddressError::Port),
            ("a:b", AddressError::Port),
            ("a b", AddressError::Character),
            ("a/b", AddressError::Character),
            ("mychat://a:1/#nonsense", AddressError::Key),
        ];
        for (text, expected) in cases {
            assert_eq!(Invite::parse(text), Err(expected), "{text:?}");
        }
    }

    #[test]
    fn an_invite_link_reads_back() {
        let invite = Invite {
            address: Address { host: "::1".into(), port: 7 },
            key: Some(ServerId([9; 32])),
        };
        assert_eq!(Invite::parse(&invite.to_string()), Ok(invite));
    }
}
