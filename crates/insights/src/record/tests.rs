use std::sync::Arc;

use cairn_anomaly::{Direction, Minute, Sensitivity};
use cairn_event::{Category, EventView};
use proptest::prelude::*;

use super::*;
use crate::metric::{Metric, Place};

/// 2026-03-02T12:04:00Z.
const START: u32 = 29_540_884;
const FLEET: &str = "arn:aws:sts::111122223333:assumed-role/fleet";
const CI: &str = "arn:aws:sts::111122223333:assumed-role/ci";

fn share(attribute: Attribute, value: &str, calls: u64) -> Share {
    Share { attribute, value: value.into(), calls }
}

/// The reference's own example: a fleet that tags.
fn surge(state: State) -> Insight {
    use Attribute::{ErrorCode, UserAgent, UserIdentityArn};
    let place =
        Place { account: "111122223333".parse().unwrap(), region: "us-east-1".parse().unwrap(), trail: None };
    let (minutes, calls, ci) = match state {
        State::Start => (1, 31, 3),
        State::End => (7, 187, 9),
    };
    Insight {
        metric: Metric {
            place,
            source: "ec2.amazonaws.com".into(),
            name: "CreateTags".into(),
            kind: Kind::Calls,
        },
        sensitivity: Sensitivity::Medium,
        direction: Direction::Surge,
        state,
        start: Minute::new(START),
        minutes,
        calls,
        shares: vec![
            share(UserIdentityArn, CI, ci),
            share(UserIdentityArn, FLEET, calls - ci),
            share(UserAgent, "aws-sdk-go/1.55", calls),
            share(ErrorCode, "null", calls),
        ],
        baseline_minutes: 10_173,
        baseline_calls: 4_273,
        baseline_shares: vec![
            share(UserIdentityArn, FLEET, 4_273),
            share(UserAgent, "aws-sdk-go/1.55", 4_273),
            share(ErrorCode, "null", 4_273),
        ],
    }
}

fn check(insight: &Insight, golden: &str) {
    let path = format!("{}/src/record/golden/{golden}.json", env!("CARGO_MANIFEST_DIR"));
    let rendered = String::from_utf8(render(insight)).unwrap();
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, format!("{rendered}\n")).unwrap();
    }
    assert_eq!(rendered, std::fs::read_to_string(&path).unwrap().trim_end(), "{golden}");
    let event = EventView::parse(rendered.as_bytes()).unwrap();
    assert_eq!(event.category(), Category::Insight);
}

#[test]
fn a_surge_is_told_when_it_begins_and_when_it_is_over() {
    check(&surge(State::Start), "surge-start");
    check(&surge(State::End), "surge-end");
}

#[test]
fn errors_are_told_with_their_code_and_without_what_all_of_them_share() {
    let mut errors = surge(State::Start);
    errors.metric = Metric {
        source: "sqs.amazonaws.com".into(),
        name: "GetQueueAttributes".into(),
        kind: Kind::Errors("AccessDenied".into()),
        ..errors.metric
    };
    let user = "arn:aws:iam::111122223333:user/intern";
    errors.shares = vec![
        share(Attribute::UserIdentityArn, user, 19),
        share(Attribute::UserAgent, "Boto3/1.40", 19),
        share(Attribute::ErrorCode, "AccessDenied", 19),
    ];
    (errors.minutes, errors.calls) = (2, 19);
    (errors.baseline_minutes, errors.baseline_calls, errors.baseline_shares) = (10_080, 0, Vec::new());
    check(&errors, "errors-start");
}

#[test]
fn a_silence_names_those_who_were_usual() {
    let mut silence = surge(State::End);
    silence.direction = Direction::Silence;
    silence.metric.name = "AuthorizeSecurityGroupIngress".into();
    (silence.minutes, silence.calls, silence.shares) = (10, 0, Vec::new());
    check(&silence, "silence-end");
}

#[test]
fn data_events_are_of_one_trail_and_other_sensitivities_are_told() {
    let mut data = surge(State::Start);
    data.metric.place.trail = Some("arn:aws:cloudtrail:us-east-1:111122223333:trail/main".into());
    data.sensitivity = Sensitivity::High;
    check(&data, "data-start-high");
}

#[test]
fn the_five_that_called_most_are_named() {
    let mut many = surge(State::Start);
    let agents = ["b", "a", "f", "e", "d", "c", "none"].into_iter().zip([2, 2, 2, 9, 2, 2, 0]);
    many.shares = agents.map(|(name, calls)| share(Attribute::UserAgent, name, calls)).collect();
    many.baseline_shares = many.shares.iter().rev().cloned().collect();
    let record = render(&many);
    let event = EventView::parse(&record).unwrap();
    let context = event.insight().unwrap().context().unwrap();
    let agents = &context.attributions[1];
    for side in [&agents.insight, &agents.baseline] {
        let named: Vec<&str> = side.iter().map(|one| one.value.as_ref()).collect();
        assert_eq!(named, ["e", "a", "b", "c", "d"]);
    }
}

fn shares() -> impl Strategy<Value = Vec<Share>> {
    let one = (0..3_usize, ".{0,12}", any::<u64>());
    let one = one.prop_map(|(attribute, value, calls)| share(Attribute::ALL[attribute], &value, calls));
    prop::collection::vec(one, 0..20)
}

proptest! {
    #[test]
    fn any_insight_is_an_event_that_reads_as_it_was(
        (shares, baseline_shares) in (shares(), shares()),
        (start, minutes, baseline_minutes) in (any::<u32>(), any::<u32>(), any::<u32>()),
        (calls, baseline_calls) in (any::<u64>(), any::<u64>()),
        (source, name, code, trail) in (".{0,30}", ".{0,30}", ".{0,30}", ".{0,30}"),
        (is_end, is_error, is_data) in any::<(bool, bool, bool)>(),
    ) {
        let mut insight = surge(if is_end { State::End } else { State::Start });
        insight.metric.source = Arc::from(source.as_str());
        insight.metric.name = Arc::from(name.as_str());
        if is_error {
            insight.metric.kind = Kind::Errors(Arc::from(code.as_str()));
        }
        insight.metric.place.trail = is_data.then(|| Arc::from(trail.as_str()));
        let insight = Insight {
            shares, baseline_shares, minutes, baseline_minutes, calls, baseline_calls,
            start: Minute::new(start), ..insight
        };
        let record = render(&insight);
        let event = EventView::parse(&record).unwrap();
        let told = event.insight().unwrap();
        prop_assert_eq!((told.event_source.as_ref(), told.event_name.as_ref()), (source.as_str(), name.as_str()));
        prop_assert_eq!(told.error_code.as_deref(), is_error.then_some(code.as_str()));
        prop_assert_eq!(told.insight_source.as_deref(), is_data.then_some(trail.as_str()));
        prop_assert_eq!((told.is_of_errors(), told.is_of_data()), (is_error, is_data));
        let context = told.context().unwrap();
        prop_assert_eq!(context.attributions.len(), if is_error { 2 } else { 3 });
        prop_assert!(context.attributions.iter().all(|one| one.insight.len() <= 5 && one.baseline.len() <= 5));
        prop_assert_eq!(render(&insight), record);
    }
}
