//! Clients of AWS APIs that run elsewhere: S3, SNS, CloudWatch Logs, EventBridge, KMS,
//! Organizations.
//!
//! Where each API is and whose credentials are used comes from the configuration alone ([`Endpoints`],
//! [`Credentials`]): the SDK's own ideas about endpoints (`AWS_ENDPOINT_URL`, profiles) never apply, so a
//! server that was started from a shell with `cairn env` in it does not talk to itself. What a foreign
//! server answers becomes a code that `GetTrailStatus` can show.
//!
//! This is the only user of the AWS SDK, and it knows no policy, no journal and no HTTP of ours.

#![warn(missing_docs)]

mod connection;
mod credentials;
mod endpoint;
mod events;
mod failure;
mod key_source;
mod kms;
mod logs;
mod organizations;
mod role;
mod s3;
mod sns;

pub use connection::Connections;
pub use credentials::{Credentials, EnvironmentKeys};
pub use endpoint::{Endpoint, EndpointError, Endpoints};
pub use events::Events;
pub use key_source::{KeySource, Keys, KeysError};
pub use kms::{KeyAnswer, KmsKeys};
pub use logs::Logs;
pub use organizations::OrganizationElsewhere;
pub use role::AccountRole;
pub use s3::{BucketAnswer, Buckets, FilesFolder, ListedObject, Listing, OpenObject, ReadError, Spelling};
pub use sns::{TopicAnswer, Topics};
