//! GenerateCredentialReport and GetCredentialReport.
//!
//! When each key was last used stands in the event history: to find that takes time, so that a report is written behind
//! the answer, as AWS does. Reports are in memory, each for four hours; what is kept and written at once is bounded.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cairn_catalog::{AccessKeyStatus, Owner, Snapshot};
use cairn_event::AccountId;
use cairn_wire::Blob;
use cairn_wire::iam::{
    GenerateCredentialReportResponse, GetCredentialReportResponse, ReportFormatType, ReportStateType,
};
use jiff::{SignedDuration, Timestamp};

use crate::credential_report::{Key, Password, ROOT, Row, csv};
use crate::owner::principal_id;
use crate::{Caller, Iam, Refusal, quota};

/// The reports of all accounts.
#[derive(Debug, Default)]
pub(crate) struct Reports(Mutex<BTreeMap<AccountId, Kept>>);

/// A report that was begun: whoever got it has [`Iam::write_report`] write it. Dropped, it was never begun.
#[derive(Debug)]
pub struct BegunReport {
    account: AccountId,
    reports: Arc<Reports>,
}

#[derive(Debug, Default)]
struct Kept {
    written: Option<Written>,
    is_begun: bool,
}

#[derive(Debug)]
struct Written {
    at: Timestamp,
    csv: String,
}

impl Iam {
    /// Begins a report, unless there is one already.
    pub(crate) fn generate_credential_report(
        &self,
        caller: &Caller,
    ) -> Result<(GenerateCredentialReportResponse, Option<BegunReport>), Refusal> {
        let state = |state| GenerateCredentialReportResponse { state: Some(state), description: None };
        let mut reports = self.reports.kept();
        match reports.get(&caller.account) {
            Some(kept) if kept.is_begun => return Ok((state(ReportStateType::Inprogress), None)),
            Some(kept) if kept.fresh(self.clock.now()).is_some() => {
                return Ok((state(ReportStateType::Complete), None));
            }
            _ => {}
        }
        quota::REPORTS_AT_ONCE.admit(reports.values().filter(|kept| kept.is_begun).count() + 1)?;
        reports.entry(caller.account).or_default().is_begun = true;
        let begun = BegunReport { account: caller.account, reports: Arc::clone(&self.reports) };
        let answer = GenerateCredentialReportResponse {
            description: Some(STARTED.to_owned()),
            ..state(ReportStateType::Started)
        };
        Ok((answer, Some(begun)))
    }

    pub(crate) fn get_credential_report(
        &self,
        caller: &Caller,
    ) -> Result<GetCredentialReportResponse, Refusal> {
        let reports = self.reports.kept();
        let kept = reports.get(&caller.account).ok_or(Refusal::ReportMissing)?;
        if kept.is_begun {
            return Err(Refusal::ReportUnfinished);
        }
        if kept.written.is_none() {
            return Err(Refusal::ReportMissing);
        }
        let written = kept.fresh(self.clock.now()).ok_or(Refusal::ReportExpired)?;
        Ok(GetCredentialReportResponse {
            content: Some(Blob(written.csv.clone().into_bytes())),
            report_format: Some(ReportFormatType::TextCsv),
            generated_time: Some(written.at.into()),
        })
    }

    /// Writes a report that was begun. Dropped halfway, there is none and it may be begun again.
    ///
    /// # Errors
    /// What it is about could not be read.
    pub async fn write_report(&self, begun: BegunReport) -> Result<(), Refusal> {
        let account = begun.account;
        let snapshot = self.catalog.current();
        let users = snapshot.users(&account).map(|user| Owner::User(user.name.clone()));
        let used = cairn_signin::passwords_used(&*self.catalog, account).await;
        let used = used.map_err(|error| Refusal::Internal(Box::new(error)))?;
        let mut rows = Vec::new();
        for owner in users.chain([Owner::Root]) {
            let Some(row) = row(&snapshot, account, &owner, &used) else { continue };
            let mut keys = Vec::new();
            for key in snapshot.access_keys(&account, &owner) {
                let used = self.key_use.last_use(account, &key.id).await.map_err(Refusal::Internal)?;
                keys.push(Key { active: key.status == AccessKeyStatus::Active, created: key.created, used });
            }
            keys.sort_by_key(|key| key.created);
            rows.push(Row { keys, ..row });
        }
        begun.finish(Written { at: self.clock.now(), csv: csv(rows) });
        Ok(())
    }
}

/// Tells everything of somebody but the keys.
fn row(
    snapshot: &Snapshot,
    account: AccountId,
    owner: &Owner,
    used: &BTreeMap<String, Timestamp>,
) -> Option<Row> {
    let (name, arn, created) = match owner {
        Owner::Root => {
            let known = snapshot.account(&account)?;
            (ROOT.to_owned(), format!("arn:aws:iam::{account}:root"), known.created)
        }
        Owner::User(name) => {
            let user = snapshot.user(&account, name)?;
            (user.name.clone(), user.arn.clone(), user.created)
        }
    };
    let policy = snapshot.password_policy(&account);
    let password = snapshot.login_profile(&account, owner).map(|profile| Password {
        used: principal_id(snapshot, account, owner).and_then(|id| used.get(&id).copied()),
        changed: profile.changed,
        expires: profile.expires(policy),
    });
    let mfa = snapshot.mfa_devices_of(&account, owner).next().is_some();
    Some(Row { name, arn, created, password, mfa, keys: Vec::new() })
}

impl Reports {
    fn kept(&self) -> MutexGuard<'_, BTreeMap<AccountId, Kept>> {
        // Each report is whole after each statement, whoever panicked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl BegunReport {
    fn finish(self, written: Written) {
        let mut reports = self.reports.kept();
        reports.entry(self.account).or_default().written = Some(written);
        make_room(&mut reports, self.account);
    }
}

impl Drop for BegunReport {
    fn drop(&mut self) {
        let mut reports = self.reports.kept();
        if let Some(kept) = reports.get_mut(&self.account) {
            kept.is_begun = false;
            if kept.written.is_none() {
                reports.remove(&self.account);
            }
        }
    }
}

impl Kept {
    fn fresh(&self, now: Timestamp) -> Option<&Written> {
        self.written.as_ref().filter(|written| now.duration_since(written.at) < GOOD_FOR)
    }

    fn bytes(&self) -> usize {
        self.written.as_ref().map_or(0, |written| written.csv.len())
    }
}

/// Forgets the oldest reports but the one of `newest` until the others have room.
fn make_room(reports: &mut BTreeMap<AccountId, Kept>, newest: AccountId) {
    let mut bytes: usize = reports.values().map(Kept::bytes).sum();
    let mut oldest: Vec<(Timestamp, AccountId)> = reports
        .iter()
        .filter(|(account, kept)| **account != newest && !kept.is_begun)
        .filter_map(|(account, kept)| Some((kept.written.as_ref()?.at, *account)))
        .collect();
    oldest.sort_unstable();
    for (_, account) in oldest {
        if bytes <= KEPT_BYTES_MAX {
            break;
        }
        bytes -= reports.remove(&account).map_or(0, |kept| kept.bytes());
    }
}

const GOOD_FOR: SignedDuration = SignedDuration::from_hours(4);
/// The most that all reports have together; one of 5,000 users has about two million bytes.
const KEPT_BYTES_MAX: usize = 64 << 20;
const STARTED: &str = "No report exists. Starting a new report generation task";
