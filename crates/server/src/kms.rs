//! KMS over AWS JSON 1.1, and the one way of every call of it: what it must be allowed, the decision, the deed.

use std::sync::Arc;

use bytes::Bytes;
use cairn_access::Context;
use cairn_capture::{KmsCall, Owners};
use cairn_catalog::Catalog;
use cairn_event::{AccountId, Arn};
use cairn_kms::{Asked, Caller, KeyName, Kms, Refusal, Touched};
use cairn_wire::kms::{self, ErrorCode, Operation, Request};
use cairn_wire::{json11, recognise};
use http::Response;
use serde_json::Value;

use crate::answer;
use crate::authorize;
use crate::request_facts;
use crate::serve::{Arrival, Front, Who};

/// KMS together with what its callers' policies say.
#[derive(Debug)]
pub(crate) struct KeyService {
    pub(crate) kms: Kms,
    pub(crate) catalog: Arc<dyn Catalog>,
}

/// A call that was made, or refused.
pub(crate) struct Performed {
    /// The answer: it may hold a plaintext.
    pub(crate) outcome: Result<Value, kms::Refusal>,
    /// The call, with what it came to concern.
    pub(crate) call: KmsCall,
    /// Who owns the key, and the key that it decrypts with on the way.
    pub(crate) owners: Owners,
}

/// A served call, and what its record is to say.
pub(crate) struct Answer {
    pub(crate) response: Response<Bytes>,
    pub(crate) call: KmsCall,
    pub(crate) owners: Owners,
}

impl KeyService {
    /// Makes a call of a caller that is known, if policies and grants allow it on everything it is about. `facts`
    /// are those of the request.
    pub(crate) async fn perform(
        &self,
        principal: &cairn_access::Caller,
        caller: &Caller,
        request: &Request,
        facts: Context,
    ) -> Performed {
        let mut call = KmsCall::from(request.operation());
        let mut owners = Owners::default();
        let outcome = match self.allow(principal, caller, request, facts) {
            Ok(allowed) => {
                call.resources =
                    allowed.iter().map(|asked| asked.resource.clone()).filter(|arn| arn != "*").collect();
                let owner = |asked: Option<&Asked>| asked.map(|asked| asked.owner);
                owners = Owners { resource: owner(allowed.last()), source: owner(allowed.first()) };
                self.kms.call(caller, request).await.and_then(|done| match used_others(&done.output, &call) {
                    // An alias has come to name another key since; the answer goes nowhere.
                    true => Err(Refusal::Busy),
                    false => Ok(done),
                })
            }
            Err(refusal) => Err(refusal),
        };
        let outcome = match outcome {
            Ok(done) => {
                let Touched { made, additional } = done.touched;
                call.resources.extend(made);
                call.additional = additional;
                Ok(done.output)
            }
            Err(refusal) => {
                if let Refusal::Internal(cause) = &refusal {
                    tracing::error!(error = &**cause as &dyn std::error::Error, "KMS call failed");
                }
                Err(refusal.answer())
            }
        };
        Performed { outcome, call, owners }
    }

    /// Returns the permissions that a call needs, all of which are given.
    fn allow(
        &self,
        principal: &cairn_access::Caller,
        caller: &Caller,
        request: &Request,
        facts: Context,
    ) -> Result<Vec<Asked>, Refusal> {
        request.check()?;
        let snapshot = self.catalog.current();
        let all = Asked::of(&snapshot, caller, request, &facts)?;
        let decide = |asked: &Asked| {
            let about = (asked.action, asked.resource.as_str(), asked.owner);
            let context = asked.context(facts.clone());
            authorize::decide(principal, &snapshot, asked.policy.as_ref(), about, context)
                .map_err(|error| Refusal::Internal(Box::new(error)))
        };
        let who = caller.principal.display_name();
        for asked in &all {
            let Some(message) = asked.denial(&decide(asked)?, &who) else { continue };
            let told = match asked.unknown() {
                Some(unknown) => unknown.denial(&decide(unknown)?, &who),
                None => None,
            };
            return Err(Refusal::Denied(told.unwrap_or(message)));
        }
        Ok(all)
    }
}

/// Tells whether an answer is of a key that was not among those that the caller was let use.
fn used_others(output: &Value, call: &KmsCall) -> bool {
    let described = output.get("KeyMetadata").filter(|_| call.operation == Operation::DescribeKey);
    let used = [output.get("KeyId"), output.get("SourceKeyId"), described.and_then(|key| key.get("Arn"))];
    used.into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .any(|arn| !call.resources.iter().any(|known| known == arn))
}

impl Front {
    /// Serves one call of a proven caller.
    pub(crate) async fn serve_kms(
        &self,
        arrival: &Arrival,
        operation: Operation,
        who: &Who,
        body: &[u8],
    ) -> Answer {
        let refused = |refusal: &kms::Refusal| answer::kms_refusal(&arrival.ids, refusal);
        let request = match Request::decode(operation, arrival.head.header("content-type"), body) {
            Ok(request) => request,
            Err(refusal) => {
                let owners = Owners::default();
                return Answer { response: refused(&refusal), call: operation.into(), owners };
            }
        };
        let caller = Caller {
            account: who.account,
            region: who.region.clone(),
            principal: who.caller.principal().clone(),
        };
        let facts = request_facts::of_request(arrival, who, &self.catalog.current(), self.clock.now());
        let Performed { outcome, call, owners } =
            self.keys.keys.perform(&who.caller, &caller, &request, facts).await;
        if let (Operation::RotateKeyOnDemand, Ok(_), Some(arn)) =
            (operation, &outcome, call.resources.first())
        {
            let key = KeyName { arn: arn.clone(), account: who.account, region: who.region.clone() };
            self.keys.record_rotation(&key, "ON_DEMAND").await;
        }
        let response = match outcome {
            Ok(output) => answer::json(&arrival.ids, answered(&output)),
            Err(refusal) => refused(&refusal),
        };
        Answer { response, call, owners }
    }
}

/// Refuses a call that names no operation, or none that is built in.
pub(crate) fn unknown(arrival: &Arrival, call: &recognise::Call) -> Response<Bytes> {
    let message = match &call.operation {
        Some(name) => format!("Cairn does not serve the KMS operation {name}."),
        None => "The request names no operation.".to_owned(),
    };
    answer::kms_refusal(&arrival.ids, &kms::Refusal::new(ErrorCode::UnknownOperationException, message))
}

/// Returns the body of an answer; operations without an output answer nothing.
fn answered(output: &Value) -> Vec<u8> {
    match output.as_object() {
        Some(members) if members.is_empty() => Vec::new(),
        Some(_) | None => json11::success_body(output),
    }
}

/// Returns the account of an ARN.
pub(crate) fn account_of(arn: &str) -> Option<AccountId> {
    Arn::parse(arn).ok()?.account.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_of_a_key_that_was_not_allowed_is_told() {
        let mut call = KmsCall::from(Operation::ReEncrypt);
        call.resources = vec!["arn:a".to_owned(), "arn:b".to_owned()];
        for (output, expected) in [
            (json!({"KeyId": "arn:a", "SourceKeyId": "arn:b"}), false),
            (json!({"KeyId": "arn:c", "SourceKeyId": "arn:b"}), true),
            (json!({"KeyId": "arn:a", "SourceKeyId": "arn:c"}), true),
            (json!({"Keys": []}), false),
        ] {
            assert_eq!(used_others(&output, &call), expected, "{output}");
        }
        call.operation = Operation::DescribeKey;
        assert!(used_others(&json!({"KeyMetadata": {"Arn": "arn:c"}}), &call));
        call.operation = Operation::CreateKey;
        assert!(!used_others(&json!({"KeyMetadata": {"Arn": "arn:c"}}), &call));
    }
}
