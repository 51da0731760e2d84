//! `xtask dependencies`: holds every crate of the lock file to the licences and bans of `deny.toml`.
//!
//! `cargo deny` checks more (advisories, sources) and is run where it is installed; this check needs
//! nothing but cargo, so that it can run everywhere.

mod expression;

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::cargo;

/// The parts of `deny.toml` that are checked here.
#[derive(Debug, Deserialize)]
struct Rules {
    licenses: Licences,
    bans: Bans,
}

#[derive(Debug, Deserialize)]
struct Licences {
    allow: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Bans {
    deny: Vec<Ban>,
}

#[derive(Debug, Deserialize)]
struct Ban {
    #[serde(rename = "crate")]
    name: String,
    reason: String,
}

#[derive(Debug, Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
}

/// Returns one line for each crate that may not be used, and the number of crates looked at.
pub(crate) fn findings(root: &Path) -> Result<(Vec<String>, usize)> {
    let page = root.join("deny.toml");
    let rules = std::fs::read_to_string(&page).with_context(|| format!("read {}", page.display()))?;
    let rules: Rules = toml::from_str(&rules).with_context(|| format!("read {}", page.display()))?;
    let told = cargo::output(root, &["metadata", "--locked", "--format-version", "1"])?;
    let metadata: Metadata = serde_json::from_slice(&told).context("read cargo metadata")?;
    let built = built(root)?;
    let built: Vec<&Package> =
        metadata.packages.iter().filter(|package| built.contains(&package.id())).collect();
    let findings = built.iter().filter_map(|package| judge(package, &rules)).collect();
    Ok((findings, built.len()))
}

/// Returns the crates that are ever built, on any platform. The lock file names more: what a feature that
/// nobody asks for would add.
fn built(root: &Path) -> Result<BTreeSet<String>> {
    let everything = ["tree", "--locked", "--workspace", "--all-features", "--target", "all"];
    let as_lines = ["--edges", "normal,build,dev", "--prefix", "none", "--format", "{p}"];
    let tree = cargo::output(root, &[everything, as_lines].concat())?;
    Ok(ids(&String::from_utf8_lossy(&tree)))
}

/// Reads `name v1.2.3 (where it comes from)` lines.
fn ids(tree: &str) -> BTreeSet<String> {
    let words = tree.lines().map(|line| line.split_whitespace().take(2).collect::<Vec<_>>().join(" "));
    words.filter(|id| !id.is_empty()).collect()
}

impl Package {
    /// Names a crate and its version as `cargo tree` does.
    fn id(&self) -> String {
        format!("{} v{}", self.name, self.version)
    }
}

fn judge(package: &Package, rules: &Rules) -> Option<String> {
    let Package { name, version, license } = package;
    if let Some(ban) = rules.bans.deny.iter().find(|ban| ban.name == *name) {
        return Some(format!("{name} {version}: banned: {}", ban.reason));
    }
    let Some(license) = license else {
        return Some(format!("{name} {version}: names no licence"));
    };
    let allowed = |id: &str| rules.licenses.allow.iter().any(|allowed| allowed == id);
    match expression::holds(license, allowed) {
        Some(true) => None,
        Some(false) => Some(format!("{name} {version}: licence {license} is not in deny.toml")),
        None => Some(format!("{name} {version}: licence {license} can not be read")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_that_is_never_built_is_not_judged() {
        let tree = "cairn v0.1.0 (/src/cairn)\nserde v1.0.228 (*)\n\nrustls v0.23.46\n";
        let found: Vec<String> = ids(tree).into_iter().collect();
        assert_eq!(found, ["cairn v0.1.0", "rustls v0.23.46", "serde v1.0.228"]);
        let package = Package { name: "serde".to_owned(), version: "1.0.228".to_owned(), license: None };
        assert!(ids(tree).contains(&package.id()));
    }

    #[test]
    fn a_crate_is_judged_by_name_and_licence() {
        let rules: Rules = toml::from_str(
            "[licenses]\nallow = [\"MIT\"]\n[bans]\ndeny = [{ crate = \"openssl\", reason = \"one stack\" }]",
        )
        .unwrap();
        for (name, license, finding) in [
            ("serde", Some("MIT OR Apache-2.0"), None),
            ("openssl", Some("MIT"), Some("openssl 1.0.0: banned: one stack")),
            ("gpl", Some("GPL-3.0-only"), Some("gpl 1.0.0: licence GPL-3.0-only is not in deny.toml")),
            ("bare", None, Some("bare 1.0.0: names no licence")),
            ("odd", Some("MIT OR"), Some("odd 1.0.0: licence MIT OR can not be read")),
        ] {
            let license = license.map(str::to_owned);
            let package = Package { name: name.to_owned(), version: "1.0.0".to_owned(), license };
            assert_eq!(judge(&package, &rules).as_deref(), finding);
        }
    }
}
