//! RDS, its sisters, ElastiCache and Redshift: an answer of one member is that member.

use serde_json::Value;

use crate::details::Details;

/// Unwraps the answer one level.
pub(super) fn adjust(details: &mut Details) {
    if let Some(Value::Object(members)) = &mut details.response_elements
        && members.len() == 1
        && let Some(only) = members.values_mut().next().filter(|value| value.is_object())
    {
        details.response_elements = Some(only.take());
    }
}
