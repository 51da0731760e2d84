//! The writer's thread: takes what waits, writes it as one frame, acknowledges, makes room.

use std::sync::Arc;

use cairn_intake::IntakeError;
use cairn_journal::{
    AppendError, AppendFailure, EmbeddedReader, EmbeddedWriter, Options, Position, Reader as _, Writer as _,
};

use crate::Limits;
use crate::book::{Book, Carry, Work};
use crate::intents::MainJournal;
use crate::record::{self, Record};
use crate::telemetry;

/// What the thread works with.
pub(crate) struct Parts {
    pub(crate) writer: Box<EmbeddedWriter>,
    pub(crate) reader: Arc<EmbeddedReader>,
    pub(crate) main: Arc<dyn MainJournal>,
    pub(crate) book: Arc<Book>,
    pub(crate) limits: Limits,
}

/// The thread's loop.
pub(crate) struct Loop {
    parts: Parts,
    /// Whether there was no room the last time.
    full: bool,
}

impl Loop {
    pub(crate) fn new(parts: Parts) -> Self {
        Self { parts, full: false }
    }

    /// Runs until the book is closed and everything in it is written, or the journal fails.
    pub(crate) fn run(mut self) {
        while let Some(work) = self.parts.book.next() {
            if self.serve(work).is_err() {
                // What still comes is refused, and this frees whoever has come already.
                while self.parts.book.next().is_some() {}
                return;
            }
            self.make_room();
        }
        if let Err(error) = self.parts.writer.close() {
            tracing::warn!(error = &error as &dyn std::error::Error, "intents not sealed");
        }
    }

    fn serve(&mut self, work: Work) -> Result<(), Poisoned> {
        if let Some(below) = work.renew_below {
            self.carry(|_, noted| noted < below)?;
        }
        let Work { fresh, done, .. } = work;
        if fresh.is_empty() && done.is_empty() {
            return Ok(());
        }
        let book = Arc::clone(&self.parts.book);
        let noted = self.parts.main.tail();
        let mut records: Vec<Vec<u8>> =
            fresh.iter().map(|fresh| Record::begun(noted, &fresh.intent)).collect();
        if !done.is_empty() {
            records.push(Record::done(done.iter().map(|(_, event_id)| event_id.as_str())));
        }
        match self.append(&records) {
            Ok(first) => {
                telemetry::committed(fresh.len());
                for (place, fresh) in (first..).zip(fresh) {
                    book.written(fresh.number, place, noted);
                    answer(fresh.reply, Ok(()));
                }
                book.forget(done.iter().map(|(number, _)| *number));
                Ok(())
            }
            Err(refusal) => {
                if refusal == IntakeError::Stopped {
                    book.stop(refusal);
                }
                book.put_back(done.iter().map(|(number, _)| *number));
                book.forget(fresh.iter().map(|fresh| fresh.number));
                fresh.into_iter().for_each(|fresh| answer(fresh.reply, Err(refusal)));
                if refusal == IntakeError::Stopped { Err(Poisoned) } else { Ok(()) }
            }
        }
    }

    /// Appends records as one frame and returns the place of the first. Where there is no room, some is made.
    fn append(&mut self, records: &[Vec<u8>]) -> Result<Position, IntakeError> {
        let batch: Vec<&[u8]> = records.iter().map(Vec::as_slice).collect();
        let mut appended = self.parts.writer.append(&batch);
        if matches!(&appended, Err(AppendError { failure: AppendFailure::Full, .. })) {
            self.trim();
            appended = self.parts.writer.append(&batch);
        }
        let was_full = std::mem::replace(&mut self.full, false);
        match appended {
            Ok(places) => Ok(places.start),
            Err(error) => {
                self.full = error.failure == AppendFailure::Full;
                if !(was_full && self.full) {
                    tracing::error!(error = &error as &dyn std::error::Error, "intents could not be written");
                }
                Err(error.failure.into())
            }
        }
    }

    /// Gives up what is done; where calls that stay open for long are in the way, carries them forward.
    fn make_room(&mut self) {
        let Options { segment_bytes, bytes_max, .. } = self.parts.limits.journal;
        if self.parts.reader.bytes_used() <= 2 * segment_bytes {
            return;
        }
        self.trim();
        if self.parts.reader.bytes_used() <= bytes_max / 2 {
            return;
        }
        let (head, tail) = (self.parts.reader.head(), self.parts.reader.tail());
        let middle = head + (tail - head) / 2;
        if self.carry(|place, _| place < middle).is_ok() {
            self.trim();
        }
    }

    fn trim(&self) {
        let tail = self.parts.reader.tail();
        let below = self.parts.book.oldest_place().unwrap_or(tail);
        if let Err(error) = self.parts.reader.trim(below) {
            tracing::warn!(error = &error as &dyn std::error::Error, "intents could not be trimmed");
        }
    }

    /// Writes open intents again at the end, with what is now known of the main journal.
    fn carry(&mut self, wanted: impl Fn(Position, Position) -> bool) -> Result<(), Poisoned> {
        let mut waiting = self.parts.book.to_carry(&*self.parts.main, wanted).into_iter().peekable();
        while waiting.peek().is_some() {
            let (mut records, mut carried, mut bytes) = (Vec::new(), Vec::new(), 0);
            for carry in waiting.by_ref() {
                let Some(record) = self.again(&carry) else { continue };
                bytes += record.len();
                records.push(record);
                carried.push(carry);
                if bytes >= self.parts.limits.batch_bytes_max() {
                    break;
                }
            }
            if records.is_empty() {
                continue;
            }
            match self.append(&records) {
                Ok(first) => {
                    for (place, carry) in (first..).zip(carried) {
                        self.parts.book.moved(carry.number, place, carry.noted);
                    }
                }
                Err(IntakeError::Stopped) => {
                    self.parts.book.stop(IntakeError::Stopped);
                    return Err(Poisoned);
                }
                Err(IntakeError::Full | IntakeError::TooLarge) => return Ok(()),
            }
        }
        Ok(())
    }

    /// Renders the record of an open intent once more.
    fn again(&self, carry: &Carry) -> Option<Vec<u8>> {
        match record::read(&*self.parts.reader, carry.place) {
            Ok(intent) => Some(Record::begun(carry.noted, &intent)),
            Err(error) => {
                // The settler ends it once its call is over; until then it stays where it is.
                if self.parts.book.not_read(carry.number, carry.place) == Some(1) {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "an open intent could not be read"
                    );
                }
                None
            }
        }
    }
}

/// Nothing more can be written before a restart.
struct Poisoned;

fn answer(reply: tokio::sync::oneshot::Sender<Result<(), IntakeError>>, told: Result<(), IntakeError>) {
    if reply.send(told).is_err() {
        tracing::trace!("nobody waits for this intent");
    }
}
