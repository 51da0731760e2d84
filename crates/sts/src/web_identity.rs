//! AssumeRoleWithWebIdentity.

use cairn_access::{AccessRequest, Context, Policies, Principal, ServiceKey, WebIdentity, evaluate};
use cairn_event::AccountId;
use cairn_wire::sts::{AssumeRoleWithWebIdentityRequest, AssumeRoleWithWebIdentityResponse};

use crate::assume_role::{self, RoleReference};
use crate::credentials::Wanted;
use crate::organization::with_organizations;
use crate::session_policy::{Handed, Shelf};
use crate::session_tags::SessionTags;
use crate::{Refusal, Sts, duration};

/// The answer, and who asked as far as that is proven: the call itself is not signed.
#[derive(Debug)]
pub struct WebAnswer {
    /// Whom the token identifies.
    pub caller: Option<WebIdentity>,
    /// The account whose role was asked for, if it is kept here: who asks belongs to none, so that the call is its
    /// business and no other's, whatever the token is worth.
    pub account: Option<AccountId>,
    /// What is answered.
    pub outcome: Result<AssumeRoleWithWebIdentityResponse, Refusal>,
}

impl Sts {
    /// Makes credentials of a role for a web identity that its trust policy lets.
    pub async fn assume_role_with_web_identity(
        &self,
        context: Context,
        request: &AssumeRoleWithWebIdentityRequest,
    ) -> WebAnswer {
        let named = RoleReference::parse(&request.role_arn).ok().map(|reference| reference.account);
        let account = named.filter(|account| self.catalog.current().account(account).is_some());
        match self.identified(request).await {
            Ok((web, reference)) => {
                let outcome = self.assumed(&web, &reference, context, request);
                WebAnswer { caller: Some(web), account, outcome }
            }
            Err(refusal) => WebAnswer { caller: None, account, outcome: Err(refusal) },
        }
    }

    async fn identified(
        &self,
        request: &AssumeRoleWithWebIdentityRequest,
    ) -> Result<(WebIdentity, RoleReference), Refusal> {
        if request.provider_id.is_some() {
            return Err(Refusal::ProviderUnavailable);
        }
        let reference = RoleReference::parse(&request.role_arn)?;
        let found = self.issuers.identify(&request.web_identity_token, self.clock.now()).await?;
        let provider_arn = format!("arn:aws:iam::{}:oidc-provider/{}", reference.account, found.provider);
        let (provider, audience, subject) = (found.provider, found.audience, found.subject);
        Ok((WebIdentity { provider, provider_arn, audience, subject }, reference))
    }

    fn assumed(
        &self,
        web: &WebIdentity,
        reference: &RoleReference,
        context: Context,
        request: &AssumeRoleWithWebIdentityRequest,
    ) -> Result<AssumeRoleWithWebIdentityResponse, Refusal> {
        let snapshot = self.catalog.current();
        let role = reference.find(&snapshot).ok_or(Refusal::WebIdentityDenied)?;
        let trust = assume_role::trust(role)?;
        let principal = Principal::WebIdentity(web.clone());
        if snapshot.member(role.account).is_some_and(|member| member.closed) {
            return Err(Refusal::WebIdentityDenied);
        }
        let context = with_organizations(context, &principal, role.account, &snapshot);
        let request_made = AccessRequest {
            principal: &principal,
            action: "sts:AssumeRoleWithWebIdentity",
            resource: &role.arn,
            resource_account: role.account,
            context: assume_role::tagged(context, role)
                .of_service(ServiceKey::StsRoleSessionName, &request.role_session_name)
                .token_claim(&web.provider, "aud", &web.audience)
                .token_claim(&web.provider, "sub", &web.subject),
        };
        let policies = Policies { resource: Some(&trust), ..Policies::default() };
        if !evaluate(&policies, &request_made).is_allowed() {
            return Err(Refusal::WebIdentityDenied);
        }
        let shelf = Shelf { snapshot: &snapshot, managed: self.managed, account: reference.account };
        let handed = Handed::read(request.policy.as_deref(), request.policy_arns.as_deref(), &shelf)?;
        let tags = SessionTags::default();
        let packed_policy_size = handed.packed(&tags)?;
        let seconds = duration::of_role(request.duration_seconds, role.session_seconds_max, false)?;
        let credentials = self.issue(Wanted {
            account: role.account,
            holder: assume_role::holder(role, &request.role_session_name),
            issued: self.now(),
            seconds,
            mfa: false,
            handed,
            tags,
            source_identity: None,
            federated_provider: Some(web.provider_arn.clone()),
            token_chars_min: request.minimum_session_token_size,
        })?;
        Ok(AssumeRoleWithWebIdentityResponse {
            credentials: Some(credentials),
            subject_from_web_identity_token: Some(web.subject.clone()),
            assumed_role_user: Some(assume_role::assumed_role_user(role, &request.role_session_name)),
            packed_policy_size,
            provider: Some(web.provider_arn.clone()),
            audience: Some(web.audience.clone()),
            ..AssumeRoleWithWebIdentityResponse::default()
        })
    }
}
