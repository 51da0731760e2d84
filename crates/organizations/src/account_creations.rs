//! Accounts that are made in an organization. Making one takes no time here: its status tells the end at once.

use std::collections::BTreeSet;

use cairn_catalog::{Account, AccountCreation, Change, JoinedBy, Member, Organization, Role, Snapshot, Tag};
use cairn_event::{AccountId, Ids};
use cairn_iam::LinkedService;
use cairn_wire::Timestamp;
use cairn_wire::organizations::{
    CreateAccountFailureReason, CreateAccountRequest, CreateAccountResponse, CreateAccountState,
    CreateAccountStatus, DescribeCreateAccountStatusRequest, DescribeCreateAccountStatusResponse,
    ListCreateAccountStatusRequest, ListCreateAccountStatusResponse,
};
use jiff::{SignedDuration, Timestamp as Instant};

use crate::page::{self, Paging};
use crate::{Caller, Deed, Organizations, Refusal, ids, membership, standing, tags};

impl Organizations {
    pub(crate) async fn create_account(
        &self,
        caller: &Caller,
        request: &CreateAccountRequest,
    ) -> Result<(CreateAccountResponse, Vec<Deed>), Refusal> {
        let tags = tags::checked(request.tags.as_deref().unwrap_or_default())?;
        if request.role_name.as_deref().is_some_and(|name| name.starts_with(LinkedService::NAME_PREFIX)) {
            return Err(Refusal::RoleNameReserved);
        }
        let now = self.now();
        self.change(|snapshot| {
            let organization = standing::manager(snapshot, caller)?;
            if !membership::has_room(snapshot, organization) {
                return Err(Refusal::TooManyAccounts);
            }
            let failure = failure(snapshot, &request.email);
            let mut changes = forgotten(snapshot, organization, now);
            let mut deeds = Vec::new();
            let mut account = None;
            if failure.is_none() {
                let made = ids::account(snapshot, &*self.ids)
                    .ok_or_else(|| Refusal::internal("no number of an account is left"))?;
                changes.extend(self.creating(snapshot, (organization, made), request, tags.clone(), now));
                deeds.push(Deed::Joined {
                    management: organization.management,
                    account: made,
                    by: JoinedBy::Creation,
                    at: now,
                });
                account = Some(made);
            }
            let creation = AccountCreation {
                id: ids::account_creation(&*self.ids),
                organization: organization.id.clone(),
                name: request.account_name.clone(),
                account,
                failure: failure.map(|reason| reason.as_str().to_owned()),
                requested: now,
                completed: now,
            };
            let answer = CreateAccountResponse { create_account_status: Some(status(&creation)) };
            let management = organization.management;
            deeds.insert(0, Deed::Created { management, creation: creation.clone() });
            changes.push(Change::PutAccountCreation(Box::new(creation)));
            Ok((changes, (answer, deeds)))
        })
        .await
    }

    pub(crate) fn describe_create_account_status(
        &self,
        caller: &Caller,
        request: &DescribeCreateAccountStatusRequest,
    ) -> Result<DescribeCreateAccountStatusResponse, Refusal> {
        let snapshot = self.catalog.current();
        let organization = standing::reader(&snapshot, caller)?;
        let creation = snapshot.account_creation(&request.create_account_request_id);
        let creation = creation.filter(|creation| creation.organization == organization.id);
        let creation = creation.filter(|creation| !is_forgotten(creation, self.now()));
        let creation = creation.ok_or(Refusal::AccountCreationMissing)?;
        Ok(DescribeCreateAccountStatusResponse { create_account_status: Some(status(creation)) })
    }

    pub(crate) fn list_create_account_status(
        &self,
        caller: &Caller,
        request: &ListCreateAccountStatusRequest,
    ) -> Result<ListCreateAccountStatusResponse, Refusal> {
        let snapshot = self.catalog.current();
        let organization = standing::reader(&snapshot, caller)?;
        let states = request.states.clone().unwrap_or_default();
        let now = self.now();
        let creations =
            snapshot.account_creations(&organization.id).filter(|creation| !is_forgotten(creation, now));
        let creations = creations.filter(|made| states.is_empty() || states.contains(&state(made)));
        let paging = Paging::new(request.next_token.as_ref(), request.max_results);
        let mut list = vec!["ListCreateAccountStatus", &organization.id];
        list.extend(states.iter().map(|state| state.as_str()));
        let (page, next) = page::cut(creations, |creation| creation.id.clone(), caller, &list, paging)?;
        let shown = page.into_iter().map(status).collect();
        Ok(ListCreateAccountStatusResponse { create_account_statuses: Some(shown), next_token: next })
    }

    /// Lists the changes by which a new account is there, is a member, and has the role through which the manager
    /// gets in.
    fn creating(
        &self,
        snapshot: &Snapshot,
        (organization, id): (&Organization, AccountId),
        request: &CreateAccountRequest,
        tags: Vec<Tag>,
        now: Instant,
    ) -> Vec<Change> {
        let (name, email) = (request.account_name.clone(), request.email.clone());
        let account =
            Account { id, alias: None, name: Some(name.clone()), email: Some(email.clone()), created: now };
        let member = Member {
            account: id,
            organization: organization.id.clone(),
            name,
            email,
            parent: organization.root.clone(),
            joined_by: JoinedBy::Creation,
            joined: now,
            closed: false,
            attached: membership::initially_attached(organization),
            administers: Vec::new(),
            tags,
        };
        let role_name = request.role_name.as_deref().unwrap_or(ACCESS_ROLE);
        let role = access_role(&*self.ids, (organization.management, id), role_name, now);
        let mut changes = vec![Change::PutAccount(account), Change::PutRole(Box::new(role))];
        changes.extend(self.joining(snapshot, organization, member));
        changes
    }
}

/// Makes the role through which the account that manages an organization gets into one that was made in it.
pub(crate) fn access_role(
    random: &dyn Ids,
    (management, account): (AccountId, AccountId),
    name: &str,
    created: Instant,
) -> Role {
    Role {
        account,
        name: name.to_owned(),
        path: "/".to_owned(),
        role_id: ids::role(random),
        arn: format!("arn:aws:iam::{account}:role/{name}"),
        created,
        description: None,
        trust: access_trust(management),
        session_seconds_max: 3_600,
        policies: Vec::new(),
        attached: vec!["arn:aws:iam::aws:policy/AdministratorAccess".to_owned()],
        boundary: None,
        tags: Vec::new(),
    }
}

/// Returns the trust policy of that role.
pub(crate) fn access_trust(management: AccountId) -> String {
    let trust = serde_json::json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": {"AWS": format!("arn:aws:iam::{management}:root")},
            "Action": "sts:AssumeRole",
        }],
    });
    trust.to_string()
}

/// Lists the changes that forget creations nobody is shown any more, a few at a time, and the oldest of those that
/// failed in the organization: failing costs no account, so that nothing else limits them.
fn forgotten(snapshot: &Snapshot, organization: &Organization, now: Instant) -> Vec<Change> {
    let over = snapshot.oldest_account_creations().take_while(|made| is_forgotten(made, now));
    let mut failed: Vec<&AccountCreation> =
        snapshot.account_creations(&organization.id).filter(|made| made.failure.is_some()).collect();
    failed.sort_by_key(|made| made.completed);
    failed.truncate((failed.len() + 1).saturating_sub(FAILED_MAX));
    let ids: BTreeSet<&String> = over.chain(failed).map(|made| &made.id).take(FORGOTTEN_MAX).collect();
    ids.into_iter().map(|id| Change::DeleteAccountCreation { id: id.clone() }).collect()
}

fn is_forgotten(creation: &AccountCreation, now: Instant) -> bool {
    now.duration_since(creation.completed) > KEPT
}

/// Says why no account can be made for an address; none when one can.
fn failure(snapshot: &Snapshot, email: &str) -> Option<CreateAccountFailureReason> {
    if !is_email(email) {
        return Some(CreateAccountFailureReason::InvalidEmail);
    }
    let taken = |other: Option<&str>| other.is_some_and(|other| other.eq_ignore_ascii_case(email));
    let of_account = snapshot.accounts().any(|account| taken(account.email.as_deref()));
    let of_member = snapshot.organizations().flat_map(|found| snapshot.members(&found.id));
    let taken = of_account || of_member.into_iter().any(|member| taken(Some(&member.email)));
    taken.then_some(CreateAccountFailureReason::EmailAlreadyExists)
}

/// Tells whether a text is an address by Organizations' rules.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let local_ok = !local.is_empty()
        && !local.starts_with('.')
        && local.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"'()<>[]:;,\\|%&".contains(&byte));
    let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    let domain_ok = domain.contains('.')
        && domain.chars().all(inside)
        && !domain.starts_with(['-', '.'])
        && !domain.ends_with(['-', '.']);
    local_ok && domain_ok
}

fn state(creation: &AccountCreation) -> CreateAccountState {
    if creation.failure.is_some() { CreateAccountState::Failed } else { CreateAccountState::Succeeded }
}

/// Shows what came of a CreateAccount.
fn status(creation: &AccountCreation) -> CreateAccountStatus {
    let failed = match creation.failure.as_deref() {
        Some("EMAIL_ALREADY_EXISTS") => Some(CreateAccountFailureReason::EmailAlreadyExists),
        Some("INVALID_EMAIL") => Some(CreateAccountFailureReason::InvalidEmail),
        Some(_) => Some(CreateAccountFailureReason::InternalFailure),
        None => None,
    };
    CreateAccountStatus {
        id: Some(creation.id.clone()),
        account_name: Some(creation.name.clone()),
        state: Some(state(creation)),
        requested_timestamp: Some(Timestamp::new(creation.requested)),
        completed_timestamp: Some(Timestamp::new(creation.completed)),
        account_id: creation.account.map(|account| account.to_string()),
        gov_cloud_account_id: None,
        failure_reason: failed,
    }
}

/// How long it is shown what came of a CreateAccount.
const KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);

/// How many creations are forgotten in one commit.
const FORGOTTEN_MAX: usize = 100;

/// How many creations that failed an organization keeps.
const FAILED_MAX: usize = 100;

/// The role that new accounts have unless the caller names it otherwise.
pub(crate) const ACCESS_ROLE: &str = "OrganizationAccountAccessRole";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_follow_the_rules_of_organizations() {
        for text in ["mia@example.com", "a.b+c@x-y.example", "!#$*@a.b"] {
            assert!(is_email(text), "{text}");
        }
        for text in [
            "mia",
            "@example.com",
            "mia@",
            "mia@example",
            ".mia@example.com",
            "mi a@example.com",
            "mia@@example.com",
            "m,a@example.com",
            "mia@-example.com",
            "mia@example.com.",
            "mía@example.com",
        ] {
            assert!(!is_email(text), "{text}");
        }
    }
}
