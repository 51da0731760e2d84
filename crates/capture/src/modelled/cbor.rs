//! CBOR as the JSON that it stands for: bytes as base64, instants as seconds.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Number, Value};

/// Deeper documents are not read.
const DEPTH_MAX: usize = 64;
/// The tag of an instant: seconds since the Unix epoch.
const EPOCH: u64 = 1;

/// Reads a document: one item and nothing after it.
pub(crate) fn parse(bytes: &[u8]) -> Option<Value> {
    let mut rest = bytes;
    let item: ciborium::Value = ciborium::de::from_reader_with_recursion_limit(&mut rest, DEPTH_MAX).ok()?;
    if !rest.is_empty() {
        return None;
    }
    json(item)
}

/// Nothing for what JSON has no word for.
fn json(item: ciborium::Value) -> Option<Value> {
    match item {
        ciborium::Value::Null => Some(Value::Null),
        ciborium::Value::Bool(flag) => Some(Value::Bool(flag)),
        ciborium::Value::Text(text) => Some(Value::String(text)),
        ciborium::Value::Bytes(bytes) => Some(Value::String(STANDARD.encode(bytes))),
        ciborium::Value::Integer(number) => {
            let signed = i64::try_from(number).map(Value::from);
            signed.or_else(|_large| u64::try_from(number).map(Value::from)).ok()
        }
        ciborium::Value::Float(number) => {
            Some(Number::from_f64(number).map_or_else(|| Value::from(number.to_string()), Value::Number))
        }
        ciborium::Value::Tag(EPOCH, seconds) => json(*seconds).filter(Value::is_number),
        ciborium::Value::Array(items) => Some(Value::Array(items.into_iter().filter_map(json).collect())),
        ciborium::Value::Map(entries) => {
            let mut members = Map::new();
            for (key, item) in entries {
                if let (ciborium::Value::Text(key), Some(item)) = (key, json(item)) {
                    members.insert(key, item);
                }
            }
            Some(Value::Object(members))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::parse;

    fn check(bytes: &[u8], expected: Option<&Value>) {
        assert_eq!(parse(bytes).as_ref(), expected, "{bytes:02x?}");
    }

    #[test]
    fn items_of_every_kind_are_read() {
        check(b"\xa1\x61a\x01", Some(&json!({"a": 1})));
        // Indefinite lengths: a map, a list, a text and bytes in chunks.
        check(b"\xbf\x61a\x9f\x01\x02\xff\xff", Some(&json!({"a": [1, 2]})));
        check(b"\x7f\x62ab\x61c\xff", Some(&json!("abc")));
        check(b"\x5f\x41\x01\x41\x02\xff", Some(&json!("AQI=")));
        // Half, single and double floats.
        check(b"\xf9\x3e\x00", Some(&json!(1.5)));
        check(b"\xfa\x3f\xc0\x00\x00", Some(&json!(1.5)));
        check(b"\xfb\x3f\xf8\0\0\0\0\0\0", Some(&json!(1.5)));
        check(b"\xf9\x7c\x00", Some(&json!("inf")));
        check(b"\x1b\xff\xff\xff\xff\xff\xff\xff\xff", Some(&json!(u64::MAX)));
        check(b"\x20", Some(&json!(-1)));
        // Instants in whole seconds and in fractions.
        check(b"\xc1\x1a\x67\x48\x5f\x00", Some(&json!(1_732_796_160)));
        check(b"\xc1\xfb\x41\xd9\xd2\x17\xc0\x20\0\0", Some(&json!(1_732_796_160.5)));
        check(b"\xc1\x61a", None);
        check(b"\xf6", Some(&json!(null)));
        check(b"\xa0\xa0", None);
        check(b"", None);
        check(b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff", None);
        check(&[0x81; 65], None);
    }
}
