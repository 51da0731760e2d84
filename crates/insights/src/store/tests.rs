//! The store against naive models, crashes, and files that are not its own.

mod closing;
mod crash;
mod failures;
mod files;
mod model;
mod records;
mod sample;
