//! Metrics of the built-in S3.

/// Counts a committed index transaction and the changes in it.
pub(crate) fn committed(changes: usize) {
    metrics::counter!("cairn_s3_commits_total").increment(1);
    metrics::counter!("cairn_s3_changes_total").increment(changes as u64);
}

/// Counts an index transaction that failed.
pub(crate) fn commit_failed() {
    metrics::counter!("cairn_s3_commit_failures_total").increment(1);
}

/// Counts payload files that a crash left behind and start-up removed.
pub(crate) fn orphans_removed(count: u64) {
    metrics::counter!("cairn_s3_orphans_removed_total").increment(count);
}

/// Counts reads that found a payload or a data key damaged.
pub(crate) fn damaged() {
    metrics::counter!("cairn_s3_damaged_total").increment(1);
}

/// Counts data keys that KMS did not give.
pub(crate) fn key_refused() {
    metrics::counter!("cairn_s3_key_refusals_total").increment(1);
}

/// Counts payload files that could not be removed; the next start tries again.
pub(crate) fn removal_failed() {
    metrics::counter!("cairn_s3_removal_failures_total").increment(1);
}
