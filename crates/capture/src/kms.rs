//! Records of KMS.
//!
//! KMS's own rules: the encryption context is shown, what is to be or was encrypted never; the keys and aliases
//! that a call came to concern are the record's resources; a change of one key answers with the key's ARN in the
//! record, whatever it answers its caller.

mod concerned;

use std::borrow::Cow;
use std::collections::BTreeMap;

use cairn_event::{Arn, Resource};
use cairn_wire::kms::{self, Operation, Request};
use cairn_wire::read_only::read_only;
use serde_json::{Map, Value};

use crate::Exchange;
use crate::details::Details;
use crate::error::Failure;

/// The record's `eventSource`.
pub(crate) const EVENT_SOURCE: &str = "kms.amazonaws.com";

/// A call of KMS, and what serving it came to concern: a ciphertext names its key to KMS alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KmsCall {
    /// The operation.
    pub operation: Operation,
    /// The ARNs of the aliases and keys, in the order of the record.
    pub resources: Vec<String>,
    /// Members of `additionalEventData`: ids of key materials and of grants.
    pub additional: BTreeMap<&'static str, String>,
}

impl From<Operation> for KmsCall {
    fn from(operation: Operation) -> Self {
        Self { operation, resources: Vec::new(), additional: BTreeMap::new() }
    }
}

/// Tells whether a successful answer names what the call was about: nobody knows it who did not serve it.
pub(crate) fn reads_answer(call: &KmsCall) -> bool {
    call.resources.is_empty() && !matches!(call.operation, Operation::GenerateRandom | Operation::ListKeys)
}

/// Tells whether the answer of a successful call is recorded: that of everything that is no reading.
pub(crate) fn records_response(operation: Operation) -> bool {
    !read_only(EVENT_SOURCE, operation.name())
}

/// Renders parameters, answer and resources of a call.
pub(crate) fn details(exchange: &Exchange<'_>, call: &KmsCall, failure: Option<&Failure>) -> Details {
    let mut details = Details::management(read_only(EVENT_SOURCE, call.operation.name()));
    // A throttled call was turned away unread.
    if !failure.is_some_and(Failure::is_throttling) {
        details.request_parameters = parameters(exchange, call.operation);
    }
    let concerned = match failure {
        None if call.resources.is_empty() => Cow::Owned(concerned::concerned(exchange)),
        _ => Cow::Borrowed(&call.resources),
    };
    if failure.is_none() && records_response(call.operation) {
        details.response_elements = response_elements(exchange, call.operation, concerned.first());
    }
    details.resources = concerned.iter().map(|arn| resource(arn)).collect();
    let additional = call.additional.iter();
    details.additional =
        additional.map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str()))).collect();
    details
}

fn parameters(exchange: &Exchange<'_>, operation: Operation) -> Option<Value> {
    if matches!(operation, Operation::GenerateRandom | Operation::RetireGrant) {
        return None;
    }
    let request = Request::decode(operation, None, exchange.request.body.whole()?).ok()?;
    let mut shown = request.request_parameters()?;
    if let Some(members) = shown.as_object_mut() {
        for name in algorithms(operation) {
            members.entry(*name).or_insert_with(|| Value::from("SYMMETRIC_DEFAULT"));
        }
    }
    Some(shown)
}

/// Names the members that records hold even where the caller leaves them out.
fn algorithms(operation: Operation) -> &'static [&'static str] {
    match operation {
        Operation::Decrypt | Operation::Encrypt => &["encryptionAlgorithm"],
        Operation::ReEncrypt => &["sourceEncryptionAlgorithm", "destinationEncryptionAlgorithm"],
        _ => &[],
    }
}

fn response_elements(
    exchange: &Exchange<'_>,
    operation: Operation,
    concerned: Option<&String>,
) -> Option<Value> {
    let answered = kms::response_elements(operation, exchange.response.body.whole()?);
    let of_alias = matches!(
        operation,
        Operation::CreateAlias | Operation::DeleteAlias | Operation::UpdateAlias | Operation::CreateKey
    );
    let key = concerned.filter(|_| !of_alias);
    let mut members = match answered {
        Some(Value::Object(members)) => members,
        Some(_) | None => Map::new(),
    };
    if let Some(key) = key {
        members.insert("keyId".to_owned(), Value::from(key.as_str()));
    }
    (!members.is_empty()).then_some(Value::Object(members))
}

fn resource(arn: &str) -> Resource {
    let parsed = Arn::parse(arn).ok();
    let is_alias = parsed.is_some_and(|arn| arn.resource.starts_with("alias/"));
    Resource {
        account_id: parsed.map(|arn| arn.account.to_owned()),
        kind: Some(if is_alias { "AWS::KMS::Alias" } else { "AWS::KMS::Key" }.to_owned()),
        arn: Some(arn.to_owned()),
        ..Resource::default()
    }
}
