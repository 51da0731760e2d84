//! From the model's names to Rust's.

/// `S3BucketName` → `s3_bucket_name`, `TrailARN` → `trail_arn`; `Type` becomes `kind`, a word that
/// Rust leaves free.
pub(crate) fn field(wire: &str) -> String {
    match wire {
        "Type" => "kind".to_owned(),
        _ => words(wire).join("_"),
    }
}

/// `CreateTrailRequest` → `CREATE_TRAIL_REQUEST`.
pub(crate) fn constant(wire: &str) -> String {
    words(wire).join("_").to_uppercase()
}

/// `userNameType` → `UserNameType`: types begin with a capital.
pub(crate) fn type_name(shape: &str) -> String {
    let mut chars = shape.chars();
    let first: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
    first + chars.as_str()
}

/// `EXTENDABLE_RETENTION_PRICING` → `ExtendableRetentionPricing`, `text/csv` → `TextCsv`; mixed case stays as it is.
/// `SELF` becomes `Own`, since Rust has taken the other.
pub(crate) fn variant(value: &str) -> String {
    if value == "SELF" {
        return "Own".to_owned();
    }
    let shouted = value.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    let parts = value.split(['_', '/']);
    parts
        .map(|part| {
            let mut rest = part.chars();
            let first: String = rest.next().into_iter().flat_map(char::to_uppercase).collect();
            let rest: String = rest.collect();
            if shouted { first + &rest.to_lowercase() } else { first + &rest }
        })
        .collect()
}

/// `rename_all = "PascalCase"` gives this name back for a field.
pub(crate) fn pascal(field: &str) -> String {
    field.split('_').map(variant).collect()
}

/// Splits at each change from lower to upper case, and before the last capital of a run.
fn words(name: &str) -> Vec<String> {
    let chars: Vec<char> = name.chars().collect();
    let mut words = vec![String::new()];
    for (at, &c) in chars.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| chars.get(at));
        let after = chars.get(at + 1);
        let starts = c.is_ascii_uppercase()
            && before.is_some_and(|before| {
                before.is_ascii_lowercase()
                    || before.is_ascii_digit()
                    || after.is_some_and(|after| after.is_ascii_lowercase())
            });
        if starts {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(c.to_ascii_lowercase());
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_read_like_rust() {
        for (wire, rust) in [
            ("S3BucketName", "s3_bucket_name"),
            ("TrailARN", "trail_arn"),
            ("SQL", "sql"),
            ("S3KeyPrefix", "s3_key_prefix"),
            ("trailNameList", "trail_name_list"),
            ("CloudWatchLogsLogGroupArn", "cloud_watch_logs_log_group_arn"),
            ("LatestIngestionSuccessEventID", "latest_ingestion_success_event_id"),
            ("Type", "kind"),
        ] {
            assert_eq!(field(wire), rust);
        }
        assert_eq!(constant("ListTrailsRequest"), "LIST_TRAILS_REQUEST");
        assert_eq!(variant("EXTENDABLE_RETENTION_PRICING"), "ExtendableRetentionPricing");
        assert_eq!(variant("ApiCallRateInsight"), "ApiCallRateInsight");
        assert_eq!(variant("insight"), "Insight");
    }
}
