//! Running the binary, and waiting for what it does.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::{NamedTempFile, TempDir};

/// How long to wait for what must happen, on a busy machine.
const WAIT: Duration = Duration::from_secs(60);

/// A directory in which people work: the data directory is made in it.
pub(crate) struct Desk(TempDir);

/// A server, stopped with `kill -9` when the test forgets it.
pub(crate) struct Server {
    child: Child,
    log: NamedTempFile,
    /// What was printed at the start.
    pub(crate) greeting: String,
}

/// A command that goes on, and the lines that it prints.
pub(crate) struct Going {
    child: Child,
    lines: Receiver<String>,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// The data directory when no flag names another.
    pub(crate) fn data_dir(&self) -> PathBuf {
        self.path().join("cairn-data")
    }

    /// A command with nothing in its environment that could change what it does.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cairn"));
        command.args(arguments).current_dir(self.path()).stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            let name_text = name.to_string_lossy();
            if name_text.starts_with("CAIRN_") || name_text.starts_with("AWS_") {
                command.env_remove(name);
            }
        }
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs a command that must succeed, and returns what it printed.
    pub(crate) fn printed(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        text(&output.stdout)
    }

    /// Runs a command that prints JSON lines.
    pub(crate) fn json(&self, arguments: &[&str]) -> Vec<Value> {
        let lines = self.printed(arguments);
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Starts a server and waits for its greeting.
    pub(crate) fn serve(&self, arguments: &[&str]) -> Server {
        let mut command = self.command(&["serve", "--listen", "127.0.0.1:0"]);
        command.args(arguments).env("CAIRN_DELIVERY_INTERVAL", "1s");
        let log = NamedTempFile::new().unwrap();
        let mut child = command.stdout(Stdio::piped()).stderr(log.reopen().unwrap()).spawn().unwrap();
        let mut greeting = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        while !greeting.contains("Ctrl-C stops in good order.") {
            let read = out.read_line(&mut greeting).unwrap();
            assert!(read > 0, "no server: {greeting}{}", std::fs::read_to_string(log.path()).unwrap());
        }
        Server { child, log, greeting }
    }

    /// Starts a command that goes on.
    pub(crate) fn go(&self, arguments: &[&str]) -> Going {
        let mut command = self.command(arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let out: ChildStdout = child.stdout.take().unwrap();
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    // Nobody waits for lines any longer: the pipe is closed.
                    return;
                }
            }
        });
        Going { child, lines }
    }
}

impl Server {
    /// Stops with Ctrl-C; returns how it ended and what it logged.
    pub(crate) fn interrupt(mut self) -> (ExitStatus, String) {
        signal(&self.child, Signal::INT);
        (ended(&mut self.child), self.logged())
    }

    /// Presses Ctrl-C, and again once the server says that it is stopping.
    pub(crate) fn interrupt_twice(self) -> (ExitStatus, String) {
        signal(&self.child, Signal::INT);
        until(|| self.logged().contains("stopping").then_some(()));
        self.interrupt()
    }

    fn logged(&self) -> String {
        std::fs::read_to_string(self.log.path()).unwrap()
    }

    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        ended(&mut self.child);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        if self.child.kill().is_ok() {
            ended(&mut self.child);
        }
    }
}

impl Going {
    /// Waits for a line that is wanted and returns it.
    pub(crate) fn line(&self, wanted: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + WAIT;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let line = self.lines.recv_timeout(left).expect("the line should have come");
            if wanted(&line) {
                return line;
            }
        }
    }

    /// Ends with Ctrl-C.
    pub(crate) fn interrupt(mut self) -> ExitStatus {
        signal(&self.child, Signal::INT);
        ended(&mut self.child)
    }

    /// Waits for its end after nobody reads any longer.
    pub(crate) fn ended_unread(self) -> ExitStatus {
        let Self { mut child, lines } = self;
        drop(lines);
        ended(&mut child)
    }
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Asks again until there is an answer.
pub(crate) fn until<T>(mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + WAIT;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < deadline, "waited in vain");
        thread::sleep(Duration::from_millis(50));
    }
}

fn ended(child: &mut Child) -> ExitStatus {
    until(|| child.try_wait().unwrap())
}

fn signal(child: &Child, signal: Signal) {
    let pid = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    kill_process(pid, signal).unwrap();
}
