//! What a failure of SQLite means, by what the caller can do about it.

use std::error::Error;

use sqlx::error::DatabaseError;

/// What a caller can do about a store that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// Another process holds the store; nothing changed and the same call may succeed later.
    Busy,
    /// The disk is full; nothing changed and the same call succeeds once there is room.
    Full,
    /// What is stored cannot be read as what it must be; an operator has to look.
    Corrupt,
    /// The disk refused a read, a write or a sync. Whether the last change is kept shows after a restart;
    /// until then every write fails with this.
    Broken,
    /// The store is closed, or it refused for a reason that repeating will not cure.
    Failed,
}

/// A failure with its cause; the store adds what it was doing.
#[derive(Debug)]
pub struct Failed {
    /// What the caller can do.
    pub failure: Failure,
    /// The cause.
    pub source: Box<dyn Error + Send + Sync>,
}

impl From<sqlx::Error> for Failed {
    fn from(error: sqlx::Error) -> Self {
        Self { failure: Failure::of(&error), source: Box::new(error) }
    }
}

impl Failure {
    fn of(error: &sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(database) => Self::of_code(database.as_ref()),
            sqlx::Error::PoolTimedOut => Self::Busy,
            sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed => Self::Broken,
            sqlx::Error::RowNotFound
            | sqlx::Error::TypeNotFound { .. }
            | sqlx::Error::ColumnIndexOutOfBounds { .. }
            | sqlx::Error::ColumnNotFound(_)
            | sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::Decode(_) => Self::Corrupt,
            _ => Self::Failed,
        }
    }

    /// SQLite's result codes; the low byte is the primary one.
    fn of_code(error: &dyn DatabaseError) -> Self {
        let code = error.code().and_then(|code| code.parse::<u32>().ok()).unwrap_or_default();
        match code & 0xff {
            5 | 6 => Self::Busy,
            13 => Self::Full,
            11 | 26 => Self::Corrupt,
            10 => Self::Broken,
            _ => Self::Failed,
        }
    }
}
