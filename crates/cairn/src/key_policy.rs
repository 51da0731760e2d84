//! `cairn key-policy`.

use cairn_access::trail_key_policy;

use crate::output;
use crate::settings::Place;

/// Flags of `cairn key-policy`.
#[derive(Debug, clap::Args)]
pub(crate) struct KeyPolicy {}

impl KeyPolicy {
    pub(crate) fn run(&self, place: &Place) -> anyhow::Result<()> {
        output::print(format!("{}\n", trail_key_policy(place.installation()?.account)))
    }
}
