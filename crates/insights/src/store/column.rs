//! Values between Rust and SQL.

use std::error::Error;
use std::str::FromStr;
use std::sync::Arc;

use cairn_anomaly::Minute;
use serde::de::DeserializeOwned;
use sqlx::sqlite::SqliteRow;
use sqlx::{Decode, Row, Sqlite, Type};

use super::error::{StoreError, contradicted, corrupt, failed};

/// Minutes in one of the store's hours.
pub(super) const HOUR: u32 = 60;

/// The hour that a minute lies in, counted from the epoch.
pub(super) fn hour(minute: Minute) -> i64 {
    i64::from(minute.number() / HOUR)
}

/// The day that a minute lies in, counted likewise.
pub(super) fn day(minute: Minute) -> i64 {
    i64::from(minute.number() / (24 * HOUR))
}

pub(super) fn sql_minute(minute: Minute) -> i64 {
    i64::from(minute.number())
}

/// Takes a number to where SQL can hold it.
pub(super) fn sql_number(number: u64, doing: &'static str) -> Result<i64, StoreError> {
    i64::try_from(number)
        .map_err(|_too_large| contradicted(doing, "a number is larger than the store can hold"))
}

/// A row being read, column after column: what is wrong in it is corruption, never a default.
pub(super) struct Columns<'r> {
    row: &'r SqliteRow,
    next: usize,
    doing: &'static str,
}

impl<'r> Columns<'r> {
    pub(super) fn of(row: &'r SqliteRow, doing: &'static str) -> Self {
        Self { row, next: 0, doing }
    }

    pub(super) fn next<T>(&mut self) -> Result<T, StoreError>
    where
        T: Decode<'r, Sqlite> + Type<Sqlite>,
    {
        let index = self.next;
        self.next += 1;
        self.row.try_get(index).map_err(failed(self.doing))
    }

    pub(super) fn number<T>(&mut self) -> Result<T, StoreError>
    where
        T: TryFrom<i64>,
        T::Error: Error + Send + Sync + 'static,
    {
        let number: i64 = self.next()?;
        T::try_from(number).map_err(|error| corrupt(self.doing, error))
    }

    pub(super) fn minute(&mut self) -> Result<Minute, StoreError> {
        self.number().map(Minute::new)
    }

    pub(super) fn minute_maybe(&mut self) -> Result<Option<Minute>, StoreError> {
        let minute: Option<i64> = self.next()?;
        minute
            .map(|minute| u32::try_from(minute).map(Minute::new).map_err(|error| corrupt(self.doing, error)))
            .transpose()
    }

    pub(super) fn json_maybe<T: DeserializeOwned>(&mut self) -> Result<Option<T>, StoreError> {
        let json: Option<&str> = self.next()?;
        json.map(|json| serde_json::from_str(json).map_err(|error| corrupt(self.doing, error))).transpose()
    }

    pub(super) fn text(&mut self) -> Result<Arc<str>, StoreError> {
        self.next::<&str>().map(Arc::from)
    }

    pub(super) fn parse<T>(&mut self) -> Result<T, StoreError>
    where
        T: FromStr,
        T::Err: Error + Send + Sync + 'static,
    {
        let text: &str = self.next()?;
        text.parse().map_err(|error: T::Err| corrupt(self.doing, error))
    }

    pub(super) fn one_of<T: Copy, const N: usize>(&mut self, all: [T; N]) -> Result<T, StoreError> {
        let index: usize = self.number()?;
        all.get(index).copied().ok_or_else(|| corrupt(self.doing, "a number stands for nothing"))
    }
}
