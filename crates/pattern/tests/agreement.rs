//! Any pattern matches any event as a naive matcher says, which tries every combination of values.

use cairn_pattern::{Explanation, Pattern};
use proptest::prelude::*;

#[path = "agreement/generate.rs"]
mod generate;
#[path = "agreement/naive.rs"]
mod naive;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4000) })]

    #[test]
    fn agrees_with_the_naive_matcher(pattern in generate::pattern(), event in generate::event()) {
        let Ok(parsed) = Pattern::parse(&pattern.to_string()) else { return Ok(()) };
        let expected = naive::matches(&pattern, &event);
        let matched = parsed.matches(event.to_string().as_bytes()).unwrap();
        prop_assert_eq!(matched, expected, "{}\n{}", pattern, event);
    }

    #[test]
    fn arbitrary_text_never_panics(text in "[\\[\\]{}:,\"a$or*\\\\.<>=0-9 -]{0,60}", event in any::<Vec<u8>>()) {
        if let Ok(pattern) = Pattern::parse(&text) {
            let _known = pattern.matches(&event).is_ok();
            let _explained = pattern.explain(text.as_bytes()).is_ok();
        }
    }

    #[test]
    fn a_damaged_event_never_panics(
        pattern in generate::pattern(),
        event in generate::event(),
        at in any::<prop::sample::Index>(),
        to: u8,
    ) {
        let Ok(pattern) = Pattern::parse(&pattern.to_string()) else { return Ok(()) };
        let mut bytes = event.to_string().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = to;
        let matched = pattern.matches(&bytes).unwrap_or(false);
        let explained = pattern.explain(&bytes).is_ok_and(|explained| explained == Explanation::Matches);
        // Reading the whole event refuses more than walking through it.
        prop_assert!(matched || !explained);
    }

    #[test]
    fn a_damaged_pattern_never_panics(pattern in generate::pattern(), at in any::<prop::sample::Index>(), to: u8) {
        let mut bytes = pattern.to_string().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = to;
        if let Ok(text) = String::from_utf8(bytes) {
            let _known = Pattern::parse(&text).is_ok();
        }
    }
}

#[test]
fn both_answers_are_tried() {
    use proptest::strategy::ValueTree as _;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut parsed, mut matched) = (0, 0);
    for _ in 0..2000 {
        let pattern = generate::pattern().new_tree(&mut runner).unwrap().current();
        let event = generate::event().new_tree(&mut runner).unwrap().current();
        if let Ok(pattern) = Pattern::parse(&pattern.to_string()) {
            parsed += 1;
            matched += usize::from(pattern.matches(event.to_string().as_bytes()).unwrap());
        }
    }
    println!("{parsed} of 2000 patterns were valid, {matched} matched");
    assert!(parsed > 1000 && matched > 60 && parsed - matched > 60);
}
