//! Lines on their way to the server, in batches that are durable when they are answered.

use std::time::Duration;

use anyhow::Context as _;
use bytes::{BufMut as _, Bytes, BytesMut};
use serde::Deserialize;
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

/// Sends lines.
pub(super) struct Sending<'c> {
    client: &'c Client,
    format: Format,
    stop: CancellationToken,
    document: String,
    /// Lines up to this number were sent before.
    skipped: u64,
    /// The last line that is durable.
    done: u64,
    numbers: Vec<u64>,
    batch: BytesMut,
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

impl<'c> Sending<'c> {
    pub(super) fn new(client: &'c Client, format: Format, stop: CancellationToken) -> Self {
        let (document, batch) = (String::new(), BytesMut::new());
        Self {
            client,
            format,
            stop,
            document,
            skipped: 0,
            done: 0,
            numbers: Vec::new(),
            batch,
            answered: false,
        }
    }

    /// Begins a document, of which so many lines were sent before.
    pub(super) fn begin(&mut self, document: String, skipped: u64) {
        (self.document, self.skipped, self.done) = (document, skipped, skipped);
        self.numbers.clear();
        self.batch.clear();
    }

    /// Returns how many lines of the document are durable.
    pub(super) fn lines(&self) -> u64 {
        self.done
    }

    /// Adds a line, and sends what has come together when it is enough.
    pub(super) async fn add(&mut self, line: Line, report: &mut Report) -> anyhow::Result<()> {
        if line.number <= self.skipped {
            return Ok(());
        }
        self.numbers.push(line.number);
        self.batch.put_slice(&line.text);
        self.batch.put_u8(b'\n');
        if self.numbers.len() >= LINES_MAX || self.batch.len() >= BYTES_MAX {
            self.flush(report).await?;
        }
        Ok(())
    }

    /// Sends what is left.
    pub(super) async fn flush(&mut self, report: &mut Report) -> anyhow::Result<()> {
        let Some(last) = self.numbers.last().copied() else { return Ok(()) };
        let batch = self.batch.split().freeze();
        let answer = self.send(batch).await?;
        self.answered = true;
        report.count(&answer);
        for RefusedLine { at, reason } in answer.refused {
            let number = self.numbers.get(at).copied().unwrap_or_default();
            report.refuse(&self.document, number, reason);
        }
        self.numbers.clear();
        self.done = last;
        Ok(())
    }

    async fn send(&self, batch: Bytes) -> anyhow::Result<Answer> {
        let query = format!("format={}", self.format.name());
        let mut pauses = PAUSES.into_iter();
        loop {
            match self.client.ask_page("/_cairn/import", &query, batch.clone()).await {
                Ok(answer) => return serde_json::from_slice(&answer).context("read the answer"),
                Err(error) => match pauses.next().filter(|_| self.may_pass(&error)) {
                    Some(pause) => tokio::select! {
                        () = self.stop.cancelled() => return Err(error.into()),
                        () = sleep(pause) => {}
                    },
                    None => return Err(error.into()),
                },
            }
        }
    }

    /// Tells whether it may help to try again: nothing is imported twice by that. A server that has never answered is
    /// not waited for.
    fn may_pass(&self, error: &CallError) -> bool {
        match error {
            CallError::Refused { status, .. } => status.is_server_error(),
            CallError::Unreachable { .. } => self.answered,
            CallError::Unmakeable(_) => false,
        }
    }
}
