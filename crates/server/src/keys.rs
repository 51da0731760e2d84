//! `/_cairn/keys/rotate`: a new key for the digests of a Region, at once.
//!
//! The request is a POST without a body, signed for service `cloudtrail` in the Region whose key it is about, and
//! needs the permission `cairn:RotateSigningKey`. It is recorded as `RotateSigningKey`. The answer is the new key
//! as ListPublicKeys tells it.

use cairn_catalog::Snapshot;
use cairn_wire::ErrorCode;
use cairn_wire::recognise::Protocol;
use serde_json::json;

use crate::answer::{Answered, json, json_refusal};
use crate::authorize;
use crate::refuse;
use crate::request_facts;
use crate::serve::{Arrival, Front, Who};

impl Front {
    /// Makes a key and records that it was asked for.
    pub(crate) async fn rotate_signing_key(&self, arrival: &Arrival) -> Answered {
        let snapshot = self.catalog.current();
        let found = self.authenticator.authenticate(&arrival.head, Some(b""), &snapshot, self.clock.now());
        let who = self.who(&found);
        let answered = match found.refusal() {
            Some(refusal) => refuse::signature(arrival, Protocol::Json, &refusal),
            None => match self.make_signing_key(arrival, &who, &snapshot).await {
                Ok(body) => json(&arrival.ids, body),
                Err((code, message)) => json_refusal(&arrival.ids, code, &message),
            },
        };
        self.record_page(arrival, "RotateSigningKey", who, answered.into()).await
    }

    async fn make_signing_key(
        &self,
        arrival: &Arrival,
        who: &Who,
        snapshot: &Snapshot,
    ) -> Result<Vec<u8>, (ErrorCode, String)> {
        let context = request_facts::of_request(arrival, who, snapshot, self.clock.now());
        let asked = ("cairn:RotateSigningKey", "*", who.account);
        let decision = authorize::decide(&who.caller, snapshot, None, asked, context).map_err(broken)?;
        if let Some(message) = decision.message() {
            return Err((ErrorCode::AccessDeniedException, message));
        }
        let key = self.signing_keys.rotate(&who.region, self.clock.now()).await.map_err(broken)?;
        let told = json!({
            "Fingerprint": key.fingerprint,
            "Region": key.region,
            "ValidityStartTime": key.valid_from.as_second(),
            "ValidityEndTime": key.valid_until.as_second(),
            "Value": key.public_key,
        });
        Ok(told.to_string().into_bytes())
    }
}

fn broken(error: impl std::error::Error + 'static) -> (ErrorCode, String) {
    tracing::error!(error = &error as &dyn std::error::Error, "signing key not made");
    (ErrorCode::InternalFailure, "An internal error occurred.".to_owned())
}
