//! Records: each is entered once, and found in every way that is asked for.

use std::sync::Arc;

use super::sample::{NOW, TRAIL, at, calls_of, data_calls_of, identify, minute, place, record, store};
use crate::insight::State;
use crate::store::{Closing, Record, RecordQuery, StoredRecord};

fn query(limit: u32) -> RecordQuery {
    RecordQuery {
        trail: TRAIL.into(),
        account: place(None).account,
        region: place(None).region,
        between: (minute(0), minute(u32::MAX)),
        id: None,
        name: None,
        source: None,
        after: None,
        limit,
    }
}

fn ids(found: &[StoredRecord]) -> Vec<&str> {
    found.iter().map(|found| &*found.record.id).collect()
}

#[tokio::test]
async fn a_record_is_entered_once_and_waits_until_it_is_sent() {
    let (_directory, store) = store().await;
    let metric = calls_of("A");
    let [run] = identify(&store, [metric.clone()]).await;
    let (start, end) = (record((run, &metric), NOW, State::Start), record((run, &metric), NOW, State::End));
    let again = Record { imported: !start.imported, body: Arc::default(), ..start.clone() };
    let enter = async |records: &[Record]| {
        store.close_minute(&Closing { records, ..Closing::at(at(NOW, 1)) }).await.unwrap();
    };
    enter(std::slice::from_ref(&start)).await;
    let open = store.open_records(minute(NOW)).await.unwrap();
    assert_eq!(ids(&open), [&*start.id]);
    assert_eq!(store.open_records(minute(NOW + 1)).await.unwrap(), [], "it begins before");
    enter(&[again, end.clone()]).await;
    assert_eq!(store.open_records(minute(NOW)).await.unwrap(), [], "it ended");
    assert_eq!(store.unsent(10).await.unwrap(), [start.clone(), end.clone()], "as they were found");
    assert_eq!((store.unsent(1).await.unwrap().len(), store.unsent_count().await.unwrap()), (1, 2));
    store.mark_sent(&[Arc::clone(&start.id), "unknown".into()]).await.unwrap();
    assert_eq!(store.unsent(10).await.unwrap(), std::slice::from_ref(&end));
    let found = store.record(&start.id).await.unwrap().unwrap();
    assert_eq!((found.sent, &found.record), (true, &start));
    let both = store.records_sharing(&start.shared_id).await.unwrap();
    assert_eq!(ids(&both), [&*start.id, &*end.id]);
    assert_eq!(store.records_of(&[run], minute(NOW), minute(NOW + 1)).await.unwrap(), both);
    assert_eq!(store.records_of(&[run], minute(NOW - 1), minute(NOW)).await.unwrap(), []);
    assert_eq!(store.record("unknown").await.unwrap(), None);
}

#[tokio::test]
async fn insights_of_a_trail_come_page_after_page_the_newest_first() {
    let (_directory, store) = store().await;
    let (read, write, managed) =
        (data_calls_of("GetObject"), data_calls_of("PutObject"), calls_of("PutObject"));
    let [r, w, m] = identify(&store, [read.clone(), write.clone(), managed.clone()]).await;
    let mut records = Vec::new();
    for start in [NOW + 5, NOW, NOW + 9, NOW + 4] {
        for metric in [(r, &read), (w, &write), (m, &managed)] {
            records.extend([record(metric, start, State::Start), record(metric, start, State::End)]);
        }
    }
    store.close_minute(&Closing { records: &records, ..Closing::at(at(NOW, 1)) }).await.unwrap();
    let mut expected: Vec<(usize, &Record)> =
        records.iter().enumerate().filter(|(_, record)| record.metric != m).collect();
    expected.sort_by_key(|(index, record)| std::cmp::Reverse((record.at(), *index)));
    let expected: Vec<&Record> = expected.into_iter().map(|(_, record)| record).collect();
    for limit in 1..=17 {
        let (mut pages, mut asked) = (Vec::new(), query(limit));
        loop {
            let page = store.data_records(&asked).await.unwrap();
            let Some(last) = page.last() else { break };
            asked.after = Some((last.record.at(), last.sequence));
            pages.extend(page);
        }
        assert_eq!(pages.iter().map(|found| &found.record).collect::<Vec<_>>(), expected, "{limit} a page");
    }
    type Keep = fn(&Record) -> bool;
    let ends = RecordQuery { between: (minute(NOW + 5), minute(NOW + 9)), ..query(99) };
    let cases: [(RecordQuery, Keep); 6] = [
        (ends, |record| (NOW + 5..=NOW + 9).contains(&record.at().number())),
        (RecordQuery { name: Some("GetObject".into()), ..query(99) }, |r| {
            &*r.insight.metric.name == "GetObject"
        }),
        (RecordQuery { source: Some("s3.amazonaws.com".into()), ..query(99) }, |_| false),
        (RecordQuery { id: Some(Arc::clone(&expected[3].id)), ..query(99) }, |_| true),
        (RecordQuery { region: "us-east-1".parse().unwrap(), ..query(99) }, |_| false),
        (RecordQuery { account: "999999999999".parse().unwrap(), ..query(99) }, |_| false),
    ];
    for (asked, keep) in cases {
        let found = store.data_records(&asked).await.unwrap();
        let id = |record: &Record| asked.id.as_deref().is_none_or(|id| id == &*record.id);
        let right: Vec<&str> =
            expected.iter().filter(|record| keep(record) && id(record)).map(|record| &*record.id).collect();
        assert_eq!(ids(&found), right, "{asked:?}");
    }
    assert_eq!(store.data_records(&RecordQuery { trail: "".into(), ..query(99) }).await.unwrap(), []);
}
