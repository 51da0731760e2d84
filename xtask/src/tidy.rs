//! `xtask tidy`: the house rules as a program.
//!
//! Each rule looks at the tree and returns what breaks it. Whole-tree rules that need a page which is
//! not there say so once, as a finding of that page.

mod compatibility;
mod documents;
mod edges;
mod fences;
mod links;
mod manifests;
mod markdown;
mod names;
mod sources;
mod tree;
mod workspace;

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::Result;

use workspace::Workspace;

/// A broken rule: where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    /// Relative to the root of the tree.
    pub(crate) path: PathBuf,
    pub(crate) advice: String,
}

impl Finding {
    fn new(path: impl Into<PathBuf>, advice: impl Into<String>) -> Self {
        Self { path: path.into(), advice: advice.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.advice)
    }
}

/// Looks at the tree below `root` and returns every broken rule, in path order.
pub(crate) fn findings(root: &Path) -> Result<Vec<Finding>> {
    let workspace = Workspace::load(root)?;
    let mut findings = edges::check(&workspace, tree::read(root, edges::PAGE)?.as_deref());
    findings.extend(fences::check(&workspace));
    findings.extend(manifests::check(root, &workspace)?);
    findings.extend(names::check(root, &workspace)?);
    findings.extend(sources::check(root, &workspace)?);
    findings.extend(documents::check(root)?);
    findings.extend(links::check(root)?);
    findings.extend(compatibility::check(root)?);
    findings.sort();
    findings.dedup();
    Ok(findings)
}

#[cfg(test)]
mod tests;
