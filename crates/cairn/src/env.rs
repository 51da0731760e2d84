//! `cairn env`.

use std::io::IsTerminal as _;

use cairn_server::{Administrator, first_password};

use crate::console::sign_in_address;
use crate::installation::{Installation, shell_word};
use crate::output;
use crate::settings::Place;

/// The command's flags.
#[derive(Debug, clap::Args)]
pub(crate) struct Env {
    /// Give the keys of the account's root user. The first time makes them, while no server runs.
    #[arg(long)]
    root: bool,
}

impl Env {
    /// Prints `export NAME=value` lines for a shell to evaluate.
    pub(crate) fn run(&self, place: &Place) -> anyhow::Result<()> {
        let installation = place.installation()?;
        let endpoint = installation.endpoint()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (dir, account) = (&installation.dir, installation.account);
        let keys = runtime.block_on(async {
            match self.root {
                true => Administrator::load_root(dir, account).await,
                false => Administrator::load(dir, account).await,
            }
        })?;
        output::print(lines(&installation, &endpoint, &keys))?;
        if std::io::stdout().is_terminal() {
            let first = runtime.block_on(first_password(dir, account))?;
            tell_of_console(&endpoint, &installation, first.is_some());
        }
        remind(&installation);
        Ok(())
    }
}

/// Says how to sign in at the console; not where a shell evaluates what is printed.
fn tell_of_console(endpoint: &str, installation: &Installation, first: bool) {
    let file = installation.dir.administrator_password(installation.account);
    let password = match first {
        true => format!("the password in {}", file.display()),
        false => "the password that was set, or a new one from `cairn password`".to_owned(),
    };
    let address = sign_in_address(endpoint, installation.account);
    eprintln!("cairn: sign in to the console at {address} with {password}");
}

/// Says when no server runs at the endpoint.
pub(crate) fn remind(installation: &Installation) {
    if !installation.dir.is_served().unwrap_or(true) {
        let shown = shell_word(&installation.dir.root().display().to_string());
        eprintln!("cairn: no server runs there now; start it with `cairn serve --data-dir {shown}`");
    }
}

fn lines(installation: &Installation, endpoint: &str, administrator: &Administrator) -> String {
    let bundle = installation.authority.as_ref().map(|file| file.display().to_string());
    let variables = [
        ("AWS_ENDPOINT_URL", endpoint),
        ("AWS_ACCESS_KEY_ID", &administrator.access_key_id),
        ("AWS_SECRET_ACCESS_KEY", &administrator.secret_access_key),
        ("AWS_DEFAULT_REGION", installation.region.as_str()),
    ];
    let bundle = bundle.as_deref().map(|file| ("AWS_CA_BUNDLE", file));
    let export = |(name, value)| format!("export {name}={}\n", shell_word(value));
    variables.into_iter().chain(bundle).map(export).collect()
}
