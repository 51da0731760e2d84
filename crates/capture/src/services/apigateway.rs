//! API Gateway: what is sent in the body stands together, beside what stands in the path.

use cairn_operations::{Kind, Location, Operation};
use cairn_wire::casing::lower_first;
use serde_json::{Map, Value};

use crate::ModelledCall;
use crate::details::Details;

/// Gathers the members of the body under `<operation>Input`.
pub(super) fn adjust(call: &ModelledCall, operation: &Operation, details: &mut Details) {
    let shapes = call.table.shapes(call.operation);
    let input = operation.input.and_then(|input| shapes.get(input));
    let Some(Kind::Structure { members, payload: None }) = input.map(|input| &input.kind) else { return };
    let Some(Value::Object(shown)) = &mut details.request_parameters else { return };
    let in_body = members.iter().filter(|member| member.location == Location::Body);
    let body: Map<String, Value> =
        in_body.filter_map(|member| shown.remove_entry(&lower_first(&member.name))).collect();
    if !body.is_empty() {
        shown.insert(format!("{}Input", lower_first(&operation.name)), Value::Object(body));
    }
    shown.insert("template".to_owned(), Value::Bool(false));
}
