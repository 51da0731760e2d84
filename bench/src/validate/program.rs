//! Either program: how it is started, what it said, what it took.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;

use super::files::{BUCKET, Files};
use super::key_list::key_list;
use crate::cpu;
use crate::part::count;
use crate::server::ServerProcess;

/// How often the memory of a running program is looked at; its peak is what the system kept.
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// A program with its options.
#[derive(Debug)]
pub(super) struct Program {
    path: PathBuf,
    arguments: Vec<String>,
    environment: BTreeMap<String, String>,
}

/// A run of it.
#[derive(Debug)]
pub(super) struct Ran {
    pub(super) wall_s: f64,
    cpu_s: f64,
    server_cpu_s: f64,
    pub(super) peak_mb: f64,
    /// The lines that count valid files.
    pub(super) verdicts: Vec<String>,
}

impl Program {
    pub(super) fn cairn(server: &ServerProcess, keys: &str, files: &Files) -> anyhow::Result<Self> {
        Self::new(ours()?, &["validate"], server, keys, files)
    }

    /// Ours, with the mirror and a file of keys instead of a server.
    pub(super) fn mirror(server: &ServerProcess, files: &Files) -> anyhow::Result<Self> {
        let keys = files.mirror.with_extension("keys.json");
        std::fs::write(&keys, key_list(&files.key.public_key()))?;
        let mut program = Self::new(ours()?, &["validate"], server, "", files)?;
        for (name, path) in [("--local", &files.mirror), ("--public-keys", &keys)] {
            program.arguments.extend([name.to_owned(), path.display().to_string()]);
        }
        Ok(program)
    }

    pub(super) fn aws(
        path: &Path,
        server: &ServerProcess,
        keys: &str,
        files: &Files,
    ) -> anyhow::Result<Self> {
        Self::new(path.to_path_buf(), &["cloudtrail", "validate-logs"], server, keys, files)
    }

    fn new(
        path: PathBuf,
        command: &[&str],
        server: &ServerProcess,
        keys: &str,
        files: &Files,
    ) -> anyhow::Result<Self> {
        let mut arguments: Vec<String> = command.iter().map(ToString::to_string).collect();
        for (name, value) in [
            ("--trail-arn", "arn:aws:cloudtrail:us-east-1:123456789012:trail/main".to_owned()),
            ("--start-time", files.start.to_string()),
            ("--end-time", files.end.to_string()),
            ("--s3-bucket", BUCKET.to_owned()),
        ] {
            arguments.extend([name.to_owned(), value]);
        }
        let mut environment = server.environment()?;
        for (name, value) in [
            ("AWS_ENDPOINT_URL_CLOUDTRAIL", keys),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("AWS_CONFIG_FILE", "/dev/null"),
            ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
            ("NO_PROXY", "127.0.0.1"),
        ] {
            environment.insert(name.to_owned(), value.to_owned());
        }
        Ok(Self { path, arguments, environment })
    }

    /// Runs it to its end.
    pub(super) fn run(&self, server: &ServerProcess) -> anyhow::Result<Ran> {
        let (before, served) = (cpu::of_process("self")?.children, server.cpu_seconds()?);
        let began = Instant::now();
        let mut child = Command::new(&self.path)
            .args(&self.arguments)
            .envs(&self.environment)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("start {}", self.path.display()))?;
        let mut peak_mb = 0.0_f64;
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
            peak_mb = peak_mb.max(peak(child.id()).unwrap_or(0.0));
            std::thread::sleep(LOOK_EVERY);
        };
        let wall_s = began.elapsed().as_secs_f64();
        let output = child.wait_with_output()?;
        let (told, trouble) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        anyhow::ensure!(status.success(), "{} ended with {status}: {told}{trouble}", self.path.display());
        let verdicts = told.lines().filter(|line| line.contains(" files valid")).map(str::to_owned).collect();
        Ok(Ran {
            wall_s,
            cpu_s: cpu::of_process("self")?.children - before,
            server_cpu_s: server.cpu_seconds()? - served,
            peak_mb,
            verdicts,
        })
    }
}

/// Finds the `cairn` beside this program, or the one that is named.
fn ours() -> anyhow::Result<PathBuf> {
    let beside = std::env::current_exe()?.with_file_name("cairn");
    Ok(std::env::var_os("CAIRN_BIN").map_or(beside, PathBuf::from))
}

impl Ran {
    /// Returns the row of a table.
    pub(super) fn figures(&self, files: u64) -> [f64; 5] {
        [self.wall_s, count(files) / self.wall_s, self.cpu_s, self.server_cpu_s, self.peak_mb]
    }
}

/// Reads the most memory that a process ever held.
fn peak(id: u32) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib * 1024.0 / 1e6)
}
