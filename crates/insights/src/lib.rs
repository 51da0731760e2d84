//! Insights: unusual activity, found in the journal and told in CloudTrail's records.
//!
//! A projection of the journal. Every call is counted in the minute that it happened in, under the [`Metric`] of its
//! account, Region, service and action; minutes are closed in order, once no event of theirs is to be expected. What
//! the detector (`cairn-anomaly`) then finds becomes an Insights event, which goes through intake as any event does:
//! the only loop in Cairn. Insights events are counted nowhere, so that the loop ends.
//!
//! What was counted is kept in a store of its own: the minutes that ListInsightsMetricData shows and that a series is
//! built from anew when the past changes, who called, and the records that were made.

#![warn(missing_docs)]

mod attribution;
mod average;
mod backtest;
mod commit;
mod config;
mod counting;
mod deal;
mod earlier;
mod emit;
mod facts;
mod fleet;
mod follow;
mod ids;
mod insight;
mod insights;
mod load;
mod metric;
mod past;
mod pulse;
mod rebuild;
mod record;
mod sighting;
pub mod store;
mod tally;
mod telemetry;
mod told;
mod wanted;
mod watched;

pub use attribution::{Attribute, Share, VALUE_BYTES_MAX};
pub use backtest::{Backtest, BacktestQuery, BacktestStep, Finding, STEP as BACKTEST_STEP, find};
pub use config::InsightsConfig;
pub use ids::{event_id, shared_event_id};
pub use insight::{Insight, State};
pub use insights::{CURSOR, Health, Insights, InsightsService, OpenError, Parts};
pub use metric::{Kind, Metric, MetricId, Place};
pub use rebuild::{Past, REMEMBERED_DAYS, Rebuilt, phase, rebuild};
pub use record::render;
pub use sighting::{counted_as, is_rated};
pub use wanted::{listened_to, wanted};
pub use watched::{Imported, Watched};
