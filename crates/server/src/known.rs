//! Whose keys of other systems are: opened at start, looked after while the server runs.

use std::sync::Arc;

use cairn_catalog::{Catalog, MasterKey};
use cairn_event::{Clock, Ids};
use cairn_identities::directory::{Directory, DirectoryFile, FileError};
use cairn_identities::{Identities, Upkeep};
use tokio_util::sync::CancellationToken;

use crate::config::Config;

/// The directory and what was learned, with what looks after them.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) identities: Arc<Identities>,
    file: Option<DirectoryFile>,
    upkeep: Upkeep,
}

impl Known {
    /// Reads the directory and what was learned before.
    ///
    /// # Errors
    /// The directory's file can't be read or makes no sense: a server that is told whose keys are whose does not
    /// start without knowing it.
    pub(crate) async fn open(
        config: &Config,
        (catalog, master): (&Arc<dyn Catalog>, &Arc<MasterKey>),
        clock: &Arc<dyn Clock>,
        ids: &Arc<dyn Ids>,
    ) -> Result<Self, FileError> {
        let file = config.directory_file.as_ref().map(|path| DirectoryFile::new(path, config.account));
        let (directory, file) = match file {
            Some(mut file) => (file.read()?, Some(file)),
            None => (Directory::default(), None),
        };
        let identities = Arc::new(Identities::new(directory, config.account_hints, Arc::clone(clock)));
        let (catalog, master) = (Arc::clone(catalog), Arc::clone(master));
        let upkeep = Upkeep::new(Arc::clone(&identities), catalog, master, Arc::clone(ids));
        upkeep.restore().await;
        Ok(Self { identities, file, upkeep })
    }

    /// Looks after both until `stop`.
    pub(crate) async fn run(self, stop: CancellationToken) {
        let Self { identities, file, upkeep } = self;
        let watching = async {
            if let Some(file) = file {
                file.run(identities, stop.clone()).await;
            }
        };
        tokio::join!(watching, upkeep.run(stop.clone()));
    }
}
