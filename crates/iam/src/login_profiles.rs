//! CreateLoginProfile, GetLoginProfile, UpdateLoginProfile, DeleteLoginProfile: the passwords that others set.
//!
//! A call without a user's name is about the caller's own password, which the root user has too.

use cairn_catalog::{Change, LoginProfile, Owner, Revision, Sealed, SecretBytes, Snapshot};
use cairn_event::AccountId;
use cairn_wire::iam::{
    CreateLoginProfileRequest, CreateLoginProfileResponse, DeleteLoginProfileRequest, GetLoginProfileRequest,
    GetLoginProfileResponse, LoginProfile as Shape, UpdateLoginProfileRequest,
};

use crate::owner::{owner, principal_id};
use crate::{Caller, Iam, Refusal, password_rules, shapes};

impl Iam {
    pub(crate) async fn create_login_profile(
        &self,
        caller: &Caller,
        request: &CreateLoginProfileRequest,
    ) -> Result<(CreateLoginProfileResponse, Revision), Refusal> {
        let password = request.password.as_deref().ok_or(Refusal::PasswordNeeded)?;
        let account = caller.account;
        let (owner, principal_id) = {
            let snapshot = self.catalog.current();
            let owner = owner(&snapshot, caller, request.user_name.as_deref())?;
            check_vacant(&snapshot, account, &owner)?;
            password_rules::check(&snapshot, account, password)?;
            let id = principal_id(&snapshot, account, &owner).ok_or_else(|| missing_user(&owner))?;
            (owner, id)
        };
        let hash = self.hash(&principal_id, password).await?;
        let now = self.clock.now();
        let profile = LoginProfile {
            account,
            owner,
            principal_id,
            hash,
            previous: Vec::new(),
            reset_required: request.password_reset_required.unwrap_or_default(),
            created: now,
            changed: now,
        };
        self.change_at(|snapshot| {
            check_vacant(snapshot, account, &profile.owner)?;
            check_same(snapshot, &profile)?;
            let answer = CreateLoginProfileResponse { login_profile: shape(&profile) };
            Ok((vec![Change::PutLoginProfile(Box::new(profile.clone()))], answer))
        })
        .await
    }

    pub(crate) fn get_login_profile(
        &self,
        caller: &Caller,
        request: &GetLoginProfileRequest,
    ) -> Result<GetLoginProfileResponse, Refusal> {
        let snapshot = self.catalog.current();
        let owner = owner(&snapshot, caller, request.user_name.as_deref())?;
        Ok(GetLoginProfileResponse { login_profile: shape(find(&snapshot, caller.account, &owner)?) })
    }

    /// Sets another password, or whether one must be chosen. An administrator may set one that was used before.
    pub(crate) async fn update_login_profile(
        &self,
        caller: &Caller,
        request: &UpdateLoginProfileRequest,
    ) -> Result<((), Revision), Refusal> {
        let account = caller.account;
        let known = {
            let snapshot = self.catalog.current();
            let owner = crate::owner::named_owner(&snapshot, caller, &request.user_name)?;
            if let Some(password) = &request.password {
                password_rules::check(&snapshot, account, password)?;
            }
            find(&snapshot, account, &owner)?.clone()
        };
        let hash = match &request.password {
            Some(password) => Some(self.hash(&known.principal_id, password).await?),
            None => None,
        };
        self.change_at(|snapshot| {
            let current = find(snapshot, account, &known.owner)?;
            check_unchanged(current, &known)?;
            let mut profile = match &hash {
                Some(hash) => self.with_password(snapshot, current, hash.clone()),
                None => current.clone(),
            };
            // A new password alone leaves it at what it was, as AWS does.
            profile.reset_required = request.password_reset_required.unwrap_or(current.reset_required);
            Ok((vec![Change::PutLoginProfile(Box::new(profile))], ()))
        })
        .await
    }

    pub(crate) async fn delete_login_profile(
        &self,
        caller: &Caller,
        request: &DeleteLoginProfileRequest,
    ) -> Result<(), Refusal> {
        let account = caller.account;
        self.change(|snapshot| {
            let owner = owner(snapshot, caller, request.user_name.as_deref())?;
            find(snapshot, account, &owner)?;
            Ok((vec![Change::DeleteLoginProfile { account, owner }], ()))
        })
        .await
    }

    /// Hashes a password and seals the hash for its principal.
    pub(crate) async fn hash(&self, principal_id: &str, password: &str) -> Result<Sealed, Refusal> {
        let password = SecretBytes::new(password.as_bytes());
        let hash = self.passwords.hash(password, &*self.ids).await?;
        let name = LoginProfile::secret_name(principal_id);
        let sealed = self.master.seal(name, hash.expose(), |bytes| self.ids.fill(bytes));
        sealed.map_err(|error| Refusal::Internal(Box::new(error)))
    }

    /// Returns the profile with another password. Of those before, as many are kept as the account's policy
    /// compares with: the current one is the first of them.
    pub(crate) fn with_password(
        &self,
        snapshot: &Snapshot,
        current: &LoginProfile,
        hash: Sealed,
    ) -> LoginProfile {
        let kept = password_rules::remembered(snapshot, current.account).saturating_sub(1);
        let before = std::iter::once(&current.hash).chain(&current.previous).take(kept).cloned().collect();
        LoginProfile { hash, previous: before, changed: self.clock.now(), ..current.clone() }
    }
}

pub(crate) fn find<'a>(
    snapshot: &'a Snapshot,
    account: AccountId,
    owner: &Owner,
) -> Result<&'a LoginProfile, Refusal> {
    let found = snapshot.login_profile(&account, owner);
    found.ok_or_else(|| Refusal::LoginProfileMissing(shapes::owner_name(owner)))
}

/// Refuses when somebody else changed the password since it was looked at.
pub(crate) fn check_unchanged(current: &LoginProfile, known: &LoginProfile) -> Result<(), Refusal> {
    if current.hash == known.hash && current.principal_id == known.principal_id {
        return Ok(());
    }
    Err(Refusal::LoginProfileBusy(shapes::owner_name(&known.owner)))
}

fn check_vacant(snapshot: &Snapshot, account: AccountId, owner: &Owner) -> Result<(), Refusal> {
    match snapshot.login_profile(&account, owner) {
        Some(_) => Err(Refusal::LoginProfileExists(shapes::owner_name(owner))),
        None => Ok(()),
    }
}

/// Refuses when the user is another one of the name by now.
fn check_same(snapshot: &Snapshot, profile: &LoginProfile) -> Result<(), Refusal> {
    match principal_id(snapshot, profile.account, &profile.owner) {
        Some(id) if id == profile.principal_id => Ok(()),
        _ => Err(missing_user(&profile.owner)),
    }
}

fn missing_user(owner: &Owner) -> Refusal {
    Refusal::Missing { kind: "user", name: shapes::owner_name(owner) }
}

fn shape(profile: &LoginProfile) -> Shape {
    Shape {
        user_name: shapes::owner_name(&profile.owner),
        create_date: profile.created.into(),
        password_reset_required: Some(profile.reset_required),
    }
}
