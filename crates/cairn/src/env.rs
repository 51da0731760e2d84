//! `cairn env`.

use cairn_server::Administrator;

use crate::installation::{Installation, shell_word};
use crate::output;
use crate::settings::Place;

/// Prints `export NAME=value` lines for a shell to evaluate.
pub(crate) fn run(place: &Place) -> anyhow::Result<()> {
    let installation = place.installation()?;
    let endpoint = installation.endpoint()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let administrator = runtime.block_on(Administrator::load(&installation.dir, installation.account))?;
    output::print(lines(&installation, &endpoint, &administrator))?;
    if !installation.dir.is_served().unwrap_or(true) {
        let shown = shell_word(&installation.dir.root().display().to_string());
        eprintln!("cairn: no server runs there now; start it with `cairn serve --data-dir {shown}`");
    }
    Ok(())
}

fn lines(installation: &Installation, endpoint: &str, administrator: &Administrator) -> String {
    let variables = [
        ("AWS_ENDPOINT_URL", endpoint),
        ("AWS_ACCESS_KEY_ID", &administrator.access_key_id),
        ("AWS_SECRET_ACCESS_KEY", &administrator.secret_access_key),
        ("AWS_DEFAULT_REGION", installation.region.as_str()),
    ];
    variables.iter().map(|(name, value)| format!("export {name}={}\n", shell_word(value))).collect()
}
