use std::fs;

use super::*;

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// A small tree that follows every rule.
fn tidy_tree() -> tempfile::TempDir {
    let tree = tempfile::tempdir().unwrap();
    let root = tree.path();
    write(
        root,
        "Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n[workspace.lints.rust]\nunsafe_code = \"forbid\"\n",
    );
    let manifest = "[package]\nname = \"cairn-wire\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[lints]\nworkspace = true\n";
    write(root, "crates/wire/Cargo.toml", manifest);
    write(root, "crates/wire/src/lib.rs", "//! Docs.\n\nmod cloudtrail;\n");
    write(
        root,
        "crates/wire/src/cloudtrail/operation.rs",
        "pub const ALL: [Self; 1] = [\n    Self::AddTags,\n];\n",
    );
    write(root, "docs/compatibility.md", "| operation | state |\n|-|-|\n| `AddTags` | refused |\n");
    write(root, "docs/adr/001-first.md", "# First\n");
    write(root, "docs/README.md", "[first](adr/001-first.md)\n");
    write(root, "ARCHITECTURE.md", "| crate | may use |\n|-|-|\n| wire | – |\n");
    tree
}

fn found(root: &Path) -> Vec<String> {
    findings(root).unwrap().iter().map(ToString::to_string).collect()
}

#[test]
fn a_tree_that_follows_the_rules_has_no_findings() {
    let tree = tidy_tree();
    assert_eq!(found(tree.path()), Vec::<String>::new());
}

#[test]
fn each_broken_rule_is_found_with_its_path() {
    for (path, text, finding) in [
        ("ARCHITECTURE.md", "nothing\n", "ARCHITECTURE.md: add the table"),
        ("docs/compatibility.md", "nothing\n", "docs/compatibility.md: give `AddTags` one row"),
        ("docs/adr/002-second.md", "# Second\n", "docs/adr/002-second.md: link it from"),
        ("docs/adr/second.md", "# Second\n", "docs/adr/second.md: name it NNN-title.md"),
        ("docs/adr/001-again.md", "# Again\n", "docs/adr/001-first.md: take another number"),
        ("docs/guide.md", "[first](adr/none.md)\n", "docs/guide.md: mend the link to adr/none.md"),
        (
            "docs/guide.md",
            "[first](adr/001-first.md#second)\n",
            "docs/guide.md: mend the link to adr/001-first.md#second",
        ),
        ("docs/formats/segment.md", "# Segment\n", "docs/formats/segment.md: link it from"),
        ("crates/wire/src/utils.rs", "", "crates/wire/src/utils.rs: name the module"),
        ("crates/wire/src/lib.rs", "mod cloudtrail;\n", "crates/wire/src/lib.rs: begin with crate docs"),
        ("crates/wire/src/lib.rs", "//! D.\nfn a() {}\n", "crates/wire/src/lib.rs: move `fn a() {}`"),
        (
            "crates/wire/Cargo.toml",
            "[package]\nname = \"cairn-wire\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
            "crates/wire/Cargo.toml: add `[lints]`",
        ),
    ] {
        let tree = tidy_tree();
        write(tree.path(), path, text);
        let found = found(tree.path());
        assert!(found.iter().any(|line| line.starts_with(finding)), "{path}: {found:#?}");
    }
}
