//! What an open window collects, by product.

use std::io;
use std::sync::Arc;

use cairn_catalog::LiveTrail;
use cairn_event::{Category, Entry, EventView};

use crate::aggregate::Aggregator;
use crate::assemble::Assembler;
use crate::log_file::SealedLogFile;
use crate::product::Product;

/// The contents of one delivery window of one product of one trail.
#[derive(Debug)]
pub(crate) enum Gathering {
    /// Events as they are.
    LogFiles(Assembler),
    /// Counts of events.
    AggregatedEvents(Aggregator),
}

impl Gathering {
    /// Begins a window that ends at `end_ms` and is `length_ms` long.
    pub(crate) fn begin(product: Product, trail: &LiveTrail, end_ms: i64, length_ms: i64) -> Self {
        match product {
            Product::LogFiles => Self::LogFiles(Assembler::default()),
            Product::AggregatedEvents => {
                Self::AggregatedEvents(Aggregator::new(trail.id(), end_ms - length_ms, end_ms))
            }
        }
    }

    /// Tells whether an event that the trail selects goes into the product.
    pub(crate) fn wants(product: Product, trail: &LiveTrail, event: &EventView<'_>) -> bool {
        match product {
            Product::LogFiles => true,
            Product::AggregatedEvents => event.category() == Category::Data && !trail.aggregation.is_empty(),
        }
    }

    pub(crate) fn push(
        &mut self,
        position: u64,
        entry: &Entry,
        event: &EventView<'_>,
        (trail, end_ms): (&Arc<LiveTrail>, i64),
    ) -> io::Result<()> {
        match self {
            Self::LogFiles(files) => {
                let place = (entry.account, &entry.region, event.category());
                files.push(end_ms, position, place, event.event_time, &entry.event)
            }
            Self::AggregatedEvents(counts) => {
                counts.push(&trail.aggregation, position, (entry.account, &entry.region), event)
            }
        }
    }

    /// Seals the window's files.
    pub(crate) fn close(self, end_ms: i64) -> io::Result<Vec<SealedLogFile>> {
        match self {
            Self::LogFiles(files) => files.close(end_ms),
            Self::AggregatedEvents(counts) => counts.close(),
        }
    }
}
