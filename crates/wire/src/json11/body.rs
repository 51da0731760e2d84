//! The body of a call, as the JSON object that it must be.

use serde_json::Value;

use super::{BODY_BYTES_MAX, CONTENT_TYPE, Fault, NESTING_MAX};

/// Reads a body as the JSON object that every call sends.
pub(super) fn read(content_type: Option<&str>, body: &[u8]) -> Result<Value, (Fault, String)> {
    if !content_type.is_none_or(is_json) {
        return Err((Fault::ContentType, format!("The content type must be {CONTENT_TYPE}.")));
    }
    if body.len() > BODY_BYTES_MAX {
        return Err((Fault::TooLarge, format!("The request body exceeds {BODY_BYTES_MAX} bytes.")));
    }
    parse(body)
}

fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    [CONTENT_TYPE, "application/x-amz-json-1.0", "application/json"]
        .iter()
        .any(|accepted| essence.eq_ignore_ascii_case(accepted))
}

fn parse(body: &[u8]) -> Result<Value, (Fault, String)> {
    let refuse = |message: &str| (Fault::Serialization, message.to_owned());
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Value::Object(serde_json::Map::new()));
    }
    if nesting(body) > NESTING_MAX {
        return Err(refuse("The request body is nested too deeply."));
    }
    match serde_json::from_slice(body) {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(_) => Err(refuse("The request body must be a JSON object.")),
        Err(_) => Err(refuse("The request body could not be parsed as JSON.")),
    }
}

/// Counts how deep lists and objects are nested, without building them.
fn nesting(body: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut in_string, mut escaped) = (false, false);
    for &byte in body {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}
