//! Changing one's own password: while signing in, where it must be, or later.

use bytes::Bytes;
use cairn_capture::{Captured, Failure, Response, ServiceCall, named_error};
use cairn_catalog::{Owner, Revision, SecretBytes};
use cairn_event::AccountId;
use cairn_iam::Refusal as IamRefusal;
use cairn_signin::{Attempt, Claimant, OwnChange, SessionId};
use cairn_wire::iam::Operation;
use cairn_wire::query::Operation as _;
use hyper::body::Incoming;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::Map;

use super::call;
use super::guard::Held;
use super::records::{Deed, identity};
use super::refusal::Refusal;
use super::sign_in::read;
use crate::answer::{Answered, answer};
use crate::head::SessionClaim;
use crate::serve::{Arrival, Front};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Sent {
    old_password: String,
    new_password: String,
}

/// Whose password it is, and what it is to be.
pub(super) struct Choice<'a> {
    pub(super) claimant: &'a Claimant,
    pub(super) account: AccountId,
    pub(super) owner: &'a Owner,
    pub(super) old: &'a SecretBytes,
    pub(super) new: &'a SecretBytes,
}

impl Front {
    /// `POST session/password`: of whoever signed in, who must not work in a role meanwhile.
    pub(super) async fn change_password(
        &self,
        arrival: &Arrival,
        body: Incoming,
    ) -> Result<http::Response<Bytes>, Refusal> {
        let held = self.held_and_meant(arrival)?;
        let sent: Sent = read(arrival, body).await?;
        if self.intake.refusal().is_some() {
            return Err(Refusal::Unavailable);
        }
        let found = self.console.sessions.find(held.id, &self.catalog.current());
        let session = found.map_err(|_ended| Refusal::Ended)?.session;
        if session.role.is_some() {
            let told = "Leave the role first: the password is that of whoever signed in.";
            return Err(Refusal::PasswordRefused(told.to_owned()));
        }
        match &session.owner {
            Owner::Root => self.change_of_root(arrival, &held, session.account, sent).await?,
            Owner::User(name) => {
                // Counted where the call is served; here for the page to hear how long to wait.
                let attempt = Attempt::new(&session.account.to_string(), Some(name), self.visitor(arrival));
                let may = self.console.sign_in.guesses.check(&attempt, self.clock.now());
                may.map_err(Refusal::TooEarly)?;
                self.change_of_user(arrival, &held, &sent).await?;
            }
        }
        Ok(answer(204, "application/json", &[], Bytes::new()))
    }

    async fn change_of_root(
        &self,
        arrival: &Arrival,
        held: &Held,
        account: AccountId,
        sent: Sent,
    ) -> Result<(), Refusal> {
        // Whoever found a browser open must not find the password out by trying.
        let attempt = Attempt::new(&account.to_string(), None, self.visitor(arrival));
        let guesses = &self.console.sign_in.guesses;
        guesses.begin(&attempt, self.clock.now()).map_err(Refusal::TooEarly)?;
        let (old, new) = (secret(sent.old_password), secret(sent.new_password));
        let (claimant, owner) = (Claimant::Root(account), &Owner::Root);
        let choice = Choice { claimant: &claimant, account, owner, old: &old, new: &new };
        let chosen = self.choose_password(arrival, &choice).await;
        match &chosen {
            Ok(_) => guesses.right(&attempt, self.clock.now()),
            Err(Refusal::Failed) => {}
            Err(_) => guesses.undecided(&attempt, self.clock.now()),
        }
        self.keep_session(held.id, &chosen?).await;
        Ok(())
    }

    /// Makes the call of IAM that a user's client would make: who may, and what is recorded, is the same.
    async fn change_of_user(&self, arrival: &Arrival, held: &Held, sent: &Sent) -> Result<(), Refusal> {
        let session = SessionClaim { id: held.id, region: self.region.clone() };
        let head = call::head_of_form(&arrival.head, "iam", session);
        let escaped = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let form = format!(
            "Action=ChangePassword&Version={}&OldPassword={}&NewPassword={}",
            Operation::VERSION,
            escaped(&sent.old_password),
            escaped(&sent.new_password)
        );
        let calling = Arrival { head, ..arrival.clone() };
        let answered = self.serve_read(&calling, Bytes::from(form)).await;
        let Answered::Whole(response) = answered else { return Err(Refusal::Unavailable) };
        if response.status().is_success() {
            return Ok(());
        }
        let seen = Response {
            status: response.status().as_u16(),
            headers: &[],
            body: Captured::Whole(response.body()),
            body_bytes: response.body().len() as u64,
        };
        let failure = named_error(&ServiceCall::Iam(Operation::ChangePassword), &seen);
        Err(match failure {
            // IAM has one code for both.
            Some(Failure { message: Some(message), .. })
                if message == IamRefusal::OldPasswordWrong.to_string() =>
            {
                Refusal::Failed
            }
            Some(Failure { code, message }) if code == "AccessDenied" => {
                Refusal::Denied(message.unwrap_or(code))
            }
            Some(Failure { code, message }) if response.status().is_client_error() => {
                Refusal::PasswordRefused(message.unwrap_or(code))
            }
            Some(_) | None => Refusal::Unavailable,
        })
    }

    /// Sets a password and records that.
    pub(super) async fn choose_password(
        &self,
        arrival: &Arrival,
        choice: &Choice<'_>,
    ) -> Result<OwnChange, Refusal> {
        let (Some(old), Some(new)) = (choice.old.expose_str(), choice.new.expose_str()) else {
            return Err(Refusal::Failed);
        };
        let revision = match self.iam.renew_password(choice.account, choice.owner, old, new).await {
            Ok(revision) => revision,
            Err(IamRefusal::OldPasswordWrong) => return Err(Refusal::Failed),
            Err(IamRefusal::Internal(cause)) => {
                tracing::error!(error = &*cause as &dyn std::error::Error, "a password could not be set");
                return Err(Refusal::Unavailable);
            }
            Err(refusal) => return Err(Refusal::PasswordRefused(refusal.to_string())),
        };
        let deed = Deed {
            name: "PasswordUpdated",
            identity: identity(choice.claimant, &self.catalog.current(), false),
            recipient: choice.account,
            region: self.region_of(choice.claimant),
            failure: None,
            additional: Map::new(),
        };
        self.record_sign_in(arrival, deed).await?;
        self.own_change(revision).await.ok_or(Refusal::Unavailable)
    }

    /// Lets a session of the console go on beyond a call in it that changed what its owner signs in with: whoever
    /// enrols a device or changes the password is not signed out of the page where it was done.
    pub(crate) async fn keep_session_of(&self, arrival: &Arrival, revision: Revision) {
        let Some(claim) = &arrival.head.session else { return };
        if let Some(change) = self.own_change(revision).await {
            self.keep_session(claim.id, &change).await;
        }
    }

    async fn own_change(&self, revision: Revision) -> Option<OwnChange> {
        let read = OwnChange::read(&*self.catalog, revision).await;
        let told = |error| {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "a revision can't be read, so a session ends"
            );
        };
        read.map_err(told).ok()
    }

    /// Lets a session go on in which its owner changed what is signed in with.
    async fn keep_session(&self, id: SessionId, change: &OwnChange) {
        if let Err(error) = self.console.sessions.keep_beyond(id, change).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "console session not written");
        }
    }
}

fn secret(text: String) -> SecretBytes {
    SecretBytes::new(text.into_bytes())
}
