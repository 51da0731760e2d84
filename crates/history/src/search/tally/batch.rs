//! About a thousand events that are looked at together, as columns.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::Limits;
use super::part::Part;
use crate::chunk::Chunk;
use crate::coded::PLACE;
use crate::documents::Decoder;
use crate::error::StoreError;
use crate::key::Key;
use crate::lookup::LookupError;
use crate::lookup_fields::LookupFields;
use crate::page::StoredEventError;
use crate::search::answer::Span;
use crate::search::ask::Search;
use crate::split::Split;
use crate::verdicts::Verdict;

/// The documents of a split that are looked at together.
pub(super) const BATCH: u32 = 1024;

/// Which events.
#[derive(Debug)]
pub(super) enum Docs {
    Chunk(Arc<Chunk>),
    Stretch(Arc<Split>, Range<u32>),
    These(Arc<Split>, Vec<u32>),
}

/// Events, and which of them count.
#[derive(Debug)]
pub(super) struct Batch {
    docs: Docs,
    seconds: Vec<i64>,
    kept: Vec<Verdict>,
    wide: Vec<u64>,
}

/// What reads events where their values do not tell, as far as the limits of counting allow.
pub(super) struct Reading {
    decoder: Decoder,
    left: usize,
    began: Instant,
    time: Duration,
    ran_out: bool,
}

impl Reading {
    pub(super) fn new(limits: Limits) -> Result<Self, StoreError> {
        let Limits { reads, time } = limits;
        Ok(Self { decoder: Decoder::of_search()?, left: reads, began: Instant::now(), time, ran_out: false })
    }

    /// Tells whether an event was left out that should have been read.
    pub(super) fn ran_out(&self) -> bool {
        self.ran_out
    }

    /// Tells whether nothing more is to be looked at.
    pub(super) fn is_over(&self) -> bool {
        self.ran_out || self.began.elapsed() >= self.time
    }

    fn may_go_on(&mut self) -> bool {
        match self.left.checked_sub(1) {
            Some(left) if !self.is_over() => self.left = left,
            _ => self.ran_out = true,
        }
        !self.ran_out
    }
}

impl Batch {
    /// Looks at these events, of which those of the time count so far.
    pub(super) fn new(docs: Docs, span: Span) -> Self {
        let seconds: Vec<i64> = match &docs {
            Docs::Chunk(chunk) => chunk.keys().iter().map(|key| key.seconds).collect(),
            Docs::Stretch(split, range) => {
                let mut seconds = vec![0; range.len()];
                split.seconds().values.get_range(u64::from(range.start), &mut seconds);
                seconds
            }
            Docs::These(split, docs) => {
                let mut seconds = vec![0; docs.len()];
                split.seconds().values.get_vals(docs, &mut seconds);
                seconds
            }
        };
        let in_time = |second: &i64| (span.start..=span.end).contains(second);
        let kept = seconds.iter().map(|second| if in_time(second) { Verdict::Yes } else { Verdict::No });
        Self { kept: kept.collect(), seconds, docs, wide: Vec::new() }
    }

    /// Tells how many events are looked at.
    pub(super) fn len(&self) -> usize {
        self.seconds.len()
    }

    /// Tells how many of them count.
    pub(super) fn kept(&self) -> usize {
        self.kept.iter().filter(|verdict| **verdict == Verdict::Yes).count()
    }

    /// Lists those that count.
    pub(super) fn rows(&self) -> impl Iterator<Item = usize> + use<> {
        let kept: Vec<usize> =
            self.kept.iter().enumerate().filter(|(_, it)| **it == Verdict::Yes).map(|(row, _)| row).collect();
        kept.into_iter()
    }

    /// Returns an event's time.
    pub(super) fn second(&self, row: usize) -> i64 {
        self.seconds.get(row).copied().unwrap_or_default()
    }

    /// Loads the codes of a column.
    pub(super) fn load(&mut self, part: &Part, column: usize, codes: &mut Vec<u32>) {
        codes.clear();
        if part.values_in(column) <= 1 {
            codes.resize(self.len(), 0);
            return;
        }
        let wide = &mut self.wide;
        wide.clear();
        wide.resize(self.seconds.len(), 0);
        match &self.docs {
            Docs::Chunk(chunk) => {
                codes.extend_from_slice(chunk.codes(column));
                return;
            }
            Docs::Stretch(split, range) => {
                if let Some(column) = split.columns().and_then(|columns| columns.get(column)) {
                    column.ords().values.get_range(u64::from(range.start), wide);
                }
            }
            Docs::These(split, docs) => {
                if let Some(column) = split.columns().and_then(|columns| columns.get(column)) {
                    column.ords().values.get_vals(docs, wide);
                }
            }
        }
        codes.extend(wide.iter().map(|code| u32::try_from(*code).unwrap_or(u32::MAX)));
    }

    /// Leaves out what is not searched for. Where that does not show by the values, the event is read, if that many
    /// may be; else it is left out.
    pub(super) fn sift(
        &mut self,
        part: &Part,
        search: &Search,
        reading: &mut Reading,
    ) -> Result<(), LookupError> {
        let mut codes = Vec::new();
        let always = |place: &Option<i64>| place.is_some_and(|since| since == i64::MIN);
        if !part.places.iter().all(always) {
            self.load(part, PLACE, &mut codes);
            for ((kept, code), second) in self.kept.iter_mut().zip(&codes).zip(&self.seconds) {
                let since = part.places.get(*code as usize).copied().flatten();
                if since.is_none_or(|since| *second < since) {
                    *kept = Verdict::No;
                }
            }
        }
        for (column, said) in part.verdicts.columns() {
            self.load(part, column, &mut codes);
            for (kept, code) in self.kept.iter_mut().zip(&codes) {
                *kept = (*kept).min(said.get(*code as usize).copied().unwrap_or(Verdict::Unsure));
            }
        }
        for row in 0..self.kept.len() {
            if self.kept.get(row) == Some(&Verdict::Unsure) {
                let verdict = if reading.may_go_on() {
                    self.read(row, part, search, &mut reading.decoder)?
                } else {
                    Verdict::No
                };
                if let Some(kept) = self.kept.get_mut(row) {
                    *kept = verdict;
                }
            }
        }
        Ok(())
    }

    fn read(
        &self,
        row: usize,
        part: &Part,
        search: &Search,
        decoder: &mut Decoder,
    ) -> Result<Verdict, LookupError> {
        let Some(Key { position, .. }) = self.key(row)? else { return Ok(Verdict::No) };
        let document = part.documents.get(position, decoder).map_err(StoreError::from)?;
        let event = document.ok_or(StoreError::Damaged("an event of the index has no document"))?.event();
        let fields = LookupFields::parse(&event).map_err(|source| StoredEventError { position, source })?;
        Ok(if search.matches(&fields, &event) { Verdict::Yes } else { Verdict::No })
    }

    fn key(&self, row: usize) -> Result<Option<Key>, StoreError> {
        let number = u32::try_from(row).unwrap_or(u32::MAX);
        match &self.docs {
            Docs::Chunk(chunk) => Ok(chunk.keys().get(row).copied()),
            Docs::Stretch(split, range) => split.key(range.start.saturating_add(number)).map(Some),
            Docs::These(split, docs) => docs.get(row).map(|doc| split.key(*doc)).transpose(),
        }
    }
}
