//! `cairn env`.

use anyhow::Context as _;
use cairn_server::{Administrator, DataDir};

use crate::settings::Place;

/// Prints `export NAME=value` lines for a shell to evaluate.
pub(crate) fn run(place: &Place) -> anyhow::Result<()> {
    let config = place.understood()?;
    let dir = DataDir::new(&config.data_dir);
    let endpoint = dir.endpoint().with_context(|| {
        format!(
            "find a server in {}: start `cairn serve` with this data directory first",
            dir.root().display()
        )
    })?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let administrator = runtime.block_on(Administrator::load(&dir, config.account))?;
    println!("export AWS_ENDPOINT_URL={endpoint}");
    println!("export AWS_ACCESS_KEY_ID={}", administrator.access_key_id);
    println!("export AWS_SECRET_ACCESS_KEY={}", administrator.secret_access_key);
    println!("export AWS_DEFAULT_REGION={}", config.region);
    Ok(())
}
