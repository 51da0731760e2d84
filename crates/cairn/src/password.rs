//! `cairn password`.

use std::io::{IsTerminal as _, Read as _};

use anyhow::Context as _;
use cairn_catalog::Owner;
use cairn_server::{ADMINISTRATOR, AdministratorError, SystemIds, generate_password, set_password};
use cairn_wire::iam::Operation;

use crate::client::{CallError, Client};
use crate::output;
use crate::settings::Place;

/// The command's flags.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct Password {
    /// Whose password [default: administrator].
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// That of the account's root user.
    #[arg(long, conflicts_with = "user")]
    root: bool,
    /// Read the password from standard input instead of making one.
    #[arg(long)]
    stdin: bool,
}

impl Password {
    /// Sets the password and prints it where it was made here.
    pub(crate) fn run(&self, place: &Place) -> anyhow::Result<()> {
        let installation = place.installation()?;
        let given = if self.stdin { Some(read()?) } else { None };
        let password = given.clone().unwrap_or_else(|| generate_password(&SystemIds));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            if installation.dir.is_served().context("look whether a server runs")? {
                return self.ask(place, &password).await;
            }
            let owner = match self.root {
                true => Owner::Root,
                false => Owner::User(self.name().to_owned()),
            };
            Ok(set_password(&installation.dir, installation.account, &owner, &password).await?)
        })?;
        match given {
            Some(_) => Ok(()),
            None => output::print(format!("{password}\n")),
        }
    }

    /// Has the server that runs set it: another one, or the first.
    async fn ask(&self, place: &Place, password: &str) -> anyhow::Result<()> {
        let client = match self.root {
            true => ask_as_root(place).await?,
            false => Client::find(place, None).await?,
        };
        let named = ("UserName", self.name());
        let asked = ("Password", password);
        let other = [named, asked, ("PasswordResetRequired", "false")];
        match client.iam(Operation::UpdateLoginProfile, &other).await {
            Err(CallError::Refused { code, message, .. })
                if code == "NoSuchEntity" && message.starts_with("Login Profile") =>
            {
                // The root user makes its own by naming nobody.
                let first: &[_] = if self.root { &[asked] } else { &[named, asked] };
                client.iam(Operation::CreateLoginProfile, first).await.map(drop)
            }
            answered => answered.map(drop),
        }
        .context("set the password")
    }

    fn name(&self) -> &str {
        if self.root { ROOT } else { self.user.as_deref().unwrap_or(ADMINISTRATOR) }
    }
}

/// Finds the server and the root user's key, where the server can set the root user's password.
async fn ask_as_root(place: &Place) -> anyhow::Result<Client> {
    let stop = "set the root user's password: stop the server for it";
    let client = Client::of_root(place).await.map_err(|error| match error.downcast_ref() {
        // The root user alone may set it, and none of its keys is there to ask with.
        Some(AdministratorError::Served(_)) => anyhow::anyhow!("{stop}, as the root user has no access key"),
        _ => error,
    })?;
    // IAM takes the name for a user's before it takes it for the root user's.
    match client.iam(Operation::GetUser, &[("UserName", ROOT)]).await {
        Ok(_) => anyhow::bail!("{stop}, as a user is called {ROOT} too"),
        Err(CallError::Refused { code, .. }) if code == "NoSuchEntity" => Ok(client),
        Err(error) => Err(anyhow::Error::new(error).context("set the password")),
    }
}

/// What IAM calls the root user.
const ROOT: &str = "root";

/// Reads a line.
fn read() -> anyhow::Result<String> {
    let mut text = String::new();
    let from = std::io::stdin();
    if from.is_terminal() {
        eprintln!("cairn: type the new password and end with Ctrl-D; it is shown as you type");
    }
    from.take(BYTES_MAX).read_to_string(&mut text).context("read the password")?;
    let password = text.trim_end_matches(['\n', '\r']);
    anyhow::ensure!(!password.is_empty(), "use an empty password");
    Ok(password.to_owned())
}

/// More than any password has.
const BYTES_MAX: u64 = 1_024;
