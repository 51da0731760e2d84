//! A session of the console: who signed in, and as what they work now.

use aws_lc_rs::digest::{Context, SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cairn_catalog::{Owner, Snapshot};
use cairn_event::{AccountId, Ids};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a browser holds: whoever shows it is signed in. Debug does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

/// What a session is kept under: the SHA-256 of its token, from which nobody gets back to the token.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub(crate) [u8; 32]);

/// A session. Stored: see `docs/formats/console-session.md`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedIn {
    /// The account that was signed in to.
    pub account: AccountId,
    /// Who signed in there.
    pub owner: Owner,
    /// The owner's unique id.
    pub principal_id: String,
    /// Whether the code of an MFA device was shown.
    pub mfa: bool,
    /// What the owner signed in with, as [`mark`] tells it: a session ends when that changes.
    pub mark: String,
    /// When it began.
    pub began: Timestamp,
    /// When it ends, whatever is done in it.
    pub expires: Timestamp,
    /// When it was used last.
    pub used: Timestamp,
    /// The role that was switched to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<SwitchedRole>,
}

/// A role that somebody works in instead of as who they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SwitchedRole {
    /// The role's account.
    pub account: AccountId,
    /// The role's name.
    pub name: String,
    /// Its unique id.
    pub id: String,
    /// What the session of the role is called.
    pub session: String,
    /// When it was switched to.
    pub began: Timestamp,
    /// When the time in it is over.
    pub expires: Timestamp,
    /// When it must be asked again whether the role may be assumed.
    pub renew: Timestamp,
}

impl Token {
    /// Makes a token: 32 bytes of chance.
    pub fn new(ids: &dyn Ids) -> Self {
        let mut bytes = [0; TOKEN_BYTES];
        ids.fill(&mut bytes);
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Reads what a browser sent; nothing but what [`Token::new`] could have made is one.
    pub fn parse(text: &str) -> Option<Self> {
        // One byte has one form: the decoder takes no padding and no bits that are left over.
        let bytes = (text.len() == TOKEN_CHARS).then(|| URL_SAFE_NO_PAD.decode(text).ok())??;
        (bytes.len() == TOKEN_BYTES).then(|| Self(text.to_owned()))
    }

    /// Returns the text, for the cookie.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Returns what the session is kept under.
    pub fn id(&self) -> SessionId {
        let mut id = [0; 32];
        id.copy_from_slice(digest(&SHA256, self.0.as_bytes()).as_ref());
        SessionId(id)
    }

    /// Returns what must go with each call of the session: it can't be told without the token, and is another one
    /// for each role that is worked in, so that what a page shows of one is not done as another.
    pub fn csrf(&self, session: &SignedIn) -> String {
        let mut context = Context::new(&SHA256);
        context.update(b"cairn csrf\0");
        context.update(self.0.as_bytes());
        if let Some(role) = &session.role {
            context.update(role.id.as_bytes());
            context.update(&role.began.as_nanosecond().to_be_bytes());
        }
        URL_SAFE_NO_PAD.encode(context.finish())
    }
}

impl SessionId {
    /// Returns the id in hexadecimal.
    pub(crate) fn to_hex(self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    pub(crate) fn from_hex(text: &str) -> Option<Self> {
        let mut id = [0; 32];
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        for (byte, at) in id.iter_mut().zip((0..64).step_by(2)) {
            *byte = u8::from_str_radix(text.get(at..at + 2)?, 16).ok()?;
        }
        Some(Self(id))
    }
}

impl SignedIn {
    /// Returns the ARN of who signed in; none when there is no such user any more.
    pub fn arn(&self, snapshot: &Snapshot) -> Option<String> {
        match &self.owner {
            Owner::Root => snapshot.account(&self.account).map(cairn_catalog::Account::root_arn),
            Owner::User(name) => snapshot.user(&self.account, name).map(|user| user.arn.clone()),
        }
    }
}

/// Tells what somebody signs in with, in a form that is another one as soon as the password is set anew or a device
/// comes or goes; `None` where there is no such principal, or none with a password.
pub fn mark(snapshot: &Snapshot, account: &AccountId, owner: &Owner, principal_id: &str) -> Option<String> {
    let is_there = match owner {
        Owner::Root => snapshot.account(account).is_some(),
        Owner::User(name) => snapshot.user(account, name).is_some_and(|user| user.user_id == principal_id),
    };
    let profile = snapshot.login_profile(account, owner).filter(|_| is_there)?;
    let mut context = Context::new(&SHA256);
    context.update(profile.principal_id.as_bytes());
    context.update(&profile.changed.as_nanosecond().to_be_bytes());
    for device in snapshot.mfa_devices_of(account, owner) {
        let since = device.enabled.as_ref().map_or(device.created, |enabled| enabled.since);
        context.update(device.serial.as_bytes());
        context.update(&since.as_nanosecond().to_be_bytes());
    }
    Some(URL_SAFE_NO_PAD.encode(context.finish()))
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(hidden)")
    }
}

impl std::fmt::Debug for SessionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionId(hidden)")
    }
}

const TOKEN_BYTES: usize = 32;
const TOKEN_CHARS: usize = 43;
