//! What delivery makes for a trail, and the cursor that each product has.

use cairn_catalog::{Catalog, CursorError, CursorMove, LiveTrail, TrailId};
use cairn_journal::Position;

/// A kind of files that is derived from the journal at a pace of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Product {
    /// Log files, with the events themselves.
    LogFiles,
    /// Aggregated events, with counts of data events.
    AggregatedEvents,
}

/// Returns the name of the cursor of a trail's log files.
pub fn cursor_name(trail: &TrailId) -> String {
    Product::LogFiles.cursor_name(trail)
}

/// Gives a trail's log files their cursor, if they have none yet. Until then nobody knows after its deletion
/// that it was: a trail that comes and goes between two looks at the list would never deliver.
///
/// # Errors
/// The cursor could not be stored.
pub async fn enroll(catalog: &dyn Catalog, trail: &LiveTrail) -> Result<(), CursorError> {
    begin(catalog, cursor_name(trail.id()), trail.created_at_position).await
}

/// Gives a trail's aggregated events their cursor, if they have none yet. `from` is where the first event
/// may stand that finds aggregation switched on.
///
/// # Errors
/// The cursor could not be stored.
pub async fn begin_aggregation(
    catalog: &dyn Catalog,
    trail: &TrailId,
    from: Position,
) -> Result<(), CursorError> {
    begin(catalog, Product::AggregatedEvents.cursor_name(trail), from).await
}

async fn begin(catalog: &dyn Catalog, name: String, to: Position) -> Result<(), CursorError> {
    match catalog.advance(CursorMove { name, expected: None, to }).await {
        Ok(()) | Err(CursorError::Moved { .. }) => Ok(()),
        Err(error @ (CursorError::Refused(_) | CursorError::Store(_))) => Err(error),
    }
}

impl Product {
    pub(crate) const ALL: [Self; 2] = [Self::LogFiles, Self::AggregatedEvents];

    /// Returns the name of the product's projection.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::LogFiles => "delivery",
            Self::AggregatedEvents => "aggregation",
        }
    }

    pub(crate) fn cursor_name(self, trail: &TrailId) -> String {
        format!("{}/{}/{}", self.as_str(), trail.created, trail.arn)
    }

    pub(crate) fn parse_cursor_name(name: &str) -> Option<(Self, TrailId)> {
        let (product, rest) = name.split_once('/')?;
        let product = Self::ALL.into_iter().find(|known| known.as_str() == product)?;
        let (created, arn) = rest.split_once('/')?;
        Some((product, TrailId { arn: arn.to_owned(), created: created.parse().ok()? }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_name_can_be_read_back() {
        let arn = "arn:aws:cloudtrail:eu-west-1:123456789012:trail/main".to_owned();
        let trail = TrailId { arn, created: 7 };
        for product in Product::ALL {
            let name = product.cursor_name(&trail);
            assert_eq!(Product::parse_cursor_name(&name), Some((product, trail.clone())));
        }
        for name in ["history", "history/1/a", "delivery/x/a", "delivery/1"] {
            assert_eq!(Product::parse_cursor_name(name), None, "{name}");
        }
    }
}
