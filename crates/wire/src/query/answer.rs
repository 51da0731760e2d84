//! Answers in XML.

use serde::Serialize;
use serde_json::Value;

use super::{Operation, QueryErrorCode};
use crate::Timestamp;
use crate::shape::Shape;
use crate::xml::{close, element, open};

/// Operations without output that answer an empty result, which clients look for; all others that answer
/// nothing have no result element.
const EMPTY_RESULTS: [&str; 1] = ["UpdateRole"];

/// Renders the answer of a successful call.
pub fn success_body<O: Operation>(operation: O, output: &impl Serialize, request_id: &str) -> String {
    let name = operation.name();
    let mut body = format!("<{name}Response xmlns=\"{}\">", O::NAMESPACE);
    let has_output = !matches!(operation.model().output, Shape::Structure([]));
    if has_output || EMPTY_RESULTS.contains(&name) {
        // The generated responses hold nothing that JSON cannot.
        let output = serde_json::to_value(output).unwrap_or_default();
        render(&mut body, &format!("{name}Result"), operation.model().output, &output);
    }
    body.push_str("<ResponseMetadata>");
    element(&mut body, "RequestId", request_id);
    body.push_str("</ResponseMetadata>");
    close(&mut body, &format!("{name}Response"));
    body
}

/// The answer to a refused call.
#[derive(Debug, Clone, Copy)]
pub struct ErrorBody<'a> {
    /// The namespace of the service.
    pub namespace: &'a str,
    /// The code.
    pub code: &'a str,
    /// The HTTP status; the fault is the sender's below 500.
    pub http_status: u16,
    /// What the caller is told.
    pub message: &'a str,
    /// The id of the call.
    pub request_id: &'a str,
}

impl ErrorBody<'_> {
    /// Renders the body.
    pub fn render(self) -> String {
        let fault = if self.http_status < 500 { "Sender" } else { "Receiver" };
        let mut body = format!("<ErrorResponse xmlns=\"{}\"><Error>", self.namespace);
        element(&mut body, "Type", fault);
        element(&mut body, "Code", self.code);
        element(&mut body, "Message", self.message);
        body.push_str("</Error>");
        element(&mut body, "RequestId", self.request_id);
        body.push_str("</ErrorResponse>");
        body
    }
}

/// Renders a refusal as EC2's clients read it; they know no other form.
pub fn ec2_error_body(code: QueryErrorCode, message: &str, request_id: &str) -> String {
    let mut body = "<Response><Errors><Error>".to_owned();
    element(&mut body, "Code", code.as_str());
    element(&mut body, "Message", message);
    body.push_str("</Error></Errors>");
    element(&mut body, "RequestID", request_id);
    body.push_str("</Response>");
    body
}

/// Appends one member. Members of a structure come in the order of the model.
fn render(body: &mut String, name: &str, shape: &Shape, value: &Value) {
    match (shape, value) {
        (Shape::Structure(members), Value::Object(given)) => {
            open(body, name);
            for member in *members {
                if let Some(value) = given.get(member.name) {
                    render(body, member.name, member.shape, value);
                }
            }
            close(body, name);
        }
        (Shape::List { item, .. }, Value::Array(items)) => {
            open(body, name);
            for value in items {
                render(body, "member", item, value);
            }
            close(body, name);
        }
        (Shape::Map { key, value: entry, .. }, Value::Object(given)) => {
            open(body, name);
            for (at, value) in given {
                open(body, "entry");
                render(body, "key", key, &Value::from(at.as_str()));
                render(body, "value", entry, value);
                close(body, "entry");
            }
            close(body, name);
        }
        (Shape::Timestamp, value) => match Timestamp::from_json(value) {
            Ok(at) => element(body, name, &at.in_xml()),
            Err(_) => element(body, name, &plain(value)),
        },
        (_, value) => element(body, name, &plain(value)),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
