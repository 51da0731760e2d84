//! Who sends the calls that go to upstreams, and how far that is believed.
//!
//! Before the call goes, the directory and earlier answers say whose the claim is; once it is answered, the answer
//! says what the claim is worth. Keys that Cairn itself gave out are proven as those of its own services, and keys
//! whose secret the directory has are proven by it.

use std::sync::Arc;

use aws_lc_rs::hmac;
use cairn_access::{Caller, Trust};
use cairn_capture::{BodyPolicy, Captured, Keep, Response, ServiceCall, body_policy, named_error};
use cairn_catalog::Snapshot;
use cairn_event::Region;
use cairn_gateway::Kept;
use cairn_identities::{
    Answer, Claim, Identified, Identities, LESSON_BYTES_MAX, Lesson, Realm, Sighting, Signatures, Verdict,
    teaches,
};
use cairn_sigv4::{AuthError, Body, Presented, Request, SecretKey};
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::claim::{claim, is_out_of_time, names_nobody, region};
use super::flight::{Flight, captured};
use super::route::Route;
use super::upload;
use crate::authenticate::{AuthRefusal, Authentication};
use crate::head::Head;
use crate::people::People;
use crate::serve::{Arrival, Front, Who};
use crate::upstreams;

/// Says who sends calls to upstreams.
#[derive(Debug)]
pub(crate) struct Callers {
    identities: Arc<Identities>,
    /// Makes ids of bearer tokens.
    credential_ids: hmac::Key,
    people: Arc<People>,
}

/// The longest upload by a form whose sender is read, in bytes; a longer one streams past.
const UPLOAD_BYTES_MAX: usize = 256 * 1024;

/// What is known of a call's sender before it is answered.
#[derive(Debug, Clone)]
pub(crate) struct Sender {
    identified: Identified,
    at: Timestamp,
}

impl Sender {
    /// Takes the time over at which the sender was first looked at.
    pub(super) fn since(self, first: &Self) -> Self {
        Self { at: first.at, ..self }
    }
}

/// What is known of a call's sender once it is answered.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) who: Who,
    /// What the record says beside.
    pub(crate) remarks: Map<String, Value>,
    identified: Identified,
    verdict: Verdict,
    /// Whether the answer is what somebody stored.
    is_object: bool,
}

/// What checking a signature here came to.
enum Proof {
    /// It holds; whose the key is, where Cairn itself gave it out.
    Holds(Option<Box<Caller>>),
    /// It is another's.
    Broken,
    /// It could not be checked.
    Unchecked,
}

impl Callers {
    pub(crate) fn new(identities: Arc<Identities>, credential_ids: [u8; 32], people: Arc<People>) -> Self {
        let credential_ids = hmac::Key::new(hmac::HMAC_SHA256, &credential_ids);
        Self { identities, credential_ids, people }
    }

    /// Says which bodies a forwarded call needs kept: those of the record and those that teach.
    pub(crate) fn body_policy(call: &ServiceCall) -> BodyPolicy {
        let policy = body_policy(call);
        if upload::is_post_object(call) {
            // Who uploads by a form stands in its fields.
            return BodyPolicy { request: Keep::Always { bytes_max: UPLOAD_BYTES_MAX }, ..policy };
        }
        if !teaches(call.event_source(), call.event_name()) {
            return policy;
        }
        let lesson = Keep::Always { bytes_max: LESSON_BYTES_MAX };
        let wider = |keep| match keep {
            Keep::Always { bytes_max } if bytes_max >= LESSON_BYTES_MAX => keep,
            Keep::Nothing | Keep::OnError { .. } | Keep::Always { .. } => lesson,
        };
        BodyPolicy { request: wider(policy.request), response: wider(policy.response) }
    }

    /// Says who sends a call. `form` is its body, where that is a form and was read.
    pub(crate) fn sender(
        &self,
        front: &Front,
        route: &Route,
        arrival: &Arrival,
        call: &ServiceCall,
        form: Option<&[u8]>,
    ) -> Sender {
        let claim = claim(&arrival.head, &self.credential_ids);
        Sender { identified: self.identify(route, arrival, call, &claim, form), at: front.clock.now() }
    }

    fn identify(
        &self,
        route: &Route,
        arrival: &Arrival,
        call: &ServiceCall,
        claim: &Claim,
        form: Option<&[u8]>,
    ) -> Identified {
        let scope = signed_header(arrival, "x-amz-source-arn")
            .map(|arn| (arn, signed_header(arrival, "x-amz-source-account")));
        self.identities.identify(&Sighting {
            realm: realm(route),
            upstream: route.upstream.name(),
            claim,
            event_source: call.event_source(),
            operation: call.event_name(),
            form,
            scope,
        })
    }

    /// Returns who sends an upload by a form, now that the form was read.
    fn uploader(&self, flight: &Flight, received: &Kept) -> Option<Identified> {
        let Flight { route, arrival, call, .. } = flight;
        let Kept::Whole(body) = received else { return None };
        let in_form = upload::claim_of(&arrival.head, call, body)?;
        Some(self.identify(route, arrival, call, &in_form, None))
    }

    /// Says what the answer makes of a call's sender.
    pub(super) fn judge(&self, flight: &Flight, received: &Kept, response: &Response<'_>) -> Judged {
        let Flight { front, route, arrival, call, sender, .. } = flight;
        let mut identified = self.uploader(flight, received).unwrap_or_else(|| sender.identified.clone());
        let snapshot = front.catalog.current();
        if let (200..=299, Captured::Whole(answer)) = (response.status, response.body) {
            identified.told_by(call.event_name(), answer);
        }
        let of_upstream = upstream_verdict(&identified, call, (&arrival.head, sender.at), response);
        let mut remarks = Map::new();
        let proof = self.prove(flight, (&identified, sender.at), received, &snapshot);
        let (verdict, own) = match proof {
            Proof::Holds(own) => (Verdict::Verified, own),
            Proof::Unchecked => (of_upstream, None),
            Proof::Broken => {
                remarks.insert("signatureCheck".to_owned(), Value::from("mismatch"));
                let verdict = match of_upstream {
                    // The upstream knows its keys; the secret here is an old one.
                    Verdict::Accepted => Verdict::Accepted,
                    _ => Verdict::Rejected,
                };
                (verdict, None)
            }
        };
        let caller = own.map_or_else(|| identified.caller(verdict), |own| *own);
        if let Some(account) = identified.account_hint() {
            remarks.insert("accountIdFromKey".to_owned(), Value::from(account.as_str()));
        }
        let person = identified.person().filter(|_| is_believed(verdict));
        let identity = caller.user_identity(call.event_source());
        let known = self.people.of_forwarded(arrival, &identity, person, &caller);
        remarks.extend(known);
        // Records of another account than the upstream's are made on the word of the operator or of a proof here.
        let of_other = identified.is_listed() || verdict == Verdict::Verified;
        let who = who(route, arrival, caller, &snapshot).within(route, of_other);
        Judged { who, remarks, identified, verdict, is_object: is_object(response) }
    }

    /// Learns from a call that was answered well.
    pub(super) fn learn(
        &self,
        flight: &Flight,
        judged: &Judged,
        status: u16,
        received: &Kept,
        answer: Option<&Kept>,
    ) {
        let call = &flight.call;
        if !(200..=299).contains(&status)
            || judged.is_object
            || !is_believed(judged.verdict)
            || !teaches(call.event_source(), call.event_name())
        {
            return;
        }
        let Some(Kept::Whole(answer)) = answer else { return };
        let request = match captured(received) {
            Captured::Whole(request) => request,
            Captured::Nothing => b"",
            Captured::Cut => return,
        };
        self.identities.learn(&Lesson {
            realm: judged.identified.realm(),
            event_source: call.event_source(),
            operation: call.event_name(),
            method: &flight.arrival.head.method,
            path: &flight.arrival.head.path,
            query: &flight.arrival.head.query,
            request,
            answer,
            caller: &judged.identified,
            at: flight.front.clock.now(),
        });
    }

    /// Checks a signature with the secrets that are here: those of Cairn's own keys and those of the directory.
    fn prove(
        &self,
        flight: &Flight,
        (identified, at): (&Identified, Timestamp),
        received: &Kept,
        snapshot: &Snapshot,
    ) -> Proof {
        let Flight { front, route, arrival, .. } = flight;
        let Some(key) = identified.access_key_id() else { return Proof::Unchecked };
        let body = match received {
            Kept::Whole(bytes) => Some(&**bytes),
            Kept::Nothing | Kept::Cut => None,
        };
        let may_be_own = snapshot.access_key(key).is_some() || carries_token(arrival);
        let is_own = may_be_own && front.authenticator.issued_key_of(&arrival.head, snapshot);
        let secret = self.identities.secret(key, route.upstream.name());
        if !is_own && secret.is_none() {
            return Proof::Unchecked;
        }
        let pairs = arrival.head.pairs();
        let head = &arrival.head;
        let request = Request { method: &head.method, path: &head.path, query: &head.query, headers: &pairs };
        let Ok(Some(presented)) = Presented::parse(&request) else { return Proof::Unchecked };
        if body.is_none() && presented.needs_body() {
            return Proof::Unchecked;
        }
        if is_own {
            return match front.authenticator.authenticate(head, body, snapshot, at) {
                Authentication::Proven { caller, .. } => Proof::Holds(Some(Box::new(caller))),
                Authentication::Refused {
                    refusal: AuthRefusal::Signature(AuthError::SignatureDoesNotMatch(_)),
                    ..
                } => Proof::Broken,
                Authentication::Refused { .. } | Authentication::Unsigned => Proof::Unchecked,
            };
        }
        let Some(secret) = secret else { return Proof::Unchecked };
        let secret = SecretKey::new(secret.expose_str().unwrap_or_default());
        let body = body.map_or(Body::Streamed, Body::Bytes);
        match front.authenticator.verifier.verify(&request, &presented, &secret, body, at) {
            Ok(_verified) => Proof::Holds(None),
            Err(AuthError::SignatureDoesNotMatch(_)) => Proof::Broken,
            Err(_other) => Proof::Unchecked,
        }
    }
}

/// Tells whether a request carries a session token.
fn carries_token(arrival: &Arrival) -> bool {
    const TOKEN: &str = "x-amz-security-token";
    let query = &arrival.head.query;
    arrival.head.header(TOKEN).is_some()
        || query.split('&').any(|pair| pair.starts_with("X-Amz-Security-Token="))
}

/// Tells whether names may be told under a verdict.
pub(super) fn is_believed(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Verified | Verdict::Accepted | Verdict::Claimed)
}

/// Says what an upstream's answer makes of the claim in a request that came `at` a time.
pub(super) fn upstream_verdict(
    identified: &Identified,
    call: &ServiceCall,
    (head, at): (&Head, Timestamp),
    response: &Response<'_>,
) -> Verdict {
    let error = named_error(call, response);
    let told = Answer {
        status: response.status,
        error_code: error.as_ref().map(|error| error.code.as_str()),
        error_message: error.as_ref().and_then(|error| error.message.as_deref()),
        is_of_head: head.method == "HEAD",
    };
    let is_good = (200..=299).contains(&told.status);
    let is_signed = identified.access_key_id().is_some();
    match Verdict::of(identified.realm().signatures, &told) {
        // Whoever sends a token instead of a signature is known by success alone.
        _ if !is_good && identified.is_vouched() => Verdict::Rejected,
        Verdict::Accepted if names_nobody(&head.method, &head.path) => Verdict::Undecided,
        Verdict::Accepted if told.status >= 400 && is_signed && is_out_of_time(head, at) => {
            Verdict::Undecided
        }
        verdict => verdict,
    }
}

/// Tells whether an answer is an object, which says whatever its owner likes: only objects tell when they changed.
pub(super) fn is_object(response: &Response<'_>) -> bool {
    response.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("last-modified"))
}

fn realm(route: &Route) -> Realm {
    let signatures = match route.signatures {
        upstreams::Signatures::Checked => Signatures::Checked,
        upstreams::Signatures::Ignored => Signatures::Unchecked,
    };
    Realm { account: route.account, signatures }
}

/// Says whose trails a call belongs to: those of the caller's account where Cairn has it, else those of the
/// account that the upstream serves.
fn who(route: &Route, arrival: &Arrival, caller: Caller, snapshot: &Snapshot) -> Who {
    let believed = matches!(caller.trust(), Trust::Verified | Trust::Accepted);
    let account = caller.account().filter(|account| believed && snapshot.account(account).is_some());
    // Only Regions that exist here: whoever sends a call must not be able to invent folders in log buckets.
    let region = region(&arrival.head).and_then(|region| region.parse().ok());
    let region: Option<Region> = region.filter(|region| snapshot.is_enabled(region));
    Who {
        caller,
        account: account.unwrap_or(route.account),
        region: region.unwrap_or_else(|| route.region.clone()),
    }
}

impl Who {
    /// Keeps a call in the account of its upstream unless `of_other` accounts may be told of it.
    fn within(self, route: &Route, of_other: bool) -> Self {
        if of_other { self } else { Self { account: route.account, ..self } }
    }
}

/// Returns a header that the request's signature covers.
fn signed_header<'a>(arrival: &'a Arrival, name: &str) -> Option<&'a str> {
    let value = arrival.head.header(name)?;
    let authorization = arrival.head.header("authorization")?;
    let signed = authorization.split([',', ' ']).find_map(|part| part.strip_prefix("SignedHeaders="))?;
    signed.split(';').any(|signed| signed == name).then_some(value)
}
