//! Proves who wants to sign in.
//!
//! Whoever does not get in learns nothing but that: an account, a user and a password that are missing take as long
//! as a password that is wrong, and are told in the same words. That a code is asked for is told to whoever has the
//! password already.

use std::net::IpAddr;
use std::sync::Arc;

use cairn_catalog::{Catalog, LoginProfile, MasterKey, MfaDevice, Owner, SealError, SecretBytes, Snapshot};
use cairn_event::{AccountId, Clock};

use crate::session::mark;
use crate::{
    Attempt, Code, Guesses, OwnChange, PasswordError, Passwords, SecondFactorError, TooEarly, take_code,
};

/// Proves who signs in.
#[derive(Debug)]
pub struct SignIn {
    /// Where users, passwords and devices are.
    pub catalog: Arc<dyn Catalog>,
    /// What hashes and seeds are sealed under.
    pub master: Arc<MasterKey>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Works on passwords.
    pub passwords: Passwords,
    /// Slows guesses down.
    pub guesses: Guesses,
}

/// What somebody who wants to sign in told.
#[derive(Debug)]
pub struct Told {
    /// The account's id or alias.
    pub account: String,
    /// The user's name; none for the root user.
    pub user: Option<String>,
    /// The password.
    pub password: SecretBytes,
    /// The code of an MFA device.
    pub code: Option<String>,
    /// Where they are.
    pub from: IpAddr,
}

/// Whom an attempt was about, as far as there is such a principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claimant {
    /// The root user of an account.
    Root(AccountId),
    /// A user of an account.
    #[expect(missing_docs, reason = "the members are those of the user")]
    User { account: AccountId, name: String, path: String, id: String },
    /// Nobody: there is no such user, or no such account.
    Nobody(Option<AccountId>),
}

/// What came of an attempt.
#[derive(Debug)]
pub enum Proof {
    /// The password is right, and so is the code where one is asked for.
    Right(Proven),
    /// The password is right, and a code of one of so many devices is asked for.
    CodeMissing(Claimant, usize),
    /// The password is right and must be changed. The code, where one came, was not looked at: it is good for the
    /// attempt that brings the new password.
    ChangeMissing(Claimant, MustChange),
    /// The password is right and must be changed, and the one that was chosen breaks this rule. The code was not looked
    /// at either.
    ChoiceRefused(Claimant, String),
    /// Something is wrong.
    Wrong {
        /// Whom the attempt was about.
        claimant: Claimant,
        /// Whether it is the code that is wrong.
        code: WrongCode,
    },
}

/// Tells why a password that was chosen is refused in an account, if it is.
pub type Rules<'a> = dyn Fn(&Snapshot, AccountId) -> Result<(), String> + Send + Sync + 'a;

/// Whether a code was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum WrongCode {
    Tried,
    NotTried,
}

/// Somebody who was proven.
#[derive(Debug)]
pub struct Proven {
    /// Who.
    pub claimant: Claimant,
    /// The account.
    pub account: AccountId,
    /// Which of its principals.
    pub owner: Owner,
    /// The principal's unique id.
    pub principal_id: String,
    /// The serial number of the device whose code was shown.
    pub device: Option<String>,
    /// Whether the password must be changed to the one that was chosen.
    pub must_change: bool,
    /// What it was proven with.
    pub(crate) mark: String,
    pub(crate) attempt: Attempt,
}

/// Why a password must be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MustChange {
    /// Whoever set it wants that.
    Asked,
    /// It is too old.
    Expired,
    /// It is too old, and only an administrator may set another.
    ExpiredForGood,
}

/// An attempt was not decided.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// There were too many.
    #[error("sign in: too many attempts")]
    TooEarly(TooEarly),
    /// The password could not be worked on.
    #[error("check a password")]
    Password(#[from] PasswordError),
    /// The hash does not open.
    #[error("open the hash of a password")]
    Seal(#[from] SealError),
    /// A code could not be checked.
    #[error("check a code")]
    Code(#[from] SecondFactorError),
}

impl SignIn {
    /// Decides an attempt. Whoever is let in tells so by [`SignIn::admit`]. Where a new password came with it, `chosen`
    /// knows it.
    ///
    /// Dropped halfway, the attempt counts as a wrong one.
    ///
    /// # Errors
    /// See [`SignInError`].
    pub async fn prove(&self, told: Told, chosen: Option<&Rules<'_>>) -> Result<Proof, SignInError> {
        let snapshot = self.catalog.current();
        let account = find_account(&snapshot, &told.account);
        let named = account.map_or_else(|| told.account.clone(), |account| account.to_string());
        let attempt = Attempt::new(&named, told.user.as_deref(), told.from);
        self.guesses.begin(&attempt, self.clock.now()).map_err(SignInError::TooEarly)?;
        let decided = self.decide(&snapshot, account, (told, chosen), attempt).await;
        match &decided {
            // Not their fault, and nothing was learned.
            Err(SignInError::Password(PasswordError::Busy))
            | Ok(Proof::CodeMissing(..) | Proof::ChangeMissing(..) | Proof::ChoiceRefused(..)) => {
                self.guesses.undecided(&attempt, self.clock.now());
            }
            _ => {}
        }
        decided
    }

    /// Notes that somebody who was proven is let in: what was guessed before counts no more.
    pub fn admit(&self, proven: &Proven) {
        self.guesses.right(&proven.attempt, self.clock.now());
    }

    /// Notes that somebody who was proven chose a password that is refused: that is no wrong attempt.
    pub fn ask_again(&self, proven: &Proven) {
        self.guesses.undecided(&proven.attempt, self.clock.now());
    }

    async fn decide(
        &self,
        snapshot: &Snapshot,
        account: Option<AccountId>,
        (told, chosen): (Told, Option<&Rules<'_>>),
        attempt: Attempt,
    ) -> Result<Proof, SignInError> {
        let claimant = Claimant::find(snapshot, account, told.user.as_deref());
        let known = claimant.principal();
        let profile = known.as_ref().and_then(|(account, owner, _)| snapshot.login_profile(account, owner));
        let hash = profile.map(|profile| profile.open_hash(&self.master)).transpose()?;
        let is_right = self.passwords.is_right(told.password, hash).await?;
        let ((account, owner, principal_id), profile) = match (known, profile) {
            (Some(known), Some(profile)) if is_right => (known, profile),
            _ => return Ok(Proof::Wrong { claimant, code: WrongCode::NotTried }),
        };
        let devices: Vec<&MfaDevice> = snapshot.mfa_devices_of(&account, &owner).collect();
        if !devices.is_empty() && told.code.is_none() {
            return Ok(Proof::CodeMissing(claimant, devices.len()));
        }
        let change = self.change(snapshot, profile);
        match (change, chosen) {
            (None, _) => {}
            (Some(change @ MustChange::ExpiredForGood), _) | (Some(change), None) => {
                return Ok(Proof::ChangeMissing(claimant, change));
            }
            // Before the code is taken: it is good for the attempt that brings another.
            (Some(_), Some(refuse)) => {
                if let Err(reason) = refuse(snapshot, account) {
                    return Ok(Proof::ChoiceRefused(claimant, reason));
                }
            }
        }
        let device = match told.code.filter(|_| !devices.is_empty()) {
            None => None,
            Some(code) => match self.device_of(&devices, &code).await? {
                Some(serial) => Some(serial),
                None => return Ok(Proof::Wrong { claimant, code: WrongCode::Tried }),
            },
        };
        let must_change = change.is_some();
        // Of the revision that was looked at: what was changed since then was not proven.
        let mark = mark(snapshot, &account, &owner, &principal_id).unwrap_or_default();
        Ok(Proof::Right(Proven {
            claimant,
            account,
            owner,
            principal_id,
            device,
            must_change,
            mark,
            attempt,
        }))
    }

    /// Tells why a password must be changed before it lets anybody in. Policies are for users.
    fn change(&self, snapshot: &Snapshot, profile: &LoginProfile) -> Option<MustChange> {
        let policy = snapshot.password_policy(&profile.account);
        let policy = policy.filter(|_| matches!(profile.owner, Owner::User(_)));
        let expired = profile.expires(policy).is_some_and(|end| end <= self.clock.now());
        match (expired, policy.and_then(|policy| policy.hard_expiry)) {
            (true, Some(true)) => Some(MustChange::ExpiredForGood),
            (true, _) => Some(MustChange::Expired),
            (false, _) => profile.reset_required.then_some(MustChange::Asked),
        }
    }

    /// Returns the device that shows a code, and takes the code.
    async fn device_of(
        &self,
        devices: &[&MfaDevice],
        code: &str,
    ) -> Result<Option<String>, SecondFactorError> {
        let Some(code) = Code::parse(code) else { return Ok(None) };
        for device in devices {
            if take_code(&*self.catalog, &self.master, device, code, self.clock.now()).await? {
                return Ok(Some(device.serial.clone()));
            }
        }
        Ok(None)
    }
}

impl Proven {
    /// Goes on with the password that was chosen on the way in.
    pub fn go_beyond(&mut self, change: &OwnChange) {
        let of = (&self.account, &self.owner, self.principal_id.as_str());
        self.mark = change.mark_beyond(&self.mark, of);
    }

    /// Tells whether what was proven is what is signed in with now.
    pub fn still_holds(&self, snapshot: &Snapshot) -> bool {
        let now = mark(snapshot, &self.account, &self.owner, &self.principal_id);
        now.is_some_and(|now| now == self.mark)
    }
}

impl Claimant {
    /// Finds a principal; none of the user's name is the root user.
    pub fn find(snapshot: &Snapshot, account: Option<AccountId>, user: Option<&str>) -> Self {
        let Some(account) = account else { return Self::Nobody(None) };
        let Some(name) = user else { return Self::Root(account) };
        match snapshot.user(&account, name) {
            Some(user) => Self::User {
                account,
                name: user.name.clone(),
                path: user.path.clone(),
                id: user.user_id.clone(),
            },
            None => Self::Nobody(Some(account)),
        }
    }

    /// Returns the account, which principal of it this is, and its unique id.
    fn principal(&self) -> Option<(AccountId, Owner, String)> {
        match self {
            Self::Root(account) => Some((*account, Owner::Root, account.to_string())),
            Self::User { account, name, id, .. } => Some((*account, Owner::User(name.clone()), id.clone())),
            Self::Nobody(_) => None,
        }
    }
}

/// Finds an account by its id or its alias.
pub fn find_account(snapshot: &Snapshot, told: &str) -> Option<AccountId> {
    let told = told.trim();
    let by_id = told.replace('-', "").parse().ok().filter(|id| snapshot.account(id).is_some());
    let by_alias = || {
        let told = told.to_ascii_lowercase();
        snapshot.accounts().find(|account| account.alias.as_ref() == Some(&told)).map(|account| account.id)
    };
    by_id.or_else(by_alias)
}
