//! The server as a child process: started, listened to, and understood when it ends.

use std::cell::RefCell;
use std::ffi::OsString;
use std::io::Write;
use std::net::{Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::rc::Rc;
use std::time::Duration;

use async_channel::{Receiver, Sender};
use async_executor::LocalExecutor;
use async_io::Timer;
use smol::future;
use smol::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use smol::process::{Child, Command};

use super::failure::{Failure, Tail};
use super::model::End;

/// What the server prints when people can connect begins with this.
const READY: &str = "ready ";
/// The longest line that is waited for on its stdout.
const READY_BYTES_MAX: u64 = 64 * 1024;
/// After the end of the child its last words are in the pipe already.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Which server.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The program to run.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// Its data folder.
    pub data: PathBuf,
}

impl Setup {
    /// Another port from now on instead of one that is taken, wherever that was asked for.
    pub fn listen_instead(&mut self, taken: u16, port: u16) {
        let mut is_found = false;
        for at in 1..self.arguments.len() {
            let is_place =
                ["--listen", "--metrics"].iter().any(|flag| self.arguments[at - 1] == *flag);
            let place =
                self.arguments[at].to_str().and_then(|text| text.parse::<SocketAddr>().ok());
            if let Some(mut place) = place.filter(|place| is_place && place.port() == taken) {
                place.set_port(port);
                self.arguments[at] = place.to_string().into();
                is_found = true;
            }
        }
        if !is_found {
            self.arguments.extend(listen_everywhere(port));
        }
    }
}

/// The arguments for a port on every network.
pub(super) fn listen_everywhere(port: u16) -> [OsString; 2] {
    let everywhere = SocketAddr::new(Ipv6Addr::UNSPECIFIED.into(), port);
    ["--listen".into(), everywhere.to_string().into()]
}

/// A server that was started here.
pub(super) struct Own {
    child: Child,
    tail: Rc<RefCell<Tail>>,
    drained: Receiver<()>,
    ready: Receiver<()>,
}

impl Own {
    /// Starts it. What it says is read by the executor.
    pub fn spawn(setup: &Setup, executor: &LocalExecutor<'_>) -> std::io::Result<Own> {
        let mut command = Command::from(command(setup));
        // Said here and not before: the conversion forgets it.
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let tail = Rc::new(RefCell::new(Tail::default()));
        let (is_drained, drained) = async_channel::bounded(1);
        let (is_ready, ready) = async_channel::bounded(1);
        if let Some(stderr) = child.stderr.take() {
            executor.spawn(drain(stderr, tail.clone(), is_drained)).detach();
        }
        if let Some(stdout) = child.stdout.take() {
            executor.spawn(await_ready(stdout, is_ready)).detach();
        }
        Ok(Own { child, tail, drained, ready })
    }

    /// Waits until people can connect; `false` when it ended before.
    pub async fn ready(&self) -> bool {
        self.ready.recv().await.is_ok()
    }

    /// Waits for its end; may be given up and asked again.
    pub async fn exit(&mut self) -> std::io::Result<ExitStatus> {
        self.child.status().await
    }

    /// Ends it by force. What it had confirmed is on the disk.
    pub async fn kill(mut self) {
        self.child.kill().ok();
        self.child.status().await.ok();
    }

    /// Why it ended, once all that it said has been read.
    pub async fn end(self, status: std::io::Result<ExitStatus>) -> End {
        let drained = async {
            self.drained.recv().await.ok();
        };
        // A grandchild could hold the pipe open; there is none, but nobody shall wait for it.
        let late = async {
            Timer::after(LAST_WORDS).await;
        };
        future::or(drained, late).await;
        match status {
            Ok(status) if status.success() => End::Closed,
            Ok(status) => {
                let sentence = self.tail.borrow().sentence();
                End::Failed(match signal(status) {
                    Some(number) if sentence.is_empty() => Failure::Signal(number),
                    _ => Failure::of(status.code(), &sentence),
                })
            }
            Err(error) => End::Failed(Failure::Program(error.to_string())),
        }
    }
}

/// The signal that ended a program, where the system has such.
fn signal(status: ExitStatus) -> Option<i32> {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt;
        status.signal()
    }
    #[cfg(not(unix))]
    {
        let _has_none = status;
        None
    }
}

fn command(setup: &Setup) -> std::process::Command {
    let mut command = std::process::Command::new(&setup.program);
    command.args(&setup.arguments);
    #[cfg(windows)]
    {
        use std::os::windows::process::CommandExt;
        /// `CREATE_NO_WINDOW` of the Windows API: no black window beside ours.
        const NO_WINDOW: u32 = 0x0800_0000;
        command.creation_flags(NO_WINDOW);
    }
    command
}

/// Reads the server's log to its end, shows it on our own stderr and remembers the last of it.
async fn drain(
    mut stderr: impl AsyncRead + Unpin,
    tail: Rc<RefCell<Tail>>,
    is_drained: Sender<()>,
) {
    let mut bytes = vec![0; 4096];
    while let Ok(count @ 1..) = stderr.read(&mut bytes).await {
        tail.borrow_mut().push(&bytes[..count]);
        std::io::stderr().write_all(&bytes[..count]).ok();
    }
    drop(is_drained);
}

/// Waits for the ready line, then reads on so that the pipe never fills. The channel closes
/// without a message when the server ended before it was ready.
async fn await_ready(stdout: impl AsyncRead + Unpin, is_ready: Sender<()>) {
    let mut reader = BufReader::new(stdout);
    let mut line = Vec::new();
    let read = (&mut reader).take(READY_BYTES_MAX).read_until(b'\n', &mut line).await;
    if read.is_ok() && line.starts_with(READY.as_bytes()) {
        is_ready.send(()).await.ok();
    }
    drop(is_ready);
    let mut bytes = vec![0; 4096];
    while let Ok(1..) = reader.read(&mut bytes).await {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_port_takes_the_place_of_the_one_that_is_taken() {
        let instead = |arguments: &[&str]| {
            let arguments = arguments.iter().map(OsString::from).collect();
            let mut setup = Setup { program: "p".into(), arguments, data: "d".into() };
            setup.listen_instead(1029, 1030);
            let words = setup.arguments.iter().map(|one| one.to_str().unwrap().to_owned());
            words.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(instead(&["--serve"]), "--serve --listen [::]:1030");
        let given = ["--listen", "0.0.0.0:1029", "--listen", "[::1]:7", "--metrics", "[::1]:9"];
        let expected = "--listen 0.0.0.0:1030 --listen [::1]:7 --metrics [::1]:9";
        assert_eq!(instead(&given), expected);
        let metrics = ["--listen", "0.0.0.0:7", "--metrics", "127.0.0.1:1029"];
        assert_eq!(instead(&metrics), "--listen 0.0.0.0:7 --metrics 127.0.0.1:1030");
    }
}
