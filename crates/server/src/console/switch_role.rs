//! Working in a role: switching to it, leaving it, and asking again once an hour whether it may be worked in.
//!
//! The console assumes the role for its user, as any client would: trust policy, permissions and organizations decide,
//! and AssumeRole is recorded in the user's account and in the role's.

use bytes::Bytes;
use cairn_access::{Caller, Principal, RoleSession, SessionMaker, TemporarySession};
use cairn_catalog::{CursorError, Owner, Snapshot};
use cairn_event::{AccountId, UserIdentity};
use cairn_signin::{Claimant, Ended, SignedIn, SwitchedRole, find_account};
use cairn_sts::{Asker, Holder, Session};
use cairn_wire::query::{self, Operation as _};
use cairn_wire::sts::{AssumeRoleRequest, Operation};
use http::Response;
use hyper::body::Incoming;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::guard::Held;
use super::records::{Deed, FAILED, identity};
use super::refusal::Refusal;
use super::sign_in::read;
use crate::authorize::managed_document;
use crate::request_facts;
use crate::serve::{Arrival, Front, Who};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Sent {
    account: String,
    role_name: String,
}

/// A role, and whoever wants to work in it.
struct Wish<'a> {
    session: &'a SignedIn,
    who: Who,
    arn: String,
    owner: Option<AccountId>,
}

impl Front {
    /// `POST session/role`.
    pub(super) async fn switch_role(
        &self,
        arrival: &Arrival,
        body: Incoming,
    ) -> Result<Response<Bytes>, Refusal> {
        let held = self.held_and_meant(arrival)?;
        let sent: Sent = read(arrival, body).await?;
        if self.intake.refusal().is_some() {
            return Err(Refusal::Unavailable);
        }
        let snapshot = self.catalog.current();
        // Whoever switches uses the session, and a role that has ended is no hindrance.
        if let Err(Ended::Session) = self.console.sessions.find(held.id, &snapshot) {
            return Err(Refusal::Ended);
        }
        let (session, who) = self.owner_of(&held, &snapshot)?;
        let owner = find_account(&snapshot, &sent.account);
        let wish = Wish { session: &session, who, arn: arn_of(&snapshot, owner, &sent), owner };
        match self.assume(arrival, &wish, &snapshot).await? {
            Ok(assumed) => {
                let role = switched(&assumed, &session, &snapshot).ok_or(Refusal::Unavailable)?;
                self.record_role(arrival, "SwitchRole", &role, &session, "SwitchFrom").await?;
                self.console.sessions.switch(held.id, Some(role)).await.map_err(unwritten)?;
                self.answer_session(&held)
            }
            Err(refusal) => {
                self.record_failure(arrival, "SwitchRole", &wish).await?;
                Err(refusal)
            }
        }
    }

    /// `DELETE session/role`.
    pub(super) async fn exit_role(&self, arrival: &Arrival) -> Result<Response<Bytes>, Refusal> {
        let held = self.held_and_meant(arrival)?;
        let session = self.console.sessions.peek(held.id).ok_or(Refusal::NotSignedIn)?;
        if let Some(role) = &session.role {
            self.record_role(arrival, "ExitRole", role, &session, "").await?;
            self.leave(&held, role, None).await?;
        }
        self.answer_session(&held)
    }

    /// Asks again whether the role that a session works in may be assumed, where it is time to.
    pub(super) async fn renew_role(&self, arrival: &Arrival, held: &Held) -> Result<(), Refusal> {
        if !self.console.sessions.begin_renewal(held.id) {
            return Ok(());
        }
        let snapshot = self.catalog.current();
        let (session, who) = self.owner_of(held, &snapshot)?;
        let Some(role) = session.role.clone() else { return Ok(()) };
        let known = snapshot.role(&role.account, &role.name).filter(|known| known.role_id == role.id);
        // What is gone ends by itself.
        let Some(known) = known else { return Ok(()) };
        let wish = Wish { session: &session, who, arn: known.arn.clone(), owner: Some(role.account) };
        match self.assume(arrival, &wish, &snapshot).await? {
            Ok(_assumed) => {
                self.record_role(arrival, "RenewRole", &role, &session, "RenewedBy").await?;
                let renew = SwitchedRole::renewed(self.clock.now());
                let renewed = SwitchedRole { renew, ..role.clone() };
                self.leave(held, &role, Some(renewed)).await.map(drop)
            }
            Err(Refusal::Unavailable) => Err(Refusal::Unavailable),
            Err(_denied) => {
                self.record_failure(arrival, "RenewRole", &wish).await?;
                // Whoever left meanwhile is told nothing of it.
                if self.leave(held, &role, None).await? { Err(Refusal::RoleEnded) } else { Ok(()) }
            }
        }
    }

    /// Assumes the role and records that, whatever comes of it.
    async fn assume(
        &self,
        arrival: &Arrival,
        wish: &Wish<'_>,
        snapshot: &Snapshot,
    ) -> Result<Result<Session, Refusal>, Refusal> {
        let request = AssumeRoleRequest {
            role_arn: wish.arn.clone(),
            role_session_name: session_name(wish.session),
            ..AssumeRoleRequest::default()
        };
        let context = request_facts::of_request(arrival, &wish.who, snapshot, self.clock.now());
        let asker = Asker { caller: &wish.who.caller, account: wish.who.account, context, mfa: None };
        let id = self.ids.guid();
        let (outcome, answer, status) = match self.sts.assume_role(&asker, &request) {
            Ok(output) => {
                let credentials = output.credentials.as_ref();
                let opened = credentials.and_then(|credentials| {
                    let token = &credentials.session_token;
                    self.authenticator.tokens.open(&credentials.access_key_id, token).ok()
                });
                let answer = query::success_body(Operation::AssumeRole, &output, &id);
                (opened.ok_or(Refusal::Unavailable), answer, 200)
            }
            Err(refusal) => {
                let query::Refusal { code, http_status, message } = refusal.answer();
                let namespace = Operation::NAMESPACE;
                let body =
                    query::ErrorBody { namespace, code, http_status, message: &message, request_id: &id };
                (Err(Refusal::Denied(message.clone())), body.render(), http_status)
            }
        };
        let escaped = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let form = format!(
            "Action=AssumeRole&Version={}&RoleArn={}&RoleSessionName={}",
            Operation::VERSION,
            escaped(&request.role_arn),
            escaped(&request.role_session_name)
        );
        let owner = wish.owner.filter(|_| outcome.is_ok());
        self.record_assumption(&wish.who, (&form, answer.as_bytes(), status), owner).await?;
        Ok(outcome)
    }

    /// Returns a session and whoever signed in, whatever role is worked in.
    fn owner_of(&self, held: &Held, snapshot: &Snapshot) -> Result<(SignedIn, Who), Refusal> {
        let found = self.console.sessions.find_owner(held.id, snapshot).map_err(|_ended| Refusal::Ended)?;
        let credentials = found.credentials;
        let temporary = credentials.temporary(snapshot, managed_document).map_err(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "a session's policies can't be read");
            Refusal::Unavailable
        })?;
        let session = Box::new(TemporarySession { maker: SessionMaker::Console, ..temporary });
        let (principal, account) = (credentials.principal(), credentials.account);
        let caller = Caller::Temporary { principal, access_key_id: credentials.access_key_id, session };
        Ok((found.session, Who { caller, account, region: self.region.clone() }))
    }

    /// Leaves a role for another standing, unless it was left meanwhile.
    async fn leave(
        &self,
        held: &Held,
        role: &SwitchedRole,
        standing: Option<SwitchedRole>,
    ) -> Result<bool, Refusal> {
        self.console.sessions.replace_role(held.id, role, standing).await.map_err(unwritten)
    }

    /// Records what was done with a role, in the role's account.
    async fn record_role(
        &self,
        arrival: &Arrival,
        name: &'static str,
        role: &SwitchedRole,
        session: &SignedIn,
        tells_owner: &'static str,
    ) -> Result<(), Refusal> {
        let snapshot = self.catalog.current();
        let redirect = Value::from(self.console_url(arrival));
        let mut additional = Map::from_iter([("RedirectTo".to_owned(), redirect)]);
        if !tells_owner.is_empty() {
            additional.insert(tells_owner.to_owned(), session.arn(&snapshot).into());
        }
        let principal = Principal::Session(RoleSession {
            account: role.account,
            role: role.name.clone(),
            role_path: String::new(),
            role_id: role.id.clone(),
            name: role.session.clone(),
            created: String::new(),
            mfa: session.mfa,
            source_identity: None,
        });
        let identity = UserIdentity {
            kind: Some("AssumedRole".to_owned()),
            principal_id: principal.id(),
            arn: principal.arn(),
            account_id: Some(role.account.to_string()),
            ..UserIdentity::default()
        };
        let (recipient, region) = (role.account, self.region.clone());
        let deed = Deed { name, identity, recipient, region, failure: None, additional };
        self.record_sign_in(arrival, deed).await
    }

    /// Records that a role could not be worked in, in the account of whoever wanted to: whose role it is hears nothing
    /// of those who may not.
    async fn record_failure(
        &self,
        arrival: &Arrival,
        name: &'static str,
        wish: &Wish<'_>,
    ) -> Result<(), Refusal> {
        let snapshot = self.catalog.current();
        let user = match &wish.session.owner {
            Owner::Root => None,
            Owner::User(name) => Some(name.as_str()),
        };
        let claimant = Claimant::find(&snapshot, Some(wish.session.account), user);
        let told = [("SwitchTo", wish.arn.clone()), ("RedirectTo", self.console_url(arrival))];
        let deed = Deed {
            name,
            identity: identity(&claimant, &snapshot, true),
            recipient: wish.session.account,
            region: self.region.clone(),
            failure: Some(FAILED),
            additional: told.into_iter().map(|(name, told)| (name.to_owned(), told.into())).collect(),
        };
        self.record_sign_in(arrival, deed).await
    }
}

fn unwritten(error: CursorError) -> Refusal {
    tracing::error!(error = &error as &dyn std::error::Error, "console session not written");
    Refusal::Unavailable
}

/// Says who signed in, in one word.
pub(super) fn name_of(session: &SignedIn) -> String {
    match &session.owner {
        Owner::Root => "root".to_owned(),
        Owner::User(name) => name.clone(),
    }
}

/// Names a session of a role for whoever works in it. A name of a session is longer than the shortest of a user.
fn session_name(session: &SignedIn) -> String {
    let name = name_of(session);
    if name.len() < 2 { format!("{name}@console") } else { name }
}

/// Returns the ARN of the role that is meant; one that nobody has where there is none.
fn arn_of(snapshot: &Snapshot, account: Option<AccountId>, sent: &Sent) -> String {
    let name = sent.role_name.trim().trim_start_matches('/');
    let last = name.rsplit('/').next().unwrap_or_default();
    let known = account.and_then(|account| snapshot.role(&account, last));
    match (known, account) {
        (Some(role), _) => role.arn.clone(),
        (None, Some(account)) => format!("arn:aws:iam::{account}:role/{name}"),
        (None, None) => {
            let digits: String = sent.account.chars().filter(char::is_ascii_digit).take(12).collect();
            format!("arn:aws:iam::{digits:0>12}:role/{name}")
        }
    }
}

fn switched(assumed: &Session, session: &SignedIn, snapshot: &Snapshot) -> Option<SwitchedRole> {
    let Holder::Role { name, id, session: called, .. } = &assumed.holder else { return None };
    let role = snapshot.role(&assumed.account, name)?;
    let longest = jiff::SignedDuration::from_secs(i64::from(role.session_seconds_max));
    let end = assumed.issued.checked_add(longest).unwrap_or(session.expires);
    Some(SwitchedRole {
        account: assumed.account,
        name: name.clone(),
        id: id.clone(),
        session: called.clone(),
        began: assumed.issued,
        expires: end.min(session.expires),
        renew: SwitchedRole::renewed(assumed.issued),
    })
}
