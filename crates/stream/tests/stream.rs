//! Streams over a real catalog, journal and intake, with destinations that are told how to fail.

#![expect(clippy::unwrap_used, reason = "a step that fails fails the test")]

#[path = "stream/world.rs"]
mod world;

#[path = "stream/buses.rs"]
mod buses;
#[path = "stream/driver.rs"]
mod driver;
#[path = "stream/groups.rs"]
mod groups;
