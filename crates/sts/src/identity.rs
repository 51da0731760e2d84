//! GetCallerIdentity and GetAccessKeyInfo.

use cairn_wire::sts::{GetAccessKeyInfoRequest, GetAccessKeyInfoResponse, GetCallerIdentityResponse};

use crate::{Asker, Refusal, Sts, key_id};

impl Sts {
    /// Says who calls. Anyone of an account that is not closed may ask; no policy can forbid it.
    ///
    /// # Errors
    /// The account is closed.
    pub fn get_caller_identity(&self, asker: &Asker<'_>) -> Result<GetCallerIdentityResponse, Refusal> {
        asker.demand_open(&self.catalog.current(), "sts:GetCallerIdentity")?;
        let principal = asker.principal();
        Ok(GetCallerIdentityResponse {
            user_id: principal.id(),
            account: Some(asker.account.to_string()),
            arn: principal.arn(),
        })
    }

    /// Says which account an access key belongs to, whoever asks.
    ///
    /// # Errors
    /// A caller without the permission; a key of no account that is kept here.
    pub fn get_access_key_info(
        &self,
        asker: &Asker<'_>,
        request: &GetAccessKeyInfoRequest,
    ) -> Result<GetAccessKeyInfoResponse, Refusal> {
        const ACTION: &str = "sts:GetAccessKeyInfo";
        asker.demand_no_user_session(ACTION, "*")?;
        let snapshot = self.catalog.current();
        let rights = self.rights(asker, &snapshot)?;
        let decision = rights.decide(None, (ACTION, "*", asker.account), asker.context.clone());
        if !decision.is_allowed() {
            return Err(asker.denied_by(&decision, ACTION, "*"));
        }
        let id = &request.access_key_id;
        let account = match snapshot.access_key(id) {
            Some(key) => Some(key.account),
            // Nothing is kept of temporary keys, and nothing needs to be.
            None => {
                Some(id).filter(|id| id.starts_with(key_id::PREFIX)).and_then(|id| key_id::account_of(id))
            }
        };
        let account = account.filter(|account| snapshot.account(account).is_some());
        let account = account.ok_or_else(|| Refusal::AccessKeyUnknown(id.clone()))?;
        Ok(GetAccessKeyInfoResponse { account: Some(account.to_string()) })
    }
}
