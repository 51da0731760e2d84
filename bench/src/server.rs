//! A real `cairn serve` on a free port of this machine, and what it takes of memory.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use cairn_sigv4::{Credentials, SecretKey};
use rustix::process::{Pid, Signal, kill_process};

use crate::cpu;

/// How long a server may take to start or to stop.
const PATIENCE: Duration = Duration::from_secs(120);

const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A running server; killed when dropped.
#[derive(Debug)]
pub(crate) struct ServerProcess {
    child: Child,
    binary: PathBuf,
    dir: PathBuf,
    pub(crate) address: SocketAddr,
    pub(crate) credentials: Credentials,
}

/// A process's memory, in MB (10^6 bytes).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Memory {
    pub(crate) now_mb: f64,
    pub(crate) peak_mb: f64,
    /// What no file backs; mapped splits count as resident but can be dropped at any time.
    pub(crate) anonymous_mb: f64,
}

impl ServerProcess {
    /// Starts the server beside this program on the data in `dir` and waits until it listens.
    pub(crate) fn start(dir: &Path) -> anyhow::Result<Self> {
        let beside = std::env::current_exe()?.with_file_name("cairn");
        Self::start_binary(&std::env::var_os("CAIRN_BIN").map_or(beside, PathBuf::from), dir)
    }

    /// Starts the server beside this program with settings, each by its environment variable.
    pub(crate) fn start_with(dir: &Path, settings: &[(&str, String)]) -> anyhow::Result<Self> {
        let beside = std::env::current_exe()?.with_file_name("cairn");
        Self::launch(&std::env::var_os("CAIRN_BIN").map_or(beside, PathBuf::from), dir, settings)
    }

    /// Starts another build of the server.
    pub(crate) fn start_binary(binary: &Path, dir: &Path) -> anyhow::Result<Self> {
        Self::launch(binary, dir, &[])
    }

    fn launch(binary: &Path, dir: &Path, settings: &[(&str, String)]) -> anyhow::Result<Self> {
        let endpoint = dir.join("endpoint");
        if endpoint.try_exists()? {
            std::fs::remove_file(&endpoint)?;
        }
        let mut child = cairn(binary, dir)?
            .args(["serve", "--listen", "127.0.0.1:0"])
            .env("CAIRN_LOG_FILTER", "warn")
            .envs(settings.iter().map(|(name, value)| (*name, value)))
            .stdout(Stdio::null())
            .spawn()
            .context("start cairn serve")?;
        let began = Instant::now();
        while !endpoint.try_exists()? {
            if let Some(status) = child.try_wait()? {
                anyhow::bail!("cairn serve ended with {status} before it listened");
            }
            if began.elapsed() > PATIENCE {
                child.kill()?;
                anyhow::bail!("cairn serve did not listen within {} s", PATIENCE.as_secs());
            }
            std::thread::sleep(LOOK_EVERY);
        }
        let told = environment(binary, dir)?;
        let value =
            |name: &str| told.get(name).cloned().with_context(|| format!("find {name} in `cairn env`"));
        let address = value("AWS_ENDPOINT_URL")?;
        let address = address.trim_start_matches("http://").parse().context("read the endpoint")?;
        let secret = SecretKey::new(value("AWS_SECRET_ACCESS_KEY")?);
        let credentials = Credentials::new(value("AWS_ACCESS_KEY_ID")?, secret, None);
        Ok(Self { child, binary: binary.to_path_buf(), dir: dir.to_path_buf(), address, credentials })
    }

    /// Returns what `cairn env` exports.
    pub(crate) fn environment(&self) -> anyhow::Result<BTreeMap<String, String>> {
        environment(&self.binary, &self.dir)
    }

    /// Returns what `cairn bucket-policy` prints for a bucket.
    pub(crate) fn bucket_policy(&self, bucket: &str) -> anyhow::Result<String> {
        output(cairn(&self.binary, &self.dir)?.args(["bucket-policy", bucket]))
    }

    /// Returns the memory the process has now and had at most.
    pub(crate) fn memory(&self) -> anyhow::Result<Memory> {
        memory_of(self.child.id())
    }

    /// Returns the CPU seconds that the process has used, ended threads included, to 10 ms.
    pub(crate) fn cpu_seconds(&self) -> anyhow::Result<f64> {
        Ok(cpu::of_process(&self.child.id().to_string())?.own)
    }

    /// Adds to an error that the server has ended, when it has.
    pub(crate) fn explain(&mut self, error: anyhow::Error) -> anyhow::Error {
        match self.child.try_wait() {
            Ok(Some(status)) => error.context(format!("cairn serve ended with {status}")),
            Ok(None) | Err(_) => error,
        }
    }

    /// Stops the server in good order.
    pub(crate) fn stop(mut self) -> anyhow::Result<()> {
        kill_process(Pid::from_child(&self.child), Signal::TERM)?;
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            if self.child.try_wait()?.is_some() {
                return Ok(());
            }
            std::thread::sleep(LOOK_EVERY);
        }
        anyhow::bail!("cairn serve did not stop within {} s", PATIENCE.as_secs())
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        // Both fail only when it has ended already.
        let _ended = self.child.kill().and_then(|()| self.child.wait()).is_ok();
    }
}

/// Returns the memory a process has now and had at most.
pub(crate) fn memory_of(id: u32) -> anyhow::Result<Memory> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
    let mb = |field: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(field));
        let kib = line.and_then(|rest| rest.trim_start_matches(':').split_whitespace().next());
        let kib: f64 = kib.with_context(|| format!("find {field} of process {id}"))?.parse()?;
        anyhow::Ok(kib * 1024.0 / 1e6)
    };
    Ok(Memory { now_mb: mb("VmRSS")?, peak_mb: mb("VmHWM")?, anonymous_mb: mb("RssAnon")? })
}

/// Begins a command of `cairn`, without any setting from the environment.
fn cairn(binary: &Path, dir: &Path) -> anyhow::Result<Command> {
    anyhow::ensure!(
        binary.try_exists()?,
        "build it first: {} is not there (`make bench` builds it)",
        binary.display()
    );
    let mut command = Command::new(binary);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("CAIRN_") {
            command.env_remove(name);
        }
    }
    command.arg("--data-dir").arg(dir);
    Ok(command)
}

fn environment(binary: &Path, dir: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let printed = output(cairn(binary, dir)?.arg("env"))?;
    let lines = printed.lines().filter_map(|line| line.strip_prefix("export ")?.split_once('='));
    Ok(lines.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

fn output(command: &mut Command) -> anyhow::Result<String> {
    let output = command.stderr(Stdio::inherit()).output()?;
    anyhow::ensure!(output.status.success(), "{command:?} ended with {}", output.status);
    Ok(String::from_utf8(output.stdout)?)
}
