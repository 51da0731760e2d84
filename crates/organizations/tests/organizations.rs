//! Organizations over a real catalog.

#![expect(clippy::unwrap_used, reason = "a step that fails fails the test")]

#[path = "organizations/concurrent.rs"]
mod concurrent;
#[path = "organizations/elsewhere.rs"]
mod elsewhere;
#[path = "organizations/limits.rs"]
mod limits;
#[path = "organizations/properties.rs"]
mod properties;
#[path = "organizations/time.rs"]
mod time;
#[path = "organizations/world.rs"]
mod world;
