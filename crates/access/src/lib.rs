//! Who calls, and whether they may: principals, how far an identity is believed, IAM policies.
//!
//! Everything here is a pure function of what it is handed; secrets, files and the clock live elsewhere.
//! The evaluator fails closed: a policy that it cannot read wholly is refused when it is put, so that no
//! unread `Deny` is ever skipped, and what no statement allows is denied.
//!
//! Reading order: [`Principal`], [`Caller`], [`Policy`], [`evaluate`], [`DeliveryTarget`].

#![warn(missing_docs)]

mod caller;
mod condition;
mod context;
mod decision;
mod document;
mod evaluate;
mod pattern;
mod permission;
mod policy;
mod principal;
mod service_check;
mod topic_check;

pub use caller::{Caller, SessionMaker, TemporarySession, Trust};
pub use context::{Context, OrganizationFacts, ServiceKey, SessionFacts};
pub use decision::{Decision, Denial, Granted, Outcome};
pub use evaluate::{AccessRequest, Policies, SERVICE_LINKED_PATH, evaluate, organization_limits};
pub use permission::{On, Permission, Service, TagFacts};
pub use policy::{ADMINISTRATOR_ACCESS, Policy, PolicyError, PolicyKind};
pub use principal::{FederatedUser, FederationIssuer, Principal, RoleSession, WebIdentity};
pub use service_check::{
    CLOUDTRAIL_ADMINISTRATORS_MAX, CLOUDTRAIL_SERVICE, DeliveryFolders, DeliveryRefusal, DeliveryTarget,
    EVENT_CONTEXT_SERVICE, bucket_policy_allows_delivery, delivery_bucket_policy, trail_key_policy,
};
pub use topic_check::{TopicTarget, topic_policy_allows_publish};
