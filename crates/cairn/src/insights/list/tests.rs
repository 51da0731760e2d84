use super::super::told::tests::record;
use super::*;

#[test]
fn the_two_events_of_an_insight_are_one_line() {
    let told = |state: &str, at: &str| Told::parse(&record(state, at)).unwrap();
    let events = vec![told("End", "2026-03-02T12:11:00Z"), told("Start", "2026-03-02T12:04:00Z")];
    let episodes = Episode::pair(events);
    let now = episodes[0].began() + 600;
    assert_eq!(
        table(&episodes, now, false),
        "START (UTC)       LASTED     EVENT       SOURCE  USUALLY       THEN           WHO                    ID\n\
         2026-03-02 12:04  7 minutes  CreateTags  ec2     25.2 an hour  26.7 a minute  assumed-role/fleet +1  End-id\n"
    );
    let both: serde_json::Value = serde_json::from_str(&json(&episodes[0]).unwrap()).unwrap();
    assert_eq!(both["start"]["eventID"], "Start-id");
    assert_eq!(both["end"]["insightDetails"]["state"], "End");
    let goes_on = Episode::pair(vec![told("Start", "2026-03-02T12:04:00Z")]);
    assert!(table(&goes_on, now, true).contains("10 minutes, goes on  111122223333  CreateTags"));
    // Its start is too old to be listed: the end knows when it was.
    let end_alone = Episode::pair(vec![told("End", "2026-03-02T12:11:00Z")]);
    assert_eq!(end_alone[0].began(), episodes[0].began());
}
