//! The edges between our crates, held to the table of crates in `ARCHITECTURE.md`.
//!
//! The table is the first one there with the columns `crate` and `may use`; others are ignored. A
//! cell of `may use` lists crates without the `cairn-` prefix, separated by commas; a dash stands for
//! none and `all above` for every crate of the rows before. Rows run from the bottom tier up: a crate
//! may only use crates of rows before its own.

use super::workspace::{Package, Workspace};
use super::{Finding, markdown};

/// The page that holds the table.
pub(super) const PAGE: &str = "ARCHITECTURE.md";

struct Row {
    name: String,
    may_use: Vec<String>,
}

pub(super) fn check(workspace: &Workspace, page: Option<&str>) -> Vec<Finding> {
    let Some(table) = page.and_then(|page| markdown::table(page, ["crate", "may use"])) else {
        return vec![Finding::new(PAGE, "add the table of crates, with the columns `crate` and `may use`")];
    };
    let mut findings = Vec::new();
    let mut rows: Vec<Row> = Vec::new();
    for [name, may_use] in table {
        let may_use = listed(&may_use, &rows);
        for used in &may_use {
            if !rows.iter().any(|row| row.name == *used) {
                let advice =
                    format!("`{name}` may use `{used}`, which no row above it names: move or drop it");
                findings.push(Finding::new(PAGE, advice));
            }
        }
        rows.push(Row { name, may_use });
    }
    for row in &rows {
        if !workspace.crates().any(|package| package.name == row.name) {
            findings.push(Finding::new(PAGE, format!("`{}` is no crate any more: drop its row", row.name)));
        }
    }
    findings.extend(workspace.crates().flat_map(|package| edges_of(package, &rows)));
    findings
}

fn listed(cell: &str, above: &[Row]) -> Vec<String> {
    if cell.eq_ignore_ascii_case("all above") {
        return above.iter().map(|row| row.name.clone()).collect();
    }
    let names = cell.split(',').map(str::trim);
    names.filter(|name| !matches!(*name, "" | "-" | "–" | "—")).map(str::to_owned).collect()
}

fn edges_of(package: &Package, rows: &[Row]) -> Vec<Finding> {
    let Some(row) = rows.iter().find(|row| row.name == package.name) else {
        let advice = format!("`{}` is in no row of the table of crates in {PAGE}: add it", package.name);
        return vec![Finding::new(package.manifest(), advice)];
    };
    let own = package.dependencies.iter().filter(|dependency| dependency.own);
    let undeclared = own.filter(|dependency| !row.may_use.contains(&dependency.name));
    undeclared
        .map(|dependency| {
            let advice = format!(
                "`{}` uses `{}`, which {PAGE} does not allow: drop the edge, or argue for it in an ADR",
                package.name, dependency.name
            );
            Finding::new(package.manifest(), advice)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::workspace::Dependency;
    use super::*;

    const PAGE_TEXT: &str = "# A page\n\n| other | table |\n|---|---|\n| a | b |\n\n\
        | tier | crate | one line | may use |\n| --- | :-: | --- | --- |\n\
        | pure | `event` | the record | – |\n| | `select` | selectors | `event` |\n\
        | edge | `server` | HTTP | all above |\n\nText.\n";

    fn package(name: &str, uses: &[&str]) -> Package {
        let mut dependencies: Vec<_> =
            uses.iter().map(|name| Dependency { name: (*name).to_owned(), own: true }).collect();
        dependencies.push(Dependency { name: "serde".to_owned(), own: false });
        Package { name: name.to_owned(), directory: format!("crates/{name}").into(), dependencies }
    }

    fn check_against(page: &str, packages: Vec<Package>, expected: &[&str]) {
        let found = check(&Workspace { packages }, Some(page));
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), expected.len(), "{found:#?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.contains(expected), "{found} lacks {expected}");
        }
    }

    #[test]
    fn edges_in_the_table_pass() {
        let packages =
            vec![package("event", &[]), package("select", &["event"]), package("server", &["select"])];
        check_against(PAGE_TEXT, packages, &[]);
    }

    #[test]
    fn everything_else_is_found() {
        let packages =
            vec![package("event", &["select"]), package("select", &[]), package("server", &["event"])];
        check_against(PAGE_TEXT, packages, &["`event` uses `select`"]);
        let packages = vec![package("event", &[]), package("select", &[]), package("lake", &[])];
        check_against(PAGE_TEXT, packages, &["`server` is no crate", "`lake` is in no row"]);
        let upward = "| crate | may use |\n|-|-|\n| event | select |\n| select | - |\n";
        check_against(upward, vec![package("event", &[]), package("select", &[])], &["no row above it"]);
        check_against("no table", Vec::new(), &["add the table"]);
    }
}
