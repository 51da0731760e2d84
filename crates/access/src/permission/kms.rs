//! KMS's permissions. ReEncrypt needs `kms:ReEncryptTo` on the other key beside. Each pair of an encryption
//! context is told as `kms:EncryptionContext:KEY`.

use super::{On, Permission, TagFacts};
use crate::ServiceKey;

pub(super) const PERMISSIONS: &[Permission] = &[
    Permission::new("CancelKeyDeletion", "kms:CancelKeyDeletion", On::Key).with(KEY),
    Permission::new("CreateAlias", "kms:CreateAlias", On::Alias).with(KEY),
    Permission::new("CreateGrant", "kms:CreateGrant", On::Key).with(GRANT),
    Permission::new("CreateKey", "kms:CreateKey", On::Everything)
        .with(&[
            ServiceKey::KmsBypassPolicyLockoutSafetyCheck,
            ServiceKey::KmsKeyOrigin,
            ServiceKey::KmsKeySpec,
            ServiceKey::KmsKeyUsage,
            ServiceKey::KmsMultiRegion,
        ])
        .tags(TagFacts::Given),
    Permission::new("Decrypt", "kms:Decrypt", On::Key).with(USE),
    Permission::new("DeleteAlias", "kms:DeleteAlias", On::Alias).with(KEY),
    Permission::new("DescribeKey", "kms:DescribeKey", On::Key).with(KEY),
    Permission::new("DisableKey", "kms:DisableKey", On::Key).with(KEY),
    Permission::new("DisableKeyRotation", "kms:DisableKeyRotation", On::Key).with(KEY),
    Permission::new("EnableKey", "kms:EnableKey", On::Key).with(KEY),
    Permission::new("EnableKeyRotation", "kms:EnableKeyRotation", On::Key)
        .with(&[ServiceKey::KmsCallerAccount, ServiceKey::KmsRotationPeriodInDays]),
    Permission::new("Encrypt", "kms:Encrypt", On::Key).with(USE),
    Permission::new("GenerateDataKey", "kms:GenerateDataKey", On::Key).with(USE),
    Permission::new("GenerateDataKeyWithoutPlaintext", "kms:GenerateDataKeyWithoutPlaintext", On::Key)
        .with(USE),
    Permission::new("GenerateRandom", "kms:GenerateRandom", On::Everything),
    Permission::new("GetKeyPolicy", "kms:GetKeyPolicy", On::Key).with(KEY),
    Permission::new("GetKeyRotationStatus", "kms:GetKeyRotationStatus", On::Key).with(KEY),
    Permission::new("ListAliases", "kms:ListAliases", On::Everything),
    Permission::new("ListGrants", "kms:ListGrants", On::Key).with(KEY),
    Permission::new("ListKeyPolicies", "kms:ListKeyPolicies", On::Key).with(KEY),
    Permission::new("ListKeyRotations", "kms:ListKeyRotations", On::Key).with(KEY),
    Permission::new("ListKeys", "kms:ListKeys", On::Everything),
    Permission::new("ListResourceTags", "kms:ListResourceTags", On::Key).with(KEY),
    Permission::new("ListRetirableGrants", "kms:ListRetirableGrants", On::Everything),
    Permission::new("PutKeyPolicy", "kms:PutKeyPolicy", On::Key)
        .with(&[ServiceKey::KmsCallerAccount, ServiceKey::KmsBypassPolicyLockoutSafetyCheck]),
    Permission::new("ReEncrypt", "kms:ReEncryptFrom", On::Key).with(REENCRYPT),
    Permission::new("RetireGrant", "kms:RetireGrant", On::Key).with(KEY),
    Permission::new("RevokeGrant", "kms:RevokeGrant", On::Key).with(KEY),
    Permission::new("RotateKeyOnDemand", "kms:RotateKeyOnDemand", On::Key).with(KEY),
    Permission::new("ScheduleKeyDeletion", "kms:ScheduleKeyDeletion", On::Key)
        .with(&[ServiceKey::KmsCallerAccount, ServiceKey::KmsScheduleKeyDeletionPendingWindowInDays]),
    Permission::new("TagResource", "kms:TagResource", On::Key).with(KEY).tags(TagFacts::Given),
    Permission::new("UntagResource", "kms:UntagResource", On::Key).with(KEY).tags(TagFacts::Removed),
    Permission::new("UpdateAlias", "kms:UpdateAlias", On::Alias).with(KEY),
    Permission::new("UpdateKeyDescription", "kms:UpdateKeyDescription", On::Key).with(KEY),
];

const KEY: &[ServiceKey] = &[
    ServiceKey::KmsCallerAccount,
    ServiceKey::KmsKeyOrigin,
    ServiceKey::KmsKeySpec,
    ServiceKey::KmsKeyUsage,
    ServiceKey::KmsMultiRegion,
    ServiceKey::KmsRequestAlias,
    ServiceKey::KmsResourceAliases,
    ServiceKey::KmsViaService,
];

const USE: &[ServiceKey] = &[
    ServiceKey::KmsCallerAccount,
    ServiceKey::KmsEncryptionAlgorithm,
    ServiceKey::KmsEncryptionContextKeys,
    ServiceKey::KmsKeyOrigin,
    ServiceKey::KmsKeySpec,
    ServiceKey::KmsKeyUsage,
    ServiceKey::KmsMultiRegion,
    ServiceKey::KmsRequestAlias,
    ServiceKey::KmsResourceAliases,
    ServiceKey::KmsViaService,
];

const REENCRYPT: &[ServiceKey] = &[
    ServiceKey::KmsCallerAccount,
    ServiceKey::KmsEncryptionAlgorithm,
    ServiceKey::KmsEncryptionContextKeys,
    ServiceKey::KmsKeyOrigin,
    ServiceKey::KmsKeySpec,
    ServiceKey::KmsKeyUsage,
    ServiceKey::KmsMultiRegion,
    ServiceKey::KmsRequestAlias,
    ServiceKey::KmsResourceAliases,
    ServiceKey::KmsViaService,
    ServiceKey::KmsReEncryptOnSameKey,
];

const GRANT: &[ServiceKey] = &[
    ServiceKey::KmsCallerAccount,
    ServiceKey::KmsGrantConstraintType,
    ServiceKey::KmsGrantIsForAwsResource,
    ServiceKey::KmsGrantOperations,
    ServiceKey::KmsGranteePrincipal,
    ServiceKey::KmsRetiringPrincipal,
    ServiceKey::KmsViaService,
];
