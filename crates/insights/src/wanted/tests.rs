use std::sync::Arc;

use cairn_anomaly::{Direction, Minute};
use cairn_catalog::contract::sample;
use cairn_catalog::{Catalog, Change, InsightSelector, SqliteCatalog, Tag, Trail};

use super::*;
use crate::attribution::{Attribute, Share};
use crate::insight::State;
use crate::metric::Place;

const OBJECTS: &str = r#"{"EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": true,
    "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}]}"#;

async fn snapshot(trails: Vec<Trail>) -> Arc<Snapshot> {
    let dir = tempfile::tempdir().unwrap();
    let catalog = SqliteCatalog::open(&dir.path().join("catalog")).await.unwrap();
    let trails = trails.into_iter().map(|trail| Change::PutTrail(Box::new(trail)));
    let changes = std::iter::once(Change::PutAccount(sample::account())).chain(trails).collect();
    catalog.commit(0, changes).await.unwrap();
    catalog.current()
}

/// A trail that looks for what the selectors say and is tagged.
fn looking(name: &str, selectors: &str, tags: &[(&str, &str)]) -> Trail {
    let insights: Vec<InsightSelector> = serde_json::from_str(selectors).unwrap();
    let tag = |(key, value): &(&str, &str)| Tag { key: (*key).to_owned(), value: Some((*value).to_owned()) };
    Trail { insights, tags: tags.iter().map(tag).collect(), ..sample::trail(name) }
}

fn insight(name: &str, kind: Kind, data_of: Option<&Trail>) -> Insight {
    let place = Place {
        account: sample::account_id(),
        region: sample::region("eu-west-1"),
        trail: data_of.map(|trail| trail.arn.as_str().into()),
    };
    let value = "arn:aws:sts::123456789012:assumed-role/ci".into();
    Insight {
        metric: Metric { place, source: "s3.amazonaws.com".into(), name: name.into(), kind },
        sensitivity: Sensitivity::Medium,
        direction: Direction::Surge,
        state: State::Start,
        start: Minute::new(29_540_884),
        minutes: 2,
        calls: 50,
        shares: vec![Share { attribute: Attribute::UserIdentityArn, value, calls: 50 }],
        baseline_minutes: 10_080,
        baseline_calls: 17,
        baseline_shares: Vec::new(),
    }
}

/// Asks both questions, at each sensitivity: whoever is told was listened to.
fn check(snapshot: &Snapshot, insight: &Insight, expected: [(bool, bool); 3]) {
    let asked = Sensitivity::ALL.map(|sensitivity| {
        let insight = Insight { sensitivity, ..insight.clone() };
        (listened_to(snapshot, &insight.metric, sensitivity), wanted(snapshot, &insight))
    });
    assert_eq!(asked, expected, "{:?}", insight.metric);
    assert!(asked.iter().all(|(listened_to, wanted)| *listened_to || !wanted));
}

const NO: (bool, bool) = (false, false);
const YES: (bool, bool) = (true, true);
const MUTED: (bool, bool) = (true, false);

#[tokio::test]
async fn an_insight_is_wanted_where_some_trail_is_told_of_it() {
    let calls = r#"[{"InsightType": "ApiCallRateInsight"}]"#;
    let snapshot = snapshot(vec![
        looking("low", calls, &[("cairn:insights-sensitivity", "low")]),
        looking("medium", calls, &[("cairn:insights-mute:ci", "principal=role/ci name=Put...")]),
        looking("data", "[]", &[]),
    ])
    .await;
    check(&snapshot, &insight("CreateBucket", Kind::Calls, None), [YES, YES, NO]);
    check(&snapshot, &insight("PutBucketPolicy", Kind::Calls, None), [YES, MUTED, NO]);
    check(&snapshot, &insight("CreateBucket", Kind::Errors("AccessDenied".into()), None), [NO, NO, NO]);
    let mut elsewhere = insight("CreateBucket", Kind::Calls, None);
    elsewhere.metric.place.account = "999999999999".parse().unwrap();
    check(&snapshot, &elsewhere, [NO, NO, NO]);
}

#[tokio::test]
async fn data_events_are_for_their_own_trail() {
    let data = r#"[{"InsightType": "ApiErrorRateInsight", "EventCategories": ["Data"]}]"#;
    let objects = |name: &str, selectors: &str| {
        let selected = Some(serde_json::from_str(OBJECTS).unwrap());
        Trail { selectors: selected, ..looking(name, selectors, &[]) }
    };
    let (looks, other) = (objects("looks", data), objects("other", "[]"));
    let snapshot = snapshot(vec![looks.clone(), other.clone()]).await;
    let errors = || Kind::Errors("NoSuchKey".into());
    check(&snapshot, &insight("GetObject", errors(), Some(&looks)), [NO, YES, NO]);
    check(&snapshot, &insight("GetObject", Kind::Calls, Some(&looks)), [NO, NO, NO]);
    check(&snapshot, &insight("GetObject", errors(), Some(&other)), [NO, NO, NO]);
    check(&snapshot, &insight("GetObject", errors(), None), [NO, NO, NO]);
}
