//! ChangePassword, and the new password that is chosen at a sign-in: whoever knows the old one sets another.

use cairn_access::Principal;
use cairn_catalog::{Change, LoginProfile, Owner, Revision, SecretBytes};
use cairn_event::AccountId;
use cairn_wire::iam::ChangePasswordRequest;

use crate::login_profiles::{check_unchanged, find};
use crate::{Caller, Iam, Refusal, password_rules};

impl Iam {
    pub(crate) async fn change_password(
        &self,
        caller: &Caller,
        request: &ChangePasswordRequest,
    ) -> Result<((), Revision), Refusal> {
        let Principal::User { account, name, .. } = &caller.principal else {
            return Err(Refusal::NoUser);
        };
        let owner = Owner::User(name.clone());
        let (old, new) = (&request.old_password, &request.new_password);
        Ok(((), self.replace_password(*account, &owner, old, new).await?))
    }

    /// Sets another password in the place of the one that must be changed, or of the root user's: what people do
    /// while they sign in. A user's password that is too old can't be changed where the account's policy forbids it.
    /// Tells the revision that has the new one first.
    ///
    /// # Errors
    /// The old password is wrong, the new one breaks the policy, or there is none.
    pub async fn renew_password(
        &self,
        account: AccountId,
        owner: &Owner,
        old: &str,
        new: &str,
    ) -> Result<Revision, Refusal> {
        let snapshot = self.catalog.current();
        // Nobody could set the root user another.
        let policy = snapshot.password_policy(&account).filter(|_| matches!(owner, Owner::User(_)));
        let expires = snapshot.login_profile(&account, owner).and_then(|profile| profile.expires(policy));
        let hard = policy.and_then(|policy| policy.hard_expiry).unwrap_or_default();
        if hard && expires.is_some_and(|expires| expires <= self.clock.now()) {
            return Err(Refusal::PasswordExpired);
        }
        self.replace_password(account, owner, old, new).await
    }

    async fn replace_password(
        &self,
        account: AccountId,
        owner: &Owner,
        old: &str,
        new: &str,
    ) -> Result<Revision, Refusal> {
        let snapshot = self.catalog.current();
        let known = find(&snapshot, account, owner)?.clone();
        // The old one first: nobody learns of the policy or of former passwords who does not know it.
        let right = self.passwords.is_right(SecretBytes::new(old), Some(self.open(&known)?)).await?;
        if !right {
            return Err(Refusal::OldPasswordWrong);
        }
        password_rules::check(&snapshot, account, new)?;
        self.check_fresh(&known, password_rules::remembered(&snapshot, account), new).await?;
        let hash = self.hash(&known.principal_id, new).await?;
        let changed = self.change_at(|snapshot| {
            let current = find(snapshot, account, owner)?;
            check_unchanged(current, &known)?;
            let renewed = self.with_password(snapshot, current, hash.clone());
            let profile = LoginProfile { reset_required: false, ..renewed };
            Ok((vec![Change::PutLoginProfile(Box::new(profile))], ()))
        });
        changed.await.map(|((), revision)| revision)
    }

    /// Refuses a password that is one of the last.
    async fn check_fresh(&self, known: &LoginProfile, remembered: usize, new: &str) -> Result<(), Refusal> {
        let name = LoginProfile::secret_name(&known.principal_id);
        let before = std::iter::once(&known.hash).chain(&known.previous).take(remembered);
        let hashes = before.map(|hash| self.master.open(name, hash)).collect::<Result<Vec<_>, _>>();
        let hashes = hashes.map_err(|error| Refusal::Internal(Box::new(error)))?;
        match self.passwords.is_one_of(&SecretBytes::new(new), hashes).await? {
            true => Err(Refusal::PasswordUsedBefore),
            false => Ok(()),
        }
    }

    fn open(&self, profile: &LoginProfile) -> Result<SecretBytes, Refusal> {
        profile.open_hash(&self.master).map_err(|error| Refusal::Internal(Box::new(error)))
    }
}
