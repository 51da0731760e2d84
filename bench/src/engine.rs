//! The engine without its socket: catalog, journal, intake and history, opened as the server opens them.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cairn_catalog::{Catalog, SqliteCatalog};
use cairn_event::Clock;
use cairn_history::{History, HistoryConfig, HistoryService};
use cairn_journal::{
    AppendError, CloseError, DiskFileSystem, EmbeddedJournal, EmbeddedReader, EmbeddedWriter, Options,
    Position, Reader, Writer,
};
use cairn_projection::Source;
use jiff::Timestamp;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Everything that is kept in one directory.
pub(crate) struct Engine {
    dir: PathBuf,
    pub(crate) catalog: Arc<dyn Catalog>,
    pub(crate) reader: Arc<EmbeddedReader>,
    /// Taken by whoever writes.
    pub(crate) writer: Option<EmbeddedWriter>,
}

/// A history whose service runs in a runtime of its own, so that its threads' CPU time can be told.
pub(crate) struct RunningHistory {
    pub(crate) history: History,
    runtime: Runtime,
    shutdown: CancellationToken,
    tasks: TaskTracker,
}

/// A writer that counts what it was asked to do.
pub(crate) struct CountedWriter {
    writer: EmbeddedWriter,
    frames: Arc<AtomicU64>,
}

/// The machine's clock.
#[derive(Debug)]
pub(crate) struct MachineClock;

/// A clock that stands still.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FixedClock(pub(crate) i64);

impl Engine {
    /// Opens what is in `dir`; makes it if there is nothing.
    pub(crate) async fn open(dir: &Path) -> anyhow::Result<Self> {
        let catalog: Arc<dyn Catalog> = Arc::new(SqliteCatalog::open(&dir.join("catalog.sqlite3")).await?);
        let options = Options { bytes_max: 1 << 40, ..Options::default() };
        let (writer, reader, _recovery) =
            EmbeddedJournal::open(&dir.join("journal"), options, Arc::new(DiskFileSystem))?;
        Ok(Self { dir: dir.to_path_buf(), catalog, reader, writer: Some(writer) })
    }

    /// Returns the default configuration of this engine's history.
    pub(crate) fn history_config(&self) -> HistoryConfig {
        HistoryConfig::new(self.dir.join("history"))
    }

    /// Opens the history and runs it beside the caller.
    pub(crate) async fn start_history(
        &self,
        config: HistoryConfig,
        clock: Arc<dyn Clock>,
    ) -> anyhow::Result<RunningHistory> {
        let source = Source::new(Arc::clone(&self.reader) as Arc<dyn Reader>)?;
        let catalog = Arc::clone(&self.catalog);
        let (history, service) = History::open(config, catalog, source, clock, [7; 32]).await?;
        RunningHistory::start(history, service)
    }
}

impl RunningHistory {
    fn start(history: History, service: HistoryService) -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("history")
            .enable_all()
            .build()?;
        let (shutdown, tasks) = (CancellationToken::new(), TaskTracker::new());
        drop(tasks.spawn_on(service.run(shutdown.clone()), runtime.handle()));
        tasks.close();
        Ok(Self { history, runtime, shutdown, tasks })
    }

    /// Stops as a server does; what the head holds is not sealed.
    pub(crate) async fn stop(self) {
        self.shutdown.cancel();
        self.tasks.wait().await;
        self.runtime.shutdown_background();
    }
}

impl CountedWriter {
    /// Wraps a writer; the number counts frames, each of which is one sync.
    pub(crate) fn new(writer: EmbeddedWriter) -> (Self, Arc<AtomicU64>) {
        let frames = Arc::new(AtomicU64::new(0));
        (Self { writer, frames: Arc::clone(&frames) }, frames)
    }
}

impl Writer for CountedWriter {
    fn append(&mut self, batch: &[&[u8]]) -> Result<std::ops::Range<Position>, AppendError> {
        self.frames.fetch_add(1, Ordering::Relaxed);
        self.writer.append(batch)
    }

    fn close(self: Box<Self>) -> Result<(), CloseError> {
        Box::new(self.writer).close()
    }
}

impl Clock for MachineClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0).unwrap_or_default()
    }
}
