//! The control plane's state as numbered revisions, with sealed secrets.
//!
//! Everything that decides where an event goes (trails, accounts, users, access keys, settings) is an
//! entity. Entities change only by [`Catalog::commit`], which turns one numbered revision into the next
//! and refuses when somebody else was faster. A revision never changes afterwards, so an event that was
//! stamped with it is routed the same way on every replay ([`Snapshot::route`]).
//!
//! Beside the revisions stand the marks that derived views need to go on exactly where they stopped:
//! cursors, the delivery ledger, the trails' delivery status, the list of history splits, the events taken
//! from other sources, small states such as the heads of digest chains. They change by
//! compare-and-set, and output and cursor change in one transaction.
//!
//! Invariants: what a call acknowledged is synced; a snapshot holds one revision and no other; a secret
//! is never stored, printed or logged in the clear. This crate knows no clock and no randomness (both are
//! handed in), no event beyond its routing, and no AWS protocol.
//!
//! Stored format: `docs/formats/catalog.md`.

#![warn(missing_docs)]

#[cfg(any(test, feature = "contract"))]
pub mod contract;

mod catalog;
mod change;
mod cursor;
mod decide;
mod entity;
mod error;
mod insight_tags;
mod ledger;
mod secret;
mod snapshot;
mod split;
mod sqlite;
mod state;
mod status;
mod taken;

pub use catalog::{Catalog, Revision};
pub use change::{Change, Refusal};
pub use cursor::{Cursor, CursorMove, DONE};
pub use decide::{DecideError, Decided, decide};
pub use entity::{
    ALL_TRAILS, AccessKey, AccessKeyStatus, Account, AccountCreation, AggregationTemplate, CharacterKind,
    EXCLUSION_TAG, EnabledMfa, EntityKind, FULL_ACCESS_POLICY, FeatureSet, Grant, Group, Handshake,
    HandshakeAction, HandshakeState, InsightSelector, InsightType, JoinedBy, Kept, KeyMaterial, KmsAlias,
    KmsKey, KmsKeyState, LoginProfile, ManagedPolicy, Member, MfaDevice, Organization, OrganizationPolicy,
    OrganizationalUnit, Owner, PasswordPolicy, Policy, PolicyVersion, Role, Settings, SigningKey,
    SourceEventCategory, Tag, Trail, TrustedService, User,
};
pub use error::{CommitError, CursorError, OpenError, SnapshotError, StoreError, StoreFailure};
pub use insight_tags::{InsightTagError, InsightTags, MUTE_TAG, NamedMute, SENSITIVITY_TAG};
pub use ledger::{Delivered, Delivery, Receipt, ReceiptQuery};
pub use secret::{KeyFileError, MasterKey, SealError, Sealed, SecretBytes, SecretName, WhenMissing};
pub use snapshot::{LiveTrail, Place, Principal, Snapshot, TrailId, Unusual};
pub use split::{Split, SplitChange};
pub use sqlite::SqliteCatalog;
pub use state::{State, StateChange};
pub use status::{DeliveryKind, DeliveryStatus, Failure, TrailStatus};
pub use taken::{TakenEvent, Taking};
