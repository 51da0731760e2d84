//! Who is signed in: the page that tells, and the one that signs out.

use bytes::Bytes;
use cairn_access::Principal;
use cairn_signin::{Ended, Found};
use http::Response;
use serde::Serialize;

use super::guard::Held;
use super::refusal::Refusal;
use super::{cookie, telemetry};
use crate::answer::answer;
use crate::serve::{Arrival, Front};

/// What a page is told of whoever is signed in.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Told {
    account: Account,
    principal: Who,
    region: String,
    regions: Vec<String>,
    expires: String,
    csrf: String,
    mfa: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    switched_from: Option<SwitchedFrom>,
    version: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Account {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    alias: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Who {
    #[serde(rename = "Type")]
    kind: &'static str,
    name: String,
    arn: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct SwitchedFrom {
    account: String,
    principal: String,
}

impl Front {
    /// `GET session`. No token is asked for: this is where it is told.
    pub(super) async fn tell_session(&self, arrival: &Arrival) -> Result<Response<Bytes>, Refusal> {
        let held = self.held(arrival)?;
        if self.console.sessions.peek(held.id).is_none() {
            return Err(Refusal::NotSignedIn);
        }
        match self.renew_role(arrival, &held).await {
            // Whoever worked in the role is told as whom they work now.
            Ok(()) | Err(Refusal::RoleEnded) => self.answer_session(&held),
            Err(refusal) => Err(refusal),
        }
    }

    /// `DELETE session`.
    pub(super) async fn sign_out(&self, arrival: &Arrival) -> Result<Response<Bytes>, Refusal> {
        let held = self.held_and_meant(arrival)?;
        self.console.sessions.end(held.id).await.map_err(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "end of a console session not written");
            Refusal::Unavailable
        })?;
        telemetry::sessions(self.console.sessions.count());
        let forget = cookie::forget(&arrival.head, self.way(arrival));
        Ok(answer(204, "application/json", &[("set-cookie", &forget)], Bytes::new()))
    }

    /// Tells a session.
    pub(super) fn answer_session(&self, held: &Held) -> Result<Response<Bytes>, Refusal> {
        let snapshot = self.catalog.current();
        let find = || self.console.sessions.look_at(held.id, &snapshot);
        let found = match find() {
            Err(Ended::Role) => find(),
            found => found,
        };
        let found = found.map_err(|_ended| Refusal::NotSignedIn)?;
        let body =
            serde_json::to_vec(&self.told(held, &found)).map_err(|_unwritable| Refusal::Unavailable)?;
        Ok(answer(200, "application/json", &[], body))
    }

    fn told(&self, held: &Held, found: &Found) -> Told {
        let snapshot = self.catalog.current();
        let (session, id) = (&found.session, found.credentials.account);
        let principal = found.credentials.principal();
        let (kind, name) = match &principal {
            Principal::Root { .. } => ("Root", "root".to_owned()),
            Principal::Session(role) => ("AssumedRole", format!("{}/{}", role.role, role.name)),
            other => ("IAMUser", other.display_name().rsplit('/').next().unwrap_or_default().to_owned()),
        };
        let account = snapshot.account(&id);
        Told {
            account: Account {
                id: id.to_string(),
                alias: account.and_then(|account| account.alias.clone()),
                name: account.and_then(|account| account.name.clone()),
            },
            principal: Who { kind, name, arn: principal.arn().unwrap_or_default() },
            region: self.region.to_string(),
            regions: snapshot.settings().enabled_regions.iter().map(ToString::to_string).collect(),
            expires: session.role.as_ref().map_or(session.expires, |role| role.expires).to_string(),
            csrf: held.token.csrf(session),
            mfa: session.mfa,
            switched_from: session.role.as_ref().map(|_| SwitchedFrom {
                account: session.account.to_string(),
                principal: super::switch_role::name_of(session),
            }),
            version: env!("CARGO_PKG_VERSION"),
        }
    }
}
