//! The journal in one directory of this machine.

mod reader;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use crate::body::Press;
use crate::cache::FrameCache;
use crate::chain::Chain;
use crate::error::OpenError;
use crate::file_system::{FileSystem, Lock};
use crate::journal::Position;
use crate::opened::Opened;
use crate::options::Options;
use crate::recovery::{self, Recovery};
use crate::segment;
use crate::watch::Watch;

pub use reader::EmbeddedReader;
pub use writer::EmbeddedWriter;

/// Opens a directory as a journal.
#[derive(Debug, Clone, Copy)]
pub struct EmbeddedJournal;

impl EmbeddedJournal {
    /// Opens the journal in `dir`, making the directory if need be, and says what was found.
    ///
    /// A torn tail of the last segment, which a crash leaves, is cut off and reported. The directory is
    /// locked until both answers are dropped. Sealed segments are not read here beyond their ends; what
    /// is wrong inside one is found when it is read, or by [`Inspection`](crate::Inspection).
    ///
    /// # Errors
    /// [`OpenError::Corrupt`] when anything but the tail is not as it was written: nothing was changed,
    /// and the text names the file, the offset and what an operator can choose between.
    pub fn open(
        dir: &Path,
        options: Options,
        file_system: Arc<dyn FileSystem>,
    ) -> Result<(EmbeddedWriter, Arc<EmbeddedReader>, Recovery), OpenError> {
        options.check()?;
        let io = |doing| move |source| OpenError::Io { path: dir.to_path_buf(), doing, source };
        file_system.create_dir(dir).map_err(io("make the directory"))?;
        let lock = file_system.lock(&dir.join("lock")).map_err(io("take the lock"))?;
        let lock = lock.ok_or_else(|| OpenError::Locked(dir.to_path_buf()))?;
        let press = Press::new(options.compression_level).map_err(io("prepare compression"))?;
        let recovered = recovery::recover(dir, &*file_system)?;
        let shared = Arc::new(Shared {
            dir: dir.to_path_buf(),
            cache: FrameCache::new(options.cache_bytes),
            bytes_max: options.bytes_max,
            file_system,
            chain: Mutex::new(recovered.chain),
            opened: Opened::default(),
            watch: Watch::new(recovered.report.tail),
            _lock: lock,
        });
        let reader = Arc::new(EmbeddedReader::new(Arc::clone(&shared)));
        let writer = EmbeddedWriter::new(shared, options, press);
        Ok((writer, reader, recovered.report))
    }
}

/// What writer and reader both use.
#[derive(Debug)]
struct Shared {
    dir: PathBuf,
    file_system: Arc<dyn FileSystem>,
    bytes_max: u64,
    chain: Mutex<Chain>,
    opened: Opened,
    cache: FrameCache,
    watch: Watch,
    _lock: Box<dyn Lock>,
}

impl Shared {
    fn segment_path(&self, base: Position) -> PathBuf {
        self.dir.join(segment::name(base))
    }
}
