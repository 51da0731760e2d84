mod chains;
mod decisions;
mod downtime;
mod world;
