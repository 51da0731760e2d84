use super::*;
use crate::accounts::Accounts;

fn time(seconds: i64, nanoseconds: i32) -> Option<Timestamp> {
    Some(Timestamp::new(seconds, nanoseconds).unwrap())
}

fn input<'a>(region: &'a Region, attributes: &'a [(&'a str, &'a str)]) -> LookupInput<'a> {
    LookupInput {
        account: "123456789012".parse().unwrap(),
        region,
        attributes,
        start: None,
        end: None,
        category: None,
        max_results: None,
        next_token: None,
    }
}

fn check(change: impl Fn(&mut LookupInput<'_>), expected: Result<(), QueryRefusal>) {
    let region = Region::us_east_1();
    let mut input = input(&region, &[]);
    change(&mut input);
    assert_eq!(Query::parse(input).map(|_query| ()), expected, "{input:?}");
}

#[test]
fn refuses_what_the_reference_refuses() {
    let attributes = |why| Err(QueryRefusal::Attributes(why));
    let times = |why| Err(QueryRefusal::TimeRange(why));
    let (long, longer) = ("x".repeat(2000), "x".repeat(2001));
    let (double, too_double) = ("_ ,\n".repeat(250), "_ ,\n".repeat(250) + "x");
    check(|_| {}, Ok(()));
    check(
        |input| input.attributes = &[("EventName", "a"), ("EventId", "b")],
        attributes(AttributesRefusal::TooMany),
    );
    check(|input| input.attributes = &[("eventName", "a")], attributes(AttributesRefusal::UnknownKey));
    check(|input| input.attributes = &[("EventName", "")], attributes(AttributesRefusal::ValueLength));
    for (value, expected) in [(&long, Ok(())), (&double, Ok(())), (&longer, Err(())), (&too_double, Err(()))]
    {
        let region = Region::us_east_1();
        let given = [("Username", value.as_str())];
        let expected = expected.map_err(|()| QueryRefusal::Attributes(AttributesRefusal::ValueLength));
        assert_eq!(Query::parse(input(&region, &given)).map(|_query| ()), expected);
    }
    check(|input| (input.start, input.end) = (time(5, 0), time(5, 0)), Ok(()));
    check(|input| (input.start, input.end) = (time(6, 0), time(5, 0)), times(TimeRangeRefusal::Backwards));
    check(|input| input.start = time(-1, 0), times(TimeRangeRefusal::OutOfRange));
    check(|input| input.max_results = Some(50), Ok(()));
    for wrong in [i64::MIN, -1, 0, 51, i64::MAX] {
        check(|input| input.max_results = Some(wrong), Err(QueryRefusal::MaxResults));
    }
    check(|input| input.category = Some("insight"), Ok(()));
    for wrong in ["Insight", "management", ""] {
        check(|input| input.category = Some(wrong), Err(QueryRefusal::Category));
    }
    for attribute in Attribute::ALL {
        let region = Region::us_east_1();
        let given = [(attribute.as_str(), "x")];
        let insight = LookupInput { category: Some("insight"), ..input(&region, &given) };
        let known = matches!(attribute, Attribute::EventId | Attribute::EventName | Attribute::EventSource);
        assert_eq!(Query::parse(insight).is_ok(), known, "{attribute}");
    }
}

#[test]
fn narrows_times_to_the_seconds_inside() {
    let region = Region::us_east_1();
    let given = LookupInput { start: time(10, 1), end: time(12, 999_999_999), ..input(&region, &[]) };
    let query = Query::parse(given).unwrap();
    assert_eq!((query.start, query.end), (Some(11), Some(12)));
}

#[test]
fn every_parameter_but_the_token_changes_the_fingerprint() {
    let (region, other) = (Region::us_east_1(), "eu-west-1".parse::<Region>().unwrap());
    let name = [("EventName", "a")];
    let (value, key) = ([("EventName", "b")], [("EventId", "a")]);
    let base = input(&region, &name);
    let across = |name: &str, accounts: &[&str]| {
        let since = accounts.iter().map(|account| (account.parse().unwrap(), None));
        Query::parse(base).unwrap().across(Accounts::new(name, since))
    };
    let mut prints: Vec<u64> = [
        base,
        LookupInput { account: "210987654321".parse().unwrap(), ..base },
        LookupInput { region: &other, ..base },
        LookupInput { attributes: &value, ..base },
        LookupInput { attributes: &key, ..base },
        LookupInput { attributes: &[], ..base },
        LookupInput { start: time(1, 0), ..base },
        LookupInput { end: time(1, 0), ..base },
        LookupInput { start: time(1, 0), end: time(1, 0), ..base },
        LookupInput { max_results: Some(7), ..base },
        LookupInput { attributes: &[], category: Some("insight"), ..base },
    ]
    .into_iter()
    .map(|input| Query::parse(input).unwrap().fingerprint())
    .collect();
    prints.extend(["o-one", "o-two", ""].map(|name| across(name, &["123456789012"]).fingerprint()));
    let mut distinct = prints.clone();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), prints.len());
    let with_token = LookupInput { next_token: Some("x"), ..base };
    assert_eq!(Query::parse(with_token).unwrap().fingerprint(), prints[0]);
    // Accounts come and go while somebody turns pages.
    let accounts = ["123456789012", "210987654321"];
    assert_eq!(across("o-one", &accounts).fingerprint(), across("o-one", &[]).fingerprint());
}
