//! The door: begin an intent, end it.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use cairn_intake::{Intake, IntakeError};
use cairn_journal::{EmbeddedJournal, EmbeddedReader, FileSystem, OpenError, Position, ReadError, Reader};
use tokio::time::Instant;

use crate::book::{Book, Number};
use crate::record::{Record, RecordError};
use crate::settler::Settler;
use crate::telemetry::{self, Ended};
use crate::writer::{Loop, Parts};
use crate::{Intent, Limits};

/// How many bytes of the journal are read at once when it is opened.
const READ_BYTES_MAX: usize = 1 << 20;

/// The journal of intents of one process. Shared by everybody who forwards calls.
#[derive(Debug)]
pub struct Intents {
    book: Arc<Book>,
    reader: Arc<EmbeddedReader>,
    main: Arc<dyn MainJournal>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// The main journal, as far as intents look at it.
pub(crate) trait MainJournal: Reader + std::fmt::Debug {}

impl<R: Reader + std::fmt::Debug> MainJournal for R {}

/// An intent that is on the disk: its call may be made.
///
/// Dropped without [`done`](Self::done), it becomes an event with an unknown outcome: soon, through the
/// [`Settler`], or at the next start.
#[derive(Debug)]
#[must_use = "an intent that is not done becomes an event with an unknown outcome"]
pub struct Begun {
    book: Arc<Book>,
    number: Number,
    fate: Fate,
}

/// What becomes of an intent when it is dropped.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Withdrawn,
    Left,
    Done,
}

/// The journal of intents could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenIntentsError {
    /// The directory is not a good journal; the text says what an operator can do.
    #[error(transparent)]
    Journal(#[from] OpenError),
    /// What it holds could not be read.
    #[error("read what was left open")]
    Read(#[from] ReadError),
    /// A record in it is none of its own.
    #[error("understand what was left open at position {position}")]
    Record {
        /// Where it is.
        position: Position,
        /// What is wrong with it.
        source: RecordError,
    },
    /// The thread could not be started.
    #[error("start the thread that writes intents")]
    Thread(#[from] std::io::Error),
}

impl Intents {
    /// Opens the journal of intents in `dir`, beside the main journal that `main` reads. What an earlier process
    /// left open is settled by the [`Settler`].
    ///
    /// # Errors
    /// See [`OpenIntentsError`].
    pub fn open(
        dir: &Path,
        limits: &Limits,
        file_system: Arc<dyn FileSystem>,
        main: Arc<EmbeddedReader>,
    ) -> Result<Self, OpenIntentsError> {
        let (writer, reader, recovery) = EmbeddedJournal::open(dir, limits.journal.clone(), file_system)?;
        if recovery.torn_bytes > 0 {
            tracing::info!(
                bytes = recovery.torn_bytes,
                "cut off what a crash left at the end of the intents"
            );
        }
        let book = Arc::new(Book::new(limits));
        take_up(&reader, &book)?;
        if book.count() > 0 {
            tracing::info!(intents = book.count(), "calls were left open by the last process");
        }
        let main: Arc<dyn MainJournal> = main;
        let writing = Loop::new(Parts {
            writer: Box::new(writer),
            reader: Arc::clone(&reader),
            main: Arc::clone(&main),
            book: Arc::clone(&book),
            limits: limits.clone(),
        });
        let thread =
            std::thread::Builder::new().name("intents-writer".to_owned()).spawn(move || writing.run())?;
        Ok(Self { book, reader, main, thread: Mutex::new(Some(thread)) })
    }

    /// Makes an intent durable. The call may be made once this has returned.
    ///
    /// Cancel-safe: dropped before it has returned, the intent is withdrawn; the call was not made.
    ///
    /// # Errors
    /// [`IntakeError`] says whether waiting or restarting would help. The call must not be made. Only after
    /// `Stopped` may a restart find the intent all the same, and record the call with an unknown outcome.
    pub async fn begin(&self, intent: Intent) -> Result<Begun, IntakeError> {
        let started = Instant::now();
        let begun = self.write(intent).await;
        match &begun {
            Ok(_) => telemetry::begun(started.elapsed()),
            Err(refusal) => telemetry::refused(*refusal),
        }
        begun
    }

    async fn write(&self, intent: Intent) -> Result<Begun, IntakeError> {
        let (number, told) = self.book.begin(intent)?;
        let mut begun = Begun { book: Arc::clone(&self.book), number, fate: Fate::Withdrawn };
        told.await.map_err(|_writer_gone| IntakeError::Stopped)??;
        begun.fate = Fate::Left;
        Ok(begun)
    }

    /// Returns why intents are refused until a restart; `None` while they are taken.
    pub fn refusal(&self) -> Option<IntakeError> {
        self.book.refusal()
    }

    /// Returns how many intents are open, or not yet marked as done on the disk.
    pub fn open_count(&self) -> usize {
        self.book.count()
    }

    /// Returns the lowest position that the main journal must keep for the settler of a restart.
    ///
    /// An intent that is begun after this call never needs anything below the main journal's present tail, so that
    /// what is to be trimmed is decided first and lowered to this afterwards.
    pub fn hold(&self) -> Option<Position> {
        self.book.hold()
    }

    /// Asks for open intents that hold the main journal below `below` to hold it no longer, as far as may be; a
    /// later [`hold`](Self::hold) tells.
    pub fn renew(&self, below: Position) {
        self.book.renew(below);
    }

    /// Makes what settles intents that were left behind, now or by an earlier process.
    pub fn settler(&self, intake: Arc<Intake>) -> Settler {
        Settler {
            book: Arc::clone(&self.book),
            reader: Arc::clone(&self.reader),
            main: Arc::clone(&self.main),
            intake,
        }
    }

    /// Takes no more intents, writes what waits, and ends the thread. What is open stays open, for the next start.
    pub async fn close(&self) {
        self.book.stop(IntakeError::Stopped);
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(thread) = thread else { return };
        let joined = tokio::task::spawn_blocking(move || thread.join()).await;
        if !matches!(joined, Ok(Ok(()))) {
            tracing::error!("writer of intents ended abnormally");
        }
        let open = self.book.count();
        if open > 0 {
            tracing::warn!(intents = open, "calls are left open; the next start records them");
        }
    }
}

impl Begun {
    /// Says that the event of the call is about to be submitted to intake. From here on it may be found in the
    /// main journal although nobody was told.
    pub fn recording(&self) {
        self.book.recording(self.number);
    }

    /// Ends the intent: the event with the call's outcome is durable. The mark is written with others, later; a
    /// crash before it is found by the event's id.
    pub fn done(mut self) {
        self.fate = Fate::Done;
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        match self.fate {
            Fate::Withdrawn => self.book.withdraw(self.number),
            Fate::Left => self.book.leave(self.number),
            Fate::Done => self.book.done(self.number, Ended::Done),
        }
    }
}

/// Reads what is open.
fn take_up(reader: &EmbeddedReader, book: &Book) -> Result<(), OpenIntentsError> {
    // Ascending by place: what was begun first, and a later copy in the place of an earlier one.
    let mut open = std::collections::BTreeMap::new();
    let mut next = reader.head();
    loop {
        let records = reader.read(next, READ_BYTES_MAX)?;
        let Some((last, _)) = records.last() else { break };
        next = last + 1;
        for (position, bytes) in records {
            let record = Record::decode(&bytes);
            match record.map_err(|source| OpenIntentsError::Record { position, source })? {
                Record::Begun { noted, intent } => {
                    open.insert(intent.event_id, (position, noted, intent.event.len()));
                }
                Record::Done(ids) => {
                    for id in ids {
                        open.remove(&id);
                    }
                }
            }
        }
    }
    for (event_id, (place, noted, bytes)) in open {
        book.take_up(event_id, bytes, place, noted);
    }
    Ok(())
}
