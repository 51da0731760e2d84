//! How the records of a service spell names, times and what is secret.

use cairn_wire::recognise::Protocol;

/// How a service's records are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Style {
    pub(super) names: Names,
    pub(super) times: Times,
    pub(super) secrets: Secrets,
}

/// How members are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    /// As in the model, with the first letter in lower case.
    LowerFirst,
    /// As in the model.
    Kept,
}

/// How an instant is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Times {
    /// `Jul 10, 2023, 12:07:59 PM`.
    Comma,
    /// `Jul 10, 2023 12:07:59 PM`.
    NoComma,
    /// Milliseconds since the Unix epoch.
    Milliseconds,
    /// As it was sent.
    Sent,
}

/// What becomes of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Secrets {
    /// It is left out.
    Dropped,
    /// It is said to have been there.
    Replaced,
}

impl Style {
    /// Returns the style of the records of an event source.
    pub(super) fn of(event_source: &str, protocol: Protocol) -> Self {
        let service = event_source.split('.').next().unwrap_or_default();
        let times = match (service, protocol) {
            ("appmesh" | "sts", _) => Times::Comma,
            ("apigateway" | "cloudfront" | "dynamodb" | "iam" | "rds", _) => Times::NoComma,
            (_, Protocol::Json | Protocol::Cbor) => Times::Comma,
            (_, Protocol::Query | Protocol::RestXml) => Times::NoComma,
            (_, Protocol::Ec2Query) => Times::Milliseconds,
            (_, Protocol::RestJson) => Times::Sent,
        };
        let names = if KEPT.contains(&service) { Names::Kept } else { Names::LowerFirst };
        let secrets = if DROPPED.contains(&service) { Secrets::Dropped } else { Secrets::Replaced };
        Self { names, times, secrets }
    }
}

/// Services whose records keep names as they are on the wire.
const KEPT: [&str; 4] = ["account", "ce", "devops-guru", "resource-explorer-2"];
/// Services whose records do not say that a secret was there.
const DROPPED: [&str; 4] = ["iam", "kms", "lambda", "secretsmanager"];
