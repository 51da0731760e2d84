//! `cairn completion`.

use clap_complete::Shell;

use crate::output;

/// Flags of `cairn completion`.
#[derive(Debug, clap::Args)]
pub(crate) struct Completion {
    /// The shell, as `eval "$(cairn completion bash)"` in its start-up file.
    #[arg(value_parser = clap::builder::EnumValueParser::<Shell>::new())]
    shell: Shell,
}

impl Completion {
    pub(crate) fn run(&self, command: &mut clap::Command) -> anyhow::Result<()> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, command, "cairn", &mut script);
        output::print(script)
    }
}
