//! The events of signing in, as CloudTrail writes them.
//!
//! Each is durable before the browser hears of what it tells. Whatever the settings say of refused calls: that
//! somebody tried to sign in is always recorded. An attempt for an account that is not here is recorded in the server's
//! own, without what was typed, which may be a password in the wrong field.

use cairn_capture::Owners;
use cairn_capture::{
    Captured, Exchange, Request, Response, ServiceCall, SignInDeed, share_with_owners, sign_in_record,
};
use cairn_catalog::Snapshot;
use cairn_event::{AccountId, HIDDEN, Origin, Record, Region, UserIdentity};
use cairn_intake::Draft;
use cairn_signin::Claimant;
use serde_json::{Map, Value};

use super::BASE;
use super::cookie::Way;
use super::refusal::Refusal;
use crate::serve::{Arrival, Front, Who};

/// What is recorded of a deed at the sign-in page.
#[derive(Debug)]
pub(super) struct Deed {
    pub(super) name: &'static str,
    pub(super) identity: UserIdentity,
    pub(super) recipient: AccountId,
    pub(super) region: Region,
    pub(super) failure: Option<&'static str>,
    pub(super) additional: Map<String, Value>,
}

/// Why a sign-in failed, in CloudTrail's words.
pub(super) const FAILED: &str = "Failed authentication";
/// The same where there is no such user.
pub(super) const NO_SUCH_USER: &str = "No username found in supplied account";
/// The same where the password was right and another must be chosen: AWS has no words for it.
pub(super) const CHANGE_MISSING: &str = "Password change required";
/// Who calls where a service calls for its user, and from where.
const INTERNAL: &str = "AWS Internal";

impl Front {
    /// Makes a deed durable.
    pub(super) async fn record_sign_in(&self, arrival: &Arrival, deed: Deed) -> Result<(), Refusal> {
        let event_id = self.ids.guid();
        let headers = arrival.head.pairs();
        let record = sign_in_record(SignInDeed {
            name: deed.name,
            identity: deed.identity,
            failure: deed.failure,
            additional: deed.additional,
            recipient: deed.recipient,
            region: deed.region,
            headers: &headers,
            peer: self.visitor(arrival),
            tls: arrival.tls.as_deref(),
            event_id: &event_id,
            completed: self.clock.now(),
        });
        self.submit(vec![record]).await
    }

    /// Records that the console assumed a role for whoever switches to it: an event of the caller's account, and one
    /// of the role's where that is another.
    pub(super) async fn record_assumption(
        &self,
        who: &Who,
        (form, answer, status): (&str, &[u8], u16),
        owner: Option<AccountId>,
    ) -> Result<(), Refusal> {
        let headers: [(&str, &[u8]); 2] =
            [("content-type", b"application/x-www-form-urlencoded"), ("user-agent", INTERNAL.as_bytes())];
        let exchange = Exchange {
            request: Request {
                method: "POST",
                path: "/",
                query: "",
                headers: &headers,
                body: Captured::Whole(form.as_bytes()),
                body_bytes: form.len() as u64,
            },
            response: Response {
                status,
                headers: &[],
                body: Captured::Whole(answer),
                body_bytes: answer.len() as u64,
            },
            caller: &who.caller,
            account_alias: None,
            region: &who.region,
            recipient: who.account,
            resource_owner: owner,
            peer: None,
            tls: None,
            request_id: &self.ids.guid(),
            event_id: &self.ids.guid(),
            remarks: &Map::new(),
            completed: self.clock.now(),
        };
        let mut record = cairn_capture::record(&exchange, &ServiceCall::Sts("AssumeRole".to_owned()));
        record.user_identity.invoked_by = Some(INTERNAL.to_owned());
        record.session_credential_from_console = None;
        let owners = Owners { resource: owner, source: None };
        self.submit(share_with_owners(record, owners, || self.ids.guid())).await
    }

    async fn submit(&self, records: Vec<Record>) -> Result<(), Refusal> {
        let drafts = records.into_iter().map(|record| Draft {
            account: record.recipient_account_id.unwrap_or(self.account),
            region: record.aws_region.clone(),
            origin: Origin::Call,
            event: record.to_bytes(),
            under: None,
        });
        self.recorder.submit(drafts.collect()).await.map_err(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "sign-in not recorded, so refused");
            Refusal::Unavailable
        })
    }

    /// Returns the address that somebody signs in from.
    pub(crate) fn visitor(&self, arrival: &Arrival) -> std::net::IpAddr {
        self.recorder.people.proxies.client(arrival.peer.ip(), &arrival.head)
    }

    /// Says where the console is, as whoever signs in sees it.
    pub(super) fn console_url(&self, arrival: &Arrival) -> String {
        let scheme = match self.way(arrival) {
            Way::Encrypted => "https",
            Way::InTheClear => "http",
        };
        let host = arrival.head.header("host").unwrap_or("localhost");
        format!("{scheme}://{host}{BASE}")
    }

    /// Returns the account that hears of an attempt.
    pub(super) fn account_of(&self, claimant: &Claimant) -> AccountId {
        match claimant {
            Claimant::Root(account) | Claimant::User { account, .. } => *account,
            Claimant::Nobody(account) => account.unwrap_or(self.account),
        }
    }

    /// Returns the Region that somebody signs in in: root users do in one alone.
    pub(super) fn region_of(&self, claimant: &Claimant) -> Region {
        match claimant {
            Claimant::Root(_) => Region::us_east_1(),
            Claimant::User { .. } | Claimant::Nobody(_) => self.region.clone(),
        }
    }
}

/// Says who signs in, or tries to. Only who is in has an ARN, but for root users; and only who is not has the key
/// that nobody has yet.
pub(super) fn identity(claimant: &Claimant, snapshot: &Snapshot, is_in: bool) -> UserIdentity {
    let no_key = || Some(String::new());
    match claimant {
        Claimant::Root(account) => UserIdentity {
            kind: Some("Root".to_owned()),
            principal_id: Some(account.to_string()),
            arn: Some(format!("arn:aws:iam::{account}:root")),
            account_id: Some(account.to_string()),
            access_key_id: no_key(),
            user_name: snapshot.account(account).and_then(|account| account.alias.clone()),
            ..UserIdentity::default()
        },
        Claimant::User { account, name, path, id } => UserIdentity {
            kind: Some("IAMUser".to_owned()),
            principal_id: Some(id.clone()),
            arn: is_in.then(|| format!("arn:aws:iam::{account}:user{path}{name}")),
            account_id: Some(account.to_string()),
            access_key_id: if is_in { None } else { no_key() },
            user_name: Some(name.clone()),
            ..UserIdentity::default()
        },
        Claimant::Nobody(account) => UserIdentity {
            kind: Some("IAMUser".to_owned()),
            account_id: account.map(|account| account.to_string()),
            access_key_id: no_key(),
            user_name: Some(HIDDEN.to_owned()),
            ..UserIdentity::default()
        },
    }
}
