//! New temporary credentials.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cairn_event::AccountId;
use cairn_wire::sts::Credentials;
use jiff::Timestamp;

use crate::session_policy::Handed;
use crate::session_tags::SessionTags;
use crate::{Holder, Refusal, Session, Sts, duration, key_id};

/// What credentials are made for.
pub(crate) struct Wanted {
    pub(crate) account: AccountId,
    pub(crate) holder: Holder,
    pub(crate) issued: Timestamp,
    pub(crate) seconds: u32,
    /// Whether a second factor was shown for them.
    pub(crate) mfa: bool,
    pub(crate) handed: Handed,
    pub(crate) tags: SessionTags,
    pub(crate) source_identity: Option<String>,
    pub(crate) federated_provider: Option<String>,
    /// The least length of the token, characters.
    pub(crate) token_chars_min: Option<i32>,
}

impl Sts {
    /// Makes credentials; nothing is kept of them.
    pub(crate) fn issue(&self, wanted: Wanted) -> Result<Credentials, Refusal> {
        let mut secret = [0; 30];
        self.ids.fill(&mut secret);
        let session = Session {
            access_key_id: key_id::temporary_key_id(wanted.account, &*self.ids),
            secret_access_key: STANDARD.encode(secret),
            account: wanted.account,
            holder: wanted.holder,
            issued: wanted.issued,
            expires: duration::after(wanted.issued, wanted.seconds),
            mfa: wanted.mfa,
            policies: wanted.handed.policies,
            tags: wanted.tags.tags,
            transitive_tag_keys: wanted.tags.transitive,
            source_identity: wanted.source_identity,
            federated_provider: wanted.federated_provider,
        };
        let chars_min = wanted.token_chars_min.and_then(|chars| usize::try_from(chars).ok()).unwrap_or(0);
        let token = self.tokens.seal(&session, chars_min, &*self.ids);
        let session_token = token.map_err(|error| Refusal::Internal(Box::new(error)))?;
        Ok(Credentials {
            access_key_id: session.access_key_id,
            secret_access_key: session.secret_access_key,
            session_token,
            expiration: session.expires.into(),
        })
    }
}
