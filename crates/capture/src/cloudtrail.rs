//! CloudTrail's records about its own calls.

use cairn_wire::{Operation, casing};
use serde_json::Value;

use crate::Exchange;
use crate::details::Details;
use crate::error::Failure;

/// Renders parameters and answer in CloudTrail's own casing, as sent; there are no resources. No member of
/// CloudTrail's service model is marked as sensitive.
pub(crate) fn details(exchange: &Exchange<'_>, operation: Operation, failure: Option<&Failure>) -> Details {
    let mut details = Details::management(operation.read_only());
    // A throttled call was turned away unread.
    if !failure.is_some_and(Failure::is_throttling) {
        details.request_parameters = parameters(exchange, operation);
    }
    if failure.is_none() {
        details.response_elements = response_elements(exchange, operation);
    }
    details
}

fn parameters(exchange: &Exchange<'_>, operation: Operation) -> Option<Value> {
    let sent: Value = serde_json::from_slice(exchange.request.body.whole()?).ok()?;
    casing::request_parameters(operation, &sent)
}

fn response_elements(exchange: &Exchange<'_>, operation: Operation) -> Option<Value> {
    let answered: Value = serde_json::from_slice(exchange.response.body.whole()?).ok()?;
    casing::response_elements(operation, &answered)
}
