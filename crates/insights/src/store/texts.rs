//! Values of shares, each stored once.
//!
//! A text is kept as long as shares may name it: it knows the day it was used last. What was looked up is remembered,
//! so that a value which is seen each minute costs one statement a day.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;
use sqlx::SqliteConnection;

use super::column::Columns;
use super::error::{StoreError, failed};

/// A text's number in the store.
pub(super) type TextId = i64;

/// What is known of texts, of one day.
#[derive(Debug, Default)]
pub(super) struct Texts {
    day: i64,
    known: BTreeMap<Arc<str>, TextId>,
}

impl Texts {
    /// Forgets everything if the day is another, or if it has become too much.
    pub(super) fn turn_to(&mut self, day: i64) {
        if self.day != day || self.known.len() > KNOWN_MAX {
            self.known.clear();
            self.day = day;
        }
    }

    pub(super) fn id(&self, text: &str) -> Option<TextId> {
        self.known.get(text).copied()
    }

    /// Remembers what was entered. Only once it is committed: numbers of what is not stored are given again.
    pub(super) fn remember(&mut self, day: i64, entered: BTreeMap<Arc<str>, TextId>) {
        if self.day == day {
            self.known.extend(entered);
        }
    }
}

/// Texts that are remembered.
const KNOWN_MAX: usize = 100_000;
/// Texts in one statement.
const ROWS_MAX: usize = 1_000;

/// Enters texts as used on this day, and returns their numbers.
pub(super) async fn enter(
    connection: &mut SqliteConnection,
    day: i64,
    texts: &BTreeSet<Arc<str>>,
) -> Result<BTreeMap<Arc<str>, TextId>, StoreError> {
    let doing = "enter values of shares";
    let texts: Vec<&Arc<str>> = texts.iter().collect();
    let mut ids = BTreeMap::new();
    for some in texts.chunks(ROWS_MAX) {
        let asked = Value::Array(some.iter().map(|text| Value::from(&***text)).collect()).to_string();
        // An update that changes nothing makes the row be returned, too.
        let rows = sqlx::query(
            "INSERT INTO texts (text, used_day) SELECT value, $2 FROM json_each($1) WHERE TRUE
             ON CONFLICT DO UPDATE SET used_day = max(used_day, excluded.used_day)
             RETURNING text, id",
        )
        .bind(asked)
        .bind(day)
        .fetch_all(&mut *connection)
        .await
        .map_err(failed(doing))?;
        for row in &rows {
            let mut columns = Columns::of(row, doing);
            ids.insert(columns.text()?, columns.next()?);
        }
    }
    Ok(ids)
}
