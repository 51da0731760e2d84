//! The history as a whole, on a real journal and a real catalog.

#[path = "history/corpus.rs"]
mod corpus;
#[path = "history/crash.rs"]
mod crash;
#[path = "history/life.rs"]
mod life;
#[path = "../../event/tests/corpus/reader.rs"]
mod reader;
#[path = "history/world.rs"]
mod world;
