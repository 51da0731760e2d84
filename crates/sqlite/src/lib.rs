//! A store in one SQLite file: how it is made, opened, brought to its newest schema, written and read, and what a
//! failure of SQLite means.
//!
//! One connection writes, each change in its own `BEGIN IMMEDIATE` transaction, synced by its commit (write-ahead log,
//! `synchronous=FULL`); a few connections read beside it. Once the disk has refused a write or a sync, every later
//! write is refused.
//!
//! This crate knows no table but `schema_version`, and no words of an error: a store tells what failed in its own.

#![warn(missing_docs)]

mod database;
mod failure;
mod file;
mod schema;

pub use database::{Database, Settings, Tx};
pub use failure::{Failed, Failure};
pub use file::make_private;
pub use schema::{MigrateError, Schema};
