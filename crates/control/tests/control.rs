//! CloudTrail's operations as clients see them: sessions of calls with the answers and refusals of each.
#![expect(clippy::unwrap_used, reason = "a session that cannot be set up fails its test")]

#[path = "control/concurrent.rs"]
mod concurrent;
#[path = "control/deleted.rs"]
mod deleted;
#[path = "control/insights.rs"]
mod insights;
#[path = "control/organization_view.rs"]
mod organization_view;
#[path = "control/organized.rs"]
mod organized;
#[path = "control/pages.rs"]
mod pages;
#[path = "control/sessions.rs"]
mod sessions;
#[path = "control/throttled.rs"]
mod throttled;
#[path = "control/world.rs"]
mod world;
