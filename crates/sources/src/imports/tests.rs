use std::path::Path;

use cairn_catalog::SqliteCatalog;
use jiff::{SignedDuration, ToSpan as _};
use proptest::prelude::*;

use super::*;

/// What version 1 writes; states that were written are read for ever.
const FIXTURE: &str = r#"{"version":1,"id":"begun","by":{"account":"123456789012","region":"eu-west-1","arn":"arn:aws:iam::123456789012:user/maya","accessKeyId":"AKIA","address":"192.0.2.7"},"opening":{"format":"cloudtrail","places":["logs/"],"documents":3},"begunMs":1772438400000,"batches":2,"tally":{"recorded":5,"repeated":1,"notSelected":2,"tooOld":3,"refused":4,"span":[10,30]},"ending":"stopped"}"#;

fn now() -> Timestamp {
    "2026-03-02T08:00:00Z".parse().unwrap()
}

fn maya() -> Importer {
    Importer {
        account: "123456789012".parse().unwrap(),
        region: "eu-west-1".parse().unwrap(),
        arn: Some("arn:aws:iam::123456789012:user/maya".to_owned()),
        access_key_id: Some("AKIA".to_owned()),
        address: "192.0.2.7".to_owned(),
    }
}

fn opening() -> Opening {
    Opening { format: "cloudtrail".to_owned(), places: vec!["logs/".to_owned()], documents: 3 }
}

async fn imports(dir: &Path) -> Imports {
    Imports::new(Arc::new(SqliteCatalog::open(&dir.join("catalog")).await.unwrap()))
}

async fn begun(imports: &Imports, id: &str) {
    imports.begin(id.to_owned(), maya(), opening(), now()).await.unwrap();
}

/// Brings in two events of that second, one of which was there before.
async fn bring(imports: &Imports, id: &str, seconds: i64) {
    let pass = imports.enter(id, &maya(), "cloudtrail", now()).await.unwrap();
    let mut tally = Tally::default();
    tally.count(Outcome::Recorded, seconds);
    tally.count(Outcome::Repeated, seconds + 5);
    imports.count(&pass, &tally, now()).await.unwrap();
}

#[tokio::test]
async fn an_import_goes_on_after_a_crash_and_ends_once() {
    let dir = tempfile::tempdir().unwrap();
    let first = imports(dir.path()).await;
    begun(&first, "a").await;
    bring(&first, "a", 20).await;
    drop(first);
    let second = imports(dir.path()).await;
    bring(&second, "a", 10).await;
    let ended = second.end("a", &maya(), Ending::Complete, now()).await.unwrap();
    let tally = Tally { recorded: 2, repeated: 2, span: Some((10, 20)), ..Tally::default() };
    assert_eq!((ended.batches, &ended.tally, ended.ending), (2, &tally, Some(Ending::Complete)));
    // Its record was lost: it is ended again, as it was, and nothing enters it meanwhile.
    drop(second);
    let third = imports(dir.path()).await;
    let entered = third.enter("a", &maya(), "cloudtrail", now()).await;
    assert!(matches!(entered, Err(ImportError::Unknown)));
    assert_eq!(third.end("a", &maya(), Ending::Failed, now()).await.unwrap(), ended);
    third.forget("a", now()).await.unwrap();
    let again = third.end("a", &maya(), Ending::Complete, now()).await;
    assert!(matches!(again, Err(ImportError::Unknown)));
}

#[tokio::test]
async fn an_import_is_its_importers_alone() {
    let dir = tempfile::tempdir().unwrap();
    let imports = imports(dir.path()).await;
    begun(&imports, "a").await;
    let others = [
        Importer { account: "210987654321".parse().unwrap(), ..maya() },
        Importer { region: "us-east-1".parse().unwrap(), ..maya() },
        Importer { arn: None, ..maya() },
        Importer { access_key_id: Some("ASIA".to_owned()), ..maya() },
        Importer { address: "192.0.2.8".to_owned(), ..maya() },
    ];
    for other in others {
        let entered = imports.enter("a", &other, "cloudtrail", now()).await;
        assert!(matches!(entered, Err(ImportError::Unknown)), "{other:?}");
        let ended = imports.end("a", &other, Ending::Complete, now()).await;
        assert!(matches!(ended, Err(ImportError::Unknown)), "{other:?}");
    }
    for (id, format) in [("b", "cloudtrail"), ("", "cloudtrail"), ("a", "access-log")] {
        let entered = imports.enter(id, &maya(), format, now()).await;
        assert!(matches!(entered, Err(ImportError::Unknown)), "{id} {format}");
    }
}

#[tokio::test]
async fn an_import_does_not_end_while_events_are_on_their_way() {
    let dir = tempfile::tempdir().unwrap();
    let imports = imports(dir.path()).await;
    begun(&imports, "a").await;
    let pass = imports.enter("a", &maya(), "cloudtrail", now()).await.unwrap();
    assert!(matches!(imports.end("a", &maya(), Ending::Complete, now()).await, Err(ImportError::Busy)));
    let later = now() + 1.hour();
    assert_eq!(imports.silent(later).await.unwrap(), []);
    // Whoever brought them went away.
    drop(pass);
    let [silent] = imports.silent(later).await.unwrap().try_into().unwrap();
    assert_eq!((silent.id.as_str(), silent.ending), ("a", Some(Ending::Abandoned)));
}

#[tokio::test]
async fn silence_ends_an_import_but_not_the_time_without_a_server() {
    let dir = tempfile::tempdir().unwrap();
    let long = SignedDuration::try_from(SILENCE_MAX).unwrap();
    let first = imports(dir.path()).await;
    begun(&first, "a").await;
    assert_eq!(first.silent(now() + long - 1.second()).await.unwrap(), []);
    drop(first);
    let second = imports(dir.path()).await;
    let start = now() + 24.hours();
    assert_eq!(second.silent(start).await.unwrap(), [], "it may go on now");
    assert_eq!(second.silent(start + long).await.unwrap().len(), 1);
    // It is not recorded yet, so that it is told again after a while, and not at once.
    assert_eq!(second.silent(start + long).await.unwrap(), []);
    assert_eq!(second.silent(start + long + long).await.unwrap().len(), 1);
    second.forget("a", start).await.unwrap();
    assert_eq!(second.silent(start + 24.hours()).await.unwrap(), []);
}

#[tokio::test]
async fn imports_are_bounded_and_places_are_used_again() {
    let dir = tempfile::tempdir().unwrap();
    let imports = imports(dir.path()).await;
    for number in 0..OPEN_MAX {
        let account = format!("{:012}", number / OPEN_OF_ACCOUNT_MAX).parse().unwrap();
        let by = Importer { account, ..maya() };
        imports.begin(number.to_string(), by, opening(), now()).await.unwrap();
    }
    let one_more = || imports.begin("more".to_owned(), maya(), opening(), now());
    assert!(matches!(one_more().await, Err(ImportError::TooMany)));
    imports.forget("3", now()).await.unwrap();
    one_more().await.unwrap();
    imports.forget("more", now()).await.unwrap();
    imports.forget("20", now()).await.unwrap();
    let by = Importer { account: "000000000000".parse().unwrap(), ..maya() };
    imports.begin("x".to_owned(), by.clone(), opening(), now()).await.unwrap();
    let too_many = imports.begin("y".to_owned(), by, opening(), now()).await;
    assert!(matches!(too_many, Err(ImportError::TooMany)), "one account leaves room for others");
}

#[tokio::test]
async fn places_are_cut_between_characters() {
    let dir = tempfile::tempdir().unwrap();
    let imports = imports(dir.path()).await;
    let places = vec![format!("/{}", "ä".repeat(2_000)); 1_000];
    imports.begin("a".to_owned(), maya(), Opening { places, ..opening() }, now()).await.unwrap();
    let import = imports.end("a", &maya(), Ending::Complete, now()).await.unwrap();
    assert_eq!(import.opening.places.len(), PLACES_MAX);
    assert!(import.opening.places.iter().all(|place| place.len() == 511));
}

#[tokio::test]
async fn places_leave_room_for_the_rest_of_a_record() {
    let dir = tempfile::tempdir().unwrap();
    let imports = imports(dir.path()).await;
    let places = vec!["\u{1}\"".repeat(2_000); 1_000];
    let import = imports.begin("a".to_owned(), maya(), Opening { places, ..opening() }, now()).await.unwrap();
    assert!(
        serde_json::to_vec(&import.opening.places).unwrap().len() < cairn_event::ADDITIONAL_BYTES_MAX - 4_096
    );
}

#[test]
fn states_keep_their_form() {
    let import = parse(FIXTURE).unwrap();
    assert_eq!(text(&import), FIXTURE);
    assert_eq!(parse(&FIXTURE.replace("\"version\":1", "\"version\":2")), None);
}

fn tally() -> impl Strategy<Value = Tally> {
    (proptest::array::uniform5(0_u64..9), proptest::option::of((-9_i64..9, 0_i64..9))).prop_map(
        |([recorded, repeated, not_selected, too_old, refused], span)| Tally {
            recorded,
            repeated,
            not_selected,
            too_old,
            refused,
            span: span.map(|(first, length)| (first, first + length)),
        },
    )
}

proptest! {
    #[test]
    fn any_text_is_a_state_or_none(text in ".{0,200}") {
        prop_assert_eq!(parse(&text), None);
    }

    #[test]
    fn tallies_add_up_in_any_order(tallies in proptest::collection::vec(tally(), 0..6)) {
        let sum = |tallies: &mut dyn Iterator<Item = &Tally>| {
            tallies.fold(Tally::default(), |mut sum, one| {
                sum.add(one);
                sum
            })
        };
        let (forth, back) = (sum(&mut tallies.iter()), sum(&mut tallies.iter().rev()));
        prop_assert_eq!(&forth, &back);
        let spans = || tallies.iter().filter_map(|tally| tally.span);
        prop_assert_eq!(forth.span.map(|span| span.0), spans().map(|span| span.0).min());
        prop_assert_eq!(forth.span.map(|span| span.1), spans().map(|span| span.1).max());
        prop_assert_eq!(forth.recorded, tallies.iter().map(|tally| tally.recorded).sum::<u64>());
    }
}
