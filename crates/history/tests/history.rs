//! The history as a whole, on a real journal and a real catalog.

#![expect(clippy::unwrap_used, reason = "what these tests build on is tested elsewhere")]

#[path = "history/corpus.rs"]
mod corpus;
#[path = "history/crash.rs"]
mod crash;
#[path = "history/fuzz.rs"]
mod fuzz;
#[path = "history/life.rs"]
mod life;
#[path = "../../event/tests/fuzz/mutator.rs"]
mod mutator;
#[path = "../../event/tests/corpus/reader.rs"]
mod reader;
#[path = "history/versions.rs"]
mod versions;
#[path = "history/world.rs"]
mod world;
