//! The records that a call has beside its own.

use cairn_access::Trust;
use cairn_event::Record;

use crate::{Exchange, ServiceCall, s3};

/// Renders the records that a call has beside its own: one for each object that a DeleteObjects names, so
/// that trails which select by key hear of it. `record` is the call's own; each further one takes an id.
pub fn further_records(
    record: &Record,
    exchange: &Exchange<'_>,
    call: &ServiceCall,
    event_id: impl FnMut() -> String,
) -> Vec<Record> {
    // Nobody vouches for the body under a refused signature.
    if exchange.caller.trust() == Trust::Rejected {
        return Vec::new();
    }
    match call {
        ServiceCall::S3(call) if s3::lists_deletions(call) => match call.bucket.as_deref() {
            Some(bucket) => s3::deletions(record, exchange, bucket, event_id),
            None => Vec::new(),
        },
        ServiceCall::S3(_)
        | ServiceCall::CloudTrail(_)
        | ServiceCall::Iam(_)
        | ServiceCall::Kms(_)
        | ServiceCall::Sts(_)
        | ServiceCall::Modelled(_)
        | ServiceCall::Other { .. } => Vec::new(),
    }
}
