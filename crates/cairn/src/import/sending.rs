//! Lines on their way to the server, in batches that are durable when they are answered.
//!
//! Lines of many documents share a batch: a directory of small files takes few requests. All requests are one import,
//! which is on record from before its first line, and again when it has ended.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use bytes::{BufMut as _, Bytes, BytesMut};
use cairn_sources::PLACES_MAX;
use serde::Deserialize;
use serde_json::json;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::Format;
use super::documents::Line;
use super::report::Report;
use crate::client::{CallError, Client};

/// The most lines of a batch.
const LINES_MAX: usize = 2_000;

/// From this many bytes on a batch is sent.
const BYTES_MAX: usize = 2 << 20;

/// How often an import is begun anew for a batch: once where the server gave the last one up.
const BEGINNINGS_MAX: usize = 2;

/// How long it is tried to send a batch, with pauses that grow.
const PAUSES: [Duration; 7] = [
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
    Duration::from_secs(16),
];

/// What is imported, as the record of its beginning tells it.
#[derive(Debug)]
pub(super) struct Opening {
    pub(super) format: Format,
    pub(super) places: Vec<String>,
    pub(super) documents: usize,
}

/// Sends lines.
pub(super) struct Sending<'c> {
    client: &'c Client,
    opening: Opening,
    stop: CancellationToken,
    /// The import, once something was sent.
    import: Option<String>,
    document: Arc<str>,
    /// Lines up to this number were sent before.
    skipped: u64,
    /// The last line of the document that is durable.
    done: u64,
    /// The document and number of each line of the batch.
    lines: Vec<(Arc<str>, u64)>,
    batch: BytesMut,
    /// Documents whose last lines are in the batch.
    ended: Vec<Arc<str>>,
    /// Documents that are imported.
    imported: Vec<Arc<str>>,
    /// Whether the server has ever answered.
    answered: bool,
}

/// What the server says of a batch.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answer {
    pub(super) recorded: u64,
    pub(super) repeated: u64,
    pub(super) not_selected: u64,
    pub(super) too_old: u64,
    refused: Vec<RefusedLine>,
}

#[derive(Debug, Deserialize)]
struct RefusedLine {
    at: usize,
    reason: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Begun {
    import_id: String,
}

impl<'c> Sending<'c> {
    pub(super) fn new(client: &'c Client, opening: Opening, stop: CancellationToken) -> Self {
        Self {
            client,
            opening,
            stop,
            import: None,
            document: Arc::from(""),
            skipped: 0,
            done: 0,
            lines: Vec::new(),
            batch: BytesMut::new(),
            ended: Vec::new(),
            imported: Vec::new(),
            answered: false,
        }
    }

    /// Begins a document, of which so many lines were sent before.
    pub(super) fn begin(&mut self, document: &str, skipped: u64) {
        (self.document, self.skipped, self.done) = (Arc::from(document), skipped, skipped);
    }

    /// Ends a document. It is imported once the lines that wait are sent.
    pub(super) fn finish(&mut self) {
        let documents = if self.lines.is_empty() { &mut self.imported } else { &mut self.ended };
        documents.push(Arc::clone(&self.document));
    }

    /// Returns how many lines of the document are durable.
    pub(super) fn lines(&self) -> u64 {
        self.done
    }

    /// Returns the import's id, once something was sent.
    pub(super) fn import(&self) -> Option<&str> {
        self.import.as_deref()
    }

    /// Returns the documents that are imported since this was asked last.
    pub(super) fn imported(&mut self) -> Vec<Arc<str>> {
        std::mem::take(&mut self.imported)
    }

    /// Adds a line, and sends what has come together when it is enough.
    pub(super) async fn add(&mut self, line: Line, report: &mut Report) -> anyhow::Result<()> {
        if line.number <= self.skipped {
            return Ok(());
        }
        self.lines.push((Arc::clone(&self.document), line.number));
        self.batch.put_slice(&line.text);
        self.batch.put_u8(b'\n');
        if self.lines.len() >= LINES_MAX || self.batch.len() >= BYTES_MAX {
            self.flush(report).await?;
        }
        Ok(())
    }

    /// Sends what is left.
    pub(super) async fn flush(&mut self, report: &mut Report) -> anyhow::Result<()> {
        if self.lines.is_empty() {
            return Ok(());
        }
        let batch = self.batch.split().freeze();
        let answer = self.send(&batch).await?;
        report.count(&answer);
        for RefusedLine { at, reason } in answer.refused {
            let (document, number) = self.lines.get(at).context("read the answer: it names no line")?;
            report.refuse(document, *number, reason);
        }
        let of_document = |(of, _): &&(Arc<str>, u64)| Arc::ptr_eq(of, &self.document);
        if let Some((_, number)) = self.lines.last().filter(of_document) {
            self.done = *number;
        }
        self.lines.clear();
        self.imported.append(&mut self.ended);
        Ok(())
    }

    /// Ends the import, so that what became of it is on record.
    pub(super) async fn end(&self, outcome: &str, documents: u64) -> anyhow::Result<()> {
        let Some(id) = &self.import else { return Ok(()) };
        let end = json!({ "importId": id, "outcome": outcome, "documents": documents });
        match self.ask("/_cairn/import/end", "", end.to_string().into()).await {
            Ok(_counts) => Ok(()),
            // The answer to an earlier try was lost, or the server was quicker.
            Err(error) if is_unknown(&error) => Ok(()),
            Err(error) => Err(anyhow::Error::from(error).context("record the end of the import")),
        }
    }

    /// Sends a batch as part of an import, which is begun where there is none, or the server has ended it.
    async fn send(&mut self, batch: &Bytes) -> anyhow::Result<Answer> {
        for _ in 0..BEGINNINGS_MAX {
            let id = match &self.import {
                Some(id) => id.clone(),
                None => self.open().await?,
            };
            let query = format!("format={}&import={id}", self.opening.format.name());
            match self.ask("/_cairn/import", &query, batch.clone()).await {
                Ok(answer) => return serde_json::from_slice(&answer).context("read the answer"),
                Err(error) if is_unknown(&error) => self.import = None,
                Err(error) => return Err(error.into()),
            }
        }
        anyhow::bail!("go on: the server ends the import at once")
    }

    async fn open(&mut self) -> anyhow::Result<String> {
        let Opening { format, places, documents } = &self.opening;
        let places: Vec<&String> = places.iter().take(PLACES_MAX).collect();
        let opening = json!({ "format": format.name(), "places": places, "documents": documents });
        let begun = self.ask("/_cairn/import/begin", "", opening.to_string().into()).await?;
        let Begun { import_id } = serde_json::from_slice(&begun).context("read the answer")?;
        self.answered = true;
        self.import = Some(import_id.clone());
        Ok(import_id)
    }

    async fn ask(&self, path: &str, query: &str, body: Bytes) -> Result<Bytes, CallError> {
        let mut pauses = PAUSES.into_iter();
        loop {
            match self.client.ask_page(path, query, body.clone()).await {
                Ok(answer) => return Ok(answer),
                Err(error) => match pauses.next().filter(|_| self.may_pass(&error)) {
                    Some(pause) => tokio::select! {
                        () = self.stop.cancelled() => return Err(error),
                        () = sleep(pause) => {}
                    },
                    None => return Err(error),
                },
            }
        }
    }

    /// Tells whether it may help to try again: nothing is imported twice by that. A server that has never answered is
    /// not waited for.
    fn may_pass(&self, error: &CallError) -> bool {
        match error {
            CallError::Refused { status, code, .. } => {
                status.is_server_error() || code == "ConflictException"
            }
            CallError::Unreachable { .. } => self.answered,
            CallError::Unmakeable(_) => false,
        }
    }
}

/// Tells whether the server says that no such import is open.
fn is_unknown(error: &CallError) -> bool {
    matches!(error, CallError::Refused { code, .. } if code == "ResourceNotFoundException")
}
