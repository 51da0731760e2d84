//! `cairn console`.

use std::process::{Command, Stdio};

use anyhow::Context as _;
use cairn_event::AccountId;
use cairn_server::{ADMINISTRATOR, first_password};

use crate::env::remind;
use crate::installation::Installation;
use crate::output;
use crate::settings::Place;

/// The command's flags.
#[derive(Debug, clap::Args)]
pub(crate) struct Console {
    /// Open it in the system's browser too.
    #[arg(long)]
    open: bool,
}

impl Console {
    /// Prints where the console is, and who may sign in with what.
    pub(crate) fn run(&self, place: &Place) -> anyhow::Result<()> {
        let installation = place.installation()?;
        let address = sign_in_address(&installation.endpoint()?, installation.account);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let first = runtime.block_on(first_password(&installation.dir, installation.account))?;
        output::print(told(&address, &installation, first.is_some()))?;
        remind(&installation);
        if self.open { open(&address) } else { Ok(()) }
    }
}

/// Returns where the administrator signs in, with the form filled in but for the password.
pub(crate) fn sign_in_address(endpoint: &str, account: AccountId) -> String {
    format!("{endpoint}/_cairn/console/sign-in?account={account}&user={ADMINISTRATOR}")
}

fn told(address: &str, installation: &Installation, first: bool) -> String {
    let password = match first {
        true => {
            let file = installation.dir.administrator_password(installation.account);
            format!("the one in {}, until it is changed", file.display())
        }
        false => "the one that was set; `cairn password` sets another".to_owned(),
    };
    format!(
        "{address}\n  account   {}\n  user      {ADMINISTRATOR}\n  password  {password}\n",
        installation.account
    )
}

/// Hands an address to whatever opens addresses here.
fn open(address: &str) -> anyhow::Result<()> {
    let program = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let quiet = || Stdio::null();
    let started = Command::new(program).arg(address).stdin(quiet()).stdout(quiet()).stderr(quiet()).spawn();
    started.map(drop).with_context(|| format!("open the console: `{program}` can't be started"))
}
