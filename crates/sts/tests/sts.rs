//! STS over a real catalog.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

#[path = "sts/assume_role.rs"]
mod assume_role;
#[path = "../../event/tests/fuzz/mutator.rs"]
mod mutator;
#[path = "sts/organizations.rs"]
mod organizations;
#[path = "sts/rights.rs"]
mod rights;
#[path = "sts/tokens.rs"]
mod tokens;
#[path = "sts/user_sessions.rs"]
mod user_sessions;
#[path = "sts/web_identity.rs"]
mod web_identity;
#[path = "sts/world.rs"]
mod world;
