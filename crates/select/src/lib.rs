//! Basic and advanced event selectors, and mute rules for Insights events: validate, compile, match.
//!
//! A trail records the events that any of its selectors admits. [`Selectors::for_trail`] checks what was
//! given once and compiles it; [`Selectors::matches`] is then a pure question about one event, with the same
//! answer now and on every replay, and allocates nothing. What was given is kept as it is answered by
//! GetEventSelectors.
//!
//! ```
//! use cairn_event::EventView;
//! use cairn_select::{EventSelectors, Selectors};
//!
//! let given: EventSelectors = serde_json::from_str(
//!     r#"{"AdvancedEventSelectors": [{"FieldSelectors": [
//!         {"Field": "eventCategory", "Equals": ["Data"]},
//!         {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
//!         {"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::shop-data/"]}
//!     ]}]}"#,
//! )?;
//! let selectors = Selectors::for_trail(given)?;
//! let event = EventView::parse(
//!     br#"{"eventTime": "2026-03-02T08:14:55Z", "eventCategory": "Data", "resources": [
//!         {"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::shop-data/report.pdf"}]}"#,
//! )?;
//! assert!(selectors.matches(&event));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! This crate must never know where events come from or go to: no trail, no catalog, no journal.

#![warn(missing_docs)]

mod advanced;
mod basic;
mod condition;
mod error;
mod field;
mod given;
mod mute;
mod network_sources;
mod recursion;
mod resource_types;
mod selectors;

pub use error::{FieldFault, SelectorError};
pub use given::{
    AdvancedEventSelector, AdvancedFieldSelector, DataResource, EventSelector, EventSelectors, ReadWriteType,
};
pub use mute::{MUTE_CHARS_MAX, Mute, MuteError};
pub use recursion::caused_by_delivery;
pub use selectors::Selectors;
