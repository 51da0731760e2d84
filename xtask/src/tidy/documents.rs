//! Decisions and formats are found from the index, and no two decisions have the same number.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::{Finding, tree};

/// The pages that may link to the others.
const INDEXES: &[&str] = &["docs/README.md", "ARCHITECTURE.md"];

pub(super) fn check(root: &Path) -> Result<Vec<Finding>> {
    let mut index = String::new();
    for page in INDEXES {
        index.push_str(&tree::read(root, page)?.unwrap_or_default());
    }
    let mut findings = Vec::new();
    let mut numbers: BTreeMap<String, PathBuf> = BTreeMap::new();
    for directory in ["docs/adr", "docs/formats"] {
        for path in tree::files(root, Path::new(directory), "md")? {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if !index.contains(&format!("/{name})")) {
                findings.push(Finding::new(&path, format!("link it from {}", INDEXES.join(" or "))));
            }
            if directory == "docs/adr" {
                findings.extend(numbered(&path, &name, &mut numbers));
            }
        }
    }
    Ok(findings)
}

fn numbered(path: &Path, name: &str, numbers: &mut BTreeMap<String, PathBuf>) -> Option<Finding> {
    let number = name.split('-').next().unwrap_or_default();
    if number.len() != 3 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Finding::new(path, "name it NNN-title.md"));
    }
    let earlier = numbers.insert(number.to_owned(), path.to_path_buf())?;
    Some(Finding::new(path, format!("take another number: {} has {number}", earlier.display())))
}
