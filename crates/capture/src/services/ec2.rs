//! EC2: shapes of its own, of two generations.
//!
//! Records of operations that are as old as the API of 2014 show what its first, SOAP-like interface was asked:
//! lists as `<name>Set` with `items`. Those of every later operation show the XML that the call stands for, under
//! `<operation>Request` and `<operation>Response`.

mod earlier;
mod later;
mod names;

use cairn_operations::{Operation, Shapes};
use serde_json::{Map, Value};

use crate::details::Details;
use crate::modelled::Decoded;
use crate::{Captured, Exchange, ModelledCall, Response};

/// Renders parameters and answer in EC2's own shapes.
pub(super) fn adjust(
    call: &ModelledCall,
    operation: &Operation,
    exchange: &Exchange<'_>,
    decoded: &Decoded,
    details: &mut Details,
) {
    let shapes = call.table.shapes(call.operation);
    let earlier = names::is_earlier(&operation.name);
    // Nothing is made up of a body that was not read.
    if matches!(exchange.request.body, Captured::Whole(_)) || exchange.request.method == "GET" {
        details.request_parameters = Some(Value::Object(if earlier {
            earlier::request(&shapes, operation, &decoded.request)
        } else {
            later::request(&shapes, operation, &decoded.request)
        }));
    }
    let answered = exchange.response.status != Response::UNSEEN && !decoded.failed;
    details.response_elements = (answered && !details.read_only).then(|| {
        let answer = Answer { shapes: &shapes, operation, members: &decoded.answer, id: exchange.request_id };
        Value::Object(if earlier { earlier::response(&answer) } else { later::response(&answer) })
    });
}

/// A successful answer.
struct Answer<'a> {
    shapes: &'a Shapes,
    operation: &'a Operation,
    members: &'a Map<String, Value>,
    id: &'a str,
}

/// What EC2 writes for a secret.
const REMOVED: &str = "<sensitiveDataRemoved>";
/// Deeper values are not rendered; EC2's own have at most nine levels.
const DEPTH_MAX: usize = 32;

#[cfg(test)]
mod tests;
