//! STS, as far as it is built in: GetCallerIdentity.

use bytes::Bytes;
use cairn_wire::query::{self, CallerIdentity, QueryErrorCode};
use http::Response;

use crate::answer;
use crate::serve::{Arrival, Who};

/// Serves one call of a proven caller. Anyone may ask who they are; no policy can forbid it.
pub(crate) fn serve(arrival: &Arrival, action: &str, who: &Who) -> Response<Bytes> {
    let ids = &arrival.ids;
    if action != "GetCallerIdentity" {
        let message =
            format!("Cairn does not serve the STS action {action}; GetCallerIdentity alone is built in.");
        return answer::query_refusal(ids, QueryErrorCode::InvalidAction, &message);
    }
    let principal = who.caller.principal();
    let (arn, user_id) = (principal.arn().unwrap_or_default(), principal.id().unwrap_or_default());
    let identity = CallerIdentity { arn: &arn, user_id: &user_id, account: who.account.as_str() };
    answer::xml(ids, query::caller_identity_body(identity, &ids.request))
}
