//! GetAccountPasswordPolicy, UpdateAccountPasswordPolicy, DeleteAccountPasswordPolicy.

use cairn_catalog::{Change, CharacterKind, PasswordPolicy};
use cairn_wire::iam::{
    GetAccountPasswordPolicyResponse, PasswordPolicy as Shape, UpdateAccountPasswordPolicyRequest,
};

use crate::{Caller, Iam, Refusal};

impl Iam {
    pub(crate) fn get_account_password_policy(
        &self,
        caller: &Caller,
    ) -> Result<GetAccountPasswordPolicyResponse, Refusal> {
        let snapshot = self.catalog.current();
        let policy = snapshot.password_policy(&caller.account);
        let policy = policy.ok_or(Refusal::PasswordPolicyMissing(caller.account))?;
        Ok(GetAccountPasswordPolicyResponse { password_policy: shape(policy) })
    }

    /// Puts a policy whole: what the request leaves out takes its default, not what was there.
    pub(crate) async fn update_account_password_policy(
        &self,
        caller: &Caller,
        request: &UpdateAccountPasswordPolicyRequest,
    ) -> Result<(), Refusal> {
        let positive = |number: Option<i32>| number.and_then(|number| u32::try_from(number).ok());
        let required = [
            (CharacterKind::Lowercase, request.require_lowercase_characters),
            (CharacterKind::Uppercase, request.require_uppercase_characters),
            (CharacterKind::Number, request.require_numbers),
            (CharacterKind::Symbol, request.require_symbols),
        ];
        let required = required.into_iter().filter(|(_, wanted)| *wanted == Some(true));
        let policy = PasswordPolicy {
            account: caller.account,
            min_length: positive(request.minimum_password_length).unwrap_or(LENGTH_MIN),
            requires: required.map(|(kind, _)| kind).collect(),
            users_may_change: request.allow_users_to_change_password.unwrap_or_default(),
            max_age_days: positive(request.max_password_age),
            remembered: positive(request.password_reuse_prevention),
            hard_expiry: request.hard_expiry,
        };
        self.change(|_snapshot| Ok((vec![Change::PutPasswordPolicy(Box::new(policy.clone()))], ()))).await
    }

    pub(crate) async fn delete_account_password_policy(&self, caller: &Caller) -> Result<(), Refusal> {
        let account = caller.account;
        self.change(|snapshot| {
            snapshot.password_policy(&account).ok_or(Refusal::PasswordPolicyMissing(account))?;
            Ok((vec![Change::DeletePasswordPolicy { account }], ()))
        })
        .await
    }
}

fn shape(policy: &PasswordPolicy) -> Shape {
    let number = |number: u32| i32::try_from(number).ok();
    let requires = |kind| Some(policy.requires.contains(&kind));
    Shape {
        minimum_password_length: number(policy.min_length),
        require_symbols: requires(CharacterKind::Symbol),
        require_numbers: requires(CharacterKind::Number),
        require_uppercase_characters: requires(CharacterKind::Uppercase),
        require_lowercase_characters: requires(CharacterKind::Lowercase),
        allow_users_to_change_password: Some(policy.users_may_change),
        expire_passwords: Some(policy.max_age_days.is_some()),
        max_password_age: policy.max_age_days.and_then(number),
        password_reuse_prevention: policy.remembered.and_then(number),
        hard_expiry: policy.hard_expiry,
    }
}

/// The fewest characters where a policy says nothing.
const LENGTH_MIN: u32 = 6;
