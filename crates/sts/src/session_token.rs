//! GetSessionToken.

use cairn_access::Principal;
use cairn_wire::sts::{GetSessionTokenRequest, GetSessionTokenResponse};

use crate::credentials::Wanted;
use crate::session_policy::Handed;
use crate::session_tags::SessionTags;
use crate::{Asker, Holder, Refusal, ShownFactor, Sts, duration};

const NAME: &str = "GetSessionToken";

impl Sts {
    /// Makes credentials that may do what the caller may do, for a while. Nobody needs a permission for it.
    ///
    /// # Errors
    /// A caller with temporary credentials or of a closed account; a second factor that was not proven.
    pub fn get_session_token(
        &self,
        asker: &Asker<'_>,
        request: &GetSessionTokenRequest,
    ) -> Result<GetSessionTokenResponse, Refusal> {
        let holder = match (asker.caller.session(), asker.principal()) {
            (None, Principal::Root { .. }) => Holder::Root,
            (None, Principal::User { name, path, id, .. }) => {
                Holder::User { name: name.clone(), path: path.clone(), id: id.clone() }
            }
            _ => return Err(Refusal::SessionCredentials(NAME)),
        };
        ShownFactor::of_get_session_token(request).demand_proven(asker)?;
        asker.demand_open(&self.catalog.current(), "sts:GetSessionToken")?;
        let seconds = duration::of_user(request.duration_seconds, holder == Holder::Root);
        let credentials = self.issue(Wanted {
            account: asker.account,
            holder,
            issued: self.now(),
            seconds,
            mfa: asker.mfa.is_some(),
            handed: Handed::default(),
            tags: SessionTags::default(),
            source_identity: None,
            federated_provider: None,
            token_chars_min: request.minimum_session_token_size,
        })?;
        Ok(GetSessionTokenResponse { credentials: Some(credentials), ..GetSessionTokenResponse::default() })
    }
}
