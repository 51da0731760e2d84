//! Secrets Manager: of what it stores only the ARN is answered in records.

use serde_json::{Value, json};

use crate::details::Details;

/// Reduces the answer of calls that store a secret.
pub(super) fn adjust(operation: &str, details: &mut Details) {
    if !matches!(operation, "CreateSecret" | "PutSecretValue") {
        return;
    }
    let answered = details.response_elements.as_ref();
    let arn = answered.and_then(|answered| answered.get("aRN").or_else(|| answered.get("arn")));
    details.response_elements = arn.and_then(Value::as_str).map(|arn| json!({ "arn": arn }));
}
