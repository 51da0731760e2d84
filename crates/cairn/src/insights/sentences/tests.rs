use super::super::explain::drawn;
use super::super::explanation::tests::{silence, surge};
use super::*;

/// Compares an explanation with the one that is committed.
fn check(page: &str, file: &str) {
    let of = Explanation::parse(page.as_bytes()).unwrap();
    let now = of.episode.began() + 600;
    let said = explain(&of, &drawn(&of, 70, Paint::Plain), 120, now, Paint::Plain);
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
fn a_surge_of_a_minute_is_told_once() {
    let mut of = Explanation::parse(surge().as_bytes()).unwrap();
    of.unusual.1 = of.unusual.0 + 1;
    of.episode.end.as_mut().unwrap().at = of.episode.began() + 60;
    assert_eq!(of.during().calls, 31);
    assert_eq!(
        happened(&of),
        "At 12:04 there were 31 calls in one minute, 74 times as many as usual. It was over at 12:05."
    );
}

#[test]
fn names_cannot_command_a_terminal() {
    let page = surge().replace("aws-sdk-go/1.55", "a\\u001b[2J").replace("CreateTags", "b\\u001b[2J");
    let of = Explanation::parse(page.as_bytes()).unwrap();
    assert!(!explain(&of, "", 80, 0, Paint::Plain).contains('\u{1b}'));
}

#[test]
fn names_cannot_command_a_shell() {
    let advised = |name: &str| {
        let page = surge().replace("CreateTags", name);
        advice(&Explanation::parse(page.as_bytes()).unwrap())
    };
    for (name, word) in [
        ("X$(touch /tmp/pwned)", "'X$(touch /tmp/pwned)'"),
        ("it's; true", r"'it'\''s; true'"),
        ("a\\nrm -rf b", "'a\u{fffd}rm -rf b'"),
    ] {
        let said = advised(name);
        assert!(
            said.contains(&format!("cairn lookup --event-name {word} --event-source ec2 --region")),
            "{said}"
        );
        assert!(!said.contains("insights mute"), "{said}");
    }
    let said = advised("v1/Tags:create");
    assert!(
        said.ends_with("    cairn insights mute v1Tagscreate --event-name v1/Tags:create --source ec2\n"),
        "{said}"
    );
}

#[test]
fn an_explanation_is_no_wider_than_the_terminal() {
    let page = surge().replace("assumed-role/fleet", &"assumed-role/fleet".repeat(4));
    let of = Explanation::parse(page.as_bytes()).unwrap();
    let said = explain(&of, "", 72, 0, Paint::Plain);
    let lines = said.lines().filter(|line| !line.contains("    cairn "));
    assert_eq!(lines.skip(2).map(|line| line.chars().count()).max(), Some(72), "{said}");
}

#[test]
fn what_was_found_in_imported_logs_is_told_to_no_trail() {
    let page = silence().replacen(r#""trails":[]"#, r#""imported":true,"trails":[]"#, 1);
    let of = Explanation::parse(page.as_bytes()).unwrap();
    assert!(subtitle(&of, 0).ends_with("medium sensitivity; found in imported logs; no trail is told"));
}

#[test]
fn runs_of_one_client_are_one_and_what_is_not_told_is_said() {
    let agents = "[aws-cli/1.46.3 md/a],[aws-cli/1.46.3 md/b],[S3Console/0.4]".split(',');
    let insight = agents.map(|agent| (agent.to_owned(), 3.0)).collect();
    let by =
        Attribution { attribute: "userAgent".to_owned(), insight, baseline: vec![("x".to_owned(), 1.0)] };
    let mut told = Told::parse(&super::super::told::tests::record("Start", "2026-03-02T12:04:00Z")).unwrap();
    told.statistics.insight.average = 45.0;
    let rows: Vec<String> = shares(&by, Way::Surge, &told).iter().map(|row| row.join("|")).collect();
    assert_eq!(
        rows,
        [
            "aws-cli/1.46.3|6 a minute|13 %|none",
            "S3Console/0.4|3 a minute|7 %|none",
            "others|36 a minute|80 %|"
        ]
    );
}
