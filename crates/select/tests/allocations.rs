//! Matching allocates nothing, whatever the selectors and the event.

use cairn_event::EventView;
use cairn_select::{EventSelectors, Selectors, caused_by_delivery};
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;

#[path = "agreement/generate.rs"]
mod generate;

#[test]
fn matching_allocates_nothing() {
    let mut runner = TestRunner::deterministic();
    let (mut matched, mut missed) = (0, 0);
    for turn in 0..500 {
        let given = match turn % 2 {
            0 => generate::basic().new_tree(&mut runner).unwrap().current(),
            _ => generate::advanced().new_tree(&mut runner).unwrap().current(),
        };
        let given: EventSelectors = serde_json::from_value(given).unwrap();
        let selectors = Selectors::for_trail(given).unwrap();
        for _ in 0..20 {
            let event = generate::event().new_tree(&mut runner).unwrap().current().to_string();
            let view = EventView::parse(event.as_bytes()).unwrap();
            let mut matches = false;
            let counted = allocation_counter::measure(|| {
                matches = selectors.matches(&view) && !caused_by_delivery(&view);
            });
            assert_eq!(counted.count_total, 0, "{event}\n{selectors:?}");
            if matches { matched += 1 } else { missed += 1 }
        }
    }
    println!("without an allocation: {matched} matched, {missed} missed");
    assert!(matched > 1000 && missed > 1000);
    // The counter counts.
    assert!(allocation_counter::measure(|| drop(std::hint::black_box(vec![1_u8]))).count_total > 0);
}
