//! The crate's behaviour as tables: one `check` per module, cases as data.
#![expect(clippy::unwrap_used, reason = "a case that cannot be set up fails its test")]

#[path = "access/agreement.rs"]
mod agreement;
#[path = "access/case.rs"]
mod case;
#[path = "access/cases.rs"]
mod cases;
#[path = "access/delivery.rs"]
mod delivery;
#[path = "access/fuzz.rs"]
mod fuzz;
#[path = "access/identities.rs"]
mod identities;
#[path = "access/messages.rs"]
mod messages;
#[path = "access/naive.rs"]
mod naive;
#[path = "access/people.rs"]
mod people;
#[path = "access/policies.rs"]
mod policies;
#[path = "access/properties.rs"]
mod properties;
