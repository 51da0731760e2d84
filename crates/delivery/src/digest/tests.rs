mod chains;
mod decisions;
mod downtime;
mod organization;
mod walks;
mod world;
