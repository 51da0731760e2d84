use std::cell::Cell;

use super::super::told::tests::record;
use super::*;

/// A server that takes one condition answers pages in which few events hold all.
#[tokio::test]
async fn what_does_not_match_is_not_counted_among_the_most_that_are_wanted() {
    let asked = Cell::new(0);
    let page = |input: Value| {
        assert_eq!(input["MaxResults"], PAGE_EVENTS_MAX);
        asked.set(asked.get() + 1);
        let others = record("Start", "2026-03-02T12:04:00Z").replace("ec2.amazonaws.com", "s3.amazonaws.com");
        let mut events = vec![json!({ "CloudTrailEvent": others }); PAGE_EVENTS_MAX - 1];
        events.push(json!({ "CloudTrailEvent": record("Start", "2026-03-02T12:04:00Z") }));
        async move { Ok::<_, CallError>(json!({ "Events": events, "NextToken": "more" })) }
    };
    let (name, source) = (Some("CreateTags".to_owned()), Some("ec2.amazonaws.com".to_owned()));
    let wanted = Wanted { name, source, max: 3, ..Wanted::default() };
    assert_eq!(wanted.attribute(), Some(("EventName", "CreateTags")));
    let told = pages(json!({}), &wanted, page).await.unwrap();
    assert_eq!((told.len(), asked.get()), (3, 3));
    assert!(told.iter().all(|told| told.source == "ec2.amazonaws.com"));
}
