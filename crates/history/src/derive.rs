//! Rows from records. Reading the events is half of what indexing costs and depends on nothing, so that
//! two threads share it when there is much to catch up with, as after a restart.

use cairn_projection::Record;

use crate::coded::Packed;
use crate::key::Key;
use crate::lookup_fields::LookupFields;
use crate::row::Row;
use crate::telemetry::{self, Passed};

/// A row, and the values that are yet to be numbered.
type Derived = (Row, Packed);

/// From this many records on the work is shared: about a millisecond of it, far more than a thread costs.
const SHARED_FROM: usize = 256;

/// Returns each record's row; none for what does not belong in the history.
pub(crate) fn rows(records: &[Record]) -> Vec<Option<Derived>> {
    if records.len() < SHARED_FROM {
        return records.iter().map(row_of).collect();
    }
    let (first, second) = records.split_at(records.len() / 2);
    std::thread::scope(|scope| {
        let helping = scope.spawn(|| second.iter().map(row_of).collect::<Vec<_>>());
        let mut rows: Vec<Option<Derived>> = first.iter().map(row_of).collect();
        match helping.join() {
            Ok(rest) => rows.extend(rest),
            Err(panic) => std::panic::resume_unwind(panic),
        }
        rows
    })
}

/// Returns the row of an entry; none for what does not belong in the history.
fn row_of(Record { position, entry }: &Record) -> Option<Derived> {
    match LookupFields::parse(&entry.event) {
        Ok(fields) => match fields.category {
            Some(category) => {
                let key = Key { seconds: fields.seconds, position: *position };
                Some(Row::new(key, entry.account, &entry.region, category, &fields))
            }
            None => {
                telemetry::passed(Passed::OtherCategory);
                None
            }
        },
        // Intake lets nothing in that is no event; should it, the rest of the history must not wait.
        Err(error) => {
            tracing::error!(position = *position, %error, "record is no event and stays out of the history");
            telemetry::passed(Passed::Unreadable);
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use cairn_event::{Entry, Origin, Region};

    use super::*;

    fn record(position: u64) -> Record {
        let category = ["Management", "Data", "Insight"][usize::try_from(position % 3).unwrap()];
        let event = format!(
            r#"{{"eventVersion":"1.11","eventTime":"2026-01-01T00:00:00Z","eventSource":"s3.amazonaws.com",
            "eventName":"CreateBucket","eventID":"{position}","eventCategory":"{category}",
            "requestParameters":{{"bucketName":"bucket-{position}"}}}}"#
        );
        // Some are no events at all.
        let event = if position.is_multiple_of(50) { b"{}".to_vec() } else { event.into_bytes() };
        let account = "123456789012".parse().unwrap();
        let region = Region::us_east_1();
        let entry = Entry { revision: 1, received_ms: 0, account, region, origin: Origin::Call, event };
        Record { position, entry }
    }

    #[test]
    fn shared_work_gives_the_same_rows_in_the_same_order() {
        for count in [0, 1, SHARED_FROM - 1, SHARED_FROM, SHARED_FROM + 1, 3 * SHARED_FROM + 1] {
            let records: Vec<Record> = (7..7 + count as u64).map(record).collect();
            let one_by_one: Vec<Option<Derived>> = records.iter().map(row_of).collect();
            let found = rows(&records);
            assert_eq!(found, one_by_one);
            for (row, record) in found.iter().zip(&records) {
                let belongs = record.position % 3 != 1 && !record.position.is_multiple_of(50);
                assert_eq!(row.as_ref().map(|(row, _)| row.key.position), belongs.then_some(record.position));
            }
        }
    }
}
