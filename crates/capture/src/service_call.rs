//! Which call an exchange is.

use cairn_wire::recognise::{Call, Protocol, Service, UNKNOWN_OPERATION};
use cairn_wire::{Operation, iam, kms, query::Operation as _, s3};

use crate::{KmsCall, ModelledCall, services};

/// A recognised call, with what recording it needs to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServiceCall {
    /// A call of S3.
    S3(s3::Call),
    /// A call of CloudTrail itself.
    CloudTrail(Operation),
    /// A call of IAM.
    Iam(iam::Operation),
    /// A call of KMS.
    Kms(KmsCall),
    /// A call of the token service, by its action.
    Sts(String),
    /// A call of any other service whose model is at hand.
    Modelled(ModelledCall),
    /// A call of anything else, or one that its service does not know: recorded with its error and
    /// without parameters.
    Other {
        /// The record's `eventSource`.
        event_source: String,
        /// The record's `eventName`.
        event_name: String,
        /// How its errors are written.
        protocol: Protocol,
    },
}

impl ServiceCall {
    /// Takes a recognised call; `resolve_s3` is asked only when it is one of S3.
    pub fn of(call: &Call, resolve_s3: impl FnOnce() -> s3::Call) -> Self {
        let named = call.operation.as_deref();
        match (&call.service, named) {
            (Service::S3, _) => Self::S3(resolve_s3()),
            (Service::Sts, Some(action)) => Self::Sts(action.to_owned()),
            (Service::CloudTrail, Some(name)) => match name.parse() {
                Ok(operation) => Self::CloudTrail(operation),
                Err(_unknown) => Self::other(call),
            },
            (Service::Iam, Some(name)) => match iam::Operation::find(name) {
                Some(operation) => Self::Iam(operation),
                None => Self::other(call),
            },
            (Service::Kms, Some(name)) => match kms::Operation::find(name) {
                Some(operation) => Self::Kms(operation.into()),
                None => Self::other(call),
            },
            (Service::Iam | Service::Kms | Service::Sts | Service::CloudTrail, None)
            // Records of Organizations follow its model: whoever has the table makes them of these.
            | (Service::CloudTrailData | Service::Organizations | Service::Other(_), _) => Self::other(call),
        }
    }

    /// Returns the record's `eventSource`.
    pub fn event_source(&self) -> &str {
        match self {
            Self::S3(_) => "s3.amazonaws.com",
            Self::CloudTrail(_) => "cloudtrail.amazonaws.com",
            Self::Iam(_) => crate::iam::EVENT_SOURCE,
            Self::Kms(_) => crate::kms::EVENT_SOURCE,
            Self::Sts(_) => "sts.amazonaws.com",
            Self::Modelled(call) => &call.event_source,
            Self::Other { event_source, .. } => event_source,
        }
    }

    /// Returns the record's `eventName`.
    pub fn event_name(&self) -> &str {
        match self {
            Self::S3(call) => call.event_name,
            Self::CloudTrail(operation) => operation.name(),
            Self::Iam(operation) => operation.name(),
            Self::Kms(call) => call.operation.name(),
            Self::Sts(action) => action,
            Self::Modelled(call) => &call.event_name,
            Self::Other { event_name, .. } => event_name,
        }
    }

    /// Tells whether the call is a data event: recorded only where a trail selects it.
    pub fn is_data(&self) -> bool {
        match self {
            Self::S3(call) => call.category == s3::Category::Data,
            Self::Modelled(call) => services::is_data(call),
            Self::CloudTrail(_) | Self::Iam(_) | Self::Kms(_) | Self::Sts(_) | Self::Other { .. } => false,
        }
    }

    /// Returns how the call's errors are written.
    pub(crate) fn protocol(&self) -> Protocol {
        match self {
            Self::S3(_) => Protocol::RestXml,
            Self::CloudTrail(_) | Self::Kms(_) => Protocol::Json,
            Self::Iam(_) | Self::Sts(_) => Protocol::Query,
            Self::Modelled(call) => call.protocol,
            Self::Other { protocol, .. } => *protocol,
        }
    }

    fn other(call: &Call) -> Self {
        Self::Other {
            event_source: call.event_source.clone(),
            event_name: call.operation.clone().unwrap_or_else(|| UNKNOWN_OPERATION.to_owned()),
            protocol: call.protocol,
        }
    }
}
