//! Every operation of every AWS service: the table, recognition, and the shapes that records need.
//!
//! The table is compiled from botocore's service models ([`compile()`]), packed into one file and
//! committed; [`Table::built_in`] opens it. Names and routes of all services are at hand at once, the
//! shapes of a service are unpacked when it is first recorded.
//!
//! This crate knows no socket, no clock and no record.

#![warn(missing_docs)]

mod compile;
mod directory;
mod found;
mod hints;
mod names;
mod recognise;
mod routes;
mod service;
mod shape;
mod table;

pub use cairn_wire::recognise::{Headers, Seen, Sight};
pub use compile::{CompileError, ServiceModel, compile};
pub use found::{FITTING_MAX, Fitting, Recognised, Rule, TieBreak};
pub use names::{api_version, event_name, event_source, global_region, versioned_name};
pub use recognise::{recognise, s3_operation};
pub use service::{Operation, Protocol, Service};
pub use shape::{Kind, Location, Member, Shape, ShapeId, Shapes, TimeFormat};
pub use table::{OperationId, Table, TableError};
