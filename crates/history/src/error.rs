//! What can go wrong in the history, by what the caller can do.

use std::io;

use crate::documents::DocumentError;

/// The history's files could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file system refused; a later call may succeed.
    #[error("use the history's files")]
    Io(#[from] io::Error),
    /// What is on disk is not what was written. The split can be made again from the journal as long as
    /// that holds its events.
    #[error("use the history's files: {0}")]
    Damaged(&'static str),
    /// A file's text is not what it must be.
    #[error("read {what}")]
    Unreadable {
        /// Which file.
        what: &'static str,
        #[source]
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The index library refused.
    #[error("use a split's index")]
    Index(#[source] Box<tantivy::TantivyError>),
}

impl StoreError {
    pub(crate) fn damaged(what: &'static str) -> Self {
        Self::Damaged(what)
    }

    /// Tells whether what is on disk is to blame, so that trying again is in vain.
    pub(crate) fn is_of_damage(&self) -> bool {
        match self {
            Self::Damaged(_) | Self::Unreadable { .. } => true,
            Self::Index(source) => matches!(**source, tantivy::TantivyError::DataCorruption(_)),
            Self::Io(source) => {
                matches!(source.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof)
            }
        }
    }
}

impl From<tantivy::TantivyError> for StoreError {
    fn from(error: tantivy::TantivyError) -> Self {
        Self::Index(Box::new(error))
    }
}

impl From<tantivy::directory::error::OpenDirectoryError> for StoreError {
    fn from(error: tantivy::directory::error::OpenDirectoryError) -> Self {
        Self::from(tantivy::TantivyError::from(error))
    }
}

impl From<DocumentError> for StoreError {
    fn from(error: DocumentError) -> Self {
        match error {
            DocumentError::Io(source) => Self::Io(source),
            DocumentError::Damaged(what) => Self::Damaged(what),
        }
    }
}
