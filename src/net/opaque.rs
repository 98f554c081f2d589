//! Signing in without telling the server the password: OPAQUE (RFC 9807) as both sides run it.
//!
//! Suite: OPRF ristretto255-SHA512, key exchange 3DH over ristretto255 with SHA-512, key stretching
//! Argon2id (RFC 9106) with a salt of 16 zero bytes and 64 bytes out. `PROTOCOL.md` has the steps.

use std::fmt;

use opaque_ke::argon2::{Algorithm, Argon2, Params, Version};
use opaque_ke::errors::ProtocolError;
use opaque_ke::rand::{self, CryptoRng, RngCore};
use opaque_ke::{
    CipherSuite, ClientLogin, ClientLoginFinishParameters, ClientRegistration,
    ClientRegistrationFinishParameters, CredentialFinalization, CredentialRequest,
    CredentialResponse, Identifiers, RegistrationRequest, RegistrationResponse, RegistrationUpload,
    Ristretto255, ServerLogin, ServerLoginParameters, ServerRegistration, TripleDh,
};
use sha2::{Digest, Sha256, Sha512};
use zeroize::Zeroizing;

use super::protocol::{Opaque, Stretch};
use crate::domain::ServerId;

/// What both sides put before the exporter, so that bytes of another protocol never fit.
const CONTEXT: &[u8] = b"mychat/1";

/// Why a step of registering or signing in fails.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpaqueError {
    /// The password is wrong, or no such account exists, or somebody stands between the two
    /// sides: by design nobody can tell which.
    #[error("account or password is wrong")]
    WrongPassword,
    /// The server asks for a stretching that no client should compute.
    #[error("the server asks for a password stretching out of the allowed range")]
    Stretch,
    /// Bytes that are no message of this step.
    #[error("the other side's bytes are no message of this step")]
    Malformed,
    /// The server's stored setup or record is damaged.
    #[error("the stored sign-in setup or record is damaged: put the data back from a backup")]
    Stored,
    /// The cryptography itself failed, such as for want of memory.
    #[error("computing the password's stretching failed")]
    Computing,
}

/// The parameters that both sides must share.
struct Suite;

impl CipherSuite for Suite {
    type OprfCs = Ristretto255;
    type KeyExchange = TripleDh<Ristretto255, Sha512>;
    type Ksf = Argon2<'static>;
}

/// Starts registering: the state to keep, and the `RegistrationRequest` to send.
///
/// # Errors
/// [`OpaqueError::Computing`].
pub fn register_start(password: &str) -> Result<(ClientRegister, Opaque), OpaqueError> {
    let start = ClientRegistration::<Suite>::start(&mut SystemRandom, password.as_bytes())
        .map_err(|_| OpaqueError::Computing)?;
    let request = Opaque(start.message.serialize().to_vec());
    Ok((ClientRegister(start.state), request))
}

/// Starts signing in: the state to keep, and the `CredentialRequest` to send.
///
/// # Errors
/// [`OpaqueError::Computing`].
pub fn sign_in_start(password: &str) -> Result<(ClientSignIn, Opaque), OpaqueError> {
    let start = ClientLogin::<Suite>::start(&mut SystemRandom, password.as_bytes())
        .map_err(|_| OpaqueError::Computing)?;
    let request = Opaque(start.message.serialize().to_vec());
    Ok((ClientSignIn(start.state), request))
}

/// A client between the two steps of registering.
pub struct ClientRegister(ClientRegistration<Suite>);

impl fmt::Debug for ClientRegister {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientRegister")
    }
}

impl ClientRegister {
    /// The `RegistrationRecord` to send. Stretches the password: takes a tenth of a second and
    /// the stretch's memory, so never on the window's thread.
    ///
    /// # Errors
    /// [`OpaqueError::Stretch`] or [`OpaqueError::Malformed`].
    pub fn finish(
        self,
        password: &str,
        response: &Opaque,
        stretch: Stretch,
        server_id: &ServerId,
    ) -> Result<Opaque, OpaqueError> {
        let ksf = ksf(stretch)?;
        let response = RegistrationResponse::deserialize(&response.0).map_err(malformed)?;
        let params = ClientRegistrationFinishParameters::new(names(server_id), Some(&ksf));
        let finish = self
            .0
            .finish(&mut SystemRandom, password.as_bytes(), response, params)
            .map_err(outcome)?;
        Ok(Opaque(finish.message.serialize().to_vec()))
    }
}

/// A client between the two steps of signing in.
pub struct ClientSignIn(ClientLogin<Suite>);

impl fmt::Debug for ClientSignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSignIn")
    }
}

impl ClientSignIn {
    /// The `CredentialFinalization` to send. `exporter` comes from this link's own TLS
    /// connection. Stretches the password as registering does.
    ///
    /// # Errors
    /// [`OpaqueError::WrongPassword`], [`OpaqueError::Stretch`] or [`OpaqueError::Malformed`].
    pub fn finish(
        self,
        password: &str,
        response: &Opaque,
        stretch: Stretch,
        server_id: &ServerId,
        exporter: &[u8; 32],
    ) -> Result<Opaque, OpaqueError> {
        let ksf = ksf(stretch)?;
        let response = CredentialResponse::deserialize(&response.0).map_err(malformed)?;
        let context = context(exporter);
        let params = ClientLoginFinishParameters::new(Some(&context), names(server_id), Some(&ksf));
        let finish = self
            .0
            .finish(&mut SystemRandom, password.as_bytes(), response, params)
            .map_err(outcome)?;
        Ok(Opaque(finish.message.serialize().to_vec()))
    }
}

/// A server's secrets of signing in. Lose them, and every password is void.
pub struct ServerSetup(opaque_ke::ServerSetup<Suite>);

impl fmt::Debug for ServerSetup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerSetup")
    }
}

impl ServerSetup {
    /// New secrets, for a server's first start.
    #[must_use]
    pub fn generate() -> Self {
        ServerSetup(opaque_ke::ServerSetup::new(&mut SystemRandom))
    }

    /// As they are stored.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.0.serialize().to_vec())
    }

    /// As they were stored.
    ///
    /// # Errors
    /// [`OpaqueError::Stored`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, OpaqueError> {
        let setup = opaque_ke::ServerSetup::deserialize(bytes).map_err(|_| OpaqueError::Stored)?;
        match setup.serialize().as_slice() == bytes {
            true => Ok(ServerSetup(setup)),
            false => Err(OpaqueError::Stored),
        }
    }

    /// The credential id with which a login that nobody has is answered: always the same for the
    /// same login, and to strangers like any other.
    #[must_use]
    pub fn fake_credential_id(&self, login: &str) -> [u8; 32] {
        let secret = self.to_bytes();
        let mut hash = Sha256::new_with_prefix(b"mychat fake credential");
        hash.update(&*secret);
        hash.update(login.as_bytes());
        hash.finalize().into()
    }
}

/// Answers a `RegistrationRequest` with a `RegistrationResponse`. Keeps nothing.
///
/// # Errors
/// [`OpaqueError::Malformed`].
pub fn register(
    setup: &ServerSetup,
    credential_id: &[u8],
    request: &Opaque,
) -> Result<Opaque, OpaqueError> {
    let request = RegistrationRequest::deserialize(&request.0).map_err(malformed)?;
    let start =
        ServerRegistration::<Suite>::start(&setup.0, request, credential_id).map_err(malformed)?;
    Ok(Opaque(start.message.serialize().to_vec()))
}

/// What is stored for a `RegistrationRecord`.
///
/// # Errors
/// [`OpaqueError::Malformed`].
pub fn record_from(record: &Opaque) -> Result<Vec<u8>, OpaqueError> {
    let upload = RegistrationUpload::<Suite>::deserialize(&record.0).map_err(malformed)?;
    let stored = ServerRegistration::finish(upload).serialize().to_vec();
    match stored == record.0 {
        true => Ok(stored),
        false => Err(OpaqueError::Malformed),
    }
}

/// Answers a `CredentialRequest` with a `CredentialResponse`. Without a password file, since no
/// such account exists, the answer looks like any other and can never be finished.
///
/// # Errors
/// [`OpaqueError::Malformed`] or [`OpaqueError::Stored`].
pub fn answer_sign_in(
    setup: &ServerSetup,
    password_file: Option<&[u8]>,
    credential_id: &[u8],
    request: &Opaque,
    server_id: &ServerId,
    exporter: &[u8; 32],
) -> Result<(ServerSignIn, Opaque), OpaqueError> {
    let request = CredentialRequest::deserialize(&request.0).map_err(malformed)?;
    let password_file = match password_file {
        Some(bytes) => {
            let file = ServerRegistration::<Suite>::deserialize(bytes);
            Some(file.map_err(|_| OpaqueError::Stored)?)
        }
        None => None,
    };
    let context = context(exporter);
    let params = parameters(&context, server_id);
    let start = ServerLogin::start(
        &mut SystemRandom,
        &setup.0,
        password_file,
        request,
        credential_id,
        params,
    )
    .map_err(malformed)?;
    let response = Opaque(start.message.serialize().to_vec());
    Ok((ServerSignIn { state: start.state, context, server_id: *server_id }, response))
}

/// A server between the two steps of a sign-in.
pub struct ServerSignIn {
    state: ServerLogin<Suite>,
    context: Vec<u8>,
    server_id: ServerId,
}

impl fmt::Debug for ServerSignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerSignIn")
    }
}

impl ServerSignIn {
    /// Checks a `CredentialFinalization`: with `Ok` the other side knows the password.
    ///
    /// # Errors
    /// [`OpaqueError::WrongPassword`] or [`OpaqueError::Malformed`].
    pub fn finish(self, finalization: &Opaque) -> Result<(), OpaqueError> {
        let finalization =
            CredentialFinalization::deserialize(&finalization.0).map_err(malformed)?;
        let params = parameters(&self.context, &self.server_id);
        match self.state.finish(finalization, params) {
            Ok(_) => Ok(()),
            Err(_) => Err(OpaqueError::WrongPassword),
        }
    }
}

fn parameters<'a>(context: &'a [u8], server_id: &'a ServerId) -> ServerLoginParameters<'a, 'a> {
    ServerLoginParameters { context: Some(context), identifiers: names(server_id) }
}

/// The client is known by its key alone: its number does not exist while it registers.
fn names(server_id: &ServerId) -> Identifiers<'_> {
    Identifiers { client: None, server: Some(&server_id.0) }
}

fn context(exporter: &[u8; 32]) -> Vec<u8> {
    [CONTEXT, exporter].concat()
}

fn ksf(stretch: Stretch) -> Result<Argon2<'static>, OpaqueError> {
    if !stretch.is_allowed() {
        return Err(OpaqueError::Stretch);
    }
    let params = Params::new(stretch.memory_kib, stretch.passes, stretch.lanes, None)
        .map_err(|_| OpaqueError::Stretch)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The system's source of chance, in the form that the library takes.
struct SystemRandom;

impl CryptoRng for SystemRandom {}

impl RngCore for SystemRandom {
    fn next_u32(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.fill_bytes(&mut bytes);
        u32::from_le_bytes(bytes)
    }

    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.fill_bytes(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        // The trait has no error here, and a guessable secret would be worse than an end.
        let filled = getrandom::fill(bytes);
        assert!(filled.is_ok(), "the system gives no random bytes");
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand::Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

fn malformed(_: ProtocolError) -> OpaqueError {
    OpaqueError::Malformed
}

fn outcome(error: ProtocolError) -> OpaqueError {
    match error {
        ProtocolError::InvalidLoginError => OpaqueError::WrongPassword,
        ProtocolError::LibraryError(_) => OpaqueError::Computing,
        _ => OpaqueError::Malformed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVER: ServerId = ServerId([7; 32]);
    const OTHER_SERVER: ServerId = ServerId([8; 32]);
    const EXPORTER: [u8; 32] = [1; 32];
    const PASSWORD: &str = "correct horse";

    /// A server that one account is registered at, and the bytes it keeps.
    struct Registered {
        setup: ServerSetup,
        password_file: Vec<u8>,
    }

    fn registered() -> Registered {
        let setup = ServerSetup::generate();
        let (client, request) = register_start(PASSWORD).unwrap();
        let response = register(&setup, b"id", &request).unwrap();
        let record = client.finish(PASSWORD, &response, Stretch::CHEAP, &SERVER).unwrap();
        Registered { setup, password_file: record_from(&record).unwrap() }
    }

    /// What one attempt to sign in says of server and link as its client sees them.
    struct Attempt {
        password: &'static str,
        server_id: ServerId,
        exporter: [u8; 32],
        stretch: Stretch,
    }

    const RIGHT: Attempt = Attempt {
        password: PASSWORD,
        server_id: SERVER,
        exporter: EXPORTER,
        stretch: Stretch::CHEAP,
    };

    fn sign_in(server: &Registered, attempt: &Attempt) -> Result<(), OpaqueError> {
        let (client, request) = sign_in_start(attempt.password)?;
        let file = Some(&server.password_file[..]);
        let (state, response) =
            answer_sign_in(&server.setup, file, b"id", &request, &SERVER, &EXPORTER)?;
        let Attempt { password, server_id, exporter, stretch } = attempt;
        let finalization = client.finish(password, &response, *stretch, server_id, exporter)?;
        state.finish(&finalization)
    }

    #[test]
    fn only_the_right_password_on_the_right_link_signs_in() {
        let server = registered();
        let strange = Stretch { memory_kib: 16, ..Stretch::CHEAP };
        let cases = [
            (RIGHT, Ok(())),
            (Attempt { password: "Correct horse", ..RIGHT }, Err(OpaqueError::WrongPassword)),
            (Attempt { password: "", ..RIGHT }, Err(OpaqueError::WrongPassword)),
            (Attempt { server_id: OTHER_SERVER, ..RIGHT }, Err(OpaqueError::WrongPassword)),
            (Attempt { exporter: [2; 32], ..RIGHT }, Err(OpaqueError::WrongPassword)),
            (Attempt { stretch: strange, ..RIGHT }, Err(OpaqueError::WrongPassword)),
        ];
        for (number, (attempt, expected)) in cases.into_iter().enumerate() {
            assert_eq!(sign_in(&server, &attempt), expected, "case {number}");
        }
    }

    #[test]
    fn a_stretch_over_the_limit_is_refused_before_it_is_computed() {
        let server = registered();
        let over = [
            Stretch { memory_kib: u32::MAX, ..Stretch::STRONG },
            Stretch { passes: 9, ..Stretch::STRONG },
            Stretch { passes: 0, ..Stretch::STRONG },
            Stretch { lanes: 5, ..Stretch::STRONG },
            Stretch { memory_kib: 8, passes: 1, lanes: 2 },
        ];
        for stretch in over {
            let attempt = Attempt { stretch, ..RIGHT };
            assert_eq!(sign_in(&server, &attempt), Err(OpaqueError::Stretch), "{stretch:?}");
        }
    }

    #[test]
    fn an_unknown_account_is_answered_like_a_known_one() {
        let server = registered();
        let (client, request) = sign_in_start(PASSWORD).unwrap();
        let file = Some(&server.password_file[..]);
        let (_, known) =
            answer_sign_in(&server.setup, file, b"id", &request, &SERVER, &EXPORTER).unwrap();
        let fake = server.setup.fake_credential_id("nobody");
        let (state, unknown) =
            answer_sign_in(&server.setup, None, &fake, &request, &SERVER, &EXPORTER).unwrap();
        assert_eq!(known.0.len(), unknown.0.len());
        // The first field is the same for the same login each time, as with a real account.
        let (_, again) =
            answer_sign_in(&server.setup, None, &fake, &request, &SERVER, &EXPORTER).unwrap();
        assert_eq!(unknown.0[..32], again.0[..32]);
        assert_ne!(unknown.0[32..], again.0[32..]);
        let finish = client.finish(PASSWORD, &unknown, Stretch::CHEAP, &SERVER, &EXPORTER);
        assert_eq!(finish, Err(OpaqueError::WrongPassword));
        let invented = Opaque(vec![0; 64]);
        assert_eq!(state.finish(&invented), Err(OpaqueError::WrongPassword));
    }

    #[test]
    fn a_setup_is_stored_and_read_back() {
        let server = registered();
        let bytes = server.setup.to_bytes();
        let setup = ServerSetup::from_bytes(&bytes).unwrap();
        let server = Registered { setup, ..server };
        assert_eq!(sign_in(&server, &RIGHT), Ok(()));
        for damaged in [&bytes[1..], &[bytes.as_slice(), b"x"].concat(), b""] {
            assert_eq!(ServerSetup::from_bytes(damaged).err(), Some(OpaqueError::Stored));
        }
    }

    #[test]
    fn a_record_under_another_setup_is_void() {
        let server = registered();
        let server = Registered { setup: ServerSetup::generate(), ..server };
        assert_eq!(sign_in(&server, &RIGHT), Err(OpaqueError::WrongPassword));
    }

    #[test]
    fn messages_have_the_lengths_of_the_protocol() {
        let setup = ServerSetup::generate();
        let (client, request) = register_start(PASSWORD).unwrap();
        let response = register(&setup, b"id", &request).unwrap();
        let record = client.finish(PASSWORD, &response, Stretch::CHEAP, &SERVER).unwrap();
        assert_eq!((request.0.len(), response.0.len(), record.0.len()), (32, 64, 192));
        let file = record_from(&record).unwrap();
        let (client, request) = sign_in_start(PASSWORD).unwrap();
        let (_, response) =
            answer_sign_in(&setup, Some(&file), b"id", &request, &SERVER, &EXPORTER).unwrap();
        let last = client.finish(PASSWORD, &response, Stretch::CHEAP, &SERVER, &EXPORTER).unwrap();
        assert_eq!((request.0.len(), response.0.len(), last.0.len()), (96, 320, 64));
    }

    #[test]
    fn bytes_of_no_message_are_malformed() {
        let setup = ServerSetup::generate();
        for length in [0, 1, 31, 32, 33, 64, 96, 192, 4000] {
            let bytes = Opaque(vec![0xFF; length]);
            assert_eq!(register(&setup, b"id", &bytes), Err(OpaqueError::Malformed));
            assert_eq!(record_from(&bytes), Err(OpaqueError::Malformed));
            let answer = answer_sign_in(&setup, None, b"id", &bytes, &SERVER, &EXPORTER);
            assert_eq!(answer.err(), Some(OpaqueError::Malformed));
        }
    }
}
