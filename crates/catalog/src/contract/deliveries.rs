//! The delivery ledger and the trails' status.

use std::sync::Arc;

use super::Backend;
use super::sample::{account_id, begin, instant, receipt, region, trail, trail_id};
use crate::{
    Change, CursorError, CursorMove, Delivery, DeliveryKind, DeliveryStatus, Failure, Receipt, ReceiptQuery,
    Refusal, StateChange, TrailId, TrailStatus,
};

const CURSOR: &str = "delivery";

fn delivery(expected: Option<u64>, to: u64, second: i64, receipts: Vec<Receipt>) -> Delivery {
    let cursor = CursorMove { name: CURSOR.to_owned(), expected, to };
    Delivery { cursor, receipts, delivered_at: instant(second), state: None }
}

fn query(trail: &TrailId) -> ReceiptQuery {
    ReceiptQuery::of(trail.clone())
}

pub(super) async fn a_delivery_enters_receipts_and_moves_its_cursor(backend: Arc<dyn Backend>) {
    let catalog = backend.open().await;
    let main = begin(catalog.as_ref()).await;
    let files = vec![receipt(&main, "eu-west-1", 0, 4), receipt(&main, "us-east-1", 2, 3)];
    catalog.deliver(delivery(None, 5, 60, files.clone())).await.expect("the delivery");
    drop(catalog);
    let catalog = backend.open().await;
    assert_eq!(catalog.cursor(CURSOR).await.expect("a read"), Some(5));
    let listed = catalog.receipts(&query(&main)).await.expect("the ledger");
    let entered: Vec<_> = listed.iter().map(|entry| entry.receipt.clone()).collect();
    assert_eq!(entered, files);
    assert!(listed.iter().all(|entry| entry.at == instant(60)));
    for name in ["eu-west-1", "us-east-1"] {
        let status = catalog.status(&main, (account_id(), &region(name))).await.expect("the status");
        assert_eq!(status.log_files, succeeded(60), "{name}");
    }
    let elsewhere = catalog.status(&main, (account_id(), &region("eu-north-1"))).await.expect("the status");
    assert_eq!(elsewhere, TrailStatus::default());
}

pub(super) async fn a_delivery_with_a_moved_cursor_leaves_nothing(backend: Arc<dyn Backend>) {
    let catalog = backend.open().await;
    let main = begin(catalog.as_ref()).await;
    catalog.deliver(delivery(None, 5, 60, Vec::new())).await.expect("the delivery");
    for wrong in [None, Some(4)] {
        let files = vec![receipt(&main, "eu-west-1", 5, 9)];
        match catalog.deliver(delivery(wrong, 10, 61, files)).await {
            Err(CursorError::Moved { actual: Some(5) }) => {}
            other => panic!("the cursor does not stand at {wrong:?}: {other:?}"),
        }
    }
    assert_eq!(catalog.cursor(CURSOR).await.expect("a read"), Some(5));
    assert!(catalog.receipts(&query(&main)).await.expect("the ledger").is_empty());
    let status = catalog.status(&main, (account_id(), &region("eu-west-1"))).await.expect("the status");
    assert_eq!(status, TrailStatus::default());
}

pub(super) async fn a_file_is_entered_once(backend: Arc<dyn Backend>) {
    let catalog = backend.open().await;
    let main = begin(catalog.as_ref()).await;
    let file = receipt(&main, "eu-west-1", 0, 4);
    catalog.deliver(delivery(None, 5, 60, vec![file.clone()])).await.expect("the delivery");
    let other = Receipt { sha256: [9; 32], ..file.clone() };
    let again = vec![receipt(&main, "eu-west-1", 5, 9), other];
    match catalog.deliver(delivery(Some(5), 10, 61, again)).await {
        Err(CursorError::Refused(Refusal::Present { .. })) => {}
        other => panic!("another file is in the ledger: {other:?}"),
    }
    assert_eq!(catalog.cursor(CURSOR).await.expect("a read"), Some(5));
    assert_eq!(catalog.receipts(&query(&main)).await.expect("the ledger").len(), 1);
    // The rest of a delivery that came as far as this file.
    let rest = vec![file, receipt(&main, "eu-west-1", 5, 9)];
    catalog.deliver(delivery(Some(5), 10, 61, rest)).await.expect("the rest");
    let entered = catalog.receipts(&query(&main)).await.expect("the ledger");
    assert_eq!(entered.iter().map(|entry| entry.at).collect::<Vec<_>>(), [instant(60), instant(61)]);
    let too_many = (0..=Delivery::RECEIPTS_MAX as u64).map(|at| receipt(&main, "eu-west-1", at, at));
    match catalog.deliver(delivery(Some(10), 20, 62, too_many.collect())).await {
        Err(CursorError::Refused(Refusal::TooMany { .. })) => {}
        other => panic!("too many receipts: {other:?}"),
    }
}

pub(super) async fn a_delivery_without_files_moves_the_cursor_alone(backend: Arc<dyn Backend>) {
    let catalog = backend.open().await;
    let main = begin(catalog.as_ref()).await;
    catalog.deliver(delivery(None, 7, 60, Vec::new())).await.expect("the delivery");
    assert_eq!(catalog.cursor(CURSOR).await.expect("a read"), Some(7));
    let status = catalog.status(&main, (account_id(), &region("eu-west-1"))).await.expect("the status");
    assert_eq!(status, TrailStatus::default());
}

pub(super) async fn receipts_are_read_in_pages_and_by_bounds(backend: Arc<dyn Backend>) {
    let catalog = backend.open().await;
    let main = begin(catalog.as_ref()).await;
    catalog.commit(1, vec![Change::PutTrail(Box::new(trail("other")))]).await.expect("a second trail");
    let other = trail_id(catalog.as_ref(), 2, "other").await;
    for minute in 0..10_u64 {
        let name = if minute.is_multiple_of(2) { "eu-west-1" } else { "us-east-1" };
        let files = vec![receipt(&main, name, minute, minute), receipt(&other, name, minute, minute)];
        let second = i64::try_from(minute).expect("a small number") * 60;
        let step = delivery(minute.checked_sub(1).map(|before| before + 1), minute + 1, second, files);
        catalog.deliver(step).await.expect("the delivery");
    }
    let positions = async |query: ReceiptQuery| -> Vec<u64> {
        let page = catalog.receipts(&query).await.expect("the ledger");
        assert!(page.iter().all(|entry| entry.receipt.trail == query.trail));
        page.iter().map(|entry| entry.receipt.first_position).collect()
    };
    let all: Vec<u64> = (0..10).collect();
    assert_eq!(positions(query(&main)).await, all);
    assert_eq!(
        positions(ReceiptQuery { region: Some(region("us-east-1")), ..query(&main) }).await,
        [1, 3, 5, 7, 9]
    );
    let account = |id: &str| Some(id.parse().expect("twelve digits"));
    let of_place =
        |id, name| ReceiptQuery { account: account(id), region: Some(region(name)), ..query(&main) };
    assert_eq!(positions(of_place("123456789012", "eu-west-1")).await, [0, 2, 4, 6, 8]);
    assert!(positions(of_place("111122223333", "eu-west-1")).await.is_empty());
    assert_eq!(positions(ReceiptQuery { account: account("123456789012"), ..query(&main) }).await, all);
    assert!(positions(ReceiptQuery { account: account("111122223333"), ..query(&main) }).await.is_empty());
    assert_eq!(positions(ReceiptQuery { positions: Some(3..6), ..query(&main) }).await, [3, 4, 5]);
    assert_eq!(
        positions(ReceiptQuery { positions: Some(3..6), region: Some(region("us-east-1")), ..query(&main) })
            .await,
        [3, 5]
    );
    let bounds = ReceiptQuery {
        delivered_from: Some(instant(120)),
        delivered_before: Some(instant(300)),
        ..query(&other)
    };
    assert_eq!(positions(bounds).await, [2, 3, 4]);
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = catalog.receipts(&ReceiptQuery { after, limit: 3, ..query(&main) }).await.expect("a page");
        assert!(page.len() <= 3);
        let Some(last) = page.last() else { break };
        after = Some(last.number);
        seen.extend(page.iter().map(|entry| entry.receipt.first_position));
    }
    assert_eq!(seen, all);
}

pub(super) async fn a_state_changes_with_a_delivery_or_not_at_all(backend: Arc<dyn Backend>) {
    let catalog = backend.open().await;
    let main = begin(catalog.as_ref()).await;
    let step = |expected, to, version, body: &str| Delivery {
        state: Some(StateChange { name: "owed/x".to_owned(), expected: version, body: body.to_owned() }),
        ..delivery(expected, to, 60, vec![receipt(&main, "eu-west-1", to, to)])
    };
    let found = async || {
        let state = catalog.state("owed/x").await.expect("a read").map(|state| (state.version, state.body));
        (catalog.cursor(CURSOR).await.expect("a read"), state)
    };
    catalog.deliver(step(None, 5, None, "first")).await.expect("the delivery");
    let first = (Some(5), Some((1, "first".to_owned())));
    assert_eq!(found().await, first);
    for (expected, version) in [(Some(4), Some(1)), (Some(5), None), (Some(5), Some(2))] {
        match catalog.deliver(step(expected, 9, version, "second")).await {
            Err(CursorError::Moved { .. }) => {}
            other => panic!("{expected:?} and {version:?} are not there: {other:?}"),
        }
        assert_eq!(found().await, first);
    }
    assert_eq!(catalog.receipts(&query(&main)).await.expect("the ledger").len(), 1);
    catalog.deliver(step(Some(5), 9, Some(1), "second")).await.expect("the delivery");
    assert_eq!(found().await, (Some(9), Some((2, "second".to_owned()))));
}

pub(super) async fn many_failures_are_noted_together_and_not_too_often(backend: Arc<dyn Backend>) {
    let catalog = backend.open().await;
    let main = begin(catalog.as_ref()).await;
    let names = ["eu-west-1", "us-east-1"];
    let note = async |second, code: &str| {
        let failures =
            names.map(|name| Failure { account: account_id(), region: region(name), code: code.to_owned() });
        let kind = DeliveryKind::LogFiles;
        catalog.record_delivery_failures(&main, kind, instant(second), &failures).await.expect("a note");
    };
    let check = async |second, code: &str| {
        for name in names {
            let status = catalog.status(&main, (account_id(), &region(name))).await.expect("the status");
            let expected = (Some(instant(second)), Some(code.to_owned()));
            assert_eq!((status.log_files.attempted_at, status.log_files.error), expected, "{name}");
        }
    };
    note(1, "AccessDenied").await;
    check(1, "AccessDenied").await;
    note(30, "AccessDenied").await;
    check(1, "AccessDenied").await;
    note(31, "NoSuchBucket").await;
    check(31, "NoSuchBucket").await;
    note(91, "NoSuchBucket").await;
    check(91, "NoSuchBucket").await;
}

pub(super) async fn success_clears_the_error_and_failure_keeps_the_last_success(backend: Arc<dyn Backend>) {
    let catalog = backend.open().await;
    let main = begin(catalog.as_ref()).await;
    let home = region("eu-west-1");
    let log_files =
        async || catalog.status(&main, (account_id(), &home)).await.expect("the status").log_files;
    let fail = async |second, code: &str| {
        let kind = DeliveryKind::LogFiles;
        catalog
            .record_delivery_failure(&main, (account_id(), &home), kind, instant(second), code)
            .await
            .expect("a note");
    };
    fail(1, "NoSuchBucket").await;
    let error = Some("NoSuchBucket".to_owned());
    let expected = DeliveryStatus { succeeded_at: None, attempted_at: Some(instant(1)), error };
    assert_eq!(log_files().await, expected);
    let files = vec![receipt(&main, "eu-west-1", 0, 4)];
    catalog.deliver(delivery(None, 5, 2, files)).await.expect("the delivery");
    assert_eq!(log_files().await, succeeded(2));
    fail(3, "AccessDenied").await;
    let error = Some("AccessDenied".to_owned());
    let expected = DeliveryStatus { succeeded_at: Some(instant(2)), attempted_at: Some(instant(3)), error };
    assert_eq!(log_files().await, expected);
    fail(4, &"é".repeat(200)).await;
    let kept = log_files().await.error.expect("the code");
    assert_eq!(kept, "é".repeat(128), "a foreign code is cut at a character");
}

pub(super) async fn status_is_per_life_region_and_kind(backend: Arc<dyn Backend>) {
    let catalog = backend.open().await;
    let main = begin(catalog.as_ref()).await;
    let (home, away) = (region("eu-west-1"), region("us-east-1"));
    let kinds = [
        DeliveryKind::LogFiles,
        DeliveryKind::Notifications,
        DeliveryKind::CloudWatchLogs,
        DeliveryKind::Digests,
    ];
    for (second, kind) in (1..).zip(kinds) {
        catalog
            .record_delivery_success(&main, (account_id(), &home), kind, instant(second))
            .await
            .expect("a note");
    }
    let expected = TrailStatus {
        log_files: succeeded(1),
        notifications: succeeded(2),
        cloudwatch_logs: succeeded(3),
        digests: succeeded(4),
    };
    assert_eq!(catalog.status(&main, (account_id(), &home)).await.expect("the status"), expected);
    assert_eq!(
        catalog.status(&main, (account_id(), &away)).await.expect("the status"),
        TrailStatus::default()
    );
    let gone = vec![Change::DeleteTrail { arn: main.arn.clone() }];
    catalog.commit(1, gone).await.expect("a removal");
    catalog.commit(2, vec![Change::PutTrail(Box::new(trail("main")))]).await.expect("a trail made again");
    let again = trail_id(catalog.as_ref(), 3, "main").await;
    assert_eq!(
        catalog.status(&again, (account_id(), &home)).await.expect("the status"),
        TrailStatus::default()
    );
    assert_eq!(
        catalog.status(&main, (account_id(), &home)).await.expect("the status"),
        expected,
        "late deliveries still count"
    );
}

fn succeeded(second: i64) -> DeliveryStatus {
    let at = Some(instant(second));
    DeliveryStatus { succeeded_at: at, attempted_at: at, error: None }
}

pub(super) async fn the_newest_receipt_is_known(backend: Arc<dyn Backend>) {
    let catalog = backend.open().await;
    assert_eq!(catalog.last_receipt().await.expect("a read"), 0);
    let trail = begin(&*catalog).await;
    let receipts = vec![receipt(&trail, "eu-west-1", 0, 4), receipt(&trail, "eu-west-1", 5, 9)];
    let cursor = crate::CursorMove { name: "delivery/x".to_owned(), expected: None, to: 10 };
    let delivery = Delivery { cursor, receipts, delivered_at: instant(60), state: None };
    catalog.deliver(delivery).await.expect("a delivery");
    assert_eq!(catalog.last_receipt().await.expect("a read"), 2);
}
