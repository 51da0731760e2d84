//! Whether a call is read-only, for services whose operations are not tabled here.
//!
//! The verb at the beginning of an operation's name decides, unless IAM's access level says otherwise
//! (`access_levels`, generated), unless real records do ([`OVERRIDES`]). Against real records of many services
//! the rule is right wherever those agree.

mod access_levels;

use access_levels::ACCESS_LEVELS;

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

/// `(service, operation, read_only)` where neither verb nor access level is what records say; the service is
/// the event source's first label.
const OVERRIDES: &[(&str, &str, bool)] = &[
    ("bedrock", "Converse", true),
    ("bedrock", "ConverseStream", true),
    ("bedrock", "InvokeModel", true),
    ("bedrock", "InvokeModelWithResponseStream", true),
    // Ours: what `/_cairn/insights/backtest`, `/_cairn/history/…` and `/_cairn/tail` are recorded as.
    ("cloudtrail", "BacktestInsights", true),
    ("cloudtrail", "ExportEvents", true),
    ("cloudtrail", "SummarizeEvents", true),
    ("cloudtrail", "TailEvents", true),
    ("kms", "Decrypt", true),
    ("kms", "Encrypt", true),
    ("kms", "GenerateDataKey", true),
    ("kms", "GenerateDataKeyPair", true),
    ("kms", "GenerateDataKeyPairWithoutPlaintext", true),
    ("kms", "GenerateDataKeyWithoutPlaintext", true),
    ("kms", "GenerateRandom", true),
    ("kms", "ReEncrypt", true),
    ("kms", "Verify", true),
    ("kms", "VerifyMac", true),
    ("lambda", "Invoke", false),
    ("s3", "PreflightRequest", true),
    ("sts", "AssumeRole", true),
    ("sts", "AssumeRoleWithSAML", true),
    ("sts", "AssumeRoleWithWebIdentity", true),
    ("sts", "GetFederationToken", false),
];

/// Returns the record's `readOnly` for an event of that name, or an operation, of the service that records as
/// `event_source`.
pub fn read_only(event_source: &str, operation: &str) -> bool {
    let service = event_source.split('.').next().unwrap_or_default();
    let operation = without_date(operation);
    if let Some(&(_, _, reads)) = OVERRIDES.iter().find(|(of, name, _)| (*of, *name) == (service, operation))
    {
        return reads;
    }
    match ACCESS_LEVELS.binary_search_by(|(of, name, _)| (*of, *name).cmp(&(service, operation))) {
        Ok(at) => ACCESS_LEVELS.get(at).is_some_and(|(_, _, reads)| *reads),
        Err(_) => by_verb(operation),
    }
}

/// Tells by its verb alone whether an operation reads.
pub fn by_verb(operation: &str) -> bool {
    READING_VERBS.iter().any(|verb| starts_with_word(operation, verb))
}

/// Takes away the date that names of events carry after the operation: `ListFunctions20150331`,
/// `GetFunction20150331v2`, `UpdateDistribution2020_05_31`.
fn without_date(name: &str) -> &str {
    let dated = name.strip_suffix("v2").unwrap_or(name);
    let begin = dated.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_').len();
    match dated.get(begin..) {
        Some(date) if date.len() >= 8 => dated.get(..begin).unwrap_or(name),
        _ => name,
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
            ("cloudtrail.amazonaws.com", "BacktestInsights", true),
            ("cloudtrail.amazonaws.com", "GetInsightExplanation", true),
            ("cloudtrail.amazonaws.com", "ExportEvents", true),
            ("cloudtrail.amazonaws.com", "SummarizeEvents", true),
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
            ("lambda.amazonaws.com", "ListFunctions20150331", true),
            ("lambda.amazonaws.com", "GetFunction20150331v2", true),
            ("lambda.amazonaws.com", "UpdateFunctionCode20150331v2", false),
            ("cloudfront.amazonaws.com", "TestFunction2020_05_31", false),
            ("cloudfront.amazonaws.com", "GetDistribution2020_05_31", true),
            ("s3.amazonaws.com", "ListObjectsV2", true),
            ("dynamodb.amazonaws.com", "Scan", true),
            ("dynamodb.amazonaws.com", "ExportTableToPointInTime", false),
            ("ses.amazonaws.com", "VerifyEmailIdentity", false),
            ("iam.amazonaws.com", "GenerateCredentialReport", true),
            ("x.amazonaws.com", "Listen", false),
            ("", "", false),
        ] {
            assert_eq!(read_only(source, operation), expected, "{source} {operation}");
        }
    }
}
