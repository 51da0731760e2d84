//! STS, as far as it is built in: GetCallerIdentity.

use bytes::Bytes;
use cairn_wire::query::{self, Operation as _, QueryErrorCode};
use cairn_wire::sts;
use http::Response;

use crate::answer;
use crate::serve::{Arrival, Who};

/// Serves one call of a proven caller. Anyone may ask who they are; no policy can forbid it.
pub(crate) fn serve(arrival: &Arrival, action: &str, who: &Who) -> Response<Bytes> {
    let ids = &arrival.ids;
    let operation = sts::Operation::find(action);
    if operation != Some(sts::Operation::GetCallerIdentity) {
        let message =
            format!("Cairn does not serve the STS action {action}; GetCallerIdentity alone is built in.");
        return answer::query_refusal(ids, QueryErrorCode::InvalidAction, &message);
    }
    let principal = who.caller.principal();
    let identity = sts::GetCallerIdentityResponse {
        user_id: principal.id(),
        account: Some(who.account.to_string()),
        arn: principal.arn(),
    };
    answer::xml(ids, query::success_body(sts::Operation::GetCallerIdentity, &identity, &ids.request))
}
