//! STS's permissions. Session tags need `sts:TagSession` beside, a source identity `sts:SetSourceIdentity`.

use super::{On, Permission, TagFacts};
use crate::ServiceKey;

pub(super) const PERMISSIONS: &[Permission] = &[
    Permission::new("AssumeRole", "sts:AssumeRole", On::Role).with(ASSUMED).tags(TagFacts::Given),
    Permission::new("AssumeRoleWithWebIdentity", "sts:AssumeRoleWithWebIdentity", On::Role)
        .with(WEB)
        .tags(TagFacts::Given),
    Permission::new("GetAccessKeyInfo", "sts:GetAccessKeyInfo", On::Everything),
    Permission::new("GetCallerIdentity", "sts:GetCallerIdentity", On::Oneself),
    Permission::new("GetFederationToken", "sts:GetFederationToken", On::FederatedUser)
        .with(&[ServiceKey::StsDurationSeconds])
        .tags(TagFacts::Given),
    Permission::new("GetSessionToken", "sts:GetSessionToken", On::Oneself),
];

const ASSUMED: &[ServiceKey] = &[
    ServiceKey::StsExternalId,
    ServiceKey::StsRoleSessionName,
    ServiceKey::StsSourceIdentity,
    ServiceKey::StsTransitiveTagKeys,
    ServiceKey::StsDurationSeconds,
];

const WEB: &[ServiceKey] =
    &[ServiceKey::StsRoleSessionName, ServiceKey::StsSourceIdentity, ServiceKey::StsDurationSeconds];
