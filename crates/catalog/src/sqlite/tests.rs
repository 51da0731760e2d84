//! The contract on SQLite, and what is SQLite's own: the file, its schema, crashes.

mod contract;
mod crash;
mod failures;
mod files;
mod kill;
