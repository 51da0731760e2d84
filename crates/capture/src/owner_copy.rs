//! The copies of a record that the owners of resources receive when somebody of another account used them.

use cairn_event::{AccountId, HIDDEN, Record, Resource, UserIdentity};
use serde_json::Value;

/// Who owns what a call is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Owners {
    /// The owner of the bucket, role or key that the call is done to.
    pub resource: Option<AccountId>,
    /// The owner of the bucket that it copies from, or of the key that it decrypts with on the way.
    pub source: Option<AccountId>,
}

impl Owners {
    /// Lists the owners, each once.
    pub fn iter(self) -> impl Iterator<Item = AccountId> {
        let source = self.source.filter(|source| self.resource != Some(*source));
        self.resource.into_iter().chain(source)
    }
}

/// Splits the record of a call across accounts into the caller's, which comes first, and one for each owner of
/// another account; a call within one account has one record. `id` makes the GUIDs of the copies.
///
/// All of them carry one `sharedEventID`, whether or not the others are kept anywhere: whether an owner logs its
/// data events is not told to callers.
pub fn share_with_owners(record: Record, owners: Owners, mut id: impl FnMut() -> String) -> Vec<Record> {
    let recipient = record.recipient_account_id;
    let others: Vec<AccountId> = owners.iter().filter(|owner| recipient != Some(*owner)).collect();
    if others.is_empty() {
        return vec![record];
    }
    let shared = Record { shared_event_id: Some(id()), ..record };
    let copies: Vec<Record> = others.into_iter().map(|owner| copy(&shared, owner, owners, id())).collect();
    std::iter::once(shared).chain(copies).collect()
}

/// Makes an owner's copy. It tells the caller's account and principal id and no more of who called, and of third
/// accounts nothing but what the caller's own request names.
fn copy(shared: &Record, owner: AccountId, owners: Owners, event_id: String) -> Record {
    let owns_resource = owners.resource == Some(owner);
    let mut copy = shared.clone();
    copy.event_id = event_id;
    copy.recipient_account_id = Some(owner);
    copy.user_identity = stranger(&shared.user_identity);
    if copy.error_message.as_ref().is_some_and(|message| names(message, &shared.user_identity)) {
        copy.error_message = Some(HIDDEN.to_owned());
    }
    if let Some(Value::Object(additional)) = &mut copy.additional_event_data {
        if let Some(Value::Object(actor)) = additional.get_mut(ACTOR) {
            withhold_people(actor);
        }
        additional.retain(|name, value| match name.as_str() {
            ACTOR => value.as_object().is_some_and(|left| !left.is_empty()),
            SOURCE_KEY_MATERIAL => owners.source == Some(owner),
            name => owns_resource || !OF_ANSWER.contains(&name),
        });
        if additional.is_empty() {
            copy.additional_event_data = None;
        }
    }
    if !owns_resource {
        // What the call made of it is the business of whoever owns that.
        copy.response_elements = None;
    }
    let known = [Some(owner.to_string()), shared.user_identity.account_id.clone()];
    copy.resources = shared.resources.iter().filter_map(|one| resource(one, &known, owns_resource)).collect();
    copy
}

/// Returns what the owner learns of the caller.
fn stranger(caller: &UserIdentity) -> UserIdentity {
    let invoked_by = caller.invoked_by.clone();
    if caller.kind.as_deref() == Some(SERVICE) {
        return UserIdentity { kind: caller.kind.clone(), invoked_by, ..UserIdentity::default() };
    }
    UserIdentity {
        kind: Some("AWSAccount".to_owned()),
        principal_id: caller.principal_id.clone(),
        account_id: caller.account_id.clone(),
        invoked_by,
        ..UserIdentity::default()
    }
}

/// Tells whether a text names the caller, or who the caller's session is of.
fn names(text: &str, caller: &UserIdentity) -> bool {
    let issuer = caller.session_context.as_ref().and_then(|context| context.session_issuer.as_ref());
    let known =
        [caller.arn.as_deref(), caller.access_key_id.as_deref(), issuer.map(|issuer| issuer.arn.as_str())];
    known.into_iter().flatten().any(|known| !known.is_empty() && text.contains(known))
}

/// Leaves of an actor what the user agent says, which the owner sees anyway.
fn withhold_people(actor: &mut serde_json::Map<String, Value>) {
    let of_agent = actor.get("agentFrom").and_then(Value::as_str) == Some("userAgent");
    actor.retain(|name, _| match name.as_str() {
        "agent" | "agentVersion" | "agentFrom" => of_agent,
        name => SAID_BY_USER_AGENT.contains(&name),
    });
}

/// Returns a resource as an owner is shown it: its own bucket always with its account, a third account's bucket
/// without, and nothing else of a third account.
fn resource(shared: &Resource, known: &[Option<String>; 2], owns_resource: bool) -> Option<Resource> {
    let is_known = shared.account_id.is_none() || known.contains(&shared.account_id);
    if shared.kind.as_deref() != Some("AWS::S3::Bucket") {
        return is_known.then(|| shared.clone());
    }
    let account_id = match owns_resource {
        true => known.first().cloned().flatten(),
        false => shared.account_id.clone().filter(|_| is_known),
    };
    Some(Resource { account_id, ..shared.clone() })
}

/// The member of `additionalEventData` that tells who stands behind a call.
const ACTOR: &str = "actor";

/// The member that tells which material of the source's key a ciphertext was opened with.
const SOURCE_KEY_MATERIAL: &str = "sourceKeyMaterialId";

/// Members of `additionalEventData` that the answer of a call with a source tells, or what was made of it.
const OF_ANSWER: [&str; 4] = ["SSEApplied", "bytesTransferredOut", "destinationKeyMaterialId", "x-amz-id-2"];

const SAID_BY_USER_AGENT: [&str; 7] =
    ["tool", "toolVersion", "command", "sdk", "sdkVersion", "appId", "environment"];

const SERVICE: &str = "AWSService";
