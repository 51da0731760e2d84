use super::super::told::tests::record;
use super::*;

/// A week in which each hour has calls in its first ten minutes, and a surge of seven minutes after it.
pub(in crate::insights) fn surge() -> String {
    let usual = (0..10_080_u32).filter(|minute| minute % 60 < 10).map(|minute| (minute, 2_u64));
    let unusual =
        [31, 25, 40, 30, 20, 21, 20].into_iter().zip(10_080..).map(|(calls, minute)| (minute, calls));
    let calls: Vec<(u32, u64)> = usual.chain(unusual).chain([(10_090, 1)]).collect();
    format!(
        r#"{{"sharedEventId":"c9d1","direction":"surge","sensitivity":"medium","trail":null,"start":{},"end":{},
        "trails":["arn:aws:cloudtrail:us-east-1:111122223333:trail/main"],
        "series":{{"from":"2026-02-23T12:04:00Z","minutes":10147,"calls":{calls:?},"unobserved":[[100,120]]}}}}"#,
        record("Start", "2026-03-02T12:04:00Z"),
        record("End", "2026-03-02T12:11:00Z"),
    )
    .replace('(', "[")
    .replace(')', "]")
}

/// The documentation's: AuthorizeSecurityGroupIngress twenty times a minute, and then not at all.
pub(in crate::insights) fn silence() -> String {
    let calls: Vec<(u32, u64)> = (0..10_080_u32).map(|minute| (minute, 18 + u64::from(minute % 5))).collect();
    let mut start: serde_json::Value =
        serde_json::from_str(&record("Start", "2026-03-02T12:04:00Z")).unwrap();
    let details = &mut start["insightDetails"];
    details["eventName"] = "AuthorizeSecurityGroupIngress".into();
    let context = &mut details["insightContext"];
    context["statistics"] = serde_json::json!({
        "baseline": {"average": 20}, "insight": {"average": 0}, "insightDuration": 5, "baselineDuration": 10_080});
    for told in context["attributions"].as_array_mut().unwrap() {
        told["insight"] = serde_json::json!([]);
        told["baseline"][0]["average"] = 20.into();
    }
    format!(
        r#"{{"sharedEventId":"c9d1","direction":"silence","sensitivity":"medium","trail":null,"start":{start},
        "end":null,"trails":[],"series":{{"from":"2026-02-23T12:04:00Z","minutes":10089,"calls":{calls:?},
        "unobserved":[]}}}}"#
    )
    .replace('(', "[")
    .replace(')', "]")
}

#[test]
fn what_was_counted_is_summed_up() {
    let surge = Explanation::parse(surge().as_bytes()).unwrap();
    assert_eq!(surge.unusual, (10_080, 10_087));
    let before = surge.before();
    assert_eq!((before.minutes, before.most), (10_060, Some((2, 0))));
    assert_eq!(before.calls, 2 * 1_680);
    let during = surge.during();
    assert_eq!((during.minutes, during.calls, during.most), (7, 187, Some((40, 10_082))));
    assert_eq!(surge.usual(10_080, 1), Some((0.0, 2.0)));
    assert_eq!(surge.usual(10_080, 60).map(|(least, _)| least > 0.2), Some(true));
    assert!(surge.same_time().minutes > 700);
}

#[test]
fn what_goes_on_ends_with_what_is_known() {
    let surge = surge();
    let (before, rest) = surge.split_once(r#""end":"#).unwrap();
    let (_end, after) = rest.split_once(r#""trails":"#).unwrap();
    let text = format!("{before}\"end\":null,\"trails\":{after}");
    let surge = Explanation::parse(text.as_bytes()).unwrap();
    assert_eq!(surge.unusual, (10_080, 10_147));
    assert!(surge.episode.end.is_none());
}

#[test]
fn a_servers_answer_that_makes_no_sense_is_refused() {
    let many = surge().replace("\"minutes\":10147", "\"minutes\":4000000000");
    assert!(Explanation::parse(many.as_bytes()).is_err());
    let far = surge()
        .replace("[100,120]", "[4294967295,3],[120,4294967295]")
        .replace("[10090, 1]", "[4294967295, 1]");
    assert_eq!(Explanation::parse(far.as_bytes()).unwrap().before().minutes, 1_780);
    for wrong in ["", "{}", "null", "[]"] {
        assert!(Explanation::parse(wrong.as_bytes()).is_err());
    }
}
