//! The follower over a real journal, catalog, intake and store, with a clock that the tests move.

#![expect(clippy::unwrap_used, reason = "what these tests build on is tested elsewhere")]

#[path = "following/crash.rs"]
mod crash;
#[path = "following/gaps.rs"]
mod gaps;
#[path = "following/growth.rs"]
mod growth;
#[path = "following/late.rs"]
mod late;
#[path = "following/revisions.rs"]
mod revisions;
#[path = "following/surge.rs"]
mod surge;
#[path = "following/world.rs"]
mod world;
