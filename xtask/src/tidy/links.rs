//! Links between pages lead somewhere: to a file that is there, and where they name a heading, to one of that page.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use anyhow::Result;

use super::{Finding, tree};

/// Pages by themselves, and directories with all that are below.
const PAGES: &[&str] = &["README.md", "ARCHITECTURE.md", "console/README.md", "console/e2e/README.md"];
const DIRECTORIES: &[&str] = &["docs"];

pub(super) fn check(root: &Path) -> Result<Vec<Finding>> {
    let mut pages: BTreeMap<PathBuf, String> = BTreeMap::new();
    for page in PAGES {
        pages.extend(tree::read(root, page)?.map(|text| (PathBuf::from(page), text)));
    }
    for directory in DIRECTORIES {
        for path in tree::files(root, Path::new(directory), "md")? {
            let text = tree::read(root, &path)?.unwrap_or_default();
            pages.insert(path, text);
        }
    }
    let anchors: BTreeMap<&PathBuf, BTreeSet<String>> =
        pages.iter().map(|(path, text)| (path, anchors(text))).collect();
    let mut findings = Vec::new();
    for (path, text) in &pages {
        for link in links(text) {
            let (file, heading) = link.split_once('#').unwrap_or((&link, ""));
            let target = if file.is_empty() { path.clone() } else { beside(path, file) };
            let leads = match anchors.get(&target) {
                Some(anchors) => heading.is_empty() || anchors.contains(heading),
                None => root.join(&target).try_exists()?,
            };
            if !leads {
                findings.push(Finding::new(path, format!("mend the link to {link}: nothing is there")));
            }
        }
    }
    Ok(findings)
}

/// Resolves a link against the page that it stands in.
fn beside(page: &Path, link: &str) -> PathBuf {
    let mut resolved = page.parent().map(Path::to_path_buf).unwrap_or_default();
    for part in Path::new(link).components() {
        match part {
            Component::ParentDir => {
                resolved.pop();
            }
            Component::Normal(name) => resolved.push(name),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    resolved
}

/// Lines that are text: neither fenced code nor indented code.
fn prose(page: &str) -> impl Iterator<Item = &str> {
    let mut fenced = false;
    page.lines().filter(move |line| {
        let is_fence = line.trim_start().starts_with("```");
        fenced ^= is_fence;
        !(is_fence || fenced || line.starts_with("    "))
    })
}

/// Finds where links lead that lead into the tree.
fn links(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in prose(page) {
        // What stands between backticks is code: every second piece.
        let text: String = line.split('`').step_by(2).collect();
        for piece in text.split("](").skip(1) {
            let Some((link, _)) = piece.split_once(')') else { continue };
            if !link.contains("://") && !link.starts_with("mailto:") {
                found.push(link.to_owned());
            }
        }
    }
    found
}

/// Names the headings of a page as GitHub does; a name that comes again gets a number.
fn anchors(page: &str) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    for line in prose(page) {
        let title = line.trim_start_matches('#');
        if title.len() == line.len() || !title.starts_with(' ') {
            continue;
        }
        let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
        let name: String = title.trim().to_lowercase().chars().filter(kept).collect();
        let name = name.replace(' ', "-");
        let again = (1..).map(|number| format!("{name}-{number}")).find(|other| !anchors.contains(other));
        match (anchors.contains(&name), again) {
            (true, Some(numbered)) => anchors.insert(numbered),
            _ => anchors.insert(name),
        };
    }
    anchors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_those_of_prose() {
        let page = "A [b](c.md#d) and `[x](y.md)` [e](https://example.com) [f](#g)\n\n    [h](i.md)\n\n```\n[j](k.md)\n```\n";
        assert_eq!(links(page), ["c.md#d", "#g"]);
    }

    #[test]
    fn headings_are_named_as_github_names_them() {
        let page =
            "# The `cairn serve` command\n## Who's told?\n### Twice\n### Twice\n#hashtag\n    # code\n";
        let named = ["the-cairn-serve-command", "twice", "twice-1", "whos-told"].map(str::to_owned);
        assert_eq!(anchors(page), BTreeSet::from(named));
    }

    #[test]
    fn links_are_resolved_from_where_they_stand() {
        for (page, link, target) in [
            ("docs/a.md", "b.md", "docs/b.md"),
            ("docs/adr/a.md", "../b.md", "docs/b.md"),
            ("README.md", "./docs/", "docs"),
        ] {
            assert_eq!(beside(Path::new(page), link), Path::new(target), "{page} {link}");
        }
    }
}
