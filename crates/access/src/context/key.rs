//! Names of condition keys: those that every service knows, and those of S3, IAM and STS that Cairn tells.

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
    S3LocationConstraint,
    IamPassedToService,
    IamPermissionsBoundary,
    IamPolicyArn,
    StsExternalId,
    StsRoleSessionName,
    StsSourceIdentity,
    StsTransitiveTagKeys,
    StsDurationSeconds,
}

impl ServiceKey {
    /// All of them.
    pub const ALL: [Self; 31] = [
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
        Self::S3LocationConstraint,
        Self::IamPassedToService,
        Self::IamPermissionsBoundary,
        Self::IamPolicyArn,
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
            Self::S3LocationConstraint => "s3:LocationConstraint",
            Self::IamPassedToService => "iam:PassedToService",
            Self::IamPermissionsBoundary => "iam:PermissionsBoundary",
            Self::IamPolicyArn => "iam:PolicyARN",
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

/// Tells whether a policy may name `key`. A key of the `aws:` namespace that AWS does not have is a slip of
/// the pen; a `Deny` with it would silently never hold. Keys of services are not judged.
pub(crate) fn is_known(key: &str) -> bool {
    let lower = key.to_ascii_lowercase();
    let Some(name) = lower.strip_prefix("aws:") else { return true };
    match name.split_once('/') {
        Some((family, tag)) => {
            !tag.is_empty() && ["principaltag", "requesttag", "resourcetag"].contains(&family)
        }
        None => GLOBAL.iter().any(|known| known.eq_ignore_ascii_case(name)),
    }
}

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
            assert!(is_known(key), "{key}");
        }
        for key in ["aws:SorceIp", "aws:", "aws:RequestTag/", "aws:SourceIp/x", "aws:Tag/team"] {
            assert!(!is_known(key), "{key}");
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
