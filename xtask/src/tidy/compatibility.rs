//! The compatibility table has exactly one row for each CloudTrail operation that `wire` knows.

use std::path::Path;

use anyhow::{Context, Result};

use super::{Finding, markdown, tree};

const PAGE: &str = "docs/compatibility.md";

/// The generated list of operations.
const OPERATIONS: &str = "crates/wire/src/cloudtrail/operation.rs";

pub(super) fn check(root: &Path) -> Result<Vec<Finding>> {
    let source = tree::read(root, OPERATIONS)?.with_context(|| format!("find {OPERATIONS}"))?;
    let operations = operations(&source);
    if operations.is_empty() {
        return Ok(vec![Finding::new(
            OPERATIONS,
            "hold the list `pub const ALL`, as `xtask generate` writes it",
        )]);
    }
    let Some(page) = tree::read(root, PAGE)? else {
        return Ok(vec![Finding::new(PAGE, "write it: one table row for each operation, its name first")]);
    };
    Ok(compare(&operations, &page))
}

fn compare(operations: &[String], page: &str) -> Vec<Finding> {
    let first_cells: Vec<String> =
        page.lines().filter_map(markdown::cells).filter_map(|cells| cells.into_iter().next()).collect();
    let mut findings = Vec::new();
    for operation in operations {
        let rows = first_cells.iter().filter(|cell| *cell == operation).count();
        if rows != 1 {
            findings.push(Finding::new(PAGE, format!("give `{operation}` one row; it has {rows}")));
        }
    }
    findings
}

/// Reads the names out of `pub const ALL: [Self; N] = [Self::A, …];`.
fn operations(source: &str) -> Vec<String> {
    let list = source.split_once("pub const ALL").and_then(|(_, rest)| rest.split_once("];"));
    let names = list.map_or("", |(list, _)| list).split("Self::").skip(1);
    names.filter_map(|name| name.split(',').next()).map(|name| name.trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_operation_has_one_row() {
        let source =
            "pub const ALL: [Self; 2] = [\n        Self::AddTags,\n        Self::GetTrail,\n    ];\n";
        let operations = operations(source);
        assert_eq!(operations, ["AddTags", "GetTrail"]);
        for (page, findings) in [
            ("| `AddTags` | refused |\n| **GetTrail** | done |\n", 0),
            ("| `AddTags` | refused |\n", 1),
            ("| AddTags | a |\n| AddTags | b |\n| GetTrail | c |\n", 1),
            ("AddTags and GetTrail are mentioned\n", 2),
        ] {
            assert_eq!(compare(&operations, page).len(), findings, "{page}");
        }
    }
}
