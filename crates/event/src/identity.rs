//! Who made the call, as CloudTrail writes it: `userIdentity`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The `userIdentity` element. Members that do not apply stay `None` and are not written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct UserIdentity {
    /// `Root`, `IAMUser`, `AssumedRole`, `AWSAccount`, `AWSService`, `Unknown` and their kin.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The unique id of the principal: `AIDA…`, `AROA…:session`, the account id for root.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal_id: Option<String>,
    /// The principal's ARN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
    /// The account that granted the permissions; `anonymous` for unsigned S3 calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_id: Option<String>,
    /// The access key that signed the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_key_id: Option<String>,
    /// The IAM user's name, or the alias of the account for root.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_name: Option<String>,
    /// The session, for temporary credentials.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_context: Option<SessionContext>,
    /// Who vouches for a web or SAML identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity_provider: Option<String>,
    /// The service that made the call for somebody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invoked_by: Option<String>,
    /// The account of the partner that called with permissions that were delegated to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invoked_by_delegate: Option<InvokedByDelegate>,
    /// The resource in whose scope a service called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_scope_of: Option<InScopeOf>,
    /// The Identity Center user whom the call is made for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<OnBehalfOf>,
    /// Tells bearer tokens apart, without telling the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential_id: Option<String>,
}

/// A partner with delegated permissions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct InvokedByDelegate {
    /// The partner's account.
    pub account_id: String,
}

/// The resource in whose scope a service calls another.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct InScopeOf {
    /// The resource's ARN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_arn: Option<String>,
    /// The resource's account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_account: Option<String>,
}

/// An Identity Center user.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OnBehalfOf {
    /// The user's id in the identity store.
    pub user_id: String,
    /// The identity store.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity_store_arn: Option<String>,
}

/// The session of temporary credentials.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SessionContext {
    /// The role or user that the credentials were issued for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_issuer: Option<SessionIssuer>,
    /// The web identity that a role was assumed with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub web_id_federation_data: Option<WebIdFederationData>,
    /// When the credentials were made, and whether with a second factor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attributes: Option<SessionAttributes>,
    /// The source identity that was set when the role was assumed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_identity: Option<String>,
    /// `"true"` where another account's root user is assumed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assumed_root: Option<String>,
}

/// The role or user that temporary credentials were issued for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SessionIssuer {
    /// `Role`, `IAMUser` or `Root`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The unique id of the issuer; empty, and not written, where it is not known.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub principal_id: String,
    /// The issuer's ARN, with its path; empty, and not written, where it is not known.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub arn: String,
    /// The issuer's account.
    pub account_id: String,
    /// The issuer's name; the root user has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_name: Option<String>,
}

/// What is known of the web identity that a role was assumed with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct WebIdFederationData {
    /// The issuer: the ARN of the provider.
    pub federated_provider: String,
    /// What the issuer's token said; AWS fills it for its own pools of identities alone.
    pub attributes: BTreeMap<String, String>,
}

/// When a session began and how.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SessionAttributes {
    /// ISO 8601, extended form.
    pub creation_date: String,
    /// `"true"` or `"false"`, as text.
    pub mfa_authenticated: String,
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// An identity with every member set to what `text` makes.
    pub(crate) fn filled(text: &dyn Fn() -> String) -> UserIdentity {
        UserIdentity {
            kind: Some(text()),
            principal_id: Some(text()),
            arn: Some(text()),
            account_id: Some(text()),
            access_key_id: Some(text()),
            user_name: Some(text()),
            session_context: Some(SessionContext {
                session_issuer: Some(SessionIssuer {
                    kind: text(),
                    principal_id: text(),
                    arn: text(),
                    account_id: text(),
                    user_name: Some(text()),
                }),
                web_id_federation_data: Some(WebIdFederationData {
                    federated_provider: text(),
                    attributes: BTreeMap::from([(text(), text())]),
                }),
                attributes: Some(SessionAttributes { creation_date: text(), mfa_authenticated: text() }),
                source_identity: Some(text()),
                assumed_root: Some(text()),
            }),
            identity_provider: Some(text()),
            invoked_by: Some(text()),
            invoked_by_delegate: Some(InvokedByDelegate { account_id: text() }),
            in_scope_of: Some(InScopeOf { source_arn: Some(text()), source_account: Some(text()) }),
            on_behalf_of: Some(OnBehalfOf { user_id: text(), identity_store_arn: Some(text()) }),
            credential_id: Some(text()),
        }
    }

    #[test]
    fn a_role_session_is_written_as_cloudtrail_writes_it() {
        let expected = concat!(
            r#"{"type":"x","principalId":"x","arn":"x","accountId":"x","accessKeyId":"x","userName":"x","#,
            r#""sessionContext":{"sessionIssuer":{"type":"x","principalId":"x","arn":"x","accountId":"x","#,
            r#""userName":"x"},"webIdFederationData":{"federatedProvider":"x","attributes":{"x":"x"}},"attributes":{"creationDate":"x","mfaAuthenticated":"x"},"#,
            r#""sourceIdentity":"x","assumedRoot":"x"},"identityProvider":"x","invokedBy":"x","#,
            r#""invokedByDelegate":{"accountId":"x"},"inScopeOf":{"sourceArn":"x","sourceAccount":"x"},"#,
            r#""onBehalfOf":{"userId":"x","identityStoreArn":"x"},"credentialId":"x"}"#,
        );
        assert_eq!(serde_json::to_string(&filled(&|| "x".to_owned())).unwrap(), expected);
    }
}
