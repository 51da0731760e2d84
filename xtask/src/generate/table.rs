//! The packed table of all services' operations.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cairn_operations::{OperationId, ServiceModel, Table, compile};

use super::source::Source;

/// Where the table is committed.
const TARGET: &str = "crates/operations/data/operations.bin";

/// Packs the models of every service; with `check`, returns the file if it holds something else, however that
/// is packed.
pub(super) fn generate(
    root: &Path,
    source: &Source,
    models: Vec<ServiceModel>,
    check: bool,
) -> Result<Option<PathBuf>> {
    let path = root.join(TARGET);
    if check {
        let committed = fs::read(&path).ok().and_then(|packed| Table::open(&packed).ok());
        return Ok((!committed.is_some_and(|table| holds(&table, source, &models))).then_some(path));
    }
    let packed = Table::pack(&source.title(), models).context("pack the table of operations")?;
    fs::write(&path, packed).with_context(|| format!("write {}", path.display()))?;
    println!("wrote {}", path.display());
    Ok(None)
}

/// Compiles the models of every service, in the table's order.
pub(super) fn models(source: &Source) -> Result<Vec<ServiceModel>> {
    let mut models = Vec::new();
    for (name, model) in source.newest_models()? {
        let text = source.read_model(&model)?;
        models.push(compile(&name, text.as_bytes()).with_context(|| format!("compile {name}"))?);
    }
    Ok(models)
}

fn holds(table: &Table, source: &Source, models: &[ServiceModel]) -> bool {
    let shapes = |service| table.shapes(OperationId { service, operation: 0 });
    table.source() == source.title()
        && table.services().iter().eq(models.iter().map(|model| &model.service))
        && (0_u16..).zip(models).all(|(index, model)| *shapes(index) == model.shapes)
}
