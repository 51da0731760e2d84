//! Values that are sent as text, with the types that their shapes give them.

use cairn_operations::Kind;
use serde_json::{Number, Value};

/// Reads a text as a value of a kind. What does not read as its kind stays text; lists, maps and structures
/// are no text.
pub(super) fn of_text(kind: &Kind, text: &str) -> Option<Value> {
    let read = match kind {
        Kind::Integer => text.trim().parse::<i64>().ok().map(Value::from),
        Kind::Float => text.trim().parse().ok().and_then(Number::from_f64).map(Value::Number),
        Kind::Boolean => boolean(text.trim()),
        Kind::Text | Kind::Blob | Kind::Document | Kind::Timestamp { .. } => None,
        Kind::Structure { .. } | Kind::List { .. } | Kind::Map { .. } => return None,
    };
    Some(read.unwrap_or_else(|| Value::from(text)))
}

fn boolean(text: &str) -> Option<Value> {
    match text {
        _ if text.eq_ignore_ascii_case("true") => Some(Value::Bool(true)),
        _ if text.eq_ignore_ascii_case("false") => Some(Value::Bool(false)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use cairn_operations::Kind;
    use serde_json::{Value, json};

    use super::of_text;

    fn check(kind: &Kind, text: &str, expected: &Value) {
        assert_eq!(of_text(kind, text).as_ref(), Some(expected), "{kind:?} {text}");
    }

    #[test]
    fn texts_take_the_type_of_their_shape() {
        check(&Kind::Integer, "20", &json!(20));
        check(&Kind::Integer, "-7", &json!(-7));
        check(&Kind::Integer, "99999999999999999999", &json!("99999999999999999999"));
        check(&Kind::Float, "0.5", &json!(0.5));
        check(&Kind::Float, "NaN", &json!("NaN"));
        check(&Kind::Boolean, "True", &json!(true));
        check(&Kind::Boolean, "0", &json!("0"));
        check(&Kind::Text, "true", &json!("true"));
        check(&Kind::Text, " a ", &json!(" a "));
        check(&Kind::Timestamp { format: None }, "2026-03-02T08:14:55Z", &json!("2026-03-02T08:14:55Z"));
    }
}
