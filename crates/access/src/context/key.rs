//! Names of condition keys: those that every service knows, and those of S3, IAM, KMS, Organizations and STS that Cairn tells.

/// A condition key of one service, for [`Context::of_service`](crate::Context::of_service).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is named as in AWS's list of condition keys")]
pub enum ServiceKey {
    S3AuthType,
    S3SignatureAge,
    S3SignatureVersion,
    S3ContentSha256,
    S3Acl,
    S3CopySource,
    S3GrantFullControl,
    S3GrantRead,
    S3GrantReadAcp,
    S3GrantWrite,
    S3GrantWriteAcp,
    S3MetadataDirective,
    S3StorageClass,
    S3ServerSideEncryption,
    S3ServerSideEncryptionKeyId,
    S3ObjectOwnership,
    S3IfMatch,
    S3IfNoneMatch,
    S3Prefix,
    S3Delimiter,
    S3MaxKeys,
    S3VersionId,
    IamAwsServiceName,
    IamPassedToService,
    IamPermissionsBoundary,
    IamPolicyArn,
    KmsBypassPolicyLockoutSafetyCheck,
    KmsCallerAccount,
    KmsEncryptionAlgorithm,
    KmsEncryptionContextKeys,
    KmsGrantConstraintType,
    KmsGrantIsForAwsResource,
    KmsGrantOperations,
    KmsGranteePrincipal,
    KmsKeyOrigin,
    KmsKeySpec,
    KmsKeyUsage,
    KmsMultiRegion,
    KmsReEncryptOnSameKey,
    KmsRequestAlias,
    KmsResourceAliases,
    KmsRetiringPrincipal,
    KmsRotationPeriodInDays,
    KmsScheduleKeyDeletionPendingWindowInDays,
    KmsViaService,
    OrganizationsPolicyType,
    OrganizationsServicePrincipal,
    StsExternalId,
    StsRoleSessionName,
    StsSourceIdentity,
    StsTransitiveTagKeys,
    StsDurationSeconds,
}

impl ServiceKey {
    /// All of them.
    pub const ALL: [Self; 52] = [
        Self::S3AuthType,
        Self::S3SignatureAge,
        Self::S3SignatureVersion,
        Self::S3ContentSha256,
        Self::S3Acl,
        Self::S3CopySource,
        Self::S3GrantFullControl,
        Self::S3GrantRead,
        Self::S3GrantReadAcp,
        Self::S3GrantWrite,
        Self::S3GrantWriteAcp,
        Self::S3MetadataDirective,
        Self::S3StorageClass,
        Self::S3ServerSideEncryption,
        Self::S3ServerSideEncryptionKeyId,
        Self::S3ObjectOwnership,
        Self::S3IfMatch,
        Self::S3IfNoneMatch,
        Self::S3Prefix,
        Self::S3Delimiter,
        Self::S3MaxKeys,
        Self::S3VersionId,
        Self::IamAwsServiceName,
        Self::IamPassedToService,
        Self::IamPermissionsBoundary,
        Self::IamPolicyArn,
        Self::KmsBypassPolicyLockoutSafetyCheck,
        Self::KmsCallerAccount,
        Self::KmsEncryptionAlgorithm,
        Self::KmsEncryptionContextKeys,
        Self::KmsGrantConstraintType,
        Self::KmsGrantIsForAwsResource,
        Self::KmsGrantOperations,
        Self::KmsGranteePrincipal,
        Self::KmsKeyOrigin,
        Self::KmsKeySpec,
        Self::KmsKeyUsage,
        Self::KmsMultiRegion,
        Self::KmsReEncryptOnSameKey,
        Self::KmsRequestAlias,
        Self::KmsResourceAliases,
        Self::KmsRetiringPrincipal,
        Self::KmsRotationPeriodInDays,
        Self::KmsScheduleKeyDeletionPendingWindowInDays,
        Self::KmsViaService,
        Self::OrganizationsPolicyType,
        Self::OrganizationsServicePrincipal,
        Self::StsExternalId,
        Self::StsRoleSessionName,
        Self::StsSourceIdentity,
        Self::StsTransitiveTagKeys,
        Self::StsDurationSeconds,
    ];

    /// Returns the key as policies write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::S3AuthType => "s3:authType",
            Self::S3SignatureAge => "s3:signatureAge",
            Self::S3SignatureVersion => "s3:signatureversion",
            Self::S3ContentSha256 => "s3:x-amz-content-sha256",
            Self::S3Acl => "s3:x-amz-acl",
            Self::S3CopySource => "s3:x-amz-copy-source",
            Self::S3GrantFullControl => "s3:x-amz-grant-full-control",
            Self::S3GrantRead => "s3:x-amz-grant-read",
            Self::S3GrantReadAcp => "s3:x-amz-grant-read-acp",
            Self::S3GrantWrite => "s3:x-amz-grant-write",
            Self::S3GrantWriteAcp => "s3:x-amz-grant-write-acp",
            Self::S3MetadataDirective => "s3:x-amz-metadata-directive",
            Self::S3StorageClass => "s3:x-amz-storage-class",
            Self::S3ServerSideEncryption => "s3:x-amz-server-side-encryption",
            Self::S3ServerSideEncryptionKeyId => "s3:x-amz-server-side-encryption-aws-kms-key-id",
            Self::S3ObjectOwnership => "s3:x-amz-object-ownership",
            Self::S3IfMatch => "s3:if-match",
            Self::S3IfNoneMatch => "s3:if-none-match",
            Self::S3Prefix => "s3:prefix",
            Self::S3Delimiter => "s3:delimiter",
            Self::S3MaxKeys => "s3:max-keys",
            Self::S3VersionId => "s3:VersionId",
            Self::IamAwsServiceName => "iam:AWSServiceName",
            Self::IamPassedToService => "iam:PassedToService",
            Self::IamPermissionsBoundary => "iam:PermissionsBoundary",
            Self::IamPolicyArn => "iam:PolicyARN",
            Self::KmsBypassPolicyLockoutSafetyCheck => "kms:BypassPolicyLockoutSafetyCheck",
            Self::KmsCallerAccount => "kms:CallerAccount",
            Self::KmsEncryptionAlgorithm => "kms:EncryptionAlgorithm",
            Self::KmsEncryptionContextKeys => "kms:EncryptionContextKeys",
            Self::KmsGrantConstraintType => "kms:GrantConstraintType",
            Self::KmsGrantIsForAwsResource => "kms:GrantIsForAWSResource",
            Self::KmsGrantOperations => "kms:GrantOperations",
            Self::KmsGranteePrincipal => "kms:GranteePrincipal",
            Self::KmsKeyOrigin => "kms:KeyOrigin",
            Self::KmsKeySpec => "kms:KeySpec",
            Self::KmsKeyUsage => "kms:KeyUsage",
            Self::KmsMultiRegion => "kms:MultiRegion",
            Self::KmsReEncryptOnSameKey => "kms:ReEncryptOnSameKey",
            Self::KmsRequestAlias => "kms:RequestAlias",
            Self::KmsResourceAliases => "kms:ResourceAliases",
            Self::KmsRetiringPrincipal => "kms:RetiringPrincipal",
            Self::KmsRotationPeriodInDays => "kms:RotationPeriodInDays",
            Self::KmsScheduleKeyDeletionPendingWindowInDays => "kms:ScheduleKeyDeletionPendingWindowInDays",
            Self::KmsViaService => "kms:ViaService",
            Self::OrganizationsPolicyType => "organizations:PolicyType",
            Self::OrganizationsServicePrincipal => "organizations:ServicePrincipal",
            Self::StsExternalId => "sts:ExternalId",
            Self::StsRoleSessionName => "sts:RoleSessionName",
            Self::StsSourceIdentity => "sts:SourceIdentity",
            Self::StsTransitiveTagKeys => "sts:TransitiveTagKeys",
            Self::StsDurationSeconds => "sts:DurationSeconds",
        }
    }

    /// Returns the header of a request that the key tells, lower-case; none for keys that are told otherwise.
    pub fn header(self) -> Option<&'static str> {
        let name = self.as_str().strip_prefix("s3:")?;
        (name.starts_with("x-amz-") || name.starts_with("if-")).then_some(name)
    }
}

/// Checks that a policy may name `key`: a `Deny` with a key that is never told would silently never hold. Keys
/// of services are not judged, but for those that S3 tells and Cairn can't.
///
/// # Errors
/// The key is of the `aws:` namespace and not among AWS's, or Cairn can't tell it.
pub(crate) fn check(key: &str) -> Result<(), KeyProblem> {
    let lower = key.to_ascii_lowercase();
    let family = lower.split('/').next().unwrap_or_default();
    if UNTOLD.iter().any(|untold| untold.eq_ignore_ascii_case(family)) {
        return Err(KeyProblem::Untold);
    }
    let Some(name) = lower.strip_prefix("aws:") else { return Ok(()) };
    let known = match name.split_once('/') {
        Some((family, tag)) => !tag.is_empty() && TAG_FAMILIES.contains(&family),
        None => GLOBAL.iter().any(|known| known.eq_ignore_ascii_case(name)),
    };
    if known { Ok(()) } else { Err(KeyProblem::Unknown) }
}

/// Why a policy may not name a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyProblem {
    /// No such key is among AWS's.
    Unknown,
    /// AWS tells it, Cairn can't.
    Untold,
}

/// Facts of S3 that stand in a request's body or with the object, which are read after the decision.
const UNTOLD: [&str; 4] =
    ["s3:ExistingObjectTag", "s3:LocationConstraint", "s3:RequestObjectTag", "s3:RequestObjectTagKeys"];

const TAG_FAMILIES: [&str; 3] = ["principaltag", "requesttag", "resourcetag"];

/// AWS's global condition keys, without `aws:` and without the three families of tags. Those that Cairn has
/// no fact for are absent from every request.
const GLOBAL: &[&str] = &[
    "AssumedRoot",
    "CalledVia",
    "CalledViaFirst",
    "CalledViaLast",
    "ChatbotSourceArn",
    "CurrentTime",
    "Ec2InstanceSourcePrivateIPv4",
    "Ec2InstanceSourceVpc",
    "EpochTime",
    "FederatedProvider",
    "MultiFactorAuthAge",
    "MultiFactorAuthPresent",
    "PrincipalAccount",
    "PrincipalArn",
    "PrincipalIsAWSService",
    "PrincipalOrgID",
    "PrincipalOrgPaths",
    "PrincipalServiceName",
    "PrincipalServiceNamesList",
    "PrincipalType",
    "Referer",
    "RequestedRegion",
    "ResourceAccount",
    "ResourceOrgID",
    "ResourceOrgPaths",
    "SecureTransport",
    "SignInSessionArn",
    "SourceAccount",
    "SourceArn",
    "SourceIdentity",
    "SourceIp",
    "SourceOrgID",
    "SourceOrgPaths",
    "SourceOwner",
    "SourceVpc",
    "SourceVpcArn",
    "SourceVpce",
    "TagKeys",
    "TokenIssueTime",
    "UserAgent",
    "UserId",
    "UserName",
    "ViaAWSService",
    "VpceAccount",
    "VpceOrgID",
    "VpceOrgPaths",
    "VpcSourceIp",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_aws_are_known_by_name_and_others_are_not_judged() {
        for key in ["aws:sourceip", "AWS:UserName", "aws:PrincipalTag/team", "s3:anything", "example.com:aud"]
        {
            assert_eq!(check(key), Ok(()), "{key}");
        }
        for key in ["aws:SorceIp", "aws:", "aws:RequestTag/", "aws:SourceIp/x", "aws:Tag/team"] {
            assert_eq!(check(key), Err(KeyProblem::Unknown), "{key}");
        }
        for key in ["s3:existingobjecttag/team", "s3:LocationConstraint"] {
            assert_eq!(check(key), Err(KeyProblem::Untold), "{key}");
        }
    }

    #[test]
    fn every_key_stands_once_in_the_list() {
        let names: std::collections::BTreeSet<_> = ServiceKey::ALL.iter().map(|key| key.as_str()).collect();
        assert_eq!(names.len(), ServiceKey::ALL.len());
        assert_eq!(ServiceKey::S3Acl.header(), Some("x-amz-acl"));
        assert_eq!(ServiceKey::S3IfNoneMatch.header(), Some("if-none-match"));
        assert_eq!(ServiceKey::S3Prefix.header(), None);
    }
}
