//! What signs in without a password: an account, the device that it was given to, its token.

use zeroize::Zeroizing;

use super::api::Secret;
use crate::domain::{AccountId, DeviceId};
use crate::limits::OPAQUE_BYTES_MAX;

/// A device token with what belongs to it. As text `10001.<device>.<token>`, both in hex: so it
/// can be carried to another home, where the device has another name.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    /// Whose.
    pub account: AccountId,
    /// Given to this device.
    pub device: DeviceId,
    /// The server's random bytes.
    pub token: Zeroizing<Vec<u8>>,
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Credential({}, {} bytes)", self.account, self.token.len())
    }
}

impl Credential {
    /// One from a server's bytes; `None` when they are no token.
    #[must_use]
    pub fn from_bytes(account: AccountId, device: DeviceId, token: &[u8]) -> Option<Self> {
        let fits = (1..=OPAQUE_BYTES_MAX).contains(&token.len());
        fits.then(|| Credential { account, device, token: Zeroizing::new(token.to_vec()) })
    }

    /// Reads the full text, or the token alone, which is then this account's on this device.
    /// `None` for anything else, and for another account's.
    #[must_use]
    pub fn parse(text: &Secret, account: AccountId, device: DeviceId) -> Option<Self> {
        let text = text.expose().trim();
        match Self::account_in(text) {
            Some(named) if named != account => None,
            Some(_) => {
                let (_, rest) = text.split_once('.')?;
                let (device, token) = rest.split_once('.')?;
                Self::from_bytes(account, DeviceId::from_hex(device)?, &hex(token)?)
            }
            None => Self::from_bytes(account, device, &hex(text)?),
        }
    }

    /// The account that a full text names.
    #[must_use]
    pub fn account_in(text: &str) -> Option<AccountId> {
        text.trim().split_once('.')?.0.parse().ok().map(AccountId)
    }

    /// The full text.
    #[must_use]
    pub fn to_secret(&self) -> Secret {
        Secret::new(format!("{}.{}.{}", self.account, self.device, self.token_hex().expose()))
    }

    /// The token alone.
    #[must_use]
    pub fn token_hex(&self) -> Secret {
        Secret::new(data_encoding::HEXLOWER.encode(&self.token))
    }
}

fn hex(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    data_encoding::HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_full_text_carries_its_device_and_the_short_one_takes_this() {
        let (account, here) = (AccountId(10_001), DeviceId([1; 16]));
        let there = Credential::from_bytes(account, DeviceId([2; 16]), &[5; 32]).unwrap();
        assert_eq!(Credential::parse(&there.to_secret(), account, here), Some(there.clone()));
        let short = Credential::parse(&there.token_hex(), account, here).unwrap();
        assert_eq!((short.device, short.token), (here, there.token.clone()));
        assert_eq!(Credential::account_in(there.to_secret().expose()), Some(account));
    }

    #[test]
    fn anything_else_is_no_credential() {
        let (account, here) = (AccountId(10_001), DeviceId([1; 16]));
        let other = Credential::from_bytes(AccountId(10_002), here, &[5; 32]).unwrap();
        let long = "ab".repeat(600);
        for text in ["", "xyz", "10001.", "10001.aa.bb", "....", other.to_secret().expose(), &long]
        {
            assert_eq!(Credential::parse(&Secret::new(text), account, here), None, "{text}");
        }
    }
}
