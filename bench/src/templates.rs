//! The texts that made events are made of. `{…}` names a piece that `maker.rs` fills in.

/// Who calls, with how often out of 100.
pub(crate) const IDENTITIES: &[(u64, &str)] = &[
    (
        55,
        r#"{"type":"AssumedRole","principalId":"AROA{role-id}:{user}","arn":"arn:aws:sts::{account}:assumed-role/{role}/{user}","accountId":"{account}","accessKeyId":"ASIA{session}","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROA{role-id}","arn":"arn:aws:iam::{account}:role/{role}","accountId":"{account}","userName":"{role}"},"attributes":{"creationDate":"{hour}","mfaAuthenticated":"false"}}}"#,
    ),
    (
        35,
        r#"{"type":"IAMUser","principalId":"AIDA{user-id}","arn":"arn:aws:iam::{account}:user/{user}","accountId":"{account}","accessKeyId":"AKIA{key}","userName":"{user}"}"#,
    ),
    (10, r#"{"type":"AWSService","invokedBy":"autoscaling.amazonaws.com"}"#),
];

/// What is called: how often out of 1,000 (0: once in 100,000), source, name, whether it only reads,
/// request, response, resources.
pub(crate) struct Call {
    pub(crate) weight: u64,
    pub(crate) source: &'static str,
    pub(crate) name: &'static str,
    pub(crate) read_only: bool,
    pub(crate) request: &'static str,
    pub(crate) response: &'static str,
    pub(crate) resources: &'static str,
}

#[rustfmt::skip]
pub(crate) const CALLS: &[Call] = &[
    Call { weight: 180, source: "sts", name: "AssumeRole", read_only: true,
        request: r#"{"roleArn":"arn:aws:iam::{account}:role/{role}","roleSessionName":"{user}","durationSeconds":3600}"#,
        response: r#"{"credentials":{"accessKeyId":"ASIA{session}","sessionToken":"HIDDEN_DUE_TO_SECURITY_REASONS","expiration":"{time}"},"assumedRoleUser":{"assumedRoleId":"AROA{role-id}:{user}","arn":"arn:aws:sts::{account}:assumed-role/{role}/{user}"}}"#,
        resources: r#"[{"accountId":"{account}","type":"AWS::IAM::Role","ARN":"arn:aws:iam::{account}:role/{role}"}]"# },
    Call { weight: 160, source: "kms", name: "Decrypt", read_only: true,
        request: r#"{"encryptionContext":{"aws:s3:arn":"arn:aws:s3:::{resource}-data","tenant":"{number}"},"encryptionAlgorithm":"SYMMETRIC_DEFAULT"}"#,
        response: "null",
        resources: r#"[{"accountId":"{account}","type":"AWS::KMS::Key","ARN":"arn:aws:kms:us-east-1:{account}:key/{key-id}"}]"# },
    Call { weight: 140, source: "ec2", name: "DescribeInstances", read_only: true,
        request: r#"{"instancesSet":{"items":[{"instanceId":"i-{instance}"}]},"filterSet":{"items":[{"name":"tag:stage","valueSet":{"items":[{"value":"{resource}"}]}}]},"maxResults":1000}"#,
        response: "null", resources: "" },
    Call { weight: 100, source: "logs", name: "CreateLogStream", read_only: false,
        request: r#"{"logGroupName":"/service/{resource}","logStreamName":"2026/{number}/[$LATEST]{id-bare}"}"#,
        response: "null", resources: "" },
    Call { weight: 90, source: "s3", name: "GetBucketLocation", read_only: true,
        request: r#"{"bucketName":"{resource}-data","Host":"{resource}-data.s3.us-east-1.amazonaws.com","location":""}"#,
        response: "null",
        resources: r#"[{"accountId":"{account}","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::{resource}-data"}]"# },
    Call { weight: 80, source: "dynamodb", name: "DescribeTable", read_only: true,
        request: r#"{"tableName":"{resource}-table"}"#, response: "null",
        resources: r#"[{"accountId":"{account}","type":"AWS::DynamoDB::Table","ARN":"arn:aws:dynamodb:us-east-1:{account}:table/{resource}-table"}]"# },
    Call { weight: 70, source: "ssm", name: "GetParameter", read_only: true,
        request: r#"{"name":"/{resource}/database/password","withDecryption":true}"#, response: "null", resources: "" },
    Call { weight: 60, source: "ec2", name: "RunInstances", read_only: false,
        request: r#"{"instancesSet":{"items":[{"imageId":"ami-{image}","minCount":1,"maxCount":1}]},"instanceType":"m7g.large","blockDeviceMapping":{},"availabilityZone":"us-east-1b","monitoring":{"enabled":true},"subnetId":"subnet-{image}","disableApiTermination":false,"clientToken":"{id}"}"#,
        response: r#"{"requestId":"{id}","reservationId":"r-{instance}","ownerId":"{account}","groupSet":{},"instancesSet":{"items":[{"instanceId":"i-{instance}","imageId":"ami-{image}","instanceState":{"code":0,"name":"pending"},"privateDnsName":"ip-10-{number}.ec2.internal","instanceType":"m7g.large","launchTime":{number},"placement":{"availabilityZone":"us-east-1b","tenancy":"default"},"subnetId":"subnet-{image}","vpcId":"vpc-{image}","architecture":"arm64","rootDeviceType":"ebs"}]}}"#,
        resources: "" },
    Call { weight: 50, source: "lambda", name: "UpdateFunctionConfiguration20150331v2", read_only: false,
        request: r#"{"functionName":"{resource}-worker","timeout":30,"memorySize":512,"environment":{}}"#,
        response: r#"{"functionName":"{resource}-worker","functionArn":"arn:aws:lambda:us-east-1:{account}:function:{resource}-worker","runtime":"python3.13","role":"arn:aws:iam::{account}:role/{role}","handler":"index.handler","codeSize":{number},"timeout":30,"memorySize":512,"lastModified":"{time}","revisionId":"{id}","state":"Active","packageType":"Zip","architectures":["arm64"]}"#,
        resources: "" },
    Call { weight: 40, source: "secretsmanager", name: "GetSecretValue", read_only: true,
        request: r#"{"secretId":"arn:aws:secretsmanager:us-east-1:{account}:secret:{resource}-login-{number}"}"#,
        response: "null", resources: "" },
    Call { weight: 20, source: "iam", name: "AttachRolePolicy", read_only: false,
        request: r#"{"roleName":"{role}","policyArn":"arn:aws:iam::{account}:policy/{resource}-access"}"#,
        response: "null", resources: "" },
    Call { weight: 9, source: "s3", name: "PutBucketPolicy", read_only: false,
        request: r#"{"bucketPolicy":{"Version":"2012-10-17","Statement":[{"Sid":"{number}","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::{resource}-data","arn:aws:s3:::{resource}-data/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}]},"bucketName":"{resource}-data","Host":"{resource}-data.s3.us-east-1.amazonaws.com","policy":""}"#,
        response: "null",
        resources: r#"[{"accountId":"{account}","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::{resource}-data"}]"# },
    Call { weight: 1, source: "signin", name: "ConsoleLogin", read_only: false,
        request: "null", response: r#"{"ConsoleLogin":"Success"}"#, resources: "" },
    Call { weight: 0, source: "cloudtrail", name: "StopLogging", read_only: false,
        request: r#"{"name":"arn:aws:cloudtrail:us-east-1:{account}:trail/{resource}"}"#,
        response: "null",
        resources: r#"[{"accountId":"{account}","type":"AWS::CloudTrail::Trail","ARN":"arn:aws:cloudtrail:us-east-1:{account}:trail/{resource}"}]"# },
];

/// Clients; a caller keeps to one.
pub(crate) const USER_AGENTS: &[&str] = &[
    "aws-cli/2.31.4 md/awscrt#0.27.6 ua/2.1 os/linux#6.8 md/arch#x86_64 lang/python#3.13.7 cfg/retry-mode#standard md/installer#exe sid/{number}",
    "Boto3/1.40.12 md/Botocore#1.40.12 ua/2.1 os/linux#6.1.141 md/arch#aarch64 lang/python#3.12.9 md/pyimpl#CPython Botocore/1.40.12",
    "APN/1.0 Example/1.0 Tool/1.12.2 (+https://tool.example) provider/6.8.0 aws-sdk-go-v2/1.37.2 ua/2.1 os/linux lang/go#1.24.5 md/GOARCH#amd64 api/iam#1.45.0",
    "aws-sdk-java/2.32.14 md/io#sync md/http#Apache ua/2.1 os/Linux#6.1 lang/java#21.0.8 md/OpenJDK_64-Bit_Server_VM api/kms#2.32.x",
    "aws-sdk-js/3.864.0 ua/2.1 os/linux#5.10 lang/js md/nodejs#22.17.0 api/sts#3.864.0 m/E,N",
];
