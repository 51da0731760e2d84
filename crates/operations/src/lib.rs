//! Every operation of every AWS service: the table, recognition, and the shapes that records need.
//!
//! The table is compiled from botocore's service models ([`compile()`]), packed into one file and
//! committed; [`Table::built_in`] opens it. Names and routes of all services are at hand at once, the
//! shapes of a service are unpacked when it is first recorded.
//!
//! This crate knows no socket, no clock and no record.

#![warn(missing_docs)]

mod compile;
mod service;
mod shape;
mod table;

pub use compile::{CompileError, ServiceModel, compile};
pub use service::{Operation, Protocol, Service};
pub use shape::{Kind, Location, Member, Shape, ShapeId, Shapes, TimeFormat};
pub use table::{OperationId, Table, TableError};
