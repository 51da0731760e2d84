//! Signing in.

use bytes::Bytes;
use cairn_catalog::{SecretBytes, Snapshot};
use cairn_event::AccountId;
use cairn_iam::check_password;
use cairn_signin::{Claimant, Proof, Proven, Rules, SignInError, Told, WrongCode, note_password_use};
use http::Response;
use hyper::body::Incoming;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::change_password::Choice;
use super::guard::{self, Held};
use super::records::{CHANGE_MISSING, Deed, FAILED, NO_SUCH_USER, identity};
use super::refusal::Refusal;
use super::{cookie, telemetry};
use crate::incoming;
use crate::serve::{Arrival, Front};

/// What the sign-in page sends.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Sent {
    account: String,
    #[serde(default)]
    user_name: Option<String>,
    password: String,
    #[serde(default)]
    mfa_code: Option<String>,
    #[serde(default)]
    new_password: Option<String>,
}

impl Front {
    /// `POST session`.
    pub(super) async fn sign_in(
        &self,
        arrival: &Arrival,
        body: Incoming,
    ) -> Result<Response<Bytes>, Refusal> {
        guard::comes_from_here(&arrival.head)?;
        let sent: Sent = read(arrival, body).await?;
        if self.intake.refusal().is_some() {
            return Err(Refusal::Unavailable);
        }
        let chosen = sent.new_password.map(|new| SecretBytes::new(new.into_bytes()));
        let old = SecretBytes::new(sent.password.as_bytes());
        let told = Told {
            account: sent.account,
            user: sent.user_name,
            password: SecretBytes::new(sent.password.into_bytes()),
            code: sent.mfa_code,
            from: self.visitor(arrival),
        };
        let proof = {
            let rules = chosen.as_ref().map(rules_of);
            let rules = rules.as_ref().map(|rules| rules as &Rules<'_>);
            self.console.sign_in.prove(told, rules).await
        };
        match proof {
            Ok(Proof::Right(proven)) => self.admit(arrival, proven, (old, chosen)).await,
            Ok(Proof::CodeMissing(claimant, devices)) => self.ask_for_code(arrival, &claimant, devices).await,
            Ok(Proof::ChangeMissing(claimant, change)) => {
                telemetry::attempted("password-change-required");
                self.record_failure_of(arrival, &claimant, CHANGE_MISSING, false).await?;
                Err(Refusal::ChangeMissing(change))
            }
            Ok(Proof::ChoiceRefused(claimant, reason)) => {
                telemetry::attempted("password-refused");
                self.record_failure_of(arrival, &claimant, CHANGE_MISSING, false).await?;
                Err(Refusal::PasswordRefused(reason))
            }
            Ok(Proof::Wrong { claimant, code }) => self.refuse_attempt(arrival, &claimant, code).await,
            Err(error) => Err(undecided(&error)),
        }
    }

    /// Lets somebody in.
    async fn admit(
        &self,
        arrival: &Arrival,
        mut proven: Proven,
        (old, chosen): (SecretBytes, Option<SecretBytes>),
    ) -> Result<Response<Bytes>, Refusal> {
        if proven.must_change {
            let chosen = chosen.ok_or(Refusal::Failed)?;
            let choice = Choice {
                claimant: &proven.claimant,
                account: proven.account,
                owner: &proven.owner,
                old: &old,
                new: &chosen,
            };
            match self.choose_password(arrival, &choice).await {
                Ok(change) => proven.go_beyond(&change),
                Err(refusal) => {
                    self.console.sign_in.ask_again(&proven);
                    telemetry::attempted("password-refused");
                    let mfa = proven.device.is_some();
                    self.record_failure_of(arrival, &proven.claimant, CHANGE_MISSING, mfa).await?;
                    return Err(refusal);
                }
            }
        }
        // Somebody set another password or a device while this one was looked at.
        if !proven.still_holds(&self.catalog.current()) {
            return self.refuse_attempt(arrival, &proven.claimant, WrongCode::NotTried).await;
        }
        let begun = self.console.sessions.begin(&proven).await;
        let (token, _session) = begun.map_err(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "console session not written");
            Refusal::Unavailable
        })?;
        let held = Held { id: token.id(), token };
        let device = proven.device.as_deref();
        if let Err(refusal) = self.record_login(arrival, &proven.claimant, device).await {
            self.end_unheard(&held).await;
            return Err(refusal);
        }
        self.console.sign_in.admit(&proven);
        telemetry::attempted("success");
        telemetry::sessions(self.console.sessions.count());
        let now = self.clock.now();
        if let Err(error) = note_password_use(&*self.catalog, proven.account, &proven.principal_id, now).await
        {
            tracing::warn!(error = &error as &dyn std::error::Error, "use of a password not noted");
        }
        // Whoever signs in again in the same browser has done with the session before.
        if let Ok(before) = self.held(arrival) {
            self.end_unheard(&before).await;
        }
        let mut answer = self.answer_session(&held)?;
        let hold = cookie::hold(&arrival.head, self.way(arrival), &held.token);
        let hold = hold.parse().map_err(|_no_header| Refusal::Unavailable)?;
        answer.headers_mut().insert(http::header::SET_COOKIE, hold);
        Ok(answer)
    }

    async fn end_unheard(&self, held: &Held) {
        if let Err(error) = self.console.sessions.end(held.id).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "end of a console session not written");
        }
    }

    async fn record_login(
        &self,
        arrival: &Arrival,
        claimant: &Claimant,
        device: Option<&str>,
    ) -> Result<(), Refusal> {
        let mut additional = self.login_facts(arrival, device.is_some());
        if let Some(device) = device {
            additional.insert("MFAIdentifier".to_owned(), Value::from(device));
        }
        let deed = Deed {
            name: "ConsoleLogin",
            identity: identity(claimant, &self.catalog.current(), true),
            recipient: self.account_of(claimant),
            region: self.region_of(claimant),
            failure: None,
            additional,
        };
        self.record_sign_in(arrival, deed).await
    }

    async fn ask_for_code(
        &self,
        arrival: &Arrival,
        claimant: &Claimant,
        devices: usize,
    ) -> Result<Response<Bytes>, Refusal> {
        telemetry::attempted("mfa-required");
        let kind = if devices > 1 { "Multiple MFA Devices" } else { "Virtual MFA" };
        let kind = Map::from_iter([("MfaType".to_owned(), Value::from(kind))]);
        let deed = Deed {
            name: "CheckMfa",
            identity: identity(claimant, &self.catalog.current(), false),
            recipient: self.account_of(claimant),
            region: self.region_of(claimant),
            failure: None,
            additional: kind,
        };
        self.record_sign_in(arrival, deed).await?;
        Err(Refusal::CodeMissing)
    }

    async fn refuse_attempt(
        &self,
        arrival: &Arrival,
        claimant: &Claimant,
        code: WrongCode,
    ) -> Result<Response<Bytes>, Refusal> {
        let tried = code == WrongCode::Tried;
        telemetry::attempted(if tried { "mfa-failed" } else { "failed" });
        let why = match claimant {
            Claimant::Nobody(_) => NO_SUCH_USER,
            Claimant::Root(_) | Claimant::User { .. } => FAILED,
        };
        self.record_failure_of(arrival, claimant, why, tried).await?;
        Err(if tried { Refusal::CodeWrong } else { Refusal::Failed })
    }

    /// Records that somebody did not get in.
    async fn record_failure_of(
        &self,
        arrival: &Arrival,
        claimant: &Claimant,
        why: &'static str,
        mfa: bool,
    ) -> Result<(), Refusal> {
        let deed = Deed {
            name: "ConsoleLogin",
            identity: identity(claimant, &self.catalog.current(), false),
            recipient: self.account_of(claimant),
            region: self.region_of(claimant),
            failure: Some(why),
            additional: self.login_facts(arrival, mfa),
        };
        self.record_sign_in(arrival, deed).await
    }

    fn login_facts(&self, arrival: &Arrival, mfa: bool) -> Map<String, Value> {
        let told = [
            ("LoginTo", self.console_url(arrival)),
            // There is one page for all browsers.
            ("MobileVersion", "No".to_owned()),
            ("MFAUsed", if mfa { "Yes" } else { "No" }.to_owned()),
        ];
        told.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect()
    }
}

/// Reads what a page sends.
pub(super) async fn read<T: DeserializeOwned>(arrival: &Arrival, body: Incoming) -> Result<T, Refusal> {
    let kind = arrival.head.header("content-type").unwrap_or_default();
    // Another site can send forms, and this to nobody who does not allow it.
    if !kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json") {
        return Err(Refusal::Malformed("The body must be JSON, and said to be."));
    }
    let body = incoming::read_whole(arrival, body, BODY_BYTES_MAX).await;
    let body = body.map_err(|_unread| Refusal::Malformed("The body can't be read, or is too long."))?;
    serde_json::from_slice(&body).map_err(|_other| Refusal::Malformed("The body is not what is asked for."))
}

/// Says what is demanded of a password that is chosen on the way in.
fn rules_of(chosen: &SecretBytes) -> impl Fn(&Snapshot, AccountId) -> Result<(), String> {
    move |snapshot, account| match chosen.expose_str() {
        Some(chosen) => check_password(snapshot, account, chosen).map_err(|refusal| refusal.to_string()),
        // It came as text.
        None => Ok(()),
    }
}

fn undecided(error: &SignInError) -> Refusal {
    match error {
        SignInError::TooEarly(early) => {
            telemetry::attempted("locked-out");
            tracing::debug!(seconds = early.seconds, "sign-in refused: too many attempts");
            Refusal::TooEarly(*early)
        }
        SignInError::Password(_) | SignInError::Seal(_) | SignInError::Code(_) => {
            telemetry::attempted("error");
            tracing::error!(error = error as &dyn std::error::Error, "sign-in not decided");
            Refusal::Unavailable
        }
    }
}

/// The longest body of a page of the console.
const BODY_BYTES_MAX: usize = 16 << 10;
