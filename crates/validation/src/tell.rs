//! Who is told.

use std::error::Error;

use async_trait::async_trait;
use cairn_digest::verify::{Chain, Coverage, Finding, Object, Stretch};

use crate::Standing;

/// Is told what a run finds, in order. An error ends the run.
#[async_trait]
pub trait Tell: Send {
    /// Why nobody can be told any more.
    type Error: Error + Send + Sync + 'static;

    /// Tells of a digest that is valid.
    async fn valid_digest(
        &mut self,
        chain: Chain,
        object: &Object,
        stretch: Stretch,
    ) -> Result<(), Self::Error>;

    /// Tells of a log file that is valid.
    async fn valid_log(&mut self, object: &Object) -> Result<(), Self::Error>;

    /// Tells what is wrong.
    async fn finding(&mut self, finding: Finding) -> Result<(), Self::Error>;

    /// Counts bytes that were read.
    fn read(&mut self, bytes: u64);

    /// One more digest is done.
    async fn step(&mut self) -> Result<(), Self::Error>;

    /// Tells where the run stands, from time to time, and that all before it was told: who wants to go on from there
    /// some day keeps it.
    async fn stands(&mut self, standing: &Standing, coverage: &Coverage) -> Result<(), Self::Error>;
}
