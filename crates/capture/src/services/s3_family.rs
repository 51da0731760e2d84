//! S3's other services: S3 Control, and S3's own operations under other names of signers.

use serde_json::Value;

use crate::Exchange;
use crate::details::Details;
use crate::s3;

/// Writes S3 Control's calls as S3's front end does: the host names the account, and what the query asks stays
/// text.
pub(super) fn adjust_control(exchange: &Exchange<'_>, details: &mut Details) {
    let mut shown = match details.request_parameters.take() {
        Some(Value::Object(members)) => members,
        Some(_) | None => serde_json::Map::new(),
    };
    shown.remove("accountId");
    for value in shown.values_mut().filter(|value| value.is_number()) {
        *value = Value::from(value.to_string());
    }
    if let Some(host) = exchange.request.header("host") {
        shown.insert("Host".to_owned(), Value::from(host));
    }
    details.request_parameters = crate::details::unless_empty(shown);
    details.additional.extend(s3::of_front_end(exchange, None));
}

/// Writes calls of directory buckets, outposts and object Lambdas with the names that all records of S3 have.
pub(super) fn adjust(exchange: &Exchange<'_>, details: &mut Details) {
    if let Some(Value::Object(members)) = &mut details.request_parameters {
        if let Some(bucket) = members.remove("bucket") {
            members.insert("bucketName".to_owned(), bucket);
        }
        if let Some(host) = exchange.request.header("host") {
            members.insert("Host".to_owned(), Value::from(host));
        }
    }
    details.additional.extend(s3::of_front_end(exchange, None));
}
