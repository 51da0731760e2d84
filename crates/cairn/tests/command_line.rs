//! The real binary, as a person uses it: servers on free ports, directories of their own, nothing mocked.

#![expect(clippy::unwrap_used, reason = "a scene that cannot be set up fails its test")]

#[path = "command_line/doctor.rs"]
mod doctor;
#[path = "command_line/insights.rs"]
mod insights;
#[path = "command_line/installation.rs"]
mod installation;
#[path = "command_line/lookup.rs"]
mod lookup;
#[path = "command_line/running.rs"]
mod running;
#[path = "command_line/s3.rs"]
mod s3;
#[path = "command_line/tail.rs"]
mod tail;
