//! Where the door is on this system.

#[cfg(not(unix))]
pub use loopback::{Listener, Stream, connect, path};
#[cfg(unix)]
pub use unix::{Listener, Stream, connect, path};

#[cfg(unix)]
mod unix {
    use std::hash::{DefaultHasher, Hash, Hasher};
    use std::io;
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::net::{UnixListener, UnixStream};
    use std::path::{Path, PathBuf};

    use async_io::Async;

    /// Longest path of a socket: 108 bytes with its final zero on Linux.
    const PATH_BYTES_MAX: usize = 107;

    /// One console's connection.
    pub type Stream = Async<UnixStream>;

    /// The listening socket.
    pub struct Listener {
        socket: Async<UnixListener>,
    }

    impl Listener {
        /// Opens it. The folder's lock is held, so a file that is there is a dead one.
        pub fn open(data: &Path) -> io::Result<Self> {
            let path = path(data);
            match std::fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            let socket = Async::<UnixListener>::bind(&path)?;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
            Ok(Listener { socket })
        }

        /// The next console.
        pub async fn accept(&self) -> io::Result<Stream> {
            Ok(self.socket.accept().await?.0)
        }
    }

    /// In the data folder, or in the runtime folder where the path would be too long.
    pub fn path(data: &Path) -> PathBuf {
        let path = data.join("control.sock");
        if path.as_os_str().len() <= PATH_BYTES_MAX {
            return path;
        }
        let mut hash = DefaultHasher::new();
        data.hash(&mut hash);
        let folder =
            std::env::var_os("XDG_RUNTIME_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
        folder.join(format!("mychat-{:016x}.sock", hash.finish()))
    }

    /// Opens the other end.
    pub async fn connect(data: &Path) -> io::Result<Stream> {
        Async::<UnixStream>::connect(path(data)).await
    }
}

#[cfg(not(unix))]
mod loopback {
    use std::io;
    use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
    use std::path::{Path, PathBuf};

    use async_io::Async;
    use smol::io::{AsyncReadExt, AsyncWriteExt};
    use subtle::ConstantTimeEq;

    use crate::limits::TLS_DEADLINE;

    const SECRET_BYTES: usize = 32;

    /// One console's connection.
    pub type Stream = Async<TcpStream>;

    /// The listening socket, and what a console has to know.
    pub struct Listener {
        socket: Async<TcpListener>,
        secret: [u8; SECRET_BYTES],
    }

    impl Listener {
        /// Opens it and writes the file. The data folder belongs to its owner.
        pub fn open(data: &Path) -> io::Result<Self> {
            let socket = Async::<TcpListener>::bind((Ipv4Addr::LOCALHOST, 0))?;
            let port = socket.get_ref().local_addr()?.port();
            let mut secret = [0; SECRET_BYTES];
            getrandom::fill(&mut secret).map_err(io::Error::other)?;
            let text = format!("{port} {}", data_encoding::HEXLOWER.encode(&secret));
            std::fs::write(path(data), text)?;
            Ok(Listener { socket, secret })
        }

        /// The next console that knows the secret.
        pub async fn accept(&self) -> io::Result<Stream> {
            loop {
                let (mut stream, _) = self.socket.accept().await?;
                let mut shown = [0; SECRET_BYTES];
                let read = async { stream.read_exact(&mut shown).await };
                let read = crate::net::link::deadline(TLS_DEADLINE, read).await;
                if read.is_ok() && bool::from(shown.ct_eq(&self.secret)) {
                    return Ok(stream);
                }
            }
        }
    }

    /// The file with port and secret.
    pub fn path(data: &Path) -> PathBuf {
        data.join("control")
    }

    /// Opens the other end.
    pub async fn connect(data: &Path) -> io::Result<Stream> {
        let text = std::fs::read_to_string(path(data))?;
        let damaged = || io::Error::from(io::ErrorKind::InvalidData);
        let (port, secret) = text.trim().split_once(' ').ok_or_else(damaged)?;
        let port: u16 = port.parse().map_err(|_| damaged())?;
        let secret = data_encoding::HEXLOWER.decode(secret.as_bytes()).map_err(|_| damaged())?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut stream = Async::<TcpStream>::connect(address).await?;
        stream.write_all(&secret).await?;
        Ok(stream)
    }
}
