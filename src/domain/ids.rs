//! Names of things: numbers that people read and random bytes that they do not.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An account's number, counted from 10001: what people type to sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountId(pub u64);

impl AccountId {
    /// The server itself, which nobody signs in as: its admin speaks in its name.
    pub const SERVER: AccountId = AccountId(10_000);
    /// The number that the first account of a server gets.
    pub const FIRST: AccountId = AccountId(10_001);
}

impl AccountId {
    /// Reads a number as people type it: digits and nothing else, so that no nickname is one.
    #[must_use]
    pub fn parse(text: &str) -> Option<AccountId> {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse().ok()).flatten().map(AccountId)
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A room's number, counted from 20001: what people type to find it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RoomId(pub u64);

impl RoomId {
    /// The number that the first room of a server gets.
    pub const FIRST: RoomId = RoomId(20_001);

    /// Reads a number as people type it: digits and nothing else.
    #[must_use]
    pub fn parse(text: &str) -> Option<RoomId> {
        AccountId::parse(text).map(|number| RoomId(number.0))
    }
}

impl fmt::Display for RoomId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A conversation's number on its server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConversationId(pub u64);

impl ConversationId {
    /// The lobby exists from the first start on and is always number one.
    pub const LOBBY: ConversationId = ConversationId(1);
}

/// A message's place in its conversation: 1, 2, 3 … without gaps. Zero is "before the first".
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Seq(pub u64);

impl Seq {
    /// Before the first message.
    pub const ZERO: Seq = Seq(0);

    /// The place after this one.
    #[must_use]
    pub const fn next(self) -> Seq {
        Seq(self.0 + 1)
    }
}

/// Random bytes as an id, written as lower-case hex.
macro_rules! bytes_id {
    ($(#[$doc:meta])* $name:ident, $length:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(#[serde(with = "serde_bytes")] pub [u8; $length]);

        impl $name {
            /// Reads the hex form that [`fmt::Display`] writes.
            #[must_use]
            pub fn from_hex(text: &str) -> Option<Self> {
                let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok()?;
                bytes.try_into().ok().map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({:02x}{:02x}..)"), self.0[0], self.0[1])
            }
        }
    };
}

bytes_id!(
    /// Chosen by the sender for one message, so that sending it again changes nothing.
    Nonce,
    16
);
bytes_id!(
    /// A remembered place where an account signs in; kept in that client's store.
    DeviceId,
    16
);
bytes_id!(
    /// One life of a server's logs. A server that begins anew from a backup has another: it gives places in
    /// its logs, and numbers, to others than before.
    Generation,
    16
);
bytes_id!(
    /// Bytes by what they are: their BLAKE3 hash.
    BlobId,
    32
);
bytes_id!(
    /// A server's identity: SHA-256 of its key's `SubjectPublicKeyInfo` (RFC 5280, DER).
    ServerId,
    32
);

impl ServerId {
    /// The first 128 bits as eight groups of four hex digits, for people to compare.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let groups: Vec<String> =
            self.0.chunks(2).take(8).map(|c| format!("{:02X}{:02X}", c[0], c[1])).collect();
        groups.join("-")
    }

    /// All 256 bits in base32 (RFC 4648, no padding): the fragment of an invite link.
    #[must_use]
    pub fn to_base32(&self) -> String {
        data_encoding::BASE32_NOPAD.encode(&self.0)
    }

    /// Reads a server id in base32 or hex, whichever the text is.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::from_hex(text).or_else(|| {
            let upper = text.to_ascii_uppercase();
            let bytes = data_encoding::BASE32_NOPAD.decode(upper.as_bytes()).ok()?;
            bytes.try_into().ok().map(Self)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_id_survives_both_of_its_written_forms() {
        let id = ServerId(std::array::from_fn(|i| u8::try_from(i * 7).unwrap_or(3)));
        assert_eq!(ServerId::parse(&id.to_string()), Some(id));
        assert_eq!(ServerId::parse(&id.to_base32()), Some(id));
        assert_eq!(ServerId::parse(&id.to_base32().to_ascii_lowercase()), Some(id));
        assert_eq!(ServerId::parse("7F3A"), None);
    }

    #[test]
    fn a_fingerprint_is_eight_groups_of_four_digits() {
        let id = ServerId([0xA5; 32]);
        assert_eq!(id.fingerprint(), ["A5A5"; 8].join("-"));
    }
}
