//! Third-party crates that may be used in few places, so that a heavy or opinionated dependency
//! stays behind one of ours.

use super::Finding;
use super::workspace::Workspace;

enum Fence {
    /// Direct use is for these crates alone.
    Only(&'static [&'static str]),
    /// Direct use is for every crate but these.
    Except(&'static [&'static str]),
}

/// The crates that know no runtime: they are functions, or plain threads.
const WITHOUT_RUNTIME: &[&str] =
    &["access", "anomaly", "digest", "event", "journal", "select", "sigv4", "wire"];

const FENCES: &[(&str, Fence)] = &[
    ("anyhow", Fence::Only(&["cairn"])),
    ("aws-config", Fence::Only(&["aws"])),
    ("aws-sdk-cloudwatchlogs", Fence::Only(&["aws"])),
    ("aws-sdk-eventbridge", Fence::Only(&["aws"])),
    ("aws-sdk-kms", Fence::Only(&["aws"])),
    ("aws-sdk-s3", Fence::Only(&["aws"])),
    ("aws-sdk-sns", Fence::Only(&["aws"])),
    ("axum", Fence::Only(&["capture", "delivery", "server"])),
    ("clap", Fence::Only(&["cairn"])),
    ("datafusion", Fence::Only(&["lake"])),
    ("hyper", Fence::Only(&["cairn", "gateway", "s3", "server", "stream"])),
    ("hyper-util", Fence::Only(&["cairn", "gateway", "s3", "server", "stream"])),
    ("object_store", Fence::Only(&["delivery", "history", "lake", "server"])),
    ("s3s", Fence::Only(&["s3"])),
    ("sqlx", Fence::Only(&["catalog", "insights", "s3", "sqlite"])),
    ("tantivy", Fence::Only(&["history"])),
    ("tokio", Fence::Except(WITHOUT_RUNTIME)),
    ("tokio-util", Fence::Except(WITHOUT_RUNTIME)),
];

pub(super) fn check(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in workspace.crates() {
        for (name, fence) in FENCES {
            if !package.dependencies.iter().any(|dependency| !dependency.own && dependency.name == *name) {
                continue;
            }
            let advice = match fence {
                Fence::Only(crates) if !crates.contains(&package.name.as_str()) => {
                    format!("drop `{name}`: only {} may use it directly", crates.join(", "))
                }
                Fence::Except(crates) if crates.contains(&package.name.as_str()) => {
                    format!("drop `{name}`: `{}` is in the tier without a runtime", package.name)
                }
                Fence::Only(_) | Fence::Except(_) => continue,
            };
            findings.push(Finding::new(package.manifest(), advice));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::workspace::{Dependency, Package};
    use super::*;

    #[test]
    fn fences_hold() {
        for (package, dependency, allowed) in [
            ("history", "tantivy", true),
            ("lake", "tantivy", false),
            ("s3", "s3s", true),
            ("server", "s3s", false),
            ("control", "tokio", true),
            ("wire", "tokio", false),
            ("wire", "serde", true),
        ] {
            let dependencies = vec![Dependency { name: dependency.to_owned(), own: false }];
            let directory = format!("crates/{package}").into();
            let package = Package { name: package.to_owned(), directory, dependencies };
            let findings = check(&Workspace { packages: vec![package] });
            assert_eq!(findings.is_empty(), allowed, "{findings:?}");
        }
    }
}
