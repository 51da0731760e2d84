//! The compiled matcher agrees with a naive one, and selectors survive being answered and put again.
//!
//! The naive matcher is written from the description of the semantics alone: it looks at plain JSON, knows no
//! compiled form and shares no code with the crate.

use cairn_event::EventView;
use cairn_select::{EventSelectors, Selectors};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

#[path = "agreement/generate.rs"]
mod generate;
#[path = "agreement/naive.rs"]
mod naive;

fn failed(error: impl std::error::Error) -> TestCaseError {
    TestCaseError::fail(error.to_string())
}

fn compile(given: &Value) -> Result<Selectors, TestCaseError> {
    let given: EventSelectors = serde_json::from_value(given.clone()).map_err(failed)?;
    Selectors::for_trail(given).map_err(failed)
}

fn agree(given: &Value, events: &[Value]) -> Result<(), TestCaseError> {
    let selectors = compile(given)?;
    for event in events {
        let bytes = event.to_string();
        let view = EventView::parse(bytes.as_bytes()).map_err(failed)?;
        prop_assert_eq!(selectors.matches(&view), naive::logs(given, event), "{}\n{}", given, event);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn basic_selectors_agree_with_the_naive_matcher(
        given in generate::basic(),
        events in prop::collection::vec(generate::event(), 1..20),
    ) {
        agree(&given, &events)?;
    }

    #[test]
    fn advanced_selectors_agree_with_the_naive_matcher(
        given in generate::advanced(),
        events in prop::collection::vec(generate::event(), 1..20),
    ) {
        agree(&given, &events)?;
    }

    #[test]
    fn selectors_that_are_answered_and_put_again_are_the_same(
        given in prop_oneof![generate::basic(), generate::advanced()],
    ) {
        let first = compile(&given)?;
        let answered = serde_json::to_value(first.given()).unwrap();
        let second = compile(&answered)?;
        prop_assert_eq!(first.given(), second.given());
        prop_assert_eq!(serde_json::to_value(second.given()).unwrap(), answered);
    }

    #[test]
    fn an_event_is_selected_by_a_list_when_one_of_it_selects_it(
        first in generate::advanced(),
        second in generate::advanced(),
        event in generate::event(),
    ) {
        let list = |given: &Value| given["AdvancedEventSelectors"].as_array().cloned().unwrap_or_default();
        let both = json!({"AdvancedEventSelectors": ([list(&first), list(&second)].concat())});
        let bytes = event.to_string();
        let view = EventView::parse(bytes.as_bytes()).unwrap();
        let either = compile(&first)?.matches(&view) || compile(&second)?.matches(&view);
        prop_assert_eq!(compile(&both)?.matches(&view), either);
    }
}

/// The generators would prove nothing if they hardly ever produced a match.
#[test]
fn generated_selectors_match_and_miss_often() {
    use proptest::strategy::ValueTree as _;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut counts = Map::new();
    for (name, selectors) in
        [("basic", generate::basic().boxed()), ("advanced", generate::advanced().boxed())]
    {
        let (mut matched, mut missed) = (0, 0);
        for _ in 0..2000 {
            let given = selectors.new_tree(&mut runner).unwrap().current();
            let event = generate::event().new_tree(&mut runner).unwrap().current();
            if naive::logs(&given, &event) { matched += 1 } else { missed += 1 }
        }
        counts.insert(name.to_owned(), json!([matched, missed]));
        assert!(matched > 200 && missed > 200, "{name}: {matched} matched, {missed} missed");
    }
    println!("matched and missed: {}", Value::Object(counts));
}

/// Nor would they, if an operator of some field were never generated.
#[test]
fn every_operator_of_every_field_is_generated() {
    use proptest::strategy::ValueTree as _;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..3000 {
        let given = generate::advanced().new_tree(&mut runner).unwrap().current();
        for selector in given["AdvancedEventSelectors"].as_array().unwrap() {
            let fields = selector["FieldSelectors"].as_array().unwrap();
            let category = fields.iter().find(|field| field["Field"] == "eventCategory").unwrap();
            for field in fields {
                for operator in field.as_object().unwrap().keys().filter(|name| *name != "Field") {
                    seen.insert(format!("{} {} {operator}", category["Equals"][0], field["Field"]));
                }
            }
        }
    }
    // Management: category, readOnly, eventSource. Data: category, type, readOnly, two of the console field
    // and six of five fields. Network activity: category, source, error and six of three fields.
    assert_eq!(seen.len(), 3 + (5 + 5 * 6) + (3 + 3 * 6), "{seen:#?}");
}
