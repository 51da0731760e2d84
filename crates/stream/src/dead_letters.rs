//! What a destination never takes: a file of JSON lines for each, so that an operator can look and send again.
//!
//! The events themselves stay in the history and in log files whatever becomes of this file. It has a limit,
//! beyond which what is given up is only counted and logged.

use std::fs::{DirBuilder, File};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cairn_event::Clock;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::message::Message;
use crate::sink::PutError;
use crate::telemetry;

/// The dead letters of one destination.
#[derive(Clone)]
pub(crate) struct DeadLetters {
    destination: String,
    path: PathBuf,
    bytes_max: u64,
    clock: Arc<dyn Clock>,
}

/// One line.
#[derive(Serialize)]
struct Line<'a> {
    time: String,
    destination: &'a str,
    reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
    event: &'a RawValue,
}

impl DeadLetters {
    pub(crate) fn new(destination: String, path: PathBuf, bytes_max: u64, clock: Arc<dyn Clock>) -> Self {
        Self { destination, path, bytes_max, clock }
    }

    /// Keeps messages. They are on the disk when this returns, or the file was full and that was said.
    pub(crate) async fn keep(&self, messages: &[&Message], reason: &'static str) -> Result<(), PutError> {
        let time = self.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let lines: Result<Vec<Vec<u8>>, serde_json::Error> = messages
            .iter()
            .map(|message| {
                let mut line = serde_json::to_vec(&Line {
                    time: time.clone(),
                    destination: &self.destination,
                    reason,
                    subject: message.subject.as_deref(),
                    event: serde_json::from_slice(&message.body)?,
                })?;
                line.push(b'\n');
                Ok(line)
            })
            .collect();
        let failed = |source: Box<dyn std::error::Error + Send + Sync>| PutError {
            code: "DeadLetterFile".to_owned(),
            source: Some(source),
        };
        let lines = lines.map_err(|error| failed(Box::new(error)))?;
        let (path, bytes_max) = (self.path.clone(), self.bytes_max);
        let appended = tokio::task::spawn_blocking(move || append(&path, &lines, bytes_max)).await;
        let lost =
            appended.map_err(|error| failed(Box::new(error)))?.map_err(|error| failed(Box::new(error)))?;
        telemetry::dead_letters(&self.destination, messages.len() - lost, lost);
        if lost > 0 {
            let (destination, file) = (self.destination.as_str(), self.path.display().to_string());
            tracing::error!(
                destination,
                file,
                events = lost,
                "dead letter file is full; events not kept in it"
            );
        }
        Ok(())
    }
}

/// Appends what fits and syncs it; returns how many lines did not fit.
fn append(path: &Path, lines: &[Vec<u8>], bytes_max: u64) -> io::Result<usize> {
    let directory = path.parent().unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    let mut file = File::options().create(true).append(true).mode(0o600).open(path)?;
    let mut size = file.metadata()?.len();
    let mut fitting = Vec::new();
    let mut lost = 0;
    for line in lines {
        if size + line.len() as u64 > bytes_max {
            lost += 1;
        } else {
            size += line.len() as u64;
            fitting.extend_from_slice(line);
        }
    }
    file.write_all(&fitting)?;
    file.sync_all()?;
    File::open(directory)?.sync_all()?;
    Ok(lost)
}

impl std::fmt::Debug for DeadLetters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DeadLetters").field("path", &self.path).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::append;

    #[test]
    fn what_fits_is_kept_and_what_does_not_is_counted() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("letters/hook.ndjson");
        let line = |text: &str| text.as_bytes().to_vec();
        assert_eq!(append(&path, &[line("one\n"), line("two\n")], 12).unwrap(), 0);
        assert_eq!(append(&path, &[line("long one\n"), line("3\n"), line("4444\n")], 12).unwrap(), 2);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "one\ntwo\n3\n");
    }
}
