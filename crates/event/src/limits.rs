//! How large a record and its members may be, and what gives way.
//!
//! The bounds are CloudTrail's (user guide, record contents): text of 1 KB is cut, structures beyond their
//! bound are left out whole and a marker says so. They hold whenever a [`Record`] is rendered, so no code
//! path can forget them. Sizes are bytes of compact JSON after redaction; text counts its UTF-8 bytes.
//!
//! CloudTrail keeps the whole record within 256 KB and does not say how. Here the members give way in this
//! order, each only if the record is still too large: `additionalEventData`, `serviceEventDetails`,
//! `responseElements`, `requestParameters` (the order CloudTrail documents for larger records), then every
//! other text is cut to 1 KB and the attributes of a web identity go, then `resources` keeps only as many
//! first entries as fit.

use std::io;

use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::redact::Redacted;
use crate::{Record, SessionAttributes, SessionIssuer, TlsDetails, WebIdFederationData};

/// The largest record, in bytes of JSON.
pub const RECORD_BYTES_MAX: usize = 256 * 1024;
/// The longest `userAgent`, `errorCode`, `errorMessage` and `requestID`, in bytes of UTF-8. CloudTrail has no bound for
/// `clientProvidedHostHeader`, which anybody may make long without being known: the same one holds.
pub const TEXT_BYTES_MAX: usize = 1024;
/// The largest `requestParameters`, `responseElements` and `serviceEventDetails`, in bytes of JSON.
pub const PARAMETERS_BYTES_MAX: usize = 100 * 1024;
/// The largest `additionalEventData`, in bytes of JSON.
pub const ADDITIONAL_BYTES_MAX: usize = 28 * 1024;
/// The deepest nesting of a member: with the record and the log file around it, every JSON reader that
/// stops at 128 levels can still read it.
pub const DEPTH_MAX: usize = 100;

/// What is written in the place of a structure that was left out.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Omitted {
    omitted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    original_size: Option<usize>,
    reason: String,
}

/// Renders a record that is too large, with members giving way in the documented order.
pub(crate) fn render_shrunk(record: &Record) -> Vec<u8> {
    let mut record = record.clone();
    let steps: [fn(&mut Record); 5] = [
        |record| give_way(&mut record.additional_event_data, ADDITIONAL_BYTES_MAX),
        |record| give_way(&mut record.service_event_details, PARAMETERS_BYTES_MAX),
        |record| give_way(&mut record.response_elements, PARAMETERS_BYTES_MAX),
        |record| give_way(&mut record.request_parameters, PARAMETERS_BYTES_MAX),
        |record| texts(record).into_iter().for_each(|text| text.truncate(cut(text).len())),
    ];
    for step in steps {
        step(&mut record);
        let bytes = record.render();
        if bytes.len() <= RECORD_BYTES_MAX {
            return bytes;
        }
    }
    keep_resources_that_fit(&mut record);
    record.render()
}

/// Writes text cut to [`TEXT_BYTES_MAX`] at the end of a character.
pub(crate) fn text<S: Serializer>(text: &Option<String>, serializer: S) -> Result<S::Ok, S::Error> {
    text.as_deref().map(cut).serialize(serializer)
}

/// Writes `requestParameters` within its bound.
pub(crate) fn request_parameters<S>(value: &Option<Value>, serializer: S) -> Result<S::Ok, S::Error>
where
    S: Serializer,
{
    bounded(value.as_ref(), "requestParameters", PARAMETERS_BYTES_MAX, serializer)
}

/// Writes `responseElements` within its bound.
pub(crate) fn response_elements<S>(value: &Option<Value>, serializer: S) -> Result<S::Ok, S::Error>
where
    S: Serializer,
{
    bounded(value.as_ref(), "responseElements", PARAMETERS_BYTES_MAX, serializer)
}

/// Writes `serviceEventDetails` within its bound.
pub(crate) fn service_event_details<S>(value: &Option<Value>, serializer: S) -> Result<S::Ok, S::Error>
where
    S: Serializer,
{
    bounded(value.as_ref(), "serviceEventDetails", PARAMETERS_BYTES_MAX, serializer)
}

/// Writes `additionalEventData` within its bound.
pub(crate) fn additional_event_data<S>(value: &Option<Value>, serializer: S) -> Result<S::Ok, S::Error>
where
    S: Serializer,
{
    bounded(value.as_ref(), "additionalEventData", ADDITIONAL_BYTES_MAX, serializer)
}

fn bounded<S>(value: Option<&Value>, member: &str, bytes_max: usize, to: S) -> Result<S::Ok, S::Error>
where
    S: Serializer,
{
    let Some(value) = value else { return to.serialize_none() };
    if is_deeper_than(value, DEPTH_MAX) {
        let reason = format!("{member} too deep");
        return Omitted { omitted: true, original_size: None, reason }.serialize(to);
    }
    let size = size_of(value);
    if size > bytes_max {
        let reason = format!("{member} too large");
        return Omitted { omitted: true, original_size: Some(size), reason }.serialize(to);
    }
    Redacted(value).serialize(to)
}

/// Replaces a structure that its own bound would keep by a marker that is never larger.
fn give_way(member: &mut Option<Value>, bytes_max: usize) {
    let Some(value) = member else { return };
    if is_deeper_than(value, DEPTH_MAX) {
        return;
    }
    let size = size_of(value);
    if (GIVING_WAY_BYTES_MIN..=bytes_max).contains(&size) {
        *value = serde_json::json!({"omitted": true, "originalSize": size, "reason": "record too large"});
    }
}

fn keep_resources_that_fit(record: &mut Record) {
    let resources = std::mem::take(&mut record.resources);
    // The member's own name and brackets, which an empty list does not write.
    let mut used = record.render().len() + r#""resources":[],"#.len();
    for resource in resources {
        used += serde_json::to_vec(&resource).map_or(0, |bytes| bytes.len() + 1);
        if used > RECORD_BYTES_MAX {
            break;
        }
        record.resources.push(resource);
    }
}

/// Returns every text that has no bound of its own yet; `resources` are bounded by their number, and a web
/// identity's attributes go.
fn texts(record: &mut Record) -> Vec<&mut String> {
    let identity = &mut record.user_identity;
    let mut optional = vec![
        &mut identity.kind,
        &mut identity.principal_id,
        &mut identity.arn,
        &mut identity.account_id,
        &mut identity.access_key_id,
        &mut identity.user_name,
        &mut identity.identity_provider,
        &mut identity.invoked_by,
        &mut identity.credential_id,
        &mut record.api_version,
        &mut record.shared_event_id,
        &mut record.vpc_endpoint_id,
    ];
    let mut texts = vec![
        &mut record.event_source,
        &mut record.event_name,
        &mut record.source_ip_address,
        &mut record.event_id,
    ];
    if let Some(scope) = &mut identity.in_scope_of {
        optional.extend([&mut scope.source_arn, &mut scope.source_account]);
    }
    if let Some(user) = &mut identity.on_behalf_of {
        texts.push(&mut user.user_id);
        optional.push(&mut user.identity_store_arn);
    }
    if let Some(partner) = &mut identity.invoked_by_delegate {
        texts.push(&mut partner.account_id);
    }
    if let Some(session) = &mut identity.session_context {
        optional.extend([&mut session.source_identity, &mut session.assumed_root]);
        if let Some(issuer) = &mut session.session_issuer {
            let SessionIssuer { kind, principal_id, arn, account_id, user_name } = issuer;
            texts.extend([kind, principal_id, arn, account_id]);
            optional.push(user_name);
        }
        if let Some(web) = &mut session.web_id_federation_data {
            let WebIdFederationData { federated_provider, attributes } = web;
            texts.push(federated_provider);
            // Their number and their names have no bound.
            attributes.clear();
        }
        if let Some(SessionAttributes { creation_date, mfa_authenticated }) = &mut session.attributes {
            texts.extend([creation_date, mfa_authenticated]);
        }
    }
    if let Some(tls) = &mut record.tls_details {
        let TlsDetails { tls_version, cipher_suite, client_provided_host_header, key_exchange } = tls;
        optional.extend([tls_version, cipher_suite, client_provided_host_header, key_exchange]);
    }
    texts.extend(optional.into_iter().flatten());
    texts
}

fn cut(text: &str) -> &str {
    text.split_at(text.floor_char_boundary(TEXT_BYTES_MAX)).0
}

/// Counts the bytes of a value as it would be written.
fn size_of(value: &Value) -> usize {
    let mut count = Count(0);
    // Counting cannot fail: the writer takes everything, and a JSON value always renders.
    let _rendered = serde_json::to_writer(&mut count, &Redacted(value));
    count.0
}

/// Stops at the first branch that is too deep, so its own recursion is bounded by `levels`.
fn is_deeper_than(value: &Value, levels: usize) -> bool {
    match value {
        Value::Array(items) => levels == 0 || items.iter().any(|item| is_deeper_than(item, levels - 1)),
        Value::Object(members) => {
            levels == 0 || members.values().any(|member| is_deeper_than(member, levels - 1))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

struct Count(usize);

impl io::Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Smaller structures stay: the marker would not be shorter.
const GIVING_WAY_BYTES_MIN: usize = 128;

#[cfg(test)]
mod tests;
