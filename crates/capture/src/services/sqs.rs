//! SQS: queues by their URLs.

use super::data_events::{Place, text};
use crate::modelled::Decoded;

/// Returns the ARN of the queue that a call names by its URL, or is sent to.
pub(super) fn arns(place: &Place, decoded: &Decoded) -> Vec<String> {
    let url = text(&decoded.request, "QueueUrl").unwrap_or(&place.path);
    let mut parts = url.trim_end_matches('/').rsplit('/');
    let (Some(name), Some(account)) = (parts.next(), parts.next()) else { return Vec::new() };
    let owned = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    if name.is_empty() {
        return Vec::new();
    }
    let account = if owned { account } else { place.account.as_str() };
    vec![format!("arn:aws:sqs:{}:{account}:{name}", place.region)]
}
