//! An organization that is kept elsewhere: read there again and again, and followed here.
//!
//! A [`Source`] reads the whole organization; what it saw is checked once and is [`Seen`] then. [`next_step`] is
//! the decision: what was seen and a revision of the catalog give the changes of the next commit, and none once
//! both agree. A reading is never believed in part: an account is gone when a whole reading does not have it.
//!
//! Whether somebody is a member is the business of whoever keeps the organization; trails, and what becomes of them
//! when trust ends or another account manages the organization, are decided here as for an organization kept here.

mod follow;
mod seen;

#[cfg(test)]
mod tests;

use async_trait::async_trait;

pub(crate) use follow::end_step;
pub use follow::{Fresh, InUse, Loss, check_unused, loss, next_step};
pub use seen::{Found, LIMITS, Limits, Seen, Unfit};

/// Reads the organization where it is kept.
#[async_trait]
pub trait Source: std::fmt::Debug + Send + Sync {
    /// Reads all of it; `None` where the account that asks belongs to no organization.
    async fn read(&self) -> Result<Option<Seen>, ReadError>;
}

/// The organization could not be read.
#[derive(Debug, thiserror::Error)]
#[error("read the organization that is kept elsewhere: {code}")]
pub struct ReadError {
    /// The other side's code, or ours where there was no answer.
    pub code: String,
    /// What exactly went wrong, where that is known.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl ReadError {
    /// Names a failure by its code alone.
    pub fn of(code: impl Into<String>) -> Self {
        Self { code: code.into(), source: None }
    }
}

impl From<Unfit> for ReadError {
    fn from(unfit: Unfit) -> Self {
        Self { code: UNFIT.to_owned(), source: Some(Box::new(unfit)) }
    }
}

/// The code of an answer that can't be an organization.
const UNFIT: &str = "InvalidAnswer";
