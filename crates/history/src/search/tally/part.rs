//! A part of the history with a numbering of its own: what its values say of a search.

use std::io;
use std::sync::Arc;

use tantivy::columnar::StrColumn;

use super::batch::{BATCH, Docs};
use crate::coded::{CODED, PLACE, place};
use crate::documents::Documents;
use crate::error::StoreError;
use crate::key::{Key, Range};
use crate::search::answer::Span;
use crate::search::ask::Search;
use crate::split::{Run, Split};
use crate::verdicts::Verdicts;
use crate::view::HeadPart;
use crate::walk::Drive;

/// A part of the head, or a split.
#[derive(Debug)]
pub(super) struct Part {
    values: Values,
    pub(super) verdicts: Verdicts,
    /// For each place the first second that is wanted of it; none where it is not wanted at all.
    pub(super) places: Vec<Option<i64>>,
    pub(super) documents: Arc<Documents>,
}

/// What the numbers stand for.
#[derive(Debug)]
enum Values {
    Head(Box<[Vec<Arc<str>>; CODED]>),
    Split(Arc<Split>),
}

/// What is looked for in every part, put together once.
#[derive(Debug)]
pub(super) struct PartsSought<'s> {
    pub(super) search: &'s Search,
    pub(super) drives: Vec<Drive>,
    /// The names of places with the first second that is wanted of each, ascending.
    places: Vec<(String, i64)>,
}

impl<'s> PartsSought<'s> {
    pub(super) fn new(search: &'s Search) -> Self {
        Self { search, drives: search.drives(), places: wanted(search) }
    }
}

impl Part {
    pub(super) fn of_head(head: &HeadPart, sought: &PartsSought<'_>) -> Self {
        let PartsSought { search, places: wanted, .. } = sought;
        let verdicts = Verdicts::of_head(&search.filters, &head.codes);
        let values: [Vec<Arc<str>>; CODED] = std::array::from_fn(|column| head.codes.values(column));
        let places = values.get(PLACE).into_iter().flatten().map(|place| since(wanted, place)).collect();
        let documents = Arc::clone(&head.documents);
        Self { values: Values::Head(Box::new(values)), verdicts, places, documents }
    }

    /// Prepares a split; none where nothing of it is wanted.
    pub(super) fn of_split(split: &Arc<Split>, sought: &PartsSought<'_>) -> Result<Option<Self>, StoreError> {
        let PartsSought { search, places: wanted, .. } = sought;
        let Some(columns) = split.columns() else { return Ok(None) };
        let verdicts = Verdicts::of_split(&search.filters, columns)?;
        if verdicts.rule_all_out() {
            return Ok(None);
        }
        let mut places = Vec::new();
        if let Some(column) = columns.get(PLACE) {
            each(column, |_, place| places.push(since(wanted, place)))?;
        }
        let values = Values::Split(Arc::clone(split));
        let documents = Arc::clone(split.documents());
        let any = places.iter().any(Option::is_some);
        Ok(any.then_some(Self { values, verdicts, places, documents }))
    }

    /// Tells how many values a column has.
    pub(super) fn values_in(&self, column: usize) -> usize {
        match &self.values {
            Values::Head(values) => values.get(column).map_or(0, Vec::len),
            Values::Split(split) => {
                split.columns().and_then(|columns| columns.get(column)).map_or(0, |column| column.num_terms())
            }
        }
    }

    /// Tells each value of a column with its number, in the order of numbers.
    pub(super) fn each_value(
        &self,
        column: usize,
        mut take: impl FnMut(usize, &str),
    ) -> Result<(), StoreError> {
        match &self.values {
            Values::Head(values) => {
                for (number, value) in values.get(column).into_iter().flatten().enumerate() {
                    take(number, value);
                }
            }
            Values::Split(split) => {
                if let Some(column) = split.columns().and_then(|columns| columns.get(column)) {
                    each(column, take)?;
                }
            }
        }
        Ok(())
    }

    /// Returns the documents of the time, newest first, in stretches of about a thousand: all of them, or those that
    /// have a term which is rare here.
    pub(super) fn stretches(
        &self,
        split: &Arc<Split>,
        drives: &[Drive],
        span: Span,
    ) -> Result<Vec<Docs>, StoreError> {
        let mut stretches = Vec::new();
        let rare = split.rare(drives)?;
        for run in &split.manifest().runs {
            let range = Range::new(span.start, span.end, None);
            if !range.meets(run.newest, run.oldest) {
                continue;
            }
            let (first, end) = ends(split, run, &range)?;
            match &rare {
                None => {
                    let mut from = first;
                    while from < end {
                        let to = end.min(from.saturating_add(BATCH));
                        stretches.push(Docs::Stretch(Arc::clone(split), from..to));
                        from = to;
                    }
                }
                Some(rare) => {
                    let docs = rare.iter().copied().filter(|doc| (first..end).contains(doc));
                    let docs: Vec<u32> = docs.collect();
                    for these in docs.chunks(BATCH as usize) {
                        stretches.push(Docs::These(Arc::clone(split), these.to_vec()));
                    }
                }
            }
        }
        Ok(stretches)
    }
}

/// Returns the first document of a run in the range, and the one after the last.
fn ends(split: &Split, run: &Run, range: &Range) -> Result<(u32, u32), StoreError> {
    let first = split.first_below(run, range.below)?;
    Ok((first, split.first_below(run, Key { seconds: range.start, position: 0 })?))
}

/// Names the places that are searched, with the first second that is wanted of each.
fn wanted(search: &Search) -> Vec<(String, i64)> {
    let name = |account| place(search.category, account, &search.region);
    let mut wanted: Vec<(String, i64)> =
        search.places().into_iter().map(|(account, since)| (name(account), since)).collect();
    wanted.sort_unstable();
    wanted
}

fn since(wanted: &[(String, i64)], place: &str) -> Option<i64> {
    let found = wanted.binary_search_by(|(name, _)| name.as_str().cmp(place)).ok()?;
    wanted.get(found).map(|(_, since)| *since)
}

/// Tells each value of a split's column, in the order of numbers.
fn each(column: &StrColumn, mut take: impl FnMut(usize, &str)) -> io::Result<()> {
    let mut stream = column.dictionary().stream()?;
    let mut number = 0;
    while stream.advance() {
        take(number, std::str::from_utf8(stream.key()).unwrap_or_default());
        number += 1;
    }
    Ok(())
}
