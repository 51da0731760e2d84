//! ListInsightsData and ListInsightsMetricData over a store with calls and insights in it.

use std::sync::Arc;

use cairn_anomaly::{Direction, Minute, Sensitivity};
use cairn_control::Throttle;
use cairn_event::{AccountId, Region};
use cairn_insights::store::{Closing, Count, Gap, Position, Record};
use cairn_insights::{
    Imported, Insight, Kind, Metric, MetricId, Place, State, Watched, event_id, render, shared_event_id,
};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::world::{Outcome, World, caller};

const NOW: &str = "2026-03-02T08:00:30Z";
const TRAIL: &str = "arn:aws:cloudtrail:us-east-1:123456789012:trail/main";

fn minute(text: &str) -> Minute {
    Minute::of_epoch_seconds(text.parse::<Timestamp>().unwrap().as_second())
}

fn own() -> AccountId {
    "123456789012".parse().unwrap()
}

fn here() -> Region {
    "us-east-1".parse().unwrap()
}

fn metric(account: AccountId, region: &Region, trail: Option<&str>, kind: Kind) -> Metric {
    let (source, name) = match trail {
        None => ("s3.amazonaws.com", "DeleteBucket"),
        Some(_) => ("s3.amazonaws.com", "GetObject"),
    };
    let place = Place { account, region: region.clone(), trail: trail.map(Arc::from) };
    Metric { place, source: Arc::from(source), name: Arc::from(name), kind }
}

/// A world with a trail of data events, in which these calls were counted and these insights found.
async fn world(counted: &[(Metric, &[(&str, u32)])], found: &[(Metric, State, &str)]) -> World {
    let world = World::new(NOW, Throttle::off()).await;
    let trail = json!({"Name": "main", "S3BucketName": "logs", "IsMultiRegionTrail": true}).to_string();
    world.call(own(), &here(), "CreateTrail", trail.as_bytes()).await.unwrap();
    let store = world.insights.store();
    let first = minute("2026-02-20T00:00:00Z");
    let all = counted.iter().map(|(metric, _)| metric).chain(found.iter().map(|(metric, ..)| metric));
    let all: Vec<(Metric, Minute)> = all.map(|metric| (metric.clone(), first)).collect();
    let ids = store.identify(&all).await.unwrap();
    let (of_counted, of_found) = ids.split_at(counted.len());
    let counts = of_counted.iter().zip(counted).flat_map(|(metric, (_, points))| {
        points.iter().map(|(at, calls)| Count { metric: *metric, minute: minute(at), calls: *calls })
    });
    let counts: Vec<Count> = counts.collect();
    let records = of_found.iter().zip(found).map(|(id, found)| record(*id, found));
    let records: Vec<Record> = records.collect();
    let position = Position { closed: minute("2026-03-02T07:59:00Z"), resume: 0, counted: 0 };
    store
        .close_minute(&Closing { counts: &counts, records: &records, ..Closing::at(position) })
        .await
        .unwrap();
    world
}

fn record(number: MetricId, (metric, state, start): &(Metric, State, &str)) -> Record {
    let (start, sensitivity) = (minute(start), Sensitivity::Medium);
    let insight = Insight {
        metric: metric.clone(),
        sensitivity,
        direction: Direction::Surge,
        state: *state,
        start,
        minutes: 2,
        calls: 200,
        shares: Vec::new(),
        baseline_minutes: 10_080,
        baseline_calls: 10,
        baseline_shares: Vec::new(),
    };
    Record {
        id: event_id(metric, sensitivity, start, *state).into(),
        shared_id: shared_event_id(metric, sensitivity, start).into(),
        metric: number,
        body: render(&insight).into(),
        insight,
        imported: false,
    }
}

async fn ask(world: &World, by: AccountId, region: &Region, name: &str, request: &Value) -> Outcome {
    world.call(by, region, name, request.to_string().as_bytes()).await
}

/// Follows the pages of a list to its end.
async fn pages(world: &World, name: &str, request: &Value) -> Vec<Value> {
    let (mut request, mut pages) = (request.clone(), Vec::new());
    loop {
        let page = ask(world, own(), &here(), name, &request).await.unwrap();
        let token = page.get("NextToken").cloned();
        pages.push(page);
        match token {
            Some(token) => request["NextToken"] = token,
            None => return pages,
        }
    }
}

fn seconds(text: &str) -> f64 {
    let seconds = text.parse::<Timestamp>().unwrap().as_second();
    f64::from(u32::try_from(seconds).unwrap())
}

/// Pairs the timestamps of an answer with its values.
fn points(answer: &Value) -> Vec<(f64, f64)> {
    let numbers = |member: &str| {
        answer[member].as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect::<Vec<_>>()
    };
    numbers("Timestamps").into_iter().zip(numbers("Values")).collect()
}

#[tokio::test]
async fn counts_are_summed_up_by_periods_of_ones_own_account_and_region() {
    let denied = Kind::Errors(Arc::from("AccessDenied"));
    let other: AccountId = "999988887777".parse().unwrap();
    let west: Region = "eu-west-1".parse().unwrap();
    let times = [("2026-03-02T06:01:00Z", 2), ("2026-03-02T06:04:00Z", 3), ("2026-03-02T07:00:00Z", 4)];
    let world = world(
        &[
            (metric(own(), &here(), None, Kind::Calls), &times),
            (metric(own(), &here(), None, denied), &[("2026-03-02T06:01:00Z", 1)]),
            (metric(own(), &here(), Some(TRAIL), Kind::Calls), &[("2026-03-02T06:01:00Z", 7)]),
            (metric(other, &here(), None, Kind::Calls), &[("2026-03-02T06:01:00Z", 50)]),
            (metric(own(), &west, None, Kind::Calls), &[("2026-03-02T06:01:00Z", 60)]),
        ],
        &[],
    )
    .await;
    let calls = json!({
        "EventSource": "s3.amazonaws.com", "EventName": "DeleteBucket", "InsightType": "ApiCallRateInsight",
    });
    let of = async |more: Value| {
        let mut request = calls.clone();
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        ask(&world, own(), &here(), "ListInsightsMetricData", &request).await.unwrap()
    };
    let hours = [(seconds("2026-03-02T06:00:00Z"), 5.0), (seconds("2026-03-02T07:00:00Z"), 4.0)];
    let answer = of(json!({})).await;
    assert_eq!(points(&answer), hours);
    assert_eq!(answer["EventName"], "DeleteBucket");
    assert!(answer.get("TrailARN").is_none() && answer.get("ErrorCode").is_none(), "{answer}");
    let five = [("2026-03-02T06:00:00Z", 5.0), ("2026-03-02T07:00:00Z", 4.0)]
        .map(|(at, calls)| (seconds(at), calls));
    assert_eq!(points(&of(json!({"Period": 300})).await), five);
    let minutes = times.map(|(at, calls)| (seconds(at), f64::from(calls)));
    assert_eq!(points(&of(json!({"Period": 60})).await), minutes);
    // The start is inclusive, the end is not.
    let narrow = json!({"Period": 60, "StartTime": seconds("2026-03-02T06:04:00Z"), "EndTime": seconds("2026-03-02T07:00:00Z")});
    assert_eq!(points(&of(narrow.clone()).await), minutes[1..2]);
    let filled = of(json!({"DataType": "FillWithZeros"})
        .as_object()
        .map(|fill| {
            let mut all = narrow.as_object().unwrap().clone();
            all.extend(fill.clone());
            Value::Object(all)
        })
        .unwrap())
    .await;
    assert_eq!((points(&filled).len(), points(&filled)[0].1, points(&filled)[1].1), (56, 3.0, 0.0));
    let early = json!({"Period": 60, "DataType": "FillWithZeros", "StartTime": seconds("2026-02-19T22:00:00Z"), "EndTime": seconds("2026-02-20T00:02:00Z")});
    let zeros = ["2026-02-20T00:00:00Z", "2026-02-20T00:01:00Z"].map(|at| (seconds(at), 0.0));
    assert_eq!(points(&of(early).await), zeros, "nobody counted before");
    let errors = of(json!({"InsightType": "ApiErrorRateInsight", "ErrorCode": "AccessDenied"})).await;
    assert_eq!((points(&errors), &errors["ErrorCode"]), (vec![(hours[0].0, 1.0)], &json!("AccessDenied")));
    let of_trail = of(json!({"EventName": "GetObject", "TrailName": "main"})).await;
    assert_eq!((points(&of_trail), &of_trail["TrailARN"]), (vec![(hours[0].0, 7.0)], &json!(TRAIL)));
    assert_eq!(points(&of(json!({"EventName": "DeleteBuckets"})).await), []);
    world.end().await;
}

#[tokio::test]
async fn every_count_is_on_one_page() {
    let times: Vec<String> = (10..30).map(|minute| format!("2026-03-02T06:{minute}:00Z")).collect();
    let counted: Vec<(&str, u32)> = times.iter().map(|at| (at.as_str(), 1)).collect();
    let world = world(&[(metric(own(), &here(), None, Kind::Calls), &counted)], &[]).await;
    for kind in ["NonZeroData", "FillWithZeros"] {
        let request = json!({
            "EventSource": "s3.amazonaws.com", "EventName": "DeleteBucket", "InsightType": "ApiCallRateInsight",
            "Period": 60, "MaxResults": 7, "DataType": kind,
            "StartTime": seconds("2026-03-02T06:00:00Z"), "EndTime": seconds("2026-03-02T06:32:00Z"),
        });
        let pages = pages(&world, "ListInsightsMetricData", &request).await;
        let lengths: Vec<usize> = pages.iter().map(|page| points(page).len()).collect();
        let all: Vec<(f64, f64)> = pages.iter().flat_map(points).collect();
        let ones = all.iter().filter(|(_, calls)| *calls > 0.0).count();
        assert!(all.is_sorted_by(|one, next| one.0 < next.0), "{all:?}");
        let expected = if kind == "NonZeroData" { vec![7, 7, 6] } else { vec![7, 7, 7, 7, 4] };
        assert_eq!((lengths, ones), (expected, 20));
        // A token is for the request that it was answered to.
        let mut other = request.clone();
        other["NextToken"] = pages[0]["NextToken"].clone();
        other["MaxResults"] = json!(8);
        let refused = ask(&world, own(), &here(), "ListInsightsMetricData", &other).await.unwrap_err();
        assert_eq!(refused.0, "InvalidParameterException");
    }
    world.end().await;
}

#[tokio::test]
async fn insights_of_data_events_are_listed_newest_first_page_by_page() {
    let west: Region = "eu-west-1".parse().unwrap();
    let other: AccountId = "999988887777".parse().unwrap();
    let of = |account: AccountId, region: &Region| metric(account, region, Some(TRAIL), Kind::Calls);
    let mine = of(own(), &here());
    let world = world(
        &[],
        &[
            (mine.clone(), State::Start, "2026-03-01T06:00:00Z"),
            (mine.clone(), State::End, "2026-03-01T06:00:00Z"),
            (mine.clone(), State::Start, "2026-03-01T07:00:00Z"),
            (mine, State::Start, "2025-11-01T07:00:00Z"),
            (of(own(), &west), State::Start, "2026-03-01T08:00:00Z"),
            (of(other, &here()), State::Start, "2026-03-01T08:00:00Z"),
            (metric(own(), &here(), None, Kind::Calls), State::Start, "2026-03-01T08:00:00Z"),
        ],
    )
    .await;
    let request = json!({"InsightSource": TRAIL, "DataType": "InsightsEvents", "MaxResults": 2});
    let pages = pages(&world, "ListInsightsData", &request).await;
    let events: Vec<&Value> = pages.iter().flat_map(|page| page["Events"].as_array().unwrap()).collect();
    assert_eq!(pages.len(), 2);
    let times: Vec<f64> = events.iter().map(|event| event["EventTime"].as_f64().unwrap()).collect();
    let expected = ["2026-03-01T07:00:00Z", "2026-03-01T06:02:00Z", "2026-03-01T06:00:00Z"];
    assert_eq!(times, expected.map(seconds));
    let record: Value = serde_json::from_str(events[1]["CloudTrailEvent"].as_str().unwrap()).unwrap();
    assert_eq!(record["insightDetails"]["state"], "End");
    assert_eq!(events[1]["EventId"], record["eventID"]);
    assert_eq!(
        (&events[1]["EventName"], &events[1]["EventSource"]),
        (&json!("GetObject"), &json!("s3.amazonaws.com"))
    );
    for (more, count) in [
        (json!({"Dimensions": {"EventId": record["eventID"]}}), 1),
        (json!({"Dimensions": {"EventName": "GetObject"}}), 3),
        (json!({"Dimensions": {"EventSource": "s3.amazonaws"}}), 0),
        (
            json!({"StartTime": seconds("2026-03-01T06:02:00Z"), "EndTime": seconds("2026-03-01T07:00:00Z")}),
            2,
        ),
        (
            json!({"StartTime": seconds("2026-03-01T06:02:01Z"), "EndTime": seconds("2026-03-01T06:59:59Z")}),
            0,
        ),
        (json!({"StartTime": seconds("2025-01-01T00:00:00Z")}), 3),
    ] {
        let mut asked = json!({"InsightSource": TRAIL, "DataType": "InsightsEvents"});
        asked.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let answer = ask(&world, own(), &here(), "ListInsightsData", &asked).await.unwrap();
        assert_eq!(answer["Events"].as_array().unwrap().len(), count, "{more}");
    }
    let west = ask(&world, own(), &west, "ListInsightsData", &request).await.unwrap();
    assert_eq!(west["Events"].as_array().unwrap().len(), 1);
    // Another account is told nothing of the trail.
    let stranger = ask(&world, other, &here(), "ListInsightsData", &request).await.unwrap_err();
    assert_eq!(stranger.0, "InvalidParameterException");
    world.end().await;
}

#[tokio::test]
async fn what_was_found_in_imported_logs_is_told_to_no_trail() {
    let mine = |kind| metric(own(), &here(), None, kind);
    let at = "2026-03-01T06:00:00Z";
    let (live, imported) = (mine(Kind::Calls), mine(Kind::Errors(Arc::from("NoSuchBucket"))));
    let world = world(&[], &[(live.clone(), State::Start, at)]).await;
    let both = json!([{"InsightType": "ApiCallRateInsight"}, {"InsightType": "ApiErrorRateInsight"}]);
    let looks = json!({"TrailName": "main", "InsightSelectors": both});
    ask(&world, own(), &here(), "PutInsightSelectors", &looks).await.unwrap();
    ask(&world, own(), &here(), "StartLogging", &json!({"Name": "main"})).await.unwrap();
    let store = world.insights.store();
    let number = store.identify(&[(imported.clone(), minute(at))]).await.unwrap()[0];
    let record = Record { imported: true, ..record(number, &(imported.clone(), State::Start, at)) };
    let position = Position { closed: minute("2026-03-02T08:00:00Z"), resume: 0, counted: 0 };
    store.close_minute(&Closing { records: &[record], ..Closing::at(position) }).await.unwrap();
    for (metric, is_imported, trails) in [(live, false, vec![TRAIL]), (imported, true, vec![])] {
        let id = shared_event_id(&metric, Sensitivity::Medium, minute(at));
        let explained = world.control.explain_insight(&caller(own(), &here()), &id).await.unwrap();
        assert_eq!(
            (explained.imported, explained.trails),
            (is_imported, trails.iter().map(|&arn| arn.to_owned()).collect())
        );
    }
}

#[tokio::test]
async fn an_insight_is_explained_to_its_own_account() {
    let mine = metric(own(), &here(), None, Kind::Calls);
    let calls = [("2026-03-01T05:59:00Z", 1), ("2026-03-01T06:00:00Z", 100), ("2026-03-01T07:30:00Z", 1)];
    let both = [State::Start, State::End].map(|state| (mine.clone(), state, "2026-03-01T06:00:00Z"));
    let world = world(&[(mine.clone(), &calls)], &both).await;
    let start = minute("2026-03-01T06:00:00Z");
    let shared = shared_event_id(&mine, Sensitivity::Medium, start);
    for id in [
        shared.clone(),
        event_id(&mine, Sensitivity::Medium, start, State::Start),
        event_id(&mine, Sensitivity::Medium, start, State::End),
    ] {
        let explained = world.control.explain_insight(&caller(own(), &here()), &id).await.unwrap();
        let told = serde_json::to_value(&explained).unwrap();
        assert_eq!((&told["sharedEventId"], &told["direction"]), (&json!(shared), &json!("surge")));
        assert_eq!((&told["sensitivity"], &told["trails"]), (&json!("medium"), &json!([])));
        assert_eq!(told["end"]["insightDetails"]["state"], "End");
        // Seven days before, two minutes of it, and an hour after.
        let series = json!({
            "from": "2026-02-22T06:00:00Z", "minutes": 10_080 + 2 + 60,
            "calls": [[10_079, 1], [10_080, 100]], "unobserved": [],
        });
        assert_eq!(told["series"], series);
    }
    for (account, region, id, code) in [
        ("999988887777", "us-east-1", shared.as_str(), "ResourceNotFoundException"),
        ("123456789012", "eu-west-1", shared.as_str(), "ResourceNotFoundException"),
        ("123456789012", "us-east-1", "00000000-0000-4000-8000-000000000001", "ResourceNotFoundException"),
        ("123456789012", "us-east-1", "first", "InvalidParameterException"),
    ] {
        let by = caller(account.parse().unwrap(), &region.parse().unwrap());
        let refused = world.control.explain_insight(&by, id).await.unwrap_err();
        assert_eq!(refused.code().to_string(), code, "{account} {region} {id}");
    }
    world.end().await;
}

#[tokio::test]
async fn days_that_no_imported_file_tells_of_are_explained_as_not_watched() {
    let mine = metric(own(), &here(), None, Kind::Calls);
    let at = "2026-03-01T06:00:00Z";
    let world = world(&[], &[(mine.clone(), State::Start, at)]).await;
    let day = |text: &str| minute(text).number() / 1440;
    // Each day but the 25th has an event in every hour; the last is of the insight's own hour.
    let hours: serde_json::Map<String, Value> = (day("2026-02-20T00:00:00Z")..=day(at))
        .filter(|one| *one != day("2026-02-25T00:00:00Z"))
        .map(|one| (one.to_string(), json!((1 << 24) - 1)))
        .collect();
    let (first, last) = (minute("2026-02-20T00:00:00Z").number(), minute("2026-03-01T06:30:00Z").number());
    let imported = json!({"first": first, "last": last, "hours": hours});
    let imported: Imported = serde_json::from_value(imported).unwrap();
    let live = Watched::live_since(minute("2026-03-01T07:00:00Z"));
    let seen = [(mine.place.clone(), Watched { imported: Some(imported), ..live })];
    let gaps = [Gap { from: minute("2026-02-24T23:00:00Z"), to: minute("2026-02-25T01:00:00Z") }];
    let position = Position { closed: minute("2026-03-02T08:00:00Z"), resume: 0, counted: 0 };
    let closing = Closing { seen: &seen, gaps: &gaps, ..Closing::at(position) };
    world.insights.store().close_minute(&closing).await.unwrap();
    let id = shared_event_id(&mine, Sensitivity::Medium, minute(at));
    let explained = world.control.explain_insight(&caller(own(), &here()), &id).await.unwrap();
    let from = minute("2026-02-22T06:00:00Z");
    assert_eq!(explained.series.from, "2026-02-22T06:00:00Z");
    let pair = |one: &str, other: &str| (minute(one).since(from), minute(other).since(from));
    assert_eq!(
        explained.series.unobserved,
        [
            pair("2026-02-24T23:00:00Z", "2026-02-25T01:00:00Z"),
            pair("2026-02-25T00:00:00Z", "2026-02-26T00:00:00Z"),
            pair("2026-03-01T06:31:00Z", "2026-03-01T07:00:00Z"),
        ]
    );
    world.end().await;
}
