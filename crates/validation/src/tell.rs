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

/// Makes lines of a report harmless: what a bucket holds or a store says comes from strangers, and must not command a
/// terminal. Tabs and ends of lines are ours; those of keys were written otherwise.
pub fn lines(text: &str) -> String {
    let plain =
        |char: char| if char.is_control() && !matches!(char, '\t' | '\n') { '\u{fffd}' } else { char };
    text.chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_neither_command_a_terminal_nor_forge_lines() {
        let object = Object::new("b", "k\u{1b}[2J\nLog file\ts3://b/x\tvalid");
        let line = lines(&format!("Log file\t{object}\tvalid\nfailed: \u{1b}"));
        let expected = r"s3://b/k\u{1b}[2J\nLog file\ts3://b/x\tvalid".to_owned();
        assert_eq!(line, format!("Log file\t{expected}\tvalid\nfailed: \u{fffd}"));
    }
}
