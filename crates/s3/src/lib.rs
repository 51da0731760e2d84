//! The built-in S3: a durable local object store behind the S3 protocol.
