//! The `eventSource` of a service, from the name that its clients sign with.

/// Signing names whose records carry another name.
const RENAMED: &[(&str, &str)] = &[
    ("application-autoscaling", "autoscaling"),
    ("applicationinsights", "application-insights"),
    ("aws-marketplace-management", "management-marketplace"),
    ("awsssoportal", "sso"),
    ("email", "ses"),
    ("mgh", "migrationhub"),
    ("mobiletargeting", "pinpoint"),
    ("mq", "amazonmq"),
    ("pricing", "pricelist"),
    ("rds-data", "rdsdata"),
    ("sso-oauth", "sso"),
    ("wisdom", "qconnect"),
];

/// Returns `<service>.amazonaws.com` as records of the service carry it.
pub fn event_source(signing_name: &str) -> String {
    let renamed = RENAMED.iter().find(|(signing, _)| *signing == signing_name);
    let service = renamed.map_or(signing_name, |(_, recorded)| recorded);
    format!("{service}.amazonaws.com")
}
