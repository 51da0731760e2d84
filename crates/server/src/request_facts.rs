//! What a request tells beside who asks for what: the facts that conditions of policies look at.

use cairn_access::{Context, Permission, Principal, Service, ServiceKey, SessionFacts};
use cairn_catalog::{Snapshot, Tag};
use cairn_s3::Encryption;
use cairn_wire::s3::Call;
use jiff::Timestamp;

use crate::head::Head;
use crate::serve::{Arrival, Who};

/// Returns the facts of any request: of its way here, and of the caller beside the name.
pub(crate) fn of_request(arrival: &Arrival, who: &Who, snapshot: &Snapshot, now: Timestamp) -> Context {
    let head = &arrival.head;
    let context = Context::default()
        .at(now)
        .source_ip(arrival.peer.ip())
        .made_directly()
        .requested_region(&who.region)
        .user_agent(head.header("user-agent"))
        .referer(head.header("referer"));
    let context = if arrival.tls.is_some() { context.over_tls() } else { context.in_the_clear() };
    of_session(who, now, of_tags(who.caller.principal(), snapshot, context))
}

/// Adds the facts of an S3 call: what its headers, its query and its signature say, and how the upload is
/// encrypted that it adds to.
pub(crate) fn of_s3(
    (head, upload): (&Head, Option<&Encryption>),
    call: &Call,
    now: Timestamp,
    context: Context,
) -> Context {
    let operation = call.operation.unwrap_or(call.event_name);
    let Some(permission) = Permission::of(Service::S3, operation) else { return context };
    let value_of = |key| match (upload, key) {
        // The upload's own encryption counts, not what a part's headers say.
        (Some(upload), ServiceKey::S3ServerSideEncryption) => upload.algorithm().map(str::to_owned),
        (Some(upload), ServiceKey::S3ServerSideEncryptionKeyId) => {
            upload.kms().map(|kms| kms.key_arn.clone())
        }
        _ => s3_value(head, key, now),
    };
    permission.keys().fold(context, |context, key| match value_of(key) {
        Some(value) => context.of_service(key, value),
        None => context,
    })
}

fn of_tags(principal: &Principal, snapshot: &Snapshot, context: Context) -> Context {
    let tags = match principal {
        Principal::User { account, name, .. } => snapshot.user(account, name).map(|user| &user.tags),
        // A role that was made again under its name is another one.
        Principal::Session(session) => snapshot
            .role(&session.account, &session.role)
            .filter(|role| role.role_id == session.role_id)
            .map(|role| &role.tags),
        Principal::FederatedUser(user) => {
            let issuer = user.issuer.as_ref();
            issuer.and_then(|issuer| snapshot.user(&user.account, &issuer.name)).map(|user| &user.tags)
        }
        Principal::Root { .. } | Principal::WebIdentity(_) | Principal::Service(_) | Principal::Anonymous => {
            None
        }
    };
    context.principal_tags(tags.into_iter().flatten().map(pair))
}

/// Returns a tag's key and value; a tag without a value has an empty one.
pub(crate) fn pair(tag: &Tag) -> (&str, &str) {
    (&tag.key, tag.value.as_deref().unwrap_or_default())
}

fn of_session(who: &Who, now: Timestamp, context: Context) -> Context {
    let Some(session) = who.caller.session() else { return context };
    let tags = session.tags.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    let is_role = matches!(who.caller.principal(), Principal::Session(_));
    let facts = SessionFacts {
        issued: session.issued,
        // The second factor was shown when the credentials were asked for. Of a role's, records tell it and policies
        // do not: it is demanded by the trust policy.
        mfa: (session.mfa && !is_role).then_some(session.issued),
        source_identity: session.source_identity.as_deref(),
        federated_provider: session.federated_provider.as_deref(),
    };
    context.principal_tags(tags).session(facts, now)
}

fn s3_value(head: &Head, key: ServiceKey, now: Timestamp) -> Option<String> {
    if let Some(name) = key.header() {
        return head.header(name).map(str::to_owned);
    }
    let presigned = query_value(&head.query, "X-Amz-Algorithm");
    match key {
        ServiceKey::S3Prefix => query_value(&head.query, "prefix"),
        ServiceKey::S3Delimiter => query_value(&head.query, "delimiter"),
        ServiceKey::S3MaxKeys => query_value(&head.query, "max-keys"),
        ServiceKey::S3VersionId => query_value(&head.query, "versionId"),
        ServiceKey::S3AuthType => match (presigned, head.header("authorization")) {
            (Some(_), _) => Some("REST-QUERY-STRING".to_owned()),
            (None, Some(_)) => Some("REST-HEADER".to_owned()),
            (None, None) => None,
        },
        ServiceKey::S3SignatureVersion => {
            let by_header = || head.header("authorization")?.split_whitespace().next().map(str::to_owned);
            presigned.or_else(by_header)
        }
        ServiceKey::S3SignatureAge => {
            let signed = query_value(&head.query, "X-Amz-Date")?;
            let signed = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", signed).ok()?;
            let signed = signed.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
            Some(now.as_millisecond().saturating_sub(signed.as_millisecond()).max(0).to_string())
        }
        _ => None,
    }
}

/// Returns the first value of a parameter, name and value decoded as the store decodes them.
pub(crate) fn query_value(query: &str, name: &str) -> Option<String> {
    let decoded = |text: &str| {
        percent_encoding::percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
    };
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(given, _)| decoded(given) == name).map(|(_, value)| decoded(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_of_conditions_are_read_however_they_are_escaped() {
        for query in ["prefix=a+b%2F", "x=1&%70refix=a%20b/", "pre%66ix=a%20b%2f&prefix=other"] {
            assert_eq!(query_value(query, "prefix").as_deref(), Some("a b/"), "{query}");
        }
        assert_eq!(query_value("Prefix=a&prefix", "prefix"), None);
    }
}
