//! No crate and no module is a drawer: its name says what is inside.

use std::path::Path;

use anyhow::Result;

use super::workspace::Workspace;
use super::{Finding, tree};

const DRAWERS: &[&str] =
    &["common", "core", "helper", "helpers", "manager", "managers", "misc", "shared", "util", "utils"];

pub(super) fn check(root: &Path, workspace: &Workspace) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for package in &workspace.packages {
        if DRAWERS.contains(&package.name.as_str()) {
            findings.push(Finding::new(package.manifest(), "name the crate by what is inside"));
        }
        for source in ["src", "tests", "benches"] {
            for path in tree::files(root, &package.directory.join(source), "rs")? {
                if is_drawer(path.strip_prefix(&package.directory).unwrap_or(&path)) {
                    findings.push(Finding::new(path, "name the module by what is inside"));
                }
            }
        }
    }
    Ok(findings)
}

fn is_drawer(path: &Path) -> bool {
    let directories = path.parent().into_iter().flat_map(Path::components);
    let names = directories.map(|component| component.as_os_str()).chain(path.file_stem());
    names.filter_map(|name| name.to_str()).any(|name| DRAWERS.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawers_are_found_at_any_depth() {
        for (path, drawer) in [
            ("src/utils.rs", true),
            ("src/s3/common.rs", true),
            ("tests/helpers/server.rs", true),
            ("src/core/segment.rs", true),
            ("src/segment.rs", false),
            ("src/score.rs", false),
        ] {
            assert_eq!(is_drawer(Path::new(path)), drawer, "{path}");
        }
    }
}
