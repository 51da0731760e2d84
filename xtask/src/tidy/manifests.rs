//! Every package takes the workspace's lints.

use std::path::Path;

use anyhow::{Context, Result};

use super::workspace::Workspace;
use super::{Finding, tree};

pub(super) fn check(root: &Path, workspace: &Workspace) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for package in &workspace.packages {
        let path = package.manifest();
        let text = tree::read(root, &path)?.with_context(|| format!("find {}", path.display()))?;
        let manifest: toml::Table = text.parse().with_context(|| format!("read {}", path.display()))?;
        let inherits =
            manifest.get("lints").and_then(|lints| lints.get("workspace")).and_then(toml::Value::as_bool);
        if inherits != Some(true) {
            findings.push(Finding::new(path, "add `[lints]` with `workspace = true`"));
        }
    }
    Ok(findings)
}
