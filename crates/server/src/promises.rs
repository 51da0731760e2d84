//! What the gateway owes to the record: calls that are under way, and calls that were not recorded.

use std::io;
use std::sync::Arc;

use cairn_event::{Clock, Ids};
use cairn_intake::Intake;
use cairn_intents::{GapKeeper, Gaps, Intents, Limits, OpenIntentsError, Settler};
use cairn_journal::{DiskFileSystem, EmbeddedReader, Position};

use crate::data_dir::DataDir;

/// Intents and gaps, on the disk.
#[derive(Debug)]
pub(crate) struct Promises {
    pub(crate) intents: Intents,
    pub(crate) gaps: Arc<Gaps>,
}

/// What keeps promises that calls can't keep themselves: two tasks to run.
#[derive(Debug)]
pub(crate) struct Keeping {
    pub(crate) settler: Settler,
    pub(crate) keeper: GapKeeper,
}

/// What the gateway owes to the record could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenPromisesError {
    /// The journal of intents.
    #[error("open the journal of intents")]
    Intents(#[from] OpenIntentsError),
    /// The file that keeps gaps.
    #[error("open the file of what was not recorded")]
    Gaps(#[source] io::Error),
}

impl Promises {
    /// Opens both in the data directory. What an earlier process left open is settled once the tasks run.
    ///
    /// # Errors
    /// See [`OpenPromisesError`].
    pub(crate) fn open(
        dir: &DataDir,
        journal: &Arc<EmbeddedReader>,
        intake: &Arc<Intake>,
        clock: &Arc<dyn Clock>,
        ids: &Arc<dyn Ids>,
    ) -> Result<(Self, Keeping), OpenPromisesError> {
        let disk = Arc::new(DiskFileSystem);
        let intents = Intents::open(&dir.intents(), &Limits::default(), disk, Arc::clone(journal))?;
        let outside = (Arc::clone(clock), Arc::clone(ids));
        let gaps = Gaps::open(&dir.gaps(), &DiskFileSystem, Arc::clone(journal), Arc::clone(intake), outside);
        let (gaps, keeper) = gaps.map_err(OpenPromisesError::Gaps)?;
        let settler = intents.settler(Arc::clone(intake));
        Ok((Self { intents, gaps }, Keeping { settler, keeper }))
    }

    /// Returns the lowest position that the journal must keep, lest a restart record a call twice. Ask after it is
    /// decided what else could be trimmed.
    pub(crate) fn hold(&self) -> Option<Position> {
        self.intents.hold().into_iter().chain(self.gaps.hold()).min()
    }
}
