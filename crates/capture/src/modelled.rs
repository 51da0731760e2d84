//! Records of services that are known by their models alone.

mod decoded;

use std::sync::Arc;

use cairn_operations::{OperationId, Table};
use cairn_wire::event_source::event_source;
use cairn_wire::read_only::read_only;
use cairn_wire::recognise::Protocol;

use crate::body_policy::ERROR_BYTES_MAX;
use crate::details::Details;
use crate::error::Failure;
use crate::{BodyPolicy, Exchange, Keep, services};

pub(crate) use decoded::Decoded;

/// A call of a service in the table of operations.
#[derive(Debug, Clone)]
pub struct ModelledCall {
    /// The table.
    pub table: Arc<Table>,
    /// The operation in it.
    pub operation: OperationId,
    /// How the request speaks.
    pub protocol: Protocol,
    /// The record's `eventSource`.
    pub event_source: String,
    /// The record's `eventName`.
    pub event_name: String,
}

impl ModelledCall {
    /// Takes a recognised operation; none when it is not in the table.
    pub fn new(table: &Arc<Table>, operation: OperationId, protocol: Protocol) -> Option<Self> {
        let (service, named) = (table.service(operation)?, table.operation(operation)?);
        Some(Self {
            event_source: event_source(&service.signing_name),
            event_name: named.name.clone(),
            table: Arc::clone(table),
            operation,
            protocol,
        })
    }
}

impl PartialEq for ModelledCall {
    fn eq(&self, other: &Self) -> bool {
        (&self.event_source, &self.event_name, self.operation, self.protocol)
            == (&other.event_source, &other.event_name, other.operation, other.protocol)
    }
}

impl Eq for ModelledCall {}

/// Says which bodies the record needs.
pub(crate) fn body_policy(call: &ModelledCall) -> BodyPolicy {
    let bytes_max = ERROR_BYTES_MAX;
    let response =
        if services::reads_answer(call) { Keep::Always { bytes_max } } else { Keep::OnError { bytes_max } };
    BodyPolicy { request: Keep::Nothing, response }
}

/// Renders what the record says of the call.
pub(crate) fn details(exchange: &Exchange<'_>, call: &ModelledCall, failure: Option<&Failure>) -> Details {
    let decoded = Decoded { failed: failure.is_some(), ..Decoded::default() };
    let mut details = Details::management(read_only(&call.event_source, &call.event_name));
    services::adjust(call, exchange, &decoded, &mut details);
    details
}
