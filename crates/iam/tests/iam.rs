//! IAM's operations over a real catalog.

#![expect(clippy::unwrap_used, reason = "a step that fails fails the test")]

#[path = "iam/concurrent.rs"]
mod concurrent;
#[path = "iam/devices.rs"]
mod devices;
#[path = "iam/linked_roles.rs"]
mod linked_roles;
#[path = "iam/passwords.rs"]
mod passwords;
#[path = "iam/properties.rs"]
mod properties;
#[path = "iam/quotas.rs"]
mod quotas;
#[path = "iam/reports.rs"]
mod reports;
#[path = "iam/secrets.rs"]
mod secrets;
#[path = "iam/sessions.rs"]
mod sessions;
#[path = "iam/world.rs"]
mod world;
