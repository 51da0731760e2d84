//! EventBridge event patterns: parse, compile, match.
//!
//! A pattern is a JSON object of the shape of the events it wants; each of its leaves is an array of the values that
//! will do. [`Pattern::parse`] checks a pattern once, says where it is wrong, and compiles it;
//! [`Pattern::matches`] then walks an event's bytes once, looks only at the members that the pattern names, and builds
//! no tree of the event.
//!
//! ```
//! use cairn_pattern::Pattern;
//!
//! let pattern = Pattern::parse(
//!     r#"{"source": ["aws.cloudtrail"], "detail": {"eventName": [{"prefix": "Delete"}, "StopLogging"]}}"#,
//! )?;
//! assert!(pattern.matches(br#"{"source": "aws.cloudtrail", "detail": {"eventName": "DeleteTrail"}}"#)?);
//! assert!(!pattern.matches(br#"{"source": "aws.iam", "detail": {"eventName": "DeleteUser"}}"#)?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The language is that of EventBridge as its open matcher, Event Ruler, has it:
//!
//! - All fields must match, each by any of its values; `$or` joins alternatives. A field's name is its path, joined
//!   by dots: `{"a": {"b": […]}}` and `{"a.b": […]}` ask for the same field.
//! - A field in an array matches by any of the array's elements. Several fields within one array of objects must be
//!   found in the same element.
//! - Only leaves exist: an object, or an array without elements, is no value, and `{"exists": false}` holds for it.
//!   It is asked in the order of the fields' names, of the elements that the names before it have settled on.
//! - Numbers are compared as numbers, to six digits after the point between -5e9 and 5e9, where alone `numeric`
//!   looks; a text is never equal to a number.
//!
//! This crate must never know what an event means, where it comes from or where it goes. No input makes it panic,
//! and its work grows no faster than the pattern's alternatives times the event's size.

#![warn(missing_docs)]

mod address;
mod condition;
mod error;
mod event;
mod explain;
mod folded;
mod join;
mod json;
mod names;
mod number;
mod parse;
mod pattern;
mod wildcard;

pub use error::{EventError, PatternError};
pub use explain::{Explanation, Mismatch};
pub use pattern::Pattern;
