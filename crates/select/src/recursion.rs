//! Telling CloudTrail's own deliveries, which a trail may refuse to record.

use cairn_event::EventView;

/// Tells whether CloudTrail caused the event by delivering others: a log file put into S3, or log events put
/// into CloudWatch Logs. A trail with `RecursiveLogging` false drops these and only these.
///
/// ```
/// let put = br#"{"eventTime":"2026-03-02T08:14:55Z","eventSource":"s3.amazonaws.com",
///     "eventName":"PutObject","userIdentity":{"invokedBy":"cloudtrail.amazonaws.com"}}"#;
/// assert!(cairn_select::caused_by_delivery(&cairn_event::EventView::parse(put)?));
/// # Ok::<(), cairn_event::ParseError>(())
/// ```
pub fn caused_by_delivery(event: &EventView<'_>) -> bool {
    event.user_identity.invoked_by.as_deref() == Some("cloudtrail.amazonaws.com")
        && matches!(
            (event.event_source.as_ref(), event.event_name.as_ref()),
            ("s3.amazonaws.com", "PutObject") | ("logs.amazonaws.com", "PutLogEvents")
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_deliveries_by_cloudtrail_are_told() {
        let cases = [
            ("cloudtrail.amazonaws.com", "s3.amazonaws.com", "PutObject", true),
            ("cloudtrail.amazonaws.com", "logs.amazonaws.com", "PutLogEvents", true),
            ("cloudtrail.amazonaws.com", "s3.amazonaws.com", "GetBucketAcl", false),
            ("cloudtrail.amazonaws.com", "logs.amazonaws.com", "CreateLogStream", false),
            ("cloudtrail.amazonaws.com", "logs.amazonaws.com", "PutObject", false),
            ("cloudtrail.amazonaws.com", "kms.amazonaws.com", "GenerateDataKey", false),
            ("config.amazonaws.com", "s3.amazonaws.com", "PutObject", false),
        ];
        for (by, source, name, expected) in cases {
            let bytes = format!(
                r#"{{"eventTime":"2026-03-02T08:14:55Z","eventSource":"{source}","eventName":"{name}",
                    "userIdentity":{{"invokedBy":"{by}"}}}}"#
            );
            let event = EventView::parse(bytes.as_bytes()).unwrap();
            assert_eq!(caused_by_delivery(&event), expected, "{by} {source} {name}");
        }
        let anonymous = br#"{"eventTime":"2026-03-02T08:14:55Z","eventSource":"s3.amazonaws.com",
            "eventName":"PutObject"}"#;
        assert!(!caused_by_delivery(&EventView::parse(anonymous).unwrap()));
    }
}
