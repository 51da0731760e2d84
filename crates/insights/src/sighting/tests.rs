use cairn_catalog::contract::sample;
use cairn_catalog::{Catalog, SqliteCatalog};
use proptest::prelude::*;

use super::*;

fn entry(origin: Origin, event: &str) -> Entry {
    Entry {
        revision: 1,
        received_ms: 1_772_440_000_000,
        account: sample::account_id(),
        region: sample::region("eu-west-1"),
        origin,
        event: event.as_bytes().to_vec(),
    }
}

async fn snapshot() -> std::sync::Arc<Snapshot> {
    let dir = tempfile::tempdir().unwrap();
    let catalog = SqliteCatalog::open(&dir.path().join("catalog.db")).await.unwrap();
    sample::begin(&catalog).await;
    catalog.current()
}

const WRITE: &str = r#"{"eventTime":"2026-03-02T08:00:00Z","eventSource":"ec2.amazonaws.com","eventName":"CreateTags","readOnly":false,"eventCategory":"Management"}"#;

#[tokio::test]
async fn what_a_record_counts_for() {
    let snapshot = snapshot().await;
    let tell = |origin, event: &str| match Sighting::of(&entry(origin, event), &snapshot) {
        Sighting::Call(call) => {
            format!("{} {} {:?} {}", call.name, call.rated, call.error, call.is_imported())
        }
        Sighting::Insight(Arrived { id, imported }) => format!("insight {id} {imported}"),
        Sighting::Other { .. } => "other".to_owned(),
        Sighting::Passed(passed) => format!("{passed:?}"),
    };
    let read = WRITE.replace("false", "true");
    let denied = |event: &str| event.replace("\"readOnly\"", "\"errorCode\":\"AccessDenied\",\"readOnly\"");
    let failed = denied(&read);
    let import = WRITE.replace("ec2", "cloudtrail").replace("CreateTags", "ImportEvents");
    let insight = r#"{"eventTime":"2026-03-02T08:00:00Z","eventID":"i","eventCategory":"Insight"}"#;
    let long = WRITE.replace("CreateTags", &"x".repeat(257));
    let cases = [
        (Origin::Call, WRITE.to_owned(), "CreateTags true None false"),
        (Origin::Import, WRITE.to_owned(), "CreateTags true None true"),
        (Origin::Delivery, WRITE.to_owned(), "Delivery"),
        (Origin::Call, read, "other"),
        (Origin::Call, failed, r#"CreateTags false Some("AccessDenied") false"#),
        (Origin::Call, WRITE.replace("Management", "Data"), "Uncounted"),
        (Origin::Call, WRITE.replace("Management", "NetworkActivity"), "Uncounted"),
        (Origin::Call, insight.to_owned(), "insight i false"),
        (Origin::Delivery, insight.to_owned(), "insight i false"),
        (Origin::Import, insight.to_owned(), "insight i true"),
        (Origin::Call, import.clone(), "other"),
        (Origin::Call, denied(&import), r#"ImportEvents false Some("AccessDenied") false"#),
        (Origin::Call, import.replace("cloudtrail", "glue"), "ImportEvents true None false"),
        (Origin::Import, long, "Nameless"),
        (Origin::Call, WRITE.replace("CreateTags", ""), "Nameless"),
        (Origin::Call, "no event".to_owned(), "Unreadable"),
    ];
    for (origin, event, expected) in cases {
        assert_eq!(tell(origin, &event), expected, "{origin:?} {event}");
    }
}

/// Whoever has no key can claim any name: neither does that take room, nor is it told to anybody.
#[tokio::test]
async fn calls_of_nobody_count_as_their_errors_alone() {
    let snapshot = snapshot().await;
    let tell = |event: &str| match Sighting::of(&entry(Origin::Call, event), &snapshot) {
        Sighting::Call(call) => format!("{} {} {} {:?}", call.source, call.name, call.rated, call.error),
        other => format!("{other:?}"),
    };
    let claimed = |source: &str, name: &str, error: &str| {
        let identity = r#"{"userIdentity":{"type":"Unknown","accessKeyId":"AKIAUNKNOWNUNKNOWN12"},"#;
        let event = WRITE.replacen('{', identity, 1).replace("ec2.amazonaws.com", source);
        let error = if error.is_empty() { String::new() } else { format!(r#""errorCode":"{error}","#) };
        event.replace("CreateTags", name).replace("\"readOnly\"", &format!("{error}\"readOnly\""))
    };
    let long = "x".repeat(257);
    let cases = [
        ("anything.amazonaws.com", "YourCompanyIsHacked", "UnrecognizedClientException"),
        ("cloudtrail.amazonaws.com", "CreateTrail", "UnrecognizedClientException"),
        (&long, &long, "UnrecognizedClientException"),
        ("", "", "UnrecognizedClientException"),
    ];
    for (source, name, error) in cases {
        let expected = r#"sts.amazonaws.com UnknownOperation false Some("UnrecognizedClientException")"#;
        assert_eq!(tell(&claimed(source, name, error)), expected, "{source} {name}");
    }
    let of_s3 = claimed("s3.amazonaws.com", "DeleteBucket", "InvalidAccessKeyId");
    assert_eq!(tell(&of_s3), r#"s3.amazonaws.com UnknownOperation false Some("InvalidAccessKeyId")"#);
    // An upstream took the call of somebody whose name it does not tell.
    let taken = claimed("s3.amazonaws.com", "DeleteBucket", "");
    assert_eq!(tell(&taken), "s3.amazonaws.com DeleteBucket true None");
    // Who may not do what he asks is known.
    let denied =
        claimed("s3.amazonaws.com", "DeleteBucket", "AccessDenied").replace("Unknown\"", "IAMUser\"");
    assert_eq!(tell(&denied), r#"s3.amazonaws.com DeleteBucket true Some("AccessDenied")"#);
}

#[tokio::test]
async fn what_comes_from_the_future_came_now() {
    let snapshot = snapshot().await;
    let minute = |time: &str| {
        let event = WRITE.replace("2026-03-02T08:00:00Z", time);
        let Sighting::Call(call) = Sighting::of(&entry(Origin::Call, &event), &snapshot) else { panic!() };
        call.minute.epoch_seconds()
    };
    assert_eq!(minute("2026-03-02T08:26:59Z"), 1_772_439_960);
    assert_eq!(minute("2099-01-01T00:00:00Z"), 1_772_439_960);
    assert_eq!(minute("1901-01-01T00:00:00Z"), 0);
}

proptest! {
    #[test]
    fn no_bytes_stop_the_count(bytes in proptest::collection::vec(any::<u8>(), 0..200), at in 0..170_usize) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        thread_local!(static SNAPSHOT: std::cell::OnceCell<std::sync::Arc<Snapshot>> = const { std::cell::OnceCell::new() });
        let snapshot = SNAPSHOT.with(|cell| std::sync::Arc::clone(cell.get_or_init(|| runtime.block_on(snapshot()))));
        let mut event = WRITE.as_bytes().to_vec();
        let at = at.min(event.len());
        event.splice(at..at, bytes.iter().copied());
        for event in [event, bytes] {
            let entry = Entry { event, ..entry(Origin::Import, "") };
            if let Sighting::Call(call) = Sighting::of(&entry, &snapshot) {
                prop_assert!(call.name.len() <= NAME_BYTES_MAX && call.source.len() <= NAME_BYTES_MAX);
                prop_assert!(call.values.iter().all(|value| value.len() <= crate::VALUE_BYTES_MAX));
            }
        }
    }
}
