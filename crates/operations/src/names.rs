//! How records call what is recognised: `eventSource`, `eventName`, `apiVersion`, and the Region of services
//! that have none.

use std::borrow::Cow;

use cairn_wire::event_source;

use crate::{Operation, Service};

/// Services whose records name another source than their signing name gives, by their name in botocore.
const SOURCES: &[(&str, &str)] = &[
    ("chime-sdk-identity", "chime"),
    ("chime-sdk-media-pipelines", "chime-sdk-media-pipelines"),
    ("chime-sdk-meetings", "chime"),
    ("chime-sdk-messaging", "chime"),
    ("chime-sdk-voice", "chime-sdk-voice"),
    ("connect-contact-lens", "contact-lens"),
    ("connectparticipant", "participant-connect"),
    ("marketplace-agreement", "agreement-marketplace"),
    ("marketplace-catalog", "marketplacecatalog"),
    ("marketplace-discovery", "discovery-marketplace"),
    ("marketplace-reporting", "reporting-marketplace"),
    ("servicecatalog-appregistry", "servicecatalog-appregistry"),
];

/// Services that are called in one Region wherever their callers are, by their signing name.
const GLOBAL: &[(&str, &str)] = &[
    ("account", "us-east-1"),
    ("ce", "us-east-1"),
    ("cloudfront", "us-east-1"),
    ("globalaccelerator", "us-west-2"),
    ("health", "us-east-1"),
    ("iam", "us-east-1"),
    ("organizations", "us-east-1"),
    ("route53", "us-east-1"),
    ("shield", "us-east-1"),
    ("waf", "us-east-1"),
];

/// Services whose records carry the version of their API, by their name in botocore.
const WITH_VERSION: &[(&str, &str)] = &[
    ("appmesh", "2019-01-25"),
    ("cloudfront", "2020_05_31"),
    ("dynamodb", "2012-08-10"),
    ("dynamodbstreams", "2012-08-10"),
    ("efs", "2015-02-01"),
    ("elb", "2012-06-01"),
    ("elbv2", "2015-12-01"),
    ("logs", "20140328"),
    ("route53", "2013-04-01"),
];

/// Operations of Lambda whose event names end in `v2` after the date of their path.
const LAMBDA_V2: &[&str] = &[
    "AddPermission",
    "GetFunction",
    "GetFunctionConfiguration",
    "GetPolicy",
    "RemovePermission",
    "TagResource",
    "UntagResource",
    "UpdateFunctionCode",
    "UpdateFunctionConfiguration",
];

/// The last date of Lambda's paths that event names carry.
const LAMBDA_DATED_MAX: &str = "2018-10-31";

/// Operations of Lambda whose event names carry no date although their path does.
const LAMBDA_UNDATED: &[&str] =
    &["AddLayerVersionPermission", "Invoke", "InvokeAsync", "InvokeWithResponseStream"];

/// Returns the `eventSource` of a service's records.
pub fn event_source(service: &Service) -> String {
    match find(SOURCES, &service.name) {
        Some(source) => format!("{source}.amazonaws.com"),
        None => event_source::event_source(&service.signing_name),
    }
}

/// Returns the `eventName` of an operation's records.
pub fn event_name<'a>(service: &Service, operation: &'a Operation) -> Cow<'a, str> {
    let name = operation.name.as_str();
    match service.name.as_str() {
        "lambda" => lambda_name(operation),
        "s3control" => match name {
            "GetPublicAccessBlock" => "GetAccountPublicAccessBlock".into(),
            "PutPublicAccessBlock" => "PutAccountPublicAccessBlock".into(),
            "DeletePublicAccessBlock" => "DeleteAccountPublicAccessBlock".into(),
            _ => name.into(),
        },
        _ => name.into(),
    }
}

/// Returns the name that older records of CloudFront have, with the version of its API at the end:
/// `UpdateDistribution2020_05_31`. None for other services.
pub fn versioned_name(service: &Service, operation: &Operation) -> Option<String> {
    let version = operation.path.trim_start_matches('/').split('/').next()?;
    let versioned = service.name == "cloudfront" && is_date(version);
    versioned.then(|| format!("{}{}", operation.name, version.replace('-', "_")))
}

/// Returns the `apiVersion` of a service's records, where they carry one.
pub fn api_version(service: &Service) -> Option<&'static str> {
    find(WITH_VERSION, &service.name)
}

/// Returns the Region that records of a service carry wherever it is called; none for services that have one.
pub fn global_region(service: &Service) -> Option<&'static str> {
    find(GLOBAL, &service.signing_name)
}

fn lambda_name(operation: &Operation) -> Cow<'_, str> {
    let name = operation.name.as_str();
    let date = operation.path.trim_start_matches('/').split('/').next().unwrap_or_default();
    if !is_date(date) || date > LAMBDA_DATED_MAX || LAMBDA_UNDATED.contains(&name) {
        return name.into();
    }
    let ending = if LAMBDA_V2.contains(&name) { "v2" } else { "" };
    format!("{name}{}{ending}", date.replace('-', "")).into()
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
}

fn find(table: &[(&'static str, &'static str)], name: &str) -> Option<&'static str> {
    table.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
}
