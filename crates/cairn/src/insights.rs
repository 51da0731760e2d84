//! `cairn insights`: unusual activity, listed and explained.

mod asking;
mod backtest;
mod explain;
mod explanation;
mod list;
mod mutes;
mod plot;
mod sensitivity;
mod sentences;
mod told;
mod trails;
mod words;

use crate::settings::Place;

/// What can be done with insights.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Insights {
    /// List what was found, the newest first: of management events, and of the data events of each trail.
    List(list::List),
    /// Say in words what was usual, what happened and who caused it, with a plot.
    Explain(explain::Explain),
    /// Show what would have been found in the past: in what the server has counted, or in log files of CloudTrail.
    ///
    /// The detector is the one of this version, and so are its limits. Nothing is recorded as an Insights event, and no
    /// trail is told. Log files are read here, years of them too: memory does not grow with their number, and the
    /// temporary directory takes 16 bytes for each write and each error.
    Backtest(backtest::Backtest),
    /// Don't tell a trail of some insights: all that the flags name together.
    ///
    /// Sets a tag of the trail, and holds from this moment on. What another trail is told of is still listed.
    Mute(mutes::Mute),
    /// List what trails are not told of, in words.
    Mutes(mutes::Mutes),
    /// Tell a trail again of what a rule kept from it.
    Unmute(mutes::Unmute),
    /// Show how much has to happen before trails are told, or set it for one.
    Sensitivity(sensitivity::Sensitivity),
}

impl Insights {
    pub(crate) fn run(&self, place: &Place) -> anyhow::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            match self {
                Self::List(command) => command.run(place).await,
                Self::Explain(command) => command.run(place).await,
                Self::Backtest(command) => command.run(place).await,
                Self::Mute(command) => command.run(place).await,
                Self::Mutes(command) => command.run(place).await,
                Self::Unmute(command) => command.run(place).await,
                Self::Sensitivity(command) => command.run(place).await,
            }
        })
    }
}
