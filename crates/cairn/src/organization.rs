//! `cairn organization`: an organization as CloudTrail sees it, and what is kept out of its trails.

mod calls;
mod exclusion;
mod overview;
mod places;
mod scope;
mod show;

use anyhow::Context as _;

use self::exclusion::{Exclude, Include};
use crate::client::Client;
use crate::output::{Form, JsonFlag};
use crate::settings::Place;

pub(crate) use self::scope::{Ids, Scope};

/// Flags of `cairn organization`.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Organization {
    #[command(subcommand)]
    what: Option<What>,
    #[command(flatten)]
    json: JsonFlag,
}

/// What can be done.
#[derive(Debug, clap::Subcommand)]
enum What {
    /// Show the organization (this is what `cairn organization` alone does).
    Show {
        #[command(flatten)]
        json: JsonFlag,
    },
    /// Keep the events of an account, or of all accounts of a unit, out of organization trails.
    ///
    /// Sets the tag cairn:excluded-from-trails. It holds from this moment on; what happens is still in the accounts'
    /// own Event history and trails.
    Exclude(Exclude),
    /// Let organization trails have the events again.
    Include(Include),
}

impl Organization {
    pub(crate) fn run(&self, place: &Place) -> anyhow::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let client = Client::find(place, None).await?;
            match &self.what {
                None => show(&client, self.json).await,
                Some(What::Show { json }) => show(&client, *json).await,
                Some(What::Exclude(command)) => command.run(&client).await,
                Some(What::Include(command)) => command.run(&client).await,
            }
        })
    }
}

async fn show(client: &Client, json: JsonFlag) -> anyhow::Result<()> {
    let overview = overview::Overview::gather(client).await.context("show the organization")?;
    show::print(&overview, Form::choose(json))
}
