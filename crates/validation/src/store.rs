//! Where objects are read.

use async_trait::async_trait;
use cairn_digest::verify::{Content, ContentFault, Inflated, Metadata, Object};
use jiff::Timestamp;

/// An object, read to its end and not kept.
#[derive(Debug)]
pub struct Read {
    /// What it inflates to, or what is wrong with it.
    pub content: Result<Inflated, ContentFault>,
    /// What lies beside it.
    pub metadata: Metadata,
    /// How many bytes were fetched.
    pub bytes: u64,
}

/// An object in a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its key.
    pub key: String,
    /// How long it is.
    pub bytes: u64,
    /// When it was put; none where nobody says.
    pub modified: Option<Timestamp>,
}

/// A piece of a listing, in the order of keys.
#[derive(Debug, Default)]
pub struct Page {
    /// The objects.
    pub objects: Vec<Listed>,
    /// Whether there are more after the last of them.
    pub is_followed: bool,
}

impl Page {
    /// Returns the key after which the listing goes on that was asked for what follows `after`; none at its end.
    ///
    /// # Errors
    /// It would go round: the store does not heed where it is to begin.
    pub(crate) fn goes_on(&self, after: &str) -> Result<Option<String>, FetchError> {
        match self.objects.last().filter(|_| self.is_followed) {
            None => Ok(None),
            Some(last) if last.key.as_str() > after => Ok(Some(last.key.clone())),
            Some(_) => Err(FetchError::Failed("the listing begins again and again".to_owned())),
        }
    }
}

/// An object or a listing can't be had.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// There is no object of that key.
    #[error("find the object")]
    NotFound,
    /// The store said no, or never answered, or the file system failed.
    #[error("{0}")]
    Failed(String),
}

/// A place that holds digests and log files.
#[async_trait]
pub trait Store: std::fmt::Debug + Send + Sync {
    /// Reads an object to its end. `begin` says what is wanted of it; it is called once a try.
    async fn read(&self, object: &Object, begin: fn() -> Content) -> Result<Read, FetchError>;

    /// Lists objects whose keys begin with `prefix` and sort after `after`.
    async fn list(&self, bucket: &str, prefix: &str, after: &str) -> Result<Page, FetchError>;

    /// Says whether objects may lie there without their metadata.
    fn lacks_metadata(&self) -> bool;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_that_goes_round_ends() {
        let object = |key: &str| Listed { key: key.to_owned(), bytes: 1, modified: None };
        let page = |is_followed| Page { objects: vec![object("a"), object("b")], is_followed };
        assert_eq!(page(true).goes_on("").unwrap().as_deref(), Some("b"));
        assert_eq!(page(false).goes_on("").unwrap(), None);
        assert!(matches!(page(true).goes_on("b"), Err(FetchError::Failed(_))));
        assert_eq!(Page { objects: Vec::new(), is_followed: true }.goes_on("b").unwrap(), None);
    }
}
