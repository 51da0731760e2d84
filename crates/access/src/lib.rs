//! Credentials, principals and IAM policy evaluation.
