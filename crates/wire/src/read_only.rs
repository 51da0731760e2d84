//! Whether a call is read-only, for services whose operations are not tabled here.
//!
//! The verb at the beginning of an operation's name decides, with a few services excepted. Against
//! real records of many services the rule with its exceptions is right wherever those agree.

/// Verbs of operations that change nothing.
const READING_VERBS: &[&str] = &[
    "BatchDescribe",
    "BatchGet",
    "Check",
    "Converse",
    "Count",
    "Decode",
    "Describe",
    "Detect",
    "Discover",
    "Download",
    "Estimate",
    "Export",
    "Filter",
    "Get",
    "Head",
    "List",
    "Lookup",
    "Poll",
    "Preview",
    "Query",
    "Read",
    "Receive",
    "Resolve",
    "Retrieve",
    "Scan",
    "Search",
    "Select",
    "Simulate",
    "Test",
    "Validate",
    "Verify",
    "View",
];

/// `(service, operation, read_only)` where the verb misleads; the service is the event source's
/// first label.
const EXCEPTIONS: &[(&str, &str, bool)] = &[
    ("bedrock", "InvokeModel", true),
    ("bedrock", "InvokeModelWithResponseStream", true),
    // Ours: what `/_cairn/tail` is recorded as.
    ("cloudtrail", "TailEvents", true),
    ("kms", "Decrypt", true),
    ("kms", "Encrypt", true),
    ("kms", "GenerateDataKey", true),
    ("kms", "GenerateDataKeyPair", true),
    ("kms", "GenerateDataKeyPairWithoutPlaintext", true),
    ("kms", "GenerateDataKeyWithoutPlaintext", true),
    ("kms", "GenerateRandom", true),
    ("kms", "ReEncrypt", true),
    ("s3", "PreflightRequest", true),
    ("sts", "AssumeRole", true),
    ("sts", "AssumeRoleWithSAML", true),
    ("sts", "AssumeRoleWithWebIdentity", true),
    ("sts", "GetFederationToken", false),
];

/// Returns the record's `readOnly` for an operation of the service that records as `event_source`.
pub fn read_only(event_source: &str, operation: &str) -> bool {
    let service = event_source.split('.').next().unwrap_or_default();
    let excepted = EXCEPTIONS.iter().find(|(of, name, _)| *of == service && *name == operation);
    match excepted {
        Some(&(_, _, read_only)) => read_only,
        None => READING_VERBS.iter().any(|verb| starts_with_word(operation, verb)),
    }
}

/// Whether `verb` is a whole word at the beginning: `GetTrail` begins with `Get`, `Getaway` does not.
fn starts_with_word(operation: &str, verb: &str) -> bool {
    operation.strip_prefix(verb).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_and_exceptions_decide() {
        for (source, operation, expected) in [
            ("cloudtrail.amazonaws.com", "LookupEvents", true),
            ("cloudtrail.amazonaws.com", "TailEvents", true),
            ("cloudtrail.amazonaws.com", "CreateTrail", false),
            ("s3.amazonaws.com", "HeadObject", true),
            ("s3.amazonaws.com", "SelectObjectContent", true),
            ("s3.amazonaws.com", "RestoreObject", false),
            ("kms.amazonaws.com", "Decrypt", true),
            ("kms.amazonaws.com", "CreateKey", false),
            ("sts.amazonaws.com", "AssumeRole", true),
            ("sts.amazonaws.com", "GetFederationToken", false),
            ("sts.amazonaws.com", "GetCallerIdentity", true),
            ("lambda.amazonaws.com", "Invoke", false),
            ("dynamodb.amazonaws.com", "Scan", true),
            ("x.amazonaws.com", "Listen", false),
            ("", "", false),
        ] {
            assert_eq!(read_only(source, operation), expected, "{source} {operation}");
        }
    }
}
