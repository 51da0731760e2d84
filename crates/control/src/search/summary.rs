//! Counts of what a search finds.

use std::collections::BTreeMap;

use cairn_history::{Bucket, Ranked, Summary};
use serde::Serialize;

use super::{SearchAsk, instant, refused};
use crate::{Caller, Control, Refusal};

/// What a summary answers. Members are as they are sent.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "as sent")]
pub struct HistorySummary {
    pub total: u64,
    pub failed: u64,
    pub denied: u64,
    pub buckets: Vec<SummaryBucket>,
    pub bucket_seconds: i64,
    pub top: SummaryTop,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counted_back_to: Option<String>,
}

/// One stretch of time. Members are as they are sent.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "as sent")]
pub struct SummaryBucket {
    pub start_time: String,
    pub count: u64,
    pub errors: u64,
    pub by_source: BTreeMap<String, u64>,
}

/// The most frequent values, most first. Members are as they are sent.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "as sent")]
pub struct SummaryTop {
    pub username: Vec<RankedValue>,
    pub event_name: Vec<RankedValue>,
    pub event_source: Vec<RankedValue>,
    pub error_code: Vec<RankedValue>,
    #[serde(rename = "SourceIPAddress")]
    pub source_ip_address: Vec<RankedValue>,
    pub denied: Vec<RankedValue>,
}

/// A value, and how many events have it. Members are as they are sent.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "as sent")]
pub struct RankedValue {
    pub value: String,
    pub count: u64,
}

impl Control {
    /// Counts what a search would find.
    ///
    /// # Errors
    /// As a search; too many stretches of time or none.
    pub async fn summarise_events(
        &self,
        caller: &Caller,
        ask: &SearchAsk,
    ) -> Result<HistorySummary, Refusal> {
        let search = self.searched(caller, ask)?;
        let summary = self.history.summarise(search, ask.buckets, self.clock.now()).await;
        Ok(told(summary.map_err(refused)?))
    }
}

fn told(summary: Summary) -> HistorySummary {
    let bucket = |Bucket { start, count, errors, by_source }| SummaryBucket {
        start_time: instant(start),
        count,
        errors,
        by_source,
    };
    let ranked = |all: Vec<Ranked>| {
        all.into_iter().map(|Ranked { value, count }| RankedValue { value, count }).collect()
    };
    HistorySummary {
        total: summary.total,
        failed: summary.failed,
        denied: summary.denied,
        buckets: summary.buckets.into_iter().map(bucket).collect(),
        bucket_seconds: summary.bucket_seconds,
        top: SummaryTop {
            username: ranked(summary.usernames),
            event_name: ranked(summary.event_names),
            event_source: ranked(summary.event_sources),
            error_code: ranked(summary.error_codes),
            source_ip_address: ranked(summary.source_ip_addresses),
            denied: ranked(summary.denied_usernames),
        },
        counted_back_to: summary.counted_back_to.map(instant),
    }
}
