use super::super::explain::drawn;
use super::super::explanation::tests::{silence, surge};
use super::*;

/// Compares an explanation with the one that is committed.
fn check(page: &str, file: &str) {
    let of = Explanation::parse(page.as_bytes()).unwrap();
    let now = of.episode.began() + 600;
    let said = explain(&of, &drawn(&of, 70, Paint::Plain), now, Paint::Plain);
    let path = format!("{}/src/insights/sentences/cases/{file}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, &said).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(said, expected, "UPDATE_EXPECT=1 writes {file} anew");
}

#[test]
fn a_surge_is_explained() {
    check(&surge(), "surge.txt");
}

#[test]
fn a_silence_that_goes_on_is_explained() {
    check(&silence(), "silence.txt");
}

#[test]
fn names_cannot_command_a_terminal() {
    let page = surge().replace("aws-sdk-go/1.55", "a\\u001b[2J").replace("CreateTags", "b\\u001b[2J");
    let of = Explanation::parse(page.as_bytes()).unwrap();
    assert!(!explain(&of, "", 0, Paint::Plain).contains('\u{1b}'));
}
