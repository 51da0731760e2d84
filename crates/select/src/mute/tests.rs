use proptest::prelude::*;

use super::*;

const FLEET: &str = "arn:aws:sts::111122223333:assumed-role/fleet";
const ALICE: &str = "arn:aws:iam::111122223333:user/dev/alice";

/// A surge or a silence of CreateTags at an instant: who called how much in the unusual and in the usual minutes.
fn insight(time: &str, state: &str, unusual: &[(&str, f64)], usual: &[(&str, f64)]) -> String {
    let list = |calls: &[(&str, f64)]| {
        let each =
            calls.iter().map(|(value, average)| format!(r#"{{"value":"{value}","average":{average}}}"#));
        each.collect::<Vec<_>>().join(",")
    };
    let sum = |calls: &[(&str, f64)]| calls.iter().map(|(_, average)| average).sum::<f64>();
    format!(
        r#"{{"eventTime":"{time}","eventCategory":"Insight","insightDetails":{{"state":"{state}",
        "eventSource":"ec2.amazonaws.com","eventName":"CreateTags","insightType":"ApiCallRateInsight","insightContext":{{
        "statistics":{{"baseline":{{"average":{}}},"insight":{{"average":{}}},"insightDuration":90,"baselineDuration":10080}},
        "attributions":[{{"attribute":"userIdentityArn","insight":[{}],"baseline":[{}]}}]}}}}}}"#,
        sum(usual),
        sum(unusual),
        list(unusual),
        list(usual)
    )
}

fn mutes(rule: &str, event: &str) -> bool {
    let mute = Mute::parse(rule).unwrap();
    let event = EventView::parse(event.as_bytes()).unwrap();
    mute.mutes(&event, &event.insight().unwrap())
}

#[test]
fn services_and_actions_are_compared_whole_or_by_their_beginning() {
    let event = insight("2026-03-02T12:04:00Z", "Start", &[], &[]);
    for (rule, expected) in [
        ("source=ec2", true),
        ("source=ec2.amazonaws.com", true),
        ("source=EC2", true),
        ("source=EC...", true),
        ("source=s3 source=ec2", true),
        ("source=e...", true),
        ("source=s3", false),
        ("name=CreateTags", true),
        ("name=Create", false),
        ("name=Create...", true),
        ("name=createtags", false),
        ("source=ec2   name=DeleteTags", false),
        ("source=ec2 name=DeleteTags name=CreateTags", true),
    ] {
        assert_eq!(mutes(rule, &event), expected, "{rule}");
    }
}

#[test]
fn principals_are_named_by_arn_or_by_what_stands_at_its_end() {
    let root = "arn:aws:iam::111122223333:root";
    for (rule, caller, expected) in [
        (FLEET, FLEET, true),
        ("arn:aws:iam::111122223333:role/fleet", FLEET, true),
        ("arn:aws:iam::111122223333:role/service-role/fleet", FLEET, true),
        ("arn:aws:sts::111122223333:assumed-role/fleet/i-1", FLEET, true),
        ("arn:aws:iam::111122223333:role/fl...", FLEET, true),
        ("arn:aws:sts::111122223333...", FLEET, true),
        ("arn:aws:iam::444455556666:role/fleet", FLEET, false),
        ("role/fleet", FLEET, true),
        ("role/path/fleet", FLEET, true),
        ("assumed-role/fleet/i-1", FLEET, true),
        ("role/fl...", FLEET, true),
        ("role/...", FLEET, true),
        ("role/fl", FLEET, false),
        ("user/fleet", FLEET, false),
        (ALICE, ALICE, true),
        ("user/alice", ALICE, true),
        ("user/dev/alice", ALICE, true),
        ("user/dev/...", ALICE, true),
        ("user/...", ALICE, true),
        ("user/bob", ALICE, false),
        ("root", root, true),
        ("root", "root", true),
        ("ec2.amazonaws.com", "ec2.amazonaws.com", true),
        ("AIDACKCEVSQ6C2EXAMPLE", "AIDACKCEVSQ6C2EXAMPLE", true),
        ("111122223333", "111122223333", true),
    ] {
        let event = insight("2026-03-02T12:04:00Z", "Start", &[(caller, 9.0)], &[]);
        assert_eq!(mutes(&format!("principal={rule}"), &event), expected, "{rule} {caller}");
    }
}

#[test]
fn a_principal_mutes_what_it_did_most_of() {
    let at = "2026-03-02T12:04:00Z";
    let rule = "principal=role/fleet";
    let check = |unusual: &[(&str, f64)], usual: &[(&str, f64)], expected| {
        assert_eq!(mutes(rule, &insight(at, "Start", unusual, usual)), expected, "{unusual:?} {usual:?}");
    };
    check(&[(ALICE, 9.0), (FLEET, 8.9)], &[(FLEET, 1.0)], false);
    check(&[(FLEET, 9.0), (ALICE, 9.0)], &[], true);
    // A silence is put down to those who used to call.
    check(&[], &[(FLEET, 20.0)], true);
    check(&[(ALICE, 1.0)], &[(FLEET, 20.0), (ALICE, 1.0)], true);
    check(&[(FLEET, 1.0)], &[(ALICE, 20.0), (FLEET, 1.0)], false);
    // By night a surge may have fewer calls than the week had on average: it is of those who call more than before.
    check(&[(FLEET, 50.0)], &[(ALICE, 100.0)], true);
    check(&[(ALICE, 50.0)], &[(FLEET, 100.0)], false);
    check(&[(FLEET, 50.0)], &[(FLEET, 100.0)], true);
    check(&[], &[], false);
    assert!(mutes(
        "principal=role/fleet principal=user/alice",
        &insight(at, "Start", &[(ALICE, 1.0), (FLEET, 1.0)], &[])
    ));
}

/// Events name five callers of many.
#[test]
fn principals_mute_what_the_named_ones_did_most_of_where_others_are_not_named() {
    const USERS: [&str; 12] = [
        "arn:aws:iam::1:user/a",
        "arn:aws:iam::1:user/b",
        "arn:aws:iam::1:user/c",
        "arn:aws:iam::1:user/d",
        "arn:aws:iam::1:user/e",
        "arn:aws:iam::1:user/f",
        "arn:aws:iam::1:user/g",
        "arn:aws:iam::1:user/h",
        "arn:aws:iam::1:user/i",
        "arn:aws:iam::1:user/j",
        "arn:aws:iam::1:user/k",
        "arn:aws:iam::1:user/l",
    ];
    let at = "2026-03-02T12:04:00Z";
    let named = |callers: &[&'static str]| callers.iter().map(|user| (*user, 3.0)).collect::<Vec<_>>();
    // The averages are of twelve who called three times each.
    let of_all = |unusual: &[&'static str], usual: &[&'static str]| {
        let event = insight(at, "Start", &named(unusual), &named(usual));
        let average = |callers: &[&str]| format!(r#"{{"average":{}}}"#, 3 * callers.len());
        let (few, all) = (average(&USERS[..5]), average(&USERS));
        event.replacen(&few, &all, 2)
    };
    let surge = of_all(&USERS[..5], &[]);
    assert!(mutes("principal=user/...", &surge));
    let each: Vec<String> = USERS.iter().map(|user| format!("principal={user}")).collect();
    assert!(mutes(&each[..8].join(" "), &surge));
    assert!(!mutes("principal=user/a", &surge));
    assert!(!mutes("principal=role/...", &surge));
    // A rule whose principals are all named knows what they did of all.
    assert!(!mutes(&each[..5].join(" "), &surge));
    // Half of what is named is not more than half.
    let mixed = [USERS[0], USERS[1], "root", FLEET];
    let event = insight(at, "Start", &named(&mixed), &[]);
    let many = event.replacen(r#"{"average":12}"#, r#"{"average":36}"#, 1);
    assert!(mutes("principal=user/...", &event) && !mutes("principal=user/...", &many));
    // A silence of as many.
    assert!(mutes("principal=user/...", &of_all(&[], &USERS[..5])));
    // By night a surge of many with fewer calls than the week had: not a silence of those who used to call.
    let night = insight(at, "Start", &named(&USERS[..5]), &[(FLEET, 100.0)]);
    let night = night.replacen(r#"{"average":15}"#, r#"{"average":36}"#, 1);
    assert!(mutes("principal=user/...", &night) && !mutes("principal=role/fleet", &night));
}

#[test]
fn windows_hold_what_began_in_them() {
    // A Monday.
    for (rule, time, expected) in [
        ("Mon", "2026-03-02T00:00:00Z", true),
        ("mon", "2026-03-02T23:59:00Z", true),
        ("Tue", "2026-03-02T12:00:00Z", false),
        ("Sat-Mon", "2026-03-02T12:00:00Z", true),
        ("Tue-Sun", "2026-03-02T12:00:00Z", false),
        ("Wed+Mon", "2026-03-02T12:00:00Z", true),
        ("12:00-13:00", "2026-03-02T12:00:00Z", true),
        ("12:00-13:00", "2026-03-02T13:00:00Z", false),
        ("22:00-06:00", "2026-03-02T05:59:00Z", true),
        ("22:00-06:00", "2026-03-02T06:00:00Z", false),
        ("22:00-24:00", "2026-03-02T23:59:00Z", true),
        ("Mon/22:00-06:00", "2026-03-03T05:00:00Z", true),
        ("Mon/22:00-06:00", "2026-03-02T05:00:00Z", false),
        ("Sun/22:00-06:00", "2026-03-02T05:00:00Z", true),
        ("2026-03-02/2026-03-02", "2026-03-02T23:59:00Z", true),
        ("2026-03-01/2026-03-02T12:00Z", "2026-03-02T11:59:00Z", true),
        ("2026-03-01/2026-03-02T12:00", "2026-03-02T12:00:00Z", false),
        ("2026-03-02T12:00Z/2026-03-03", "2026-03-02T12:00:00Z", true),
    ] {
        let event = insight(time, "Start", &[], &[]);
        assert_eq!(mutes(&format!("window={rule}"), &event), expected, "{rule} {time}");
    }
    // An end belongs to the window of its start, ninety minutes earlier.
    let end = insight("2026-03-02T12:30:00Z", "End", &[], &[]);
    assert!(mutes("window=11:00-11:01", &end) && !mutes("window=12:00-13:00", &end));
}

#[test]
fn what_is_no_rule_is_refused_with_words_that_say_what_is_right() {
    for (rule, expected) in [
        (
            "",
            "a mute rule has at least one term of source=, name=, principal= or window=, such as source=ec2 name=CreateTags",
        ),
        (
            "ec2",
            "ec2 is not a term: terms are source=, name=, principal= and window=, with spaces between them",
        ),
        (
            "Source=ec2",
            "Source=ec2 is not a term: terms are source=, name=, principal= and window=, with spaces between them",
        ),
        ("source=", "source= has no value"),
        ("name=...", "name= has no value"),
    ] {
        assert_eq!(Mute::parse(rule).unwrap_err().to_string(), expected, "{rule}");
    }
    assert_eq!(Mute::parse(&format!("name={}", "é".repeat(252))), Err(MuteError::TooLong));
    for value in ["Dele...te", "Delete*", "...Tags", "*", "a......"] {
        let refused = Mute::parse(&format!("name={value}")).unwrap_err();
        assert_eq!(refused, MuteError::Rest(value.to_owned()));
        assert!(refused.to_string().ends_with("... stands at its end, as in name=Delete..."), "{refused}");
    }
    for window in [
        "Someday",
        "Mon-",
        "Mon/Tue",
        "22:00",
        "22:00-22:00",
        "24:00-23:00",
        "24:01-25:00",
        "2:00-3:00",
        "22:60-23:00",
        "2026-12-24",
        "2026-12-24/2026-12-23",
        "2026-12-24/2026-02-30",
        "2026-12-24T10:00Z/2026-12-24T10:00Z",
        "9999-12-29/9999-12-30",
        "22:00-23:00/Mon",
        "",
    ] {
        let refused = Mute::parse(&format!("window={window}"));
        assert_eq!(refused, Err(MuteError::Window(window.to_owned())), "{window}");
    }
    for principal in [
        "/alice",
        "user/",
        "role/a/",
        "arn:aws:iam::111122223333:role/",
        "arn:aws:iam::1:role/...",
        "ci",
        "ec2",
        "Root",
        "1234",
    ] {
        assert!(
            matches!(Mute::parse(&format!("principal={principal}")), Err(MuteError::Principal(_))),
            "{principal}"
        );
    }
}

#[test]
fn rules_are_written_as_short_as_they_were_said() {
    for (rule, expected) in [
        ("window=mon-fri/22:00-06:00", "window=Mon-Fri/22:00-06:00"),
        ("window=Sat-Mon", "window=Mon+Sat-Sun"),
        ("window=Wed+Fri+Thu+Mon", "window=Mon+Wed-Fri"),
        ("window=00:00-24:00", "window=Mon-Sun"),
        ("window=2026-12-24/2026-12-26", "window=2026-12-24T00:00Z/2026-12-27T00:00Z"),
        (
            "principal=arn:aws:iam::1:role/a/b name=X...  source=s3",
            "source=s3.amazonaws.com name=X... principal=arn:aws:sts::1:assumed-role/b",
        ),
    ] {
        assert_eq!(Mute::parse(rule).unwrap().to_string(), expected);
    }
}

#[test]
fn rules_are_told_in_words() {
    for (rule, expected) in [
        (
            "source=ec2 name=CreateTags name=Delete...",
            "insights about CreateTags or what begins with Delete of ec2.amazonaws.com",
        ),
        ("principal=role/ci window=Sat-Sun", "insights caused mostly by role/ci that begin on Sat-Sun (UTC)"),
        ("window=22:00-06:00", "insights that begin between 22:00 and 06:00 UTC on any day"),
        (
            "window=2026-12-24/2026-12-26",
            "insights that begin from 2026-12-24T00:00Z until 2026-12-27T00:00Z",
        ),
    ] {
        assert_eq!(Mute::parse(rule).unwrap().in_words(), expected);
    }
}

fn rule() -> impl Strategy<Value = String> {
    let term = prop_oneof![
        "(source|name)=[a-zA-Z0-9.]{1,12}(\\.\\.\\.)?",
        "principal=(arn:aws:iam::111122223333:)?(user|role|assumed-role|x)/[a-z/.]{0,8}",
        "principal=(root|[a-z:/]{1,9}|arn:[a-z:/]{0,12})(\\.\\.\\.)?",
        "window=(Mon|Tue-Thu|Sat-Mon|Wed\\+Sun)(/[012][0-9]:[0-5][0-9]-[012][0-9]:[0-5][0-9])?",
        "window=[012][0-9]:[0-5][0-9]-[012][0-9]:[0-5][0-9]",
        "window=20[0-9]{2}-(0[1-9]|1[012])-[012][0-9](T[012][0-9]:[0-5][0-9]Z?)?/20[0-9]{2}-12-[012][0-9](T[012][0-9]:00Z)?",
    ];
    prop::collection::vec(term, 0..4).prop_map(|terms| terms.join(" "))
}

proptest! {
    #[test]
    fn what_is_written_is_read_as_the_same_rule(rule in rule()) {
        if let Ok(mute) = Mute::parse(&rule) {
            prop_assert_eq!(Mute::parse(&mute.to_string()), Ok(mute), "{}", rule);
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "([a-z]{0,9}=)?.{0,60}", other in rule()) {
        for rule in [format!("{text} {other}"), text] {
            if let Ok(mute) = Mute::parse(&rule) {
                let event = insight("2026-03-02T12:04:00Z", "Start", &[(FLEET, 1.0)], &[]);
                let event = EventView::parse(event.as_bytes()).unwrap();
                let _muted = mute.mutes(&event, &event.insight().unwrap());
                let _words = mute.in_words();
            }
        }
    }

    /// A weekly window holds a minute as one says it by counting minutes from each of its days on.
    #[test]
    fn weekly_windows_are_what_counting_gives(
        days in prop::collection::vec(0..7_i64, 1..4), from in 0..1440_i64, until in 1..=1440_i64, minute in 0..20_160_i64,
    ) {
        prop_assume!(from != until);
        let names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        let named: Vec<&str> = days.iter().map(|day| names[usize::try_from(*day).unwrap()]).collect();
        let clock = |minutes: i64| format!("{:02}:{:02}", minutes / 60, minutes % 60);
        let rule = format!("window={}/{}-{}", named.join("+"), clock(from), clock(until));
        let length = if from < until { until - from } else { until + 1440 - from };
        let expected = days.iter().any(|day| (minute - day * 1440 - from).rem_euclid(7 * 1440) < length);
        // 2026-03-02 is a Monday.
        let time = cairn_event::EventTime::from_epoch_seconds(1_772_409_600 + minute * 60);
        prop_assert_eq!(mutes(&rule, &insight(&time.to_string(), "Start", &[], &[])), expected, "{} {}", rule, time);
    }
}
