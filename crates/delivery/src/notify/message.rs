//! What a notification says: `{"s3Bucket":…,"s3ObjectKey":[…]}`.

use cairn_catalog::Delivered;
use serde::Serialize;

/// The most keys of one message. With the longest keys it stays far below the 256 KiB that a topic takes.
const KEYS_MAX: usize = 100;

/// Receipts that one message tells of: next to each other in the ledger, put at the same time into the same
/// bucket, of one account and Region.
pub(super) type Batch<'a> = &'a [Delivered];

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Message<'a> {
    s3_bucket: &'a str,
    s3_object_key: Vec<&'a str>,
}

/// Cuts receipts into batches, in their order.
pub(super) fn batches(receipts: &[Delivered]) -> impl Iterator<Item = Batch<'_>> {
    let of = |delivered: &Delivered| (delivered.at, delivered.receipt.account);
    let is_beside = move |one: &Delivered, next: &Delivered| {
        let (before, after) = (&one.receipt, &next.receipt);
        of(one) == of(next) && (&before.bucket, &before.region) == (&after.bucket, &after.region)
    };
    receipts.chunk_by(is_beside).flat_map(|batch| batch.chunks(KEYS_MAX))
}

/// Returns the message of a batch, on one line.
pub(super) fn message(batch: Batch<'_>) -> String {
    let s3_bucket = batch.first().map(|first| first.receipt.bucket.as_str()).unwrap_or_default();
    let s3_object_key = batch.iter().map(|delivered| delivered.receipt.key.as_str()).collect();
    serde_json::to_string(&Message { s3_bucket, s3_object_key }).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use cairn_catalog::{Receipt, TrailId};
    use cairn_event::EventTime;
    use jiff::Timestamp;

    use super::*;

    fn delivered(number: u64, second: i64, bucket: &str, region: &str) -> Delivered {
        Delivered {
            number,
            at: Timestamp::from_second(second).unwrap(),
            receipt: Receipt {
                trail: TrailId { arn: "arn".to_owned(), created: 1 },
                account: "123456789012".parse().unwrap(),
                region: region.parse().unwrap(),
                bucket: bucket.to_owned(),
                key: format!("AWSLogs/{number}.json.gz"),
                sha256: [0; 32],
                bytes: 1,
                events: 1,
                oldest_event: EventTime::from_epoch_seconds(0),
                newest_event: EventTime::from_epoch_seconds(0),
                first_position: 0,
                last_position: 0,
            },
        }
    }

    #[test]
    fn one_message_tells_of_one_commit_to_one_bucket_from_one_account_and_region() {
        let mut receipts = [
            delivered(1, 10, "logs", "eu-west-1"),
            delivered(2, 10, "logs", "eu-west-1"),
            delivered(3, 10, "logs", "us-east-1"),
            delivered(4, 11, "logs", "us-east-1"),
            delivered(5, 11, "more", "us-east-1"),
            delivered(6, 11, "more", "us-east-1"),
        ];
        receipts[5].receipt.account = "111122223333".parse().unwrap();
        let messages: Vec<String> = batches(&receipts).map(message).collect();
        assert_eq!(
            messages,
            [
                r#"{"s3Bucket":"logs","s3ObjectKey":["AWSLogs/1.json.gz","AWSLogs/2.json.gz"]}"#,
                r#"{"s3Bucket":"logs","s3ObjectKey":["AWSLogs/3.json.gz"]}"#,
                r#"{"s3Bucket":"logs","s3ObjectKey":["AWSLogs/4.json.gz"]}"#,
                r#"{"s3Bucket":"more","s3ObjectKey":["AWSLogs/5.json.gz"]}"#,
                r#"{"s3Bucket":"more","s3ObjectKey":["AWSLogs/6.json.gz"]}"#,
            ]
        );
    }

    #[test]
    fn a_large_commit_is_told_in_parts_that_a_topic_takes() {
        let mut receipts: Vec<Delivered> = (0..250).map(|n| delivered(n, 1, "logs", "eu-west-1")).collect();
        for delivered in &mut receipts {
            delivered.receipt.key = "\u{1}".repeat(300);
        }
        let sizes: Vec<usize> = batches(&receipts).map(<[Delivered]>::len).collect();
        assert_eq!(sizes, [100, 100, 50]);
        assert!(batches(&receipts).all(|batch| message(batch).len() < 256 << 10));
    }
}
