//! Values between Rust and SQL, and failures in the catalog's words.

use std::error::Error;
use std::str::FromStr;

use cairn_event::EventTime;
use cairn_sqlite::Failed;
use jiff::Timestamp;
use sqlx::sqlite::SqliteRow;
use sqlx::{ColumnIndex, Decode, Row, Sqlite, Type};

use crate::{Refusal, StoreError, StoreFailure};

/// A row being read: what is wrong in it is corruption, never a default.
pub(super) struct Fields<'r> {
    pub(super) row: &'r SqliteRow,
    pub(super) doing: &'static str,
}

impl<'r> Fields<'r> {
    pub(super) fn get<T, I>(&self, column: I) -> Result<T, StoreError>
    where
        T: Decode<'r, Sqlite> + Type<Sqlite>,
        I: ColumnIndex<SqliteRow>,
    {
        self.row.try_get(column).map_err(|error| failed(self.doing, error))
    }

    pub(super) fn number(&self, column: &'static str) -> Result<u64, StoreError> {
        let stored: i64 = self.get(column)?;
        u64::try_from(stored).map_err(|error| self.corrupt(column, error))
    }

    pub(super) fn parse<T>(&self, column: &'static str) -> Result<T, StoreError>
    where
        T: FromStr,
        T::Err: Error + Send + Sync + 'static,
    {
        let text: &str = self.get(column)?;
        text.parse().map_err(|error| self.corrupt(column, error))
    }

    pub(super) fn instant(&self, column: &'static str) -> Result<Timestamp, StoreError> {
        let ms: i64 = self.get(column)?;
        Timestamp::from_millisecond(ms).map_err(|error| self.corrupt(column, error))
    }

    pub(super) fn instant_maybe(&self, column: &'static str) -> Result<Option<Timestamp>, StoreError> {
        let ms: Option<i64> = self.get(column)?;
        ms.map(Timestamp::from_millisecond).transpose().map_err(|error| self.corrupt(column, error))
    }

    pub(super) fn event_time(&self, column: &'static str) -> Result<EventTime, StoreError> {
        Ok(EventTime::from_epoch_seconds(self.get(column)?))
    }

    pub(super) fn corrupt(
        &self,
        column: &'static str,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> StoreError {
        corrupt(self.doing, Unreadable { column, source: source.into() })
    }
}

#[derive(Debug, thiserror::Error)]
#[error("read the column {column}")]
struct Unreadable {
    column: &'static str,
    source: Box<dyn Error + Send + Sync>,
}

/// Takes a number to where SQL can hold it.
pub(super) fn number(value: u64) -> Result<i64, Refusal> {
    i64::try_from(value).map_err(|_out_of_range| Refusal::TooLarge(value))
}

pub(super) fn corrupt(doing: &'static str, source: impl Into<Box<dyn Error + Send + Sync>>) -> StoreError {
    StoreError { failure: StoreFailure::Corrupt, doing, source: source.into() }
}

/// Tells a failure in the catalog's words.
pub(super) fn failed(doing: &'static str, error: impl Into<Failed>) -> StoreError {
    let Failed { failure, source } = error.into();
    StoreError { failure, doing, source }
}
