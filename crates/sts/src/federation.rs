//! GetFederationToken.

use cairn_access::{Principal, ServiceKey};
use cairn_wire::sts::{FederatedUser, GetFederationTokenRequest, GetFederationTokenResponse};

use crate::credentials::Wanted;
use crate::session_policy::{Handed, Shelf};
use crate::session_tags::SessionTags;
use crate::{Asker, Holder, Refusal, Sts, duration};

const NAME: &str = "GetFederationToken";

impl Sts {
    /// Makes credentials for somebody whom the caller names, with a part of the caller's own permissions.
    ///
    /// # Errors
    /// A caller with temporary credentials or without the permission; policies and tags that are not allowed.
    pub fn get_federation_token(
        &self,
        asker: &Asker<'_>,
        request: &GetFederationTokenRequest,
    ) -> Result<GetFederationTokenResponse, Refusal> {
        let name = request.name.clone();
        let (holder, root) = match (asker.caller.session(), asker.principal()) {
            (None, Principal::Root { .. }) => (Holder::FederatedByRoot { name }, true),
            (None, Principal::User { name: user, path, id, .. }) => {
                let (user, path, id) = (user.clone(), path.clone(), id.clone());
                (Holder::FederatedByUser { name, user, path, id }, false)
            }
            _ => return Err(Refusal::SessionCredentials(NAME)),
        };
        let snapshot = self.catalog.current();
        let tags = SessionTags::read(request.tags.as_deref(), None, None)?;
        let shelf = Shelf { snapshot: &snapshot, managed: self.managed, account: asker.account };
        let handed = Handed::read(request.policy.as_deref(), request.policy_arns.as_deref(), &shelf)?;
        let packed_policy_size = handed.packed(&tags)?;
        let account = asker.account;
        let arn = format!("arn:aws:sts::{account}:federated-user/{}", request.name);
        self.demand_permission(asker, &arn, request)?;
        let credentials = self.issue(Wanted {
            account,
            holder,
            issued: self.now(),
            seconds: duration::of_user(request.duration_seconds, root),
            mfa: false,
            handed,
            tags,
            source_identity: None,
            federated_provider: None,
            token_chars_min: request.minimum_session_token_size,
        })?;
        let federated_user_id = format!("{account}:{}", request.name);
        Ok(GetFederationTokenResponse {
            credentials: Some(credentials),
            federated_user: Some(FederatedUser { federated_user_id, arn }),
            packed_policy_size,
            ..GetFederationTokenResponse::default()
        })
    }

    fn demand_permission(
        &self,
        asker: &Asker<'_>,
        arn: &str,
        request: &GetFederationTokenRequest,
    ) -> Result<(), Refusal> {
        let snapshot = self.catalog.current();
        let rights = self.rights(asker, &snapshot)?;
        let tags = request.tags.as_deref().unwrap_or_default();
        let seconds = duration::of_user(request.duration_seconds, false).to_string();
        let context = asker.context.clone().of_service(ServiceKey::StsDurationSeconds, seconds);
        let context = context.request_tags(tags.iter().map(|tag| (tag.key.as_str(), tag.value.as_str())));
        let mut actions = vec!["sts:GetFederationToken"];
        if !tags.is_empty() {
            actions.push("sts:TagSession");
        }
        for action in actions {
            let decision = rights.decide(None, (action, arn, asker.account), context.clone());
            if !decision.is_allowed() {
                return Err(asker.denied_by(&decision, action, arn));
            }
        }
        Ok(())
    }
}
