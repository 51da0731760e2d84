//! The managed policies of AWS that are built in: the published ones that matter to an audit service.
//!
//! They belong to no account, can be attached in every one, and cannot be changed. Their wording is ours;
//! what they allow is what AWS documents for the policy of that name, as far as Cairn serves it.

/// A managed policy of AWS. It has one version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AwsPolicy {
    /// The ARN, `arn:aws:iam::aws:policy/…`.
    pub arn: &'static str,
    /// The name.
    pub name: &'static str,
    /// The unique id.
    pub id: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// The document.
    pub document: &'static str,
}

impl AwsPolicy {
    /// The id of their one version.
    pub const VERSION: &'static str = "v1";
    /// When they were made: the day AWS published the first of them.
    pub const CREATED: &'static str = "2015-02-06T18:39:46Z";

    /// Returns the path that stands in the ARN.
    pub fn path(&self) -> &'static str {
        let path =
            self.arn.strip_prefix("arn:aws:iam::aws:policy").and_then(|arn| arn.strip_suffix(self.name));
        path.unwrap_or("/")
    }
}

/// Returns the built-in policy of that ARN.
pub fn aws_policy(arn: &str) -> Option<&'static AwsPolicy> {
    POLICIES.iter().find(|policy| policy.arn == arn)
}

/// Lists the built-in policies by name.
pub fn aws_policies() -> &'static [AwsPolicy] {
    POLICIES
}

const POLICIES: &[AwsPolicy] = &[
    AwsPolicy {
        arn: "arn:aws:iam::aws:policy/AWSCloudTrail_FullAccess",
        name: "AWSCloudTrail_FullAccess",
        id: "ANPACAIRN000000000001",
        description: "Provides full access to AWS CloudTrail.",
        document: r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["cloudtrail:*","s3:ListAllMyBuckets","iam:ListRoles","iam:GetRolePolicy","iam:GetUser","kms:CreateKey","kms:CreateAlias","kms:ListKeys","kms:ListAliases"],"Resource":"*"},{"Effect":"Allow","Action":["s3:CreateBucket","s3:PutBucketPolicy","s3:PutBucketPublicAccessBlock"],"Resource":"arn:aws:s3:::aws-cloudtrail-logs*"}]}"#,
    },
    AwsPolicy {
        arn: "arn:aws:iam::aws:policy/AWSCloudTrail_ReadOnlyAccess",
        name: "AWSCloudTrail_ReadOnlyAccess",
        id: "ANPACAIRN000000000002",
        description: "Provides read only access to AWS CloudTrail.",
        document: r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["cloudtrail:Get*","cloudtrail:Describe*","cloudtrail:List*","cloudtrail:LookupEvents"],"Resource":"*"}]}"#,
    },
    AwsPolicy {
        arn: "arn:aws:iam::aws:policy/aws-service-role/AWSOrganizationsServiceTrustPolicy",
        name: "AWSOrganizationsServiceTrustPolicy",
        id: "ANPACAIRN000000000011",
        description: "A policy to allow AWS Organizations to share trust with other approved AWS Services for the purpose of simplifying customer configuration.",
        document: r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:DeleteRole"],"Resource":["arn:aws:iam::*:role/aws-service-role/organizations.amazonaws.com/*"]},{"Effect":"Allow","Action":["iam:CreateServiceLinkedRole"],"Resource":"*"}]}"#,
    },
    AwsPolicy {
        arn: "arn:aws:iam::aws:policy/AdministratorAccess",
        name: "AdministratorAccess",
        id: "ANPACAIRN000000000003",
        description: "Provides full access to AWS services and resources.",
        document: cairn_access::ADMINISTRATOR_ACCESS,
    },
    AwsPolicy {
        arn: "arn:aws:iam::aws:policy/AmazonS3FullAccess",
        name: "AmazonS3FullAccess",
        id: "ANPACAIRN000000000004",
        description: "Provides full access to all buckets.",
        document: r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#,
    },
    AwsPolicy {
        arn: "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess",
        name: "AmazonS3ReadOnlyAccess",
        id: "ANPACAIRN000000000005",
        description: "Provides read only access to all buckets.",
        document: r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:Get*","s3:List*","s3:Describe*"],"Resource":"*"}]}"#,
    },
    AwsPolicy {
        arn: "arn:aws:iam::aws:policy/aws-service-role/CloudTrailEventContext",
        name: "CloudTrailEventContext",
        id: "ANPACAIRN000000000012",
        description: "Lets CloudTrail look at tags and at rules of EventBridge that add context to events.",
        document: r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["tag:GetResources","events:DescribeRule","events:ListTargetsByRule"],"Resource":"*"}]}"#,
    },
    AwsPolicy {
        arn: "arn:aws:iam::aws:policy/aws-service-role/CloudTrailServiceRolePolicy",
        name: "CloudTrailServiceRolePolicy",
        id: "ANPACAIRN000000000013",
        description: "Permission policy for CloudTrail ServiceLinkedRole.",
        document: r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["cloudtrail:*","organizations:DescribeAccount","organizations:DescribeOrganization","organizations:ListAccounts","organizations:ListAWSServiceAccessForOrganization"],"Resource":"*"},{"Effect":"Allow","Action":"organizations:ListDelegatedAdministrators","Resource":"*","Condition":{"StringEquals":{"organizations:ServicePrincipal":["cloudtrail.amazonaws.com"]}}}]}"#,
    },
    AwsPolicy {
        arn: "arn:aws:iam::aws:policy/IAMFullAccess",
        name: "IAMFullAccess",
        id: "ANPACAIRN000000000006",
        description: "Provides full access to IAM.",
        document: r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"*"}]}"#,
    },
    AwsPolicy {
        arn: "arn:aws:iam::aws:policy/IAMReadOnlyAccess",
        name: "IAMReadOnlyAccess",
        id: "ANPACAIRN000000000007",
        description: "Provides read only access to IAM.",
        document: r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:Get*","iam:List*"],"Resource":"*"}]}"#,
    },
    AwsPolicy {
        arn: "arn:aws:iam::aws:policy/PowerUserAccess",
        name: "PowerUserAccess",
        id: "ANPACAIRN000000000008",
        description: "Provides full access to AWS services and resources, but does not allow management of users and groups.",
        document: r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":["iam:*","organizations:*","account:*"],"Resource":"*"},{"Effect":"Allow","Action":["iam:ListRoles","organizations:DescribeOrganization"],"Resource":"*"}]}"#,
    },
    AwsPolicy {
        arn: "arn:aws:iam::aws:policy/ReadOnlyAccess",
        name: "ReadOnlyAccess",
        id: "ANPACAIRN000000000009",
        description: "Provides read-only access to AWS services and resources.",
        document: r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["cloudtrail:Describe*","cloudtrail:Get*","cloudtrail:List*","cloudtrail:LookupEvents","iam:Get*","iam:List*","kms:Describe*","kms:Get*","kms:List*","s3:Get*","s3:List*","sts:GetAccessKeyInfo","sts:GetCallerIdentity","sts:GetSessionToken"],"Resource":"*"}]}"#,
    },
    AwsPolicy {
        arn: "arn:aws:iam::aws:policy/SecurityAudit",
        name: "SecurityAudit",
        id: "ANPACAIRN000000000010",
        description: "The security audit template grants access to read security configuration metadata. It is useful for software that audits the configuration of an AWS account.",
        document: r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["cloudtrail:Describe*","cloudtrail:GetEventSelectors","cloudtrail:GetInsightSelectors","cloudtrail:GetTrail","cloudtrail:GetTrailStatus","cloudtrail:List*","cloudtrail:LookupEvents","iam:GetAccessKeyLastUsed","iam:GetAccountSummary","iam:GetGroup","iam:GetGroupPolicy","iam:GetPolicy","iam:GetPolicyVersion","iam:GetRole","iam:GetRolePolicy","iam:GetUser","iam:GetUserPolicy","iam:List*","kms:Describe*","kms:GetKeyPolicy","kms:GetKeyRotationStatus","kms:List*","s3:GetBucket*","s3:GetEncryptionConfiguration","s3:GetLifecycleConfiguration","s3:ListAllMyBuckets","s3:ListBucket"],"Resource":"*"}]}"#,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_policies_are_policies_and_in_order() {
        assert!(POLICIES.is_sorted_by_key(|policy| policy.name));
        for policy in POLICIES {
            assert_eq!(policy.arn, format!("arn:aws:iam::aws:policy{}{}", policy.path(), policy.name));
            assert!(crate::document::check_identity(policy.document).is_ok(), "{}", policy.name);
            assert_eq!(aws_policy(policy.arn), Some(policy));
        }
        assert_eq!(aws_policy("arn:aws:iam::aws:policy/Unknown"), None);
    }
}
