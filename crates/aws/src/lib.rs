//! Clients of AWS APIs that run elsewhere: S3, SNS, CloudWatch Logs, EventBridge, KMS. The only user of the AWS SDK.
