//! The steps of registering, signing in and proving a password.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::{AccountId, DeviceId, Person, Presence};

/// Bytes of the OPAQUE exchange (RFC 9807), a token or a code: printed as a length only.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Opaque(#[serde(with = "serde_bytes")] pub Vec<u8>);

impl fmt::Debug for Opaque {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Opaque({} bytes)", self.0.len())
    }
}

/// How the client stretches the password (Argon2id, RFC 9106). Chosen at registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Stretch {
    /// What people's passwords get.
    pub const STRONG: Stretch = Stretch { memory_kib: 64 * 1024, passes: 3, lanes: 1 };
    /// What test accounts may use: the least that Argon2 allows.
    pub const CHEAP: Stretch = Stretch { memory_kib: 8, passes: 1, lanes: 1 };
    /// The most that a client computes, whatever a server says.
    pub const MAX: Stretch = Stretch { memory_kib: 256 * 1024, passes: 8, lanes: 4 };

    /// Whether a client may be asked for it.
    #[must_use]
    pub fn is_allowed(self) -> bool {
        (8..=Self::MAX.memory_kib).contains(&self.memory_kib)
            && (1..=Self::MAX.passes).contains(&self.passes)
            && (1..=Self::MAX.lanes).contains(&self.lanes)
            && self.memory_kib >= 8 * self.lanes
    }
}

/// A step of registering or signing in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Auth {
    /// May I have this nickname, and here is my OPAQUE registration request.
    RegisterStart {
        /// The name wanted.
        nickname: String,
        /// The invite code, where the server asks for one.
        #[serde(default)]
        code: Option<String>,
        /// OPAQUE `RegistrationRequest`.
        request: Opaque,
    },
    /// The finished OPAQUE record. One transaction makes the account and signs the device in.
    RegisterFinish {
        /// OPAQUE `RegistrationRecord`.
        record: Opaque,
        /// How its password was stretched.
        stretch: Stretch,
        /// A built-in avatar.
        avatar: u8,
        /// Where this is.
        device: DeviceId,
        /// What that place is called, at most 64 bytes.
        device_name: String,
    },
    /// Sign in by password, first step.
    SignInStart {
        /// Account number or nickname, as typed.
        login: String,
        /// OPAQUE `CredentialRequest`.
        request: Opaque,
    },
    /// Sign in by password, second step.
    SignInFinish {
        /// OPAQUE `CredentialFinalization`.
        finalization: Opaque,
        /// Where this is.
        device: DeviceId,
        /// What that place is called, at most 64 bytes.
        device_name: String,
        /// What others shall see from the first moment on.
        #[serde(default)]
        presence: Option<Presence>,
    },
    /// A new password with a recovery code, or with an administrator's one-time code.
    RecoverStart {
        /// Number or nickname, as typed.
        login: String,
        /// The code's bytes.
        code: Opaque,
        /// OPAQUE `RegistrationRequest`.
        request: Opaque,
    },
    /// The finished OPAQUE record. One transaction spends the code, signs all devices out and this
    /// one in; answered by `Registered`.
    RecoverFinish {
        /// OPAQUE `RegistrationRecord`.
        record: Opaque,
        /// How the new password was stretched.
        stretch: Stretch,
        /// Where this is.
        device: DeviceId,
        /// What that place is called, at most 64 bytes.
        device_name: String,
    },
    /// On a signed-in link: shows that the person who asks knows the password, first step.
    ProveStart {
        /// OPAQUE `CredentialRequest`.
        request: Opaque,
    },
    /// The same, second step; answered by `Proven`, which holds for a few minutes.
    ProveFinish {
        /// OPAQUE `CredentialFinalization`.
        finalization: Opaque,
    },
    /// On a proven link: another password, first step.
    ChangeStart {
        /// OPAQUE `RegistrationRequest`.
        request: Opaque,
    },
    /// The same, second step: signs all other devices out.
    ChangeFinish {
        /// OPAQUE `RegistrationRecord`.
        record: Opaque,
        /// How the new password was stretched.
        stretch: Stretch,
    },
    /// On a proven link: deletes the account.
    Delete {},
    /// Sign in by the token of an earlier sign-in on this device.
    Token {
        /// Whose it is.
        account: AccountId,
        /// The device that it was given to.
        device: DeviceId,
        /// 256 random bits.
        token: Opaque,
        /// What others shall see from the first moment on.
        #[serde(default)]
        presence: Option<Presence>,
    },
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Auth::RegisterStart { .. } => "RegisterStart",
            Auth::RegisterFinish { .. } => "RegisterFinish",
            Auth::SignInStart { .. } => "SignInStart",
            Auth::SignInFinish { .. } => "SignInFinish",
            Auth::RecoverStart { .. } => "RecoverStart",
            Auth::RecoverFinish { .. } => "RecoverFinish",
            Auth::ProveStart { .. } => "ProveStart",
            Auth::ProveFinish { .. } => "ProveFinish",
            Auth::ChangeStart { .. } => "ChangeStart",
            Auth::ChangeFinish { .. } => "ChangeFinish",
            Auth::Delete {} => "Delete",
            Auth::Token { .. } => "Token",
        })
    }
}

/// The server's side of registering and signing in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthStep {
    /// OPAQUE `RegistrationResponse`.
    RegisterChallenge { response: Opaque },
    /// OPAQUE `CredentialResponse`, and how that account's password was stretched.
    SignInChallenge { response: Opaque, stretch: Stretch },
    /// The password is known; for a few minutes it may be changed.
    Proven {},
    /// The new password holds. All other devices are out already.
    Changed {},
    /// The account is gone, and with it this link.
    Deleted {},
    /// The account exists and this link is signed in.
    Registered {
        /// Who you are now.
        you: Person,
        /// 128 random bits in base32: shown once, opens one new password.
        recovery: String,
        /// For `Auth::Token`.
        token: Opaque,
    },
    /// This link is signed in.
    SignedIn {
        /// Who you are.
        you: Person,
        /// A new token for `Auth::Token`; absent when a token was used, which stays valid.
        #[serde(default)]
        token: Option<Opaque>,
        /// What others see of you.
        presence: Presence,
    },
}

impl fmt::Debug for AuthStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            AuthStep::RegisterChallenge { .. } => "RegisterChallenge",
            AuthStep::SignInChallenge { .. } => "SignInChallenge",
            AuthStep::Proven {} => "Proven",
            AuthStep::Changed {} => "Changed",
            AuthStep::Deleted {} => "Deleted",
            AuthStep::Registered { .. } => "Registered",
            AuthStep::SignedIn { .. } => "SignedIn",
        })
    }
}
