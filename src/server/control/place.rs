//! Where the door is on this system.

#[cfg(not(unix))]
pub use loopback::{Guest, Listener, Stream, connect, path};
#[cfg(unix)]
pub use unix::{Guest, Listener, Stream, connect, path};

#[cfg(unix)]
mod unix {
    use std::fs;
    use std::future::{self, Ready};
    use std::hash::{DefaultHasher, Hash, Hasher};
    use std::io;
    use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
    use std::os::unix::net::{UnixListener, UnixStream};
    use std::path::{Path, PathBuf};

    use async_io::Async;

    /// Longest path of a socket: 108 bytes with its final zero on Linux.
    const PATH_BYTES_MAX: usize = 107;
    const SOCKET: &str = "control.sock";

    /// One console's connection.
    pub type Stream = Async<UnixStream>;

    /// The listening socket.
    pub struct Listener {
        socket: Async<UnixListener>,
        path: PathBuf,
    }

    /// Who connected: the system has let nobody else in.
    pub struct Guest(Stream);

    impl Guest {
        /// Its connection.
        pub fn admit(self) -> Ready<io::Result<Stream>> {
            future::ready(Ok(self.0))
        }
    }

    impl Listener {
        /// Opens it. The folder's lock is held, so a file that is there is a dead one.
        pub fn open(data: &Path) -> io::Result<Self> {
            Self::open_near(data, &folders())
        }

        fn open_near(data: &Path, folders: &[PathBuf]) -> io::Result<Self> {
            let (data, inside) = inside(data)?;
            let mut opened = match inside {
                Some(path) => return Self::bind(path),
                None => Err(io::ErrorKind::InvalidFilename.into()),
            };
            for folder in folders {
                opened = make_own(folder).and_then(|()| Self::bind(outside(folder, &data)));
                if opened.is_ok() {
                    break;
                }
            }
            opened
        }

        /// Its folder is its owner's alone, so that it is never open to others, whatever the umask says.
        fn bind(path: PathBuf) -> io::Result<Self> {
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            let socket = Async::<UnixListener>::bind(&path)?;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
            Ok(Listener { socket, path })
        }

        /// Its file, which stays until somebody removes it.
        pub fn path(&self) -> &Path {
            &self.path
        }

        /// The next console.
        pub async fn accept(&self) -> io::Result<Guest> {
            Ok(Guest(self.socket.accept().await?.0))
        }
    }

    /// Where it lies, or would.
    pub fn path(data: &Path) -> PathBuf {
        match inside(data) {
            Ok((data, None)) => outside(&folders()[0], &data),
            Ok((_, Some(path))) => path,
            Err(_) => data.join(SOCKET),
        }
    }

    /// The folder itself, however it was typed, and the socket in it where that path is not too long.
    fn inside(data: &Path) -> io::Result<(PathBuf, Option<PathBuf>)> {
        let data = fs::canonicalize(data)?;
        let path = data.join(SOCKET);
        let fits = path.as_os_str().len() <= PATH_BYTES_MAX;
        Ok((data, fits.then_some(path)))
    }

    /// The socket of a data folder in another folder.
    fn outside(folder: &Path, data: &Path) -> PathBuf {
        let mut hash = DefaultHasher::new();
        data.hash(&mut hash);
        folder.join(format!("{:016x}.sock", hash.finish()))
    }

    /// Folders of this user's for sockets. A service may lack the first one that its owner's shell has, so
    /// that a console looks into each.
    fn folders() -> Vec<PathBuf> {
        let own = format!("mychat-{}", rustix::process::geteuid().as_raw());
        let runtime = std::env::var_os("XDG_RUNTIME_DIR").filter(|folder| !folder.is_empty());
        let runtime = runtime.map(|folder| PathBuf::from(folder).join("mychat"));
        runtime.into_iter().chain([std::env::temp_dir().join(own)]).collect()
    }

    /// Makes a folder into which nobody else can look or put anything. One that is there has to be so.
    fn make_own(folder: &Path) -> io::Result<()> {
        match fs::DirBuilder::new().mode(0o700).create(folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        let found = fs::symlink_metadata(folder)?;
        let is_own = found.uid() == rustix::process::geteuid().as_raw();
        if found.is_dir() && is_own && found.mode() & 0o777 == 0o700 {
            return Ok(());
        }
        let why = format!(
            "{} is somebody else's or open to others: remove it, or choose a data folder with a shorter path",
            folder.display()
        );
        Err(io::Error::new(io::ErrorKind::PermissionDenied, why))
    }

    /// Opens the other end.
    pub async fn connect(data: &Path) -> io::Result<Stream> {
        connect_near(data, &folders()).await
    }

    async fn connect_near(data: &Path, folders: &[PathBuf]) -> io::Result<Stream> {
        let (data, inside) = inside(data)?;
        let owner = fs::metadata(&data)?.uid();
        let paths = match inside {
            Some(path) => vec![path],
            None => folders.iter().map(|folder| outside(folder, &data)).collect(),
        };
        let mut error = io::ErrorKind::NotFound.into();
        for path in paths {
            let connected = match check(&path, owner) {
                Ok(()) => Async::<UnixStream>::connect(&path).await,
                Err(error) => Err(error),
            };
            match connected {
                Ok(stream) => return Ok(stream),
                Err(failed) => error = failed,
            }
        }
        Err(error)
    }

    /// What is asked and told there is for nobody but the server's owner: the socket and the folder that it
    /// lies in must not be a stranger's.
    fn check(path: &Path, owner: u32) -> io::Result<()> {
        let me = rustix::process::geteuid().as_raw();
        for place in [Some(path), path.parent()].into_iter().flatten() {
            let found = fs::symlink_metadata(place)?;
            if !is_trusted(found.uid(), me, owner) {
                let why = format!("{} belongs to another user ({})", place.display(), found.uid());
                return Err(io::Error::new(io::ErrorKind::PermissionDenied, why));
            }
        }
        Ok(())
    }

    /// One's own and root's; root also talks to the server of whom the data folder is.
    fn is_trusted(found: u32, me: u32, owner: u32) -> bool {
        found == me || found == 0 || (me == 0 && found == owner)
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn only_ones_own_and_roots_is_trusted_and_root_trusts_the_folders_owner() {
            let cases = [
                ((7, 7, 7), true),
                ((0, 7, 7), true),
                ((8, 7, 7), false),
                ((8, 7, 8), false),
                ((8, 0, 8), true),
                ((9, 0, 8), false),
            ];
            for ((found, me, owner), is) in cases {
                assert_eq!(is_trusted(found, me, owner), is, "{found} {me} {owner}");
            }
        }

        #[test]
        fn a_long_path_has_its_socket_in_a_folder_of_its_owners_however_it_is_typed() {
            let room = tempfile::tempdir().unwrap();
            let data = room.path().join("long".repeat(30));
            fs::create_dir(&data).unwrap();
            let typed = room.path().join("other");
            std::os::unix::fs::symlink(&data, &typed).unwrap();
            // A folder that cannot be made, one that others can look into, one that is not there yet.
            let open = room.path().join("open");
            fs::create_dir(&open).unwrap();
            fs::set_permissions(&open, fs::Permissions::from_mode(0o755)).unwrap();
            let own = room.path().join("own");
            let folders = [room.path().join("no/where"), open, own.clone()];
            let listener = Listener::open_near(&data, &folders).unwrap();
            assert_eq!(listener.path.parent(), Some(&*own));
            assert_eq!(fs::metadata(&own).unwrap().mode() & 0o777, 0o700);
            assert_eq!(fs::metadata(&listener.path).unwrap().mode() & 0o777, 0o600);
            let both = smol::future::zip(listener.accept(), connect_near(&typed, &folders));
            let (guest, stream) = smol::block_on(both);
            assert!(guest.is_ok() && stream.is_ok());
            let refused = Listener::open_near(&data, &folders[..2]).err().unwrap().to_string();
            assert!(refused.contains("open to others"), "{refused}");
            drop(listener);
            assert!(smol::block_on(connect_near(&typed, &folders)).is_err());
        }
    }
}

#[cfg(any(not(unix), test))]
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
        path: PathBuf,
    }

    impl Listener {
        /// Its file, which stays until somebody removes it.
        pub fn path(&self) -> &Path {
            &self.path
        }

        /// Opens it and writes the file. The data folder belongs to its owner.
        pub fn open(data: &Path) -> io::Result<Self> {
            let socket = Async::<TcpListener>::bind((Ipv4Addr::LOCALHOST, 0))?;
            let port = socket.get_ref().local_addr()?.port();
            let mut secret = [0; SECRET_BYTES];
            getrandom::fill(&mut secret).map_err(io::Error::other)?;
            let text = format!("{port} {}", data_encoding::HEXLOWER.encode(&secret));
            let path = path(data);
            std::fs::write(&path, text)?;
            Ok(Listener { socket, secret, path })
        }

        /// Whoever comes next.
        pub async fn accept(&self) -> io::Result<Guest> {
            let (stream, _) = self.socket.accept().await?;
            Ok(Guest { stream, secret: self.secret })
        }
    }

    /// Who connected: any program of this computer's.
    pub struct Guest {
        stream: Stream,
        secret: [u8; SECRET_BYTES],
    }

    impl Guest {
        /// Its connection, once it has shown the secret; others go on meanwhile.
        pub async fn admit(mut self) -> io::Result<Stream> {
            let mut shown = [0; SECRET_BYTES];
            let read = async { self.stream.read_exact(&mut shown).await };
            let read = crate::net::link::deadline(TLS_DEADLINE, read).await;
            match read.is_ok() && bool::from(shown.ct_eq(&self.secret)) {
                true => Ok(self.stream),
                false => Err(io::ErrorKind::PermissionDenied.into()),
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

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn who_says_nothing_keeps_nobody_waiting_and_who_lies_is_not_let_in() {
            let data = tempfile::tempdir().unwrap();
            let listener = Listener::open(data.path()).unwrap();
            assert!(listener.path().exists());
            let address = listener.socket.get_ref().local_addr().unwrap();
            smol::block_on(async {
                let silent = Async::<TcpStream>::connect(address).await.unwrap();
                let waits = listener.accept().await.unwrap();
                let console = connect(data.path()).await.unwrap();
                let knows = listener.accept().await.unwrap();
                assert!(knows.admit().await.is_ok(), "while the silent one is still there");
                let mut liar = Async::<TcpStream>::connect(address).await.unwrap();
                liar.write_all(&[0; SECRET_BYTES]).await.unwrap();
                assert!(listener.accept().await.unwrap().admit().await.is_err());
                drop((silent, console));
                assert!(waits.admit().await.is_err());
            });
        }
    }
}
