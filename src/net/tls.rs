//! The server's key, how it is kept, and how a link is opened and checked with it.
//!
//! There are no authorities, names or dates here: a server is the key that it proves to hold
//! (TLS 1.3, RFC 8446), and a client knows it by the SHA-256 of that key's `SubjectPublicKeyInfo`.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_rustls::{TlsAcceptor, TlsConnector, client, server};
use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, aws_lc_rs};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::server::NoServerSessionStorage;
use rustls::{
    CertificateError, ClientConfig, ClientConnection, DigitallySignedStruct, OtherError,
    PeerIncompatible, ServerConfig, ServerConnection, SignatureScheme, version,
};
use sha2::{Digest, Sha256};
use smol::io::{AsyncRead, AsyncWrite};

use super::keyfile;
use crate::domain::ServerId;

/// Label of the exporter (RFC 8446 §7.5) that binds a sign-in to its TLS connection.
const EXPORTER_LABEL: &[u8] = b"EXPORTER-mychat-opaque";
/// A name for the certificate, which must have one; nobody reads it.
const CERTIFICATE_NAME: &str = "mychat.invalid";

/// Why there is no key, or no link.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The key file cannot be read or made.
    #[error("opening the server's key {}: {source}", path.display())]
    KeyFile {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is no key file.
    #[error("the server's key {} is missing", path.display())]
    KeyMissing {
        /// Where it has to be.
        path: PathBuf,
    },
    /// The key file is no key.
    #[error("the server's key {} is damaged", path.display())]
    KeyDamaged {
        /// Which file.
        path: PathBuf,
    },
    /// The key file is another server's: whose it is, and whose it has to be.
    #[error("{} is the key of another server ({}): this folder belongs to {}, if its note is not damaged",
        .0.display(), .1.fingerprint(), .2.fingerprint())]
    KeyOther(PathBuf, ServerId, ServerId),
    /// Our own key or settings are not taken by the TLS library.
    #[error("preparing TLS: {0}")]
    Prepare(String),
    /// The server proves another key than the one that is pinned.
    #[error("the server has another key: {}", offered.fingerprint())]
    WrongKey {
        /// The key that it offers.
        offered: ServerId,
    },
    /// The other side does not speak TLS 1.3 with the right ALPN name and kind of key.
    #[error("the other side is not MyChat: {0}")]
    NotMyChat(String),
    /// The other side hung up before the handshake was through.
    #[error("the connection broke while the link was opened: {0}")]
    Broken(#[source] io::Error),
}

/// A server's own key. Lose it, and every password and pin of this server is void.
pub struct Identity {
    key: rcgen::KeyPair,
    certificate: CertificateDer<'static>,
    server_id: ServerId,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({:?})", self.server_id)
    }
}

impl Identity {
    /// The key in this file; a new one where there is no file.
    ///
    /// # Errors
    /// [`TlsError::KeyFile`] or [`TlsError::KeyDamaged`]. A damaged key is never replaced.
    pub fn load_or_create(path: &Path) -> Result<Self, TlsError> {
        let failed = |source| TlsError::KeyFile { path: path.to_owned(), source };
        if let Some(der) = keyfile::read(path).map_err(failed)? {
            return Self::from_der(&der, path);
        }
        let key = generate()?;
        keyfile::create(path, key.serialized_der()).map_err(failed)?;
        Self::from_key(key)
    }

    /// The key in this file, which must be there.
    ///
    /// # Errors
    /// [`TlsError::KeyFile`], [`TlsError::KeyMissing`] or [`TlsError::KeyDamaged`].
    pub fn load(path: &Path) -> Result<Self, TlsError> {
        let failed = |source| TlsError::KeyFile { path: path.to_owned(), source };
        match keyfile::read(path).map_err(failed)? {
            Some(der) => Self::from_der(&der, path),
            None => Err(TlsError::KeyMissing { path: path.to_owned() }),
        }
    }

    /// A key that is kept nowhere, for tests and trials.
    ///
    /// # Errors
    /// [`TlsError::Prepare`].
    pub fn generate() -> Result<Self, TlsError> {
        Self::from_key(generate()?)
    }

    /// What clients know this server by.
    #[must_use]
    pub fn server_id(&self) -> ServerId {
        self.server_id
    }

    /// How this server takes links with one of these ALPN names, its favourite first.
    ///
    /// # Errors
    /// [`TlsError::Prepare`].
    pub fn server_config(&self, alpn: &[&[u8]]) -> Result<Arc<ServerConfig>, TlsError> {
        let key = PrivatePkcs8KeyDer::from(self.key.serialized_der().to_vec());
        let mut config = ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(&[&version::TLS13])
            .map_err(prepare)?
            .with_no_client_auth()
            .with_single_cert(vec![self.certificate.clone()], key.into())
            .map_err(prepare)?;
        config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
        // Nothing of a session outlives its link: what is said under one key exchange cannot be
        // replayed or read under another.
        config.send_tls13_tickets = 0;
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.max_early_data_size = 0;
        Ok(Arc::new(config))
    }

    fn from_der(der: &[u8], path: &Path) -> Result<Self, TlsError> {
        let der = PrivatePkcs8KeyDer::from(der);
        match rcgen::KeyPair::from_pkcs8_der_and_sign_algo(&der, &rcgen::PKCS_ED25519) {
            Ok(key) => Self::from_key(key),
            Err(_) => Err(TlsError::KeyDamaged { path: path.to_owned() }),
        }
    }

    fn from_key(key: rcgen::KeyPair) -> Result<Self, TlsError> {
        let certificate = rcgen::CertificateParams::new([CERTIFICATE_NAME.to_owned()])
            .and_then(|params| params.self_signed(&key))
            .map_err(prepare)?
            .der()
            .clone();
        let server_id = server_id_of(&certificate).map_err(prepare)?;
        Ok(Identity { key, certificate, server_id })
    }
}

/// How a client opens a link. With `expected` any other key ends the handshake.
///
/// # Errors
/// [`TlsError::Prepare`].
pub fn client_config(
    expected: Option<ServerId>,
    alpn: &[u8],
) -> Result<Arc<ClientConfig>, TlsError> {
    let provider = provider();
    let verifier = KeyVerifier { expected, algorithms: provider.signature_verification_algorithms };
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&version::TLS13])
        .map_err(prepare)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.alpn_protocols = vec![alpn.to_vec()];
    config.resumption = Resumption::disabled();
    config.enable_early_data = false;
    config.enable_sni = false;
    Ok(Arc::new(config))
}

/// Opens a link from the client's side and says whose key was proven. The caller sets a deadline.
///
/// # Errors
/// [`TlsError::WrongKey`], [`TlsError::NotMyChat`] or [`TlsError::Broken`].
pub async fn connect<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    config: Arc<ClientConfig>,
) -> Result<(client::TlsStream<S>, ServerId), TlsError> {
    let name = ServerName::try_from(CERTIFICATE_NAME).map_err(prepare)?;
    let stream = TlsConnector::from(config).connect(name, stream).await.map_err(refused)?;
    let connection = stream.get_ref().1;
    if connection.alpn_protocol().is_none() {
        return Err(TlsError::NotMyChat("it agreed to no ALPN name".into()));
    }
    match peer_id(connection) {
        Some(server_id) => Ok((stream, server_id)),
        None => Err(TlsError::NotMyChat("it showed no key".into())),
    }
}

/// A link from the client's side that has not begun, for whoever reads and writes it without a runtime.
///
/// # Errors
/// [`TlsError::Prepare`].
pub fn client(config: Arc<ClientConfig>) -> Result<ClientConnection, TlsError> {
    let name = ServerName::try_from(CERTIFICATE_NAME).map_err(prepare)?;
    ClientConnection::new(config, name).map_err(prepare)
}

/// Opens a link from the server's side and says which ALPN name it has. The caller sets a
/// deadline.
///
/// # Errors
/// [`TlsError::NotMyChat`] or [`TlsError::Broken`].
pub async fn accept<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    config: Arc<ServerConfig>,
) -> Result<(server::TlsStream<S>, Vec<u8>), TlsError> {
    let stream = TlsAcceptor::from(config).accept(stream).await.map_err(refused)?;
    match stream.get_ref().1.alpn_protocol().map(<[u8]>::to_vec) {
        Some(alpn) => Ok((stream, alpn)),
        None => Err(TlsError::NotMyChat("it named no ALPN".into())),
    }
}

/// Whose key the other side proved; `None` before the handshake is through.
#[must_use]
pub fn peer_id(connection: &ClientConnection) -> Option<ServerId> {
    if connection.is_handshaking() {
        return None;
    }
    server_id_of(connection.peer_certificates()?.first()?).ok()
}

/// 32 bytes that only the two ends of this connection know, from the client's end.
///
/// # Errors
/// [`TlsError::Prepare`] before the handshake is through.
pub fn exporter_client(connection: &ClientConnection) -> Result<[u8; 32], TlsError> {
    connection.export_keying_material([0; 32], EXPORTER_LABEL, None).map_err(prepare)
}

/// The same 32 bytes from the server's end.
///
/// # Errors
/// [`TlsError::Prepare`] before the handshake is through.
pub fn exporter_server(connection: &ServerConnection) -> Result<[u8; 32], TlsError> {
    connection.export_keying_material([0; 32], EXPORTER_LABEL, None).map_err(prepare)
}

/// The only place that chooses who does the cryptography of a link.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(CryptoProvider {
        kx_groups: vec![
            aws_lc_rs::kx_group::X25519MLKEM768,
            aws_lc_rs::kx_group::X25519,
            aws_lc_rs::kx_group::SECP256R1,
        ],
        ..aws_lc_rs::default_provider()
    })
}

fn generate() -> Result<rcgen::KeyPair, TlsError> {
    rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).map_err(prepare)
}

fn prepare(error: impl fmt::Display) -> TlsError {
    TlsError::Prepare(error.to_string())
}

/// SHA-256 of the certificate's `SubjectPublicKeyInfo` (RFC 5280 §4.1.2.7, DER).
fn server_id_of(certificate: &CertificateDer<'_>) -> Result<ServerId, webpki::Error> {
    let certificate = webpki::EndEntityCert::try_from(certificate)?;
    Ok(ServerId(Sha256::digest(certificate.subject_public_key_info()).into()))
}

/// What ended a handshake.
fn refused(error: io::Error) -> TlsError {
    let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match tls {
        Some(rustls::Error::InvalidCertificate(CertificateError::Other(OtherError(inner)))) => {
            match inner.downcast_ref::<WrongKey>() {
                Some(WrongKey(offered)) => TlsError::WrongKey { offered: *offered },
                None => TlsError::NotMyChat(inner.to_string()),
            }
        }
        Some(other) => TlsError::NotMyChat(other.to_string()),
        None => TlsError::Broken(error),
    }
}

/// Carries the offered key out of the TLS library.
#[derive(Debug, thiserror::Error)]
#[error("not the pinned key")]
struct WrongKey(ServerId);

/// Holds a server's key against the pinned one. Names, dates and issuers mean nothing here.
#[derive(Debug)]
struct KeyVerifier {
    expected: Option<ServerId>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ServerCertVerifier for KeyVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let offered = server_id_of(end_entity).map_err(|_| CertificateError::BadEncoding)?;
        match self.expected {
            Some(expected) if expected != offered => {
                Err(CertificateError::Other(OtherError(Arc::new(WrongKey(offered)))).into())
            }
            _ => Ok(ServerCertVerified::assertion()),
        }
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Err(PeerIncompatible::Tls13RequiredForQuic.into())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(message, cert, dss, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        // Every server's key is of this kind, so that a signature under another is no MyChat.
        vec![SignatureScheme::ED25519]
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener, TcpStream};

    use async_io::Async;
    use rustls::sign::{CertifiedKey, SingleCertAndKey};
    use smol::future::zip;
    use smol::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;
    use crate::net::frame::{FRAME_BYTES_MAX, encode};
    use crate::net::link::split;

    const ALPN: &[u8] = b"mychat/1";

    type Connected = Result<(client::TlsStream<Async<TcpStream>>, ServerId), TlsError>;
    type Accepted = Result<(server::TlsStream<Async<TcpStream>>, Vec<u8>), TlsError>;

    /// Both ends of a real connection on this computer.
    async fn sockets() -> (Async<TcpStream>, Async<TcpStream>) {
        let listener = Async::<TcpListener>::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.get_ref().local_addr().unwrap();
        let (accepted, connected) =
            zip(listener.accept(), Async::<TcpStream>::connect(address)).await;
        (connected.unwrap(), accepted.unwrap().0)
    }

    fn meet(client: Arc<ClientConfig>, server: Arc<ServerConfig>) -> (Connected, Accepted) {
        smol::block_on(async {
            let (near, far) = sockets().await;
            zip(connect(near, client), accept(far, server)).await
        })
    }

    #[test]
    fn the_pinned_key_opens_a_link_that_carries_frames_both_ways() {
        let identity = Identity::generate().unwrap();
        let server = identity.server_config(&[b"mychat-file/1", ALPN]).unwrap();
        let client = client_config(Some(identity.server_id()), ALPN).unwrap();
        let (connected, accepted) = meet(client, server);
        let ((near, server_id), (far, alpn)) = (connected.unwrap(), accepted.unwrap());
        assert_eq!((server_id, &alpn[..]), (identity.server_id(), ALPN));
        assert_eq!(peer_id(near.get_ref().1), Some(identity.server_id()));
        let exported = exporter_client(near.get_ref().1).unwrap();
        assert_eq!(exported, exporter_server(far.get_ref().1).unwrap());
        assert_eq!(near.get_ref().1.tls13_tickets_received(), 0);

        smol::block_on(async {
            let (mut near_reader, mut near_writer) = split(near, FRAME_BYTES_MAX);
            let (mut far_reader, mut far_writer) = split(far, FRAME_BYTES_MAX);
            let long = "青".repeat(20_000);
            let frames = [encode("一", 100).unwrap(), encode(&long, FRAME_BYTES_MAX).unwrap()];
            let (written, read) = zip(near_writer.write_frames(&frames), async {
                let first = far_reader.read::<String>().await.unwrap();
                (first, far_reader.read::<String>().await.unwrap())
            })
            .await;
            written.unwrap();
            assert_eq!(read, ("一".to_owned(), long));
            far_writer.write_frames(&frames[..1]).await.unwrap();
            assert_eq!(near_reader.read::<String>().await.unwrap(), "一");
            assert_eq!(near_reader.bytes(), far_writer.bytes());
            far_writer.close().await.unwrap();
            let end = near_reader.read::<String>().await;
            assert!(matches!(end, Err(crate::net::link::LinkError::Closed)), "{end:?}");
        });
    }

    #[test]
    fn every_link_exports_other_bytes() {
        let identity = Identity::generate().unwrap();
        let exported = || {
            let server = identity.server_config(&[ALPN]).unwrap();
            let (connected, _) = meet(client_config(None, ALPN).unwrap(), server);
            exporter_client(connected.unwrap().0.get_ref().1).unwrap()
        };
        assert_ne!(exported(), exported());
    }

    #[test]
    fn without_a_pin_the_key_is_told() {
        let identity = Identity::generate().unwrap();
        let server = identity.server_config(&[ALPN]).unwrap();
        let (connected, _) = meet(client_config(None, ALPN).unwrap(), server);
        assert_eq!(connected.unwrap().1, identity.server_id());
    }

    #[test]
    fn another_key_than_the_pinned_one_is_refused_and_told() {
        let identity = Identity::generate().unwrap();
        let server = identity.server_config(&[ALPN]).unwrap();
        let pinned = Identity::generate().unwrap().server_id();
        let (connected, accepted) = meet(client_config(Some(pinned), ALPN).unwrap(), server);
        match connected {
            Err(TlsError::WrongKey { offered }) => assert_eq!(offered, identity.server_id()),
            other => panic!("{other:?}"),
        }
        assert!(accepted.is_err());
    }

    #[test]
    fn showing_a_certificate_without_holding_its_key_is_refused() {
        let genuine = Identity::generate().unwrap();
        let thief = Identity::generate().unwrap();
        let own = PrivatePkcs8KeyDer::from(thief.key.serialized_der().to_vec());
        let signer = provider().key_provider.load_private_key(own.into()).unwrap();
        let stolen = CertifiedKey::new(vec![genuine.certificate.clone()], signer);
        let mut server = ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(&[&version::TLS13])
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(SingleCertAndKey::from(stolen)));
        server.alpn_protocols = vec![ALPN.to_vec()];
        for pin in [None, Some(genuine.server_id())] {
            let client = client_config(pin, ALPN).unwrap();
            let (connected, _) = meet(client, Arc::new(server.clone()));
            assert!(matches!(connected, Err(TlsError::NotMyChat(_))), "{connected:?}");
        }
    }

    #[test]
    fn another_kind_of_key_is_not_mychat() {
        let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
        let identity = Identity::from_key(key).unwrap();
        let server = identity.server_config(&[ALPN]).unwrap();
        let (connected, _) = meet(client_config(None, ALPN).unwrap(), server);
        assert!(matches!(connected, Err(TlsError::NotMyChat(_))), "{connected:?}");
    }

    #[test]
    fn both_ends_insist_on_the_alpn_name() {
        let identity = Identity::generate().unwrap();
        let cases: [(&[u8], &[u8]); 3] = [(b"http/1.1", ALPN), (b"", ALPN), (ALPN, b"")];
        for (client_alpn, server_alpn) in cases {
            let names = |alpn: &[u8]| match alpn {
                b"" => Vec::new(),
                alpn => vec![alpn.to_vec()],
            };
            let mut client = (*client_config(None, ALPN).unwrap()).clone();
            client.alpn_protocols = names(client_alpn);
            let mut server = (*identity.server_config(&[ALPN]).unwrap()).clone();
            server.alpn_protocols = names(server_alpn);
            let (connected, accepted) = meet(Arc::new(client), Arc::new(server));
            match client_alpn {
                ALPN => assert!(matches!(connected, Err(TlsError::NotMyChat(_)))),
                _ => assert!(matches!(accepted, Err(TlsError::NotMyChat(_)))),
            }
        }
    }

    /// What `connect` says of a peer that answers its first bytes with `answer` and hangs up.
    fn connect_to(answer: &[u8]) -> TlsError {
        smol::block_on(async {
            let (near, mut far) = sockets().await;
            let peer = async {
                let mut first = [0; 1024];
                assert!(far.read(&mut first).await.unwrap() > 0);
                far.write_all(answer).await.unwrap();
                far.get_ref().shutdown(std::net::Shutdown::Write).unwrap();
                // Everything is read, so that hanging up is no reset.
                let _ = far.read_to_end(&mut Vec::new()).await;
            };
            let client = async {
                let outcome = connect(near, client_config(None, ALPN).unwrap()).await;
                outcome.err().unwrap()
            };
            zip(peer, client).await.1
        })
    }

    #[test]
    fn a_peer_that_talks_something_else_is_not_mychat() {
        for answer in ["HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n"] {
            let error = connect_to(answer.as_bytes());
            assert!(matches!(error, TlsError::NotMyChat(_)), "{answer}: {error:?}");
        }
        assert!(matches!(connect_to(b""), TlsError::Broken(_)));
    }

    #[test]
    fn a_tls_1_2_client_is_turned_away_with_an_alert() {
        // A ClientHello (RFC 5246 §7.4.1.2) with one suite and no `supported_versions`.
        let extensions = [
            &[0x00, 0x0A, 0, 4, 0, 2, 0x00, 0x1D][..],
            &[0x00, 0x0B, 0, 2, 1, 0],
            &[0x00, 0x0D, 0, 4, 0, 2, 0x08, 0x07],
        ]
        .concat();
        let mut hello = vec![3, 3];
        hello.extend([7; 32]);
        hello.extend([0, 0, 2, 0xC0, 0x2B, 1, 0, 0, u8::try_from(extensions.len()).unwrap()]);
        hello.extend(extensions);
        let length = u8::try_from(hello.len()).unwrap();
        let record = [&[22, 3, 1, 0, length + 4, 1, 0, 0, length][..], &hello].concat();

        let identity = Identity::generate().unwrap();
        let server = identity.server_config(&[ALPN]).unwrap();
        let (accepted, answer) = smol::block_on(async {
            let (mut near, far) = sockets().await;
            near.write_all(&record).await.unwrap();
            let accepted = accept(far, server).await.err();
            let mut answer = Vec::new();
            near.read_to_end(&mut answer).await.unwrap();
            (accepted, answer)
        });
        assert!(matches!(accepted, Some(TlsError::NotMyChat(_))), "{accepted:?}");
        // A fatal alert, protocol_version (RFC 8446 §6).
        assert_eq!((answer[0], &answer[5..]), (21, &[2, 70][..]));
    }

    #[test]
    fn an_identity_survives_being_loaded_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("identity.key");
        assert!(matches!(Identity::load(&path), Err(TlsError::KeyMissing { .. })));
        std::fs::write(folder.path().join("identity.key.new"), b"half").unwrap();
        let made = Identity::load_or_create(&path).unwrap().server_id();
        assert_eq!(Identity::load_or_create(&path).unwrap().server_id(), made);
        assert_eq!(Identity::load(&path).unwrap().server_id(), made);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let rights = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(rights & 0o777, 0o600);
        }
    }

    #[test]
    fn a_damaged_key_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("identity.key");
        for damaged in [&b""[..], b"half", &[0x30; 5_000]] {
            std::fs::write(&path, damaged).unwrap();
            let loaded = Identity::load_or_create(&path);
            assert!(matches!(loaded, Err(TlsError::KeyDamaged { .. })), "{loaded:?}");
            assert_eq!(std::fs::read(&path).unwrap(), damaged);
        }
    }
}
