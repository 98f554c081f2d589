//! The upper bound: one thread reads and encrypts, one decrypts and writes, and nothing else.

use std::fs::File;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use mychat::clock::uptime;
use mychat::net::parcel::ALPN_FILE;
use mychat::net::tls::{self, Identity};
use rustls::{ClientConnection, ServerConfig, ServerConnection, StreamOwned};

use crate::MIB;
use crate::report::Failure;

/// Copies a file over TLS on loopback; until the copy is on disk and that is known here.
pub fn copy(source: &Path, target: &Path) -> Result<Duration, Failure> {
    let identity = Identity::generate()?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let config = identity.server_config(&[ALPN_FILE])?;
    let mut file = File::create(target)?;
    let taking = thread::Builder::new().name("taking".to_owned());
    let taking = taking.spawn(move || take(&listener, config, &mut file))?;
    let began = uptime();
    let config = tls::client_config(Some(identity.server_id()), ALPN_FILE)?;
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let connection = ClientConnection::new(config, "mychat.invalid".try_into()?)?;
    let mut link = StreamOwned::new(connection, stream);
    let (mut file, mut bytes) = (File::open(source)?, vec![0; MIB]);
    loop {
        let read = file.read(&mut bytes)?;
        if read == 0 {
            break;
        }
        link.write_all(&bytes[..read])?;
    }
    link.conn.send_close_notify();
    link.flush()?;
    let mut done = [0];
    link.read_exact(&mut done)?;
    let took = uptime().saturating_sub(began);
    taking.join().map_err(|_| "the taking side panicked")??;
    Ok(took)
}

fn take(listener: &TcpListener, config: Arc<ServerConfig>, file: &mut File) -> Result<(), Failure> {
    let (stream, _) = listener.accept()?;
    stream.set_nodelay(true)?;
    let mut link = StreamOwned::new(ServerConnection::new(config)?, stream);
    let mut bytes = vec![0; MIB];
    loop {
        let read = link.read(&mut bytes)?;
        if read == 0 {
            break;
        }
        file.write_all(&bytes[..read])?;
    }
    file.sync_all()?;
    link.write_all(&[1])?;
    Ok(link.flush()?)
}

/// The same by `scp` to an `sshd` of ours, where there is one.
pub fn scp(source: &Path, folder: &Path) -> Result<Option<Duration>, Failure> {
    let Some(daemon) =
        ["/usr/sbin/sshd", "/usr/bin/sshd"].into_iter().find(|p| Path::new(p).exists())
    else {
        return Ok(None);
    };
    let key = folder.join("ssh-key");
    if !key.exists() {
        let mut make = Command::new("ssh-keygen");
        make.args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key).status()?;
    }
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let public = key.with_extension("pub");
    let mut serve = Command::new(daemon);
    serve.args(["-D", "-f", "/dev/null", "-o", "ListenAddress=127.0.0.1", "-o", "StrictModes=no"]);
    serve.arg("-p").arg(port.to_string()).arg("-h").arg(&key);
    // What `scp` speaks since OpenSSH 9.0.
    serve.args(["-o", "Subsystem=sftp internal-sftp"]);
    serve.arg("-o").arg(format!("AuthorizedKeysFile={}", public.display()));
    let mut server = serve.stdin(Stdio::null()).stderr(Stdio::null()).spawn()?;
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        if server.try_wait()?.is_some() {
            return Ok(None);
        }
        thread::yield_now();
    }
    let target = folder.join("scp.bin");
    let began = uptime();
    let mut copy = Command::new("scp");
    copy.args(["-q", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"]);
    copy.arg("-P").arg(port.to_string()).arg("-i").arg(&key).arg(source);
    copy.arg(format!("127.0.0.1:{}", target.display())).stderr(Stdio::null());
    let is_copied = copy.status()?.success();
    File::open(&target).and_then(|file| file.sync_all()).ok();
    let took = uptime().saturating_sub(began);
    server.kill()?;
    server.wait()?;
    std::fs::remove_file(&target).ok();
    Ok(is_copied.then_some(took))
}
