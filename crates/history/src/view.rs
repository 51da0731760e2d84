//! What lookups see: an unchanging picture of head and splits, replaced as a whole.

use std::sync::{Arc, PoisonError, RwLock};

use crate::chunk::Chunk;
use crate::coded::Codes;
use crate::documents::Documents;
use crate::split::Split;

/// One picture of the history. Every event is in exactly one place of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct View {
    /// What no split holds yet: the head being filled, and before it the ones being sealed.
    pub(crate) heads: Vec<HeadPart>,
    /// The splits, ascending by journal position.
    pub(crate) splits: Vec<Arc<Split>>,
}

/// The rows of one draft with their documents.
#[derive(Debug, Clone)]
pub(crate) struct HeadPart {
    /// Tells drafts apart.
    pub(crate) draft: u64,
    pub(crate) chunks: Vec<Arc<Chunk>>,
    pub(crate) documents: Arc<Documents>,
    /// What the chunks' codes stand for.
    pub(crate) codes: Codes,
}

/// The current view.
#[derive(Debug, Default)]
pub(crate) struct Views(RwLock<Arc<View>>);

impl Views {
    /// Returns the current view.
    pub(crate) fn current(&self) -> Arc<View> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts another view in place. Changes exclude one another; lookups go on with what they have.
    pub(crate) fn change(&self, change: impl FnOnce(&mut View)) {
        let mut current = self.0.write().unwrap_or_else(PoisonError::into_inner);
        change(Arc::make_mut(&mut current));
    }
}

impl View {
    /// Puts a head's part in the place of the one of the same draft, or at the end.
    pub(crate) fn put_head(&mut self, part: HeadPart) {
        match self.heads.iter_mut().find(|other| other.draft == part.draft) {
            Some(place) => *place = part,
            None => self.heads.push(part),
        }
    }

    /// Takes away a draft's part.
    pub(crate) fn remove_head(&mut self, draft: u64) {
        self.heads.retain(|part| part.draft != draft);
    }

    /// Puts splits in the place of others.
    pub(crate) fn replace_splits(&mut self, remove: &[String], add: Vec<Arc<Split>>) {
        self.splits.retain(|split| !remove.contains(&split.manifest().id()));
        self.splits.extend(add);
        self.splits.sort_by_key(|split| split.manifest().from);
    }
}
