//! Everything that a search finds, piece by piece.

use super::answer::{Budget, Span, hunt};
use super::ask::Search;
use super::line::Place;
use crate::key::Key;
use crate::lookup::LookupError;
use crate::page::FoundEvent;
use crate::view::View;

/// The most events of an export.
pub const EXPORT_EVENTS_MAX: u64 = 200_000;

/// The events of one piece.
const PIECE_EVENTS: usize = 500;

/// An export that is going on.
#[derive(Debug)]
pub struct Export {
    search: Search,
    span: Span,
    after: Option<Key>,
    left: u64,
    done: bool,
    /// Its place among the exports that go on.
    _place: Option<Place>,
}

impl Export {
    pub(crate) fn new(search: Search, span: Span, events_max: u64) -> Self {
        Self { search, span, after: None, left: events_max.min(EXPORT_EVENTS_MAX), done: false, _place: None }
    }

    /// Holds a place until it is dropped.
    pub(crate) fn holding(self, place: Place) -> Self {
        Self { _place: Some(place), ..self }
    }

    /// Finds the next piece; none at the end. A piece may be empty.
    pub(crate) fn next(&mut self, view: &View) -> Result<Option<Vec<FoundEvent>>, LookupError> {
        if self.done || self.left == 0 {
            return Ok(None);
        }
        let size = usize::try_from(self.left).unwrap_or(PIECE_EVENTS).min(PIECE_EVENTS);
        let haul = hunt(view, &self.search, (self.span, self.after), size, Budget::PAGE)?;
        self.left = self.left.saturating_sub(haul.events.len() as u64);
        self.after = haul.last;
        self.done = haul.last.is_none();
        Ok(Some(haul.events))
    }
}
