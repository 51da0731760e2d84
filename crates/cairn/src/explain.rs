//! `cairn explain`: why a call is named as it is, and what it is recorded as.

mod exchange;
mod told;

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use cairn_server::{Config, Explainer, SystemClock};

use crate::output::{self, Form, JsonFlag};
use crate::settings::Place;

/// Flags of `cairn explain`.
#[derive(Debug, clap::Args)]
pub(crate) struct Explain {
    /// Recorded exchanges: files with one JSON document or with JSON lines, directories of such files, - for
    /// standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Recognise by the table of operations in this file, made with `cairn operations build`.
    #[arg(long, value_name = "FILE")]
    operations_file: Option<String>,
    #[command(flatten)]
    json: JsonFlag,
}

impl Explain {
    pub(crate) fn run(&self, place: &Place) -> anyhow::Result<()> {
        let flags = self.operations_file.clone().map(|file| ("gateway.operations_file", file));
        let config = Config::understand(&place.settings(flags.into_iter().collect())?)?;
        let explainer = Explainer::open(&config, Arc::new(SystemClock))?;
        let form = Form::choose(self.json);
        for path in &self.files {
            for file in named(path)? {
                explain(&explainer, &file, form)?;
            }
        }
        Ok(())
    }
}

/// Returns the files that an argument means: those in a directory, or itself.
fn named(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_path_buf()]);
    }
    let reading = || format!("read {}", path.display());
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).with_context(reading)? {
        let file = entry.with_context(reading)?.path();
        if file.extension().is_some_and(|end| end == "json" || end == "jsonl" || end == "ndjson") {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}

fn explain(explainer: &Explainer, path: &Path, form: Form) -> anyhow::Result<()> {
    let (name, reader): (String, Box<dyn Read>) = match path.to_str() {
        Some("-") => ("-".to_owned(), Box::new(io::stdin().lock())),
        _ => {
            let file = File::open(path).with_context(|| format!("read {}", path.display()))?;
            (path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(), Box::new(file))
        }
    };
    let mut lines = String::new();
    for seen in exchange::read(BufReader::new(reader)) {
        let seen = seen.with_context(|| format!("understand {}", path.display()))?;
        lines.push_str(&told::told(&name, &explainer.explain(&seen), form));
        // Whoever follows a pipe sees lines soon; whoever explains many does not pay for each.
        if form == Form::Table || lines.len() > BUFFERED_BYTES {
            output::print(std::mem::take(&mut lines))?;
        }
    }
    output::print(lines)
}

/// How much is written at once.
const BUFFERED_BYTES: usize = 64 * 1024;

#[cfg(test)]
mod tests;
