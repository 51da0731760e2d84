//! One record of what was found, as a row.

use std::sync::Arc;

use cairn_anomaly::{Direction, Minute, Sensitivity};
use cairn_event::Origin;
use serde_json::{Value, json};

use super::column::Columns;
use super::error::{StoreError, corrupt};
use super::metrics;
use crate::attribution::{Attribute, Share};
use crate::insight::{Insight, State};
use crate::metric::MetricId;

/// An Insights event that was found, with the facts it was made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Its `eventID`.
    pub id: Arc<str>,
    /// Its `sharedEventID`.
    pub shared_id: Arc<str>,
    /// Whose calls it tells of.
    pub metric: MetricId,
    /// What it tells.
    pub insight: Insight,
    /// Whether it tells of minutes that were imported.
    pub imported: bool,
    /// The event.
    pub body: Arc<[u8]>,
}

/// A record with how far it has come.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredRecord {
    /// Its place in the order in which records were found.
    pub sequence: u64,
    /// The record.
    pub record: Record,
    /// Whether it is known to be in the journal.
    pub sent: bool,
}

impl Record {
    /// Returns where its event comes from, for whoever hands it on: what was imported goes to no trail.
    pub fn origin(&self) -> Origin {
        if self.imported { Origin::Import } else { Origin::Call }
    }

    /// Returns what its `eventTime` says: the first unusual minute, or the first that was usual again.
    pub fn at(&self) -> Minute {
        match self.insight.state {
            State::Start => self.insight.start,
            State::End => self.insight.start.plus(self.insight.minutes),
        }
    }
}

pub(super) const DIRECTIONS: [Direction; 2] = [Direction::Surge, Direction::Silence];
pub(super) const STATES: [State; 2] = [State::Start, State::End];

/// The place of a value in the list that the store numbers it by.
pub(super) fn number<T: PartialEq, const N: usize>(all: &[T; N], one: &T) -> i64 {
    all.iter().position(|known| known == one).and_then(|index| i64::try_from(index).ok()).unwrap_or(-1)
}

/// The columns that [`read`] reads, behind `sequence`.
pub(super) const COLUMNS: &str =
    "id, shared_id, metric, account, region, trail, source, name, code, sensitivity,
    direction, state, start_minute, minutes, calls, baseline_minutes, baseline_calls, shares, baseline_shares,
    imported, sent, body";

pub(super) fn read(mut columns: Columns<'_>, doing: &'static str) -> Result<StoredRecord, StoreError> {
    let sequence = columns.number()?;
    let (id, shared_id, metric) = (columns.text()?, columns.text()?, MetricId(columns.number()?));
    let insight = Insight {
        metric: metrics::read(&mut columns)?,
        sensitivity: columns.one_of(Sensitivity::ALL)?,
        direction: columns.one_of(DIRECTIONS)?,
        state: columns.one_of(STATES)?,
        start: columns.minute()?,
        minutes: columns.number()?,
        calls: columns.number()?,
        baseline_minutes: columns.number()?,
        baseline_calls: columns.number()?,
        shares: read_shares(columns.next()?, doing)?,
        baseline_shares: read_shares(columns.next()?, doing)?,
    };
    let (imported, sent, body) = (columns.next()?, columns.next()?, columns.next::<&[u8]>()?.into());
    Ok(StoredRecord { sequence, record: Record { id, shared_id, metric, insight, imported, body }, sent })
}

pub(super) fn write_shares(shares: &[Share]) -> String {
    let share =
        |share: &Share| json!([number(&Attribute::ALL, &share.attribute), &*share.value, share.calls]);
    Value::Array(shares.iter().map(share).collect()).to_string()
}

fn read_shares(text: &str, doing: &'static str) -> Result<Vec<Share>, StoreError> {
    let shares: Vec<(usize, Box<str>, u64)> =
        serde_json::from_str(text).map_err(|error| corrupt(doing, error))?;
    shares
        .into_iter()
        .map(|(attribute, value, calls)| {
            let attribute = Attribute::ALL.get(attribute).copied();
            let attribute = attribute.ok_or_else(|| corrupt(doing, "a share is of no known attribute"))?;
            Ok(Share { attribute, value: value.into(), calls })
        })
        .collect()
}
