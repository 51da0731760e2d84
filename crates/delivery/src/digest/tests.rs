mod chains;
mod decisions;
mod downtime;
mod walks;
mod world;
