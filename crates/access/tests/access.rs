//! The crate's behaviour as tables: one `check` per module, cases as data.
#![expect(clippy::unwrap_used, reason = "a case that cannot be set up fails its test")]

#[path = "access/conditions.rs"]
mod conditions;
#[path = "access/decisions.rs"]
mod decisions;
#[path = "access/delivery.rs"]
mod delivery;
#[path = "access/fuzz.rs"]
mod fuzz;
#[path = "access/identities.rs"]
mod identities;
#[path = "access/policies.rs"]
mod policies;
#[path = "access/properties.rs"]
mod properties;
