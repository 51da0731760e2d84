//! Event history: LookupEvents over immutable splits and a searchable head.
//!
//! A projection of the journal. Every management and Insights event enters the *head*: a row of hashed
//! attribute values in memory, its bytes in a growing file of compressed blocks. From that moment it can
//! be found. A full or old head is *sealed*: an index is written beside the blocks, the directory gets
//! its final name, the catalog lists the new *split* and moves the cursor in one transaction, and the rows
//! are let go. Small splits are merged, expired ones removed. After a crash the head is built again from
//! the journal, from the cursor on.
//!
//! Invariants: the history is ordered by (event time, journal position), newest first; every event is in
//! exactly one place of the view that a lookup sees; a lookup believes no index, only the event's own
//! bytes; nothing older than the retention is ever told. A lookup is in one account, or in accounts that whoever
//! asks may see together; this crate does not know why. It must not know HTTP or the wire either.

#![warn(missing_docs)]

mod accounts;
mod attribute;
mod chunk;
mod coded;
mod config;
mod derive;
mod documents;
mod draft;
mod durable;
mod error;
mod hash;
mod history;
mod indexer;
mod key;
mod lookup;
mod lookup_fields;
mod page;
mod plan;
mod query;
mod resources;
mod row;
mod sealer;
mod search;
mod split;
mod telemetry;
mod token;
mod verdicts;
mod view;
mod walk;

pub use accounts::Accounts;
pub use attribute::{Attribute, AttributeError, HistoryCategory};
pub use config::{HEAD_EVENTS_MAX, HistoryConfig, RETENTION_DAYS, SPLIT_EVENTS_MAX};
pub use error::StoreError;
pub use history::{CURSOR, History, HistoryService, HistoryStats, OpenError};
pub use lookup::{ACROSS_AT_ONCE_MAX, LookupError, PAGE_BYTES_MAX};
pub use lookup_fields::{FoundResource, LookupFields};
pub use page::{FoundEvent, Page, StoredEventError};
pub use query::{
    AttributesRefusal, LookupInput, PAGE_EVENTS_MAX, Query, QueryRefusal, TimeRangeRefusal, VALUE_LENGTH_MAX,
    value_length,
};
pub use resources::RESOURCES_MAX;
pub use search::answer::{SearchPage, Total};
pub use search::ask::{
    FILTER_VALUES_MAX, FILTERS_MAX, SEARCH_PAGE_EVENTS_MAX, Search, SearchInput, SearchRefusal,
};
pub use search::export::{EXPORT_EVENTS_MAX, Export};
pub use search::field::{Field, FieldError};
pub use search::filter::{Filter, Operator, OperatorError};
pub use search::summary::{BUCKETS_MAX, Bucket, OTHER_SOURCES, Ranked, SOURCES_MAX, Summary, TOP_MAX};
pub use search::words::{TEXT_BYTES_MAX, WORDS_MAX};
