//! The packed table of all services' operations.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cairn_operations::{ServiceModel, Table, compile};

use super::source::Source;

/// Where the table is committed.
const TARGET: &str = "crates/operations/data/operations.bin";

/// Packs every service of `source`; with `check`, returns the file if it holds something else.
pub(super) fn generate(root: &Path, source: &Source, check: bool) -> Result<Option<PathBuf>> {
    let path = root.join(TARGET);
    let packed = Table::pack(&source.title(), models(source)?).context("pack the table of operations")?;
    if check {
        return Ok((fs::read(&path).ok().as_deref() != Some(packed.as_slice())).then_some(path));
    }
    fs::write(&path, packed).with_context(|| format!("write {}", path.display()))?;
    println!("wrote {}", path.display());
    Ok(None)
}

fn models(source: &Source) -> Result<Vec<ServiceModel>> {
    let mut models = Vec::new();
    for (name, model) in source.newest_models()? {
        let text = source.read_model(&model)?;
        models.push(compile(&name, text.as_bytes()).with_context(|| format!("compile {name}"))?);
    }
    Ok(models)
}
