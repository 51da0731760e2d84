//! From XML to JSON, as CloudTrail's own records show it.
//!
//! Attributes stand beside children, text beside attributes is `content`, a repeated child is an array, and text
//! that looks like a number, a boolean or null becomes one.

use cairn_wire::xml::Element;
use serde_json::{Map, Value};

/// Renders an element.
pub(crate) fn value(element: &Element) -> Value {
    if element.attributes.is_empty() && element.children.is_empty() {
        return scalar(&element.text);
    }
    let mut members = Map::new();
    for (name, text) in &element.attributes {
        accumulate(&mut members, name, scalar(text));
    }
    for child in &element.children {
        accumulate(&mut members, &child.name, value(child));
    }
    if !element.text.is_empty() {
        accumulate(&mut members, "content", scalar(&element.text));
    }
    Value::Object(members)
}

fn accumulate(members: &mut Map<String, Value>, name: &str, value: Value) {
    match members.get_mut(name) {
        // A value itself is never an array, so that an array is always a repetition.
        Some(Value::Array(values)) => values.push(value),
        Some(first) => *first = Value::Array(vec![first.take(), value]),
        None => {
            members.insert(name.to_owned(), value);
        }
    }
}

/// Renders a text, as what it looks like.
pub(crate) fn scalar(text: &str) -> Value {
    match text {
        _ if text.eq_ignore_ascii_case("true") => Value::Bool(true),
        _ if text.eq_ignore_ascii_case("false") => Value::Bool(false),
        _ if text.eq_ignore_ascii_case("null") => Value::Null,
        _ => number(text).unwrap_or_else(|| Value::from(text)),
    }
}

/// Reads a number that loses nothing by being one: no leading zeros, at most 15 digits.
fn number(text: &str) -> Option<Value> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let count = digits.bytes().filter(u8::is_ascii_digit).count();
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let padded = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
    if count == 0 || count > DIGITS_MAX || !plain || padded || text.starts_with("-0") {
        return None;
    }
    if let Ok(whole) = text.parse::<i64>() {
        return Some(Value::from(whole));
    }
    let fraction: f64 = text.parse().ok()?;
    // Only what prints as it was sent: `1.` and `1.50` stay text.
    (fraction.to_string() == text).then(|| Value::from(fraction))
}

const DIGITS_MAX: usize = 15;

#[cfg(test)]
mod tests {
    use cairn_wire::xml::Element;
    use serde_json::{Value, json};

    use super::value;

    fn check(document: &str, expected: &Value) {
        let root = Element::parse(document.as_bytes()).unwrap();
        assert_eq!(value(&root), *expected, "{document}");
    }

    #[test]
    fn documents_become_json_as_in_cloudtrail() {
        check("<a/>", &json!(""));
        check("<a>  </a>", &json!(""));
        check("<a>text</a>", &json!("text"));
        check("<a>true</a>", &json!(true));
        check("<a>FALSE</a>", &json!(false));
        check("<a>null</a>", &json!(null));
        check("<a>30</a>", &json!(30));
        check("<a>-5</a>", &json!(-5));
        check("<a>-0</a>", &json!("-0"));
        check("<a>0</a>", &json!(0));
        check("<a>007</a>", &json!("007"));
        check("<a>0.5</a>", &json!(0.5));
        check("<a>1.50</a>", &json!("1.50"));
        check("<a>1.2.3</a>", &json!("1.2.3"));
        check("<a>.</a>", &json!("."));
        check("<a>123456789012345</a>", &json!(123_456_789_012_345_i64));
        check("<a>1234567890123456</a>", &json!("1234567890123456"));
        check("<a>1e5</a>", &json!("1e5"));
        check("<a b=\"1\">t</a>", &json!({"b": 1, "content": "t"}));
        check("<a b=\"c\"/>", &json!({"b": "c"}));
        check("<a><b>1</b></a>", &json!({"b": 1}));
        check("<a><b>1</b><b/><b><c/></b></a>", &json!({"b": [1, "", {"c": ""}]}));
        check(
            "<LifecycleConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Rule><ID>r</ID>\
             <Filter><Prefix>t/</Prefix></Filter><Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>",
            &json!({
                "xmlns": "http://s3.amazonaws.com/doc/2006-03-01/",
                "Rule": {"ID": "r", "Filter": {"Prefix": "t/"}, "Expiration": {"Days": 1}},
            }),
        );
    }
}
