//! IAM's operations as use cases: users, groups, roles, policies, access keys, passwords, MFA
//! devices, the account's alias, credential reports.
//!
//! A use case takes a decoded call of a caller who may make it, decides on one catalog revision, and
//! commits the next; what belongs together (a renamed user and its keys) changes in one commit. It answers
//! with IAM's own shape or with a [`Refusal`]. What a call is about, for whoever decides whether it may be
//! made, is told by [`Asked`].
//!
//! Invariants: a secret access key and the seed of a device leave in one answer and are stored sealed; of a password a
//! sealed hash is all that is kept; a policy that can't be read
//! wholly is never stored. This crate does not know that it is served over HTTP, nor who signed the request
//! or how.

mod access_keys;
mod account;
mod asked;
mod attachments;
mod aws_policies;
mod boundaries;
mod call;
mod called;
mod caller;
mod credential_report;
mod credential_reports;
mod document;
mod entities_for_policy;
mod fresh;
mod groups;
mod holder;
mod iam;
mod inline_policies;
mod key_use;
mod linked_roles;
mod login_profiles;
mod managed;
mod managed_policies;
mod memberships;
mod mfa_devices;
mod mfa_use;
mod own_password;
mod owner;
mod page;
mod password_policy;
mod password_rules;
mod policy_versions;
mod qr_code;
mod quota;
mod refusal;
mod roles;
mod service_linked;
mod shapes;
mod tagging;
mod tags;
mod users;

pub use asked::Asked;
pub use aws_policies::{AwsPolicy, aws_policies, aws_policy};
pub use called::Called;
pub use caller::Caller;
pub use credential_reports::BegunReport;
pub use fresh::{FreshKey, unique_id};
pub use iam::Iam;
pub use key_use::{KeyUse, LastUse};
pub use password_rules::{PasswordRule, check as check_password};
pub use refusal::{Code, Refusal};
pub use service_linked::LinkedService;
