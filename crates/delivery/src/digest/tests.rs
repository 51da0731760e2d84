mod chains;
mod decisions;
mod downtime;
mod faulty;
mod organization;
mod walks;
mod world;
