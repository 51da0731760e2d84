//! The workspace as `cargo metadata` sees it, cut down to what the rules ask.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::cargo;

/// What package names begin with and the table of crates leaves out.
const PREFIX: &str = "cairn-";

#[derive(Debug, Default)]
pub(super) struct Workspace {
    pub(super) packages: Vec<Package>,
}

#[derive(Debug)]
pub(super) struct Package {
    /// As in the table of crates: `journal` for `cairn-journal`.
    pub(super) name: String,
    /// The directory of its manifest, relative to the root.
    pub(super) directory: PathBuf,
    /// Direct dependencies that ship: neither for tests nor for build scripts.
    pub(super) dependencies: Vec<Dependency>,
}

#[derive(Debug)]
pub(super) struct Dependency {
    pub(super) name: String,
    /// Whether it is a package of this workspace.
    pub(super) own: bool,
}

impl Workspace {
    pub(super) fn load(root: &Path) -> Result<Self> {
        let told = cargo::output(root, &["metadata", "--no-deps", "--offline", "--format-version", "1"])?;
        let metadata: Metadata = serde_json::from_slice(&told).context("read cargo metadata")?;
        let packages = metadata.packages.into_iter().map(|raw| raw.into_package(root)).collect();
        Ok(Self { packages })
    }

    /// Returns the packages under `crates/`, to which the rules about edges apply.
    pub(super) fn crates(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| package.directory.starts_with("crates"))
    }
}

impl Package {
    pub(super) fn manifest(&self) -> PathBuf {
        self.directory.join("Cargo.toml")
    }
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<RawPackage>,
}

#[derive(Deserialize)]
struct RawPackage {
    name: String,
    manifest_path: PathBuf,
    dependencies: Vec<RawDependency>,
}

#[derive(Deserialize)]
struct RawDependency {
    name: String,
    kind: Option<String>,
    path: Option<PathBuf>,
}

impl RawPackage {
    fn into_package(self, root: &Path) -> Package {
        let directory = self.manifest_path.parent().unwrap_or(Path::new(""));
        let directory = directory.strip_prefix(root).unwrap_or(directory).to_path_buf();
        let shipped = self.dependencies.into_iter().filter(|dependency| dependency.kind.is_none());
        let dependencies = shipped
            .map(|raw| Dependency { name: short(&raw.name).to_owned(), own: raw.path.is_some() })
            .collect();
        Package { name: short(&self.name).to_owned(), directory, dependencies }
    }
}

fn short(name: &str) -> &str {
    name.strip_prefix(PREFIX).unwrap_or(name)
}
