//! Policy documents: checked when they are put, measured as AWS does, and encoded in answers.

use cairn_access::{Policy, PolicyKind};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::Refusal;

/// Checks a document that is to be attached to users, groups and roles.
pub(crate) fn check_identity(document: &str) -> Result<(), Refusal> {
    Policy::parse(PolicyKind::Identity, document)?;
    Ok(())
}

/// Checks a document that says who may assume a role: it may speak of assuming roles and of nothing else.
pub(crate) fn check_trust(document: &str) -> Result<(), Refusal> {
    Policy::parse(PolicyKind::Trust, document)?;
    let parsed: Value = serde_json::from_str(document).unwrap_or_default();
    let statements = match parsed.get("Statement") {
        Some(Value::Array(list)) => list.iter().collect(),
        Some(single) => vec![single],
        None => Vec::new(),
    };
    for statement in statements {
        if !texts(statement.get("Action")).all(is_of_sts) {
            return Err(Refusal::TrustMalformed(
                "AssumeRole policy may only specify STS AssumeRole actions.",
            ));
        }
    }
    Ok(())
}

/// Counts a document's characters, white space not counted.
pub(crate) fn length(document: &str) -> usize {
    document.chars().filter(|c| !c.is_whitespace()).count()
}

/// Encodes a document as answers carry it: RFC 3986, unreserved characters as they are.
pub(crate) fn encoded(document: &str) -> String {
    utf8_percent_encode(document, RESERVED).to_string()
}

fn texts(value: Option<&Value>) -> impl Iterator<Item = &str> {
    let list = match value {
        Some(Value::Array(list)) => list.as_slice(),
        Some(single) => std::slice::from_ref(single),
        None => &[],
    };
    list.iter().filter_map(Value::as_str)
}

fn is_of_sts(action: &str) -> bool {
    action.split_once(':').is_some_and(|(service, _)| service.eq_ignore_ascii_case("sts"))
}

const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trust_policies_speak_of_sts_alone() {
        let trust = |action: &str| {
            format!(
                r#"{{"Statement":{{"Effect":"Allow","Principal":{{"AWS":"123456789012"}},"Action":{action}}}}}"#
            )
        };
        for action in [r#""sts:AssumeRole""#, r#"["STS:AssumeRole","sts:TagSession"]"#] {
            assert!(check_trust(&trust(action)).is_ok(), "{action}");
        }
        for action in [r#""*""#, r#""iam:CreateUser""#, r#"["sts:AssumeRole","s3:GetObject"]"#] {
            assert!(matches!(check_trust(&trust(action)), Err(Refusal::TrustMalformed(_))), "{action}");
        }
        let with_resource = trust(r#""sts:AssumeRole","Resource":"*""#);
        assert!(matches!(check_trust(&with_resource), Err(Refusal::PolicyMalformed(_))));
    }

    #[test]
    fn documents_are_measured_without_white_space_and_encoded() {
        assert_eq!(length("{ \"a\":\n\t\"ü\" }"), 9);
        assert_eq!(encoded("{\"a\": \"b-._~c\"}ü"), "%7B%22a%22%3A%20%22b-._~c%22%7D%C3%BC");
    }
}
