//! Matching builds no tree of the event: what it allocates does not grow with what the pattern does not name.

use cairn_pattern::Pattern;

#[test]
fn allocations_do_not_grow_with_the_event() {
    let pattern = Pattern::parse(
        r#"{"source": ["aws.iam"], "detail": {"eventName": [{"prefix": "Delete"}], "errorCode": [{"exists": false}]}}"#,
    )
    .unwrap();
    let event = |members: usize| {
        let more: Vec<String> = (0..members).map(|n| format!(r#""m{n}": {{"a": ["{n}", {n}.5]}}"#)).collect();
        let detail = format!(r#"{{"eventName": "DeleteUser", "requestParameters": {{{}}}}}"#, more.join(","));
        format!(r#"{{"source": "aws.iam", "detail": {detail}}}"#)
    };
    let allocations = |event: String| {
        let mut matched = false;
        let counted = allocation_counter::measure(|| matched = pattern.matches(event.as_bytes()).unwrap());
        assert!(matched);
        counted.count_total
    };
    let (small, large) = (allocations(event(0)), allocations(event(5_000)));
    println!("{small} allocations for a small event, {large} for a large one");
    // The JSON reader keeps one buffer of its own.
    assert!(large <= small + 1 && small < 20, "{small} {large}");
}
