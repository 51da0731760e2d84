//! Exchanges in, records out: recorded traffic of real clients, cases of our own, and markers for secrets.
#![expect(clippy::unwrap_used, reason = "a case that cannot be set up fails its test")]

#[path = "capture/cases.rs"]
mod cases;
#[path = "capture/deletions.rs"]
mod deletions;
#[path = "capture/exchanges.rs"]
mod exchanges;
#[path = "capture/fuzz.rs"]
mod fuzz;
#[path = "capture/kms.rs"]
mod kms;
#[path = "capture/observed.rs"]
mod observed;
#[path = "capture/owner_copy.rs"]
mod owner_copy;
#[path = "capture/properties.rs"]
mod properties;
#[path = "capture/rules.rs"]
mod rules;
#[path = "capture/secrets.rs"]
mod secrets;
