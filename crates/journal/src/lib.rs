//! The ordered durable log of opaque records.
