//! CloudTrail's operations as use cases.
//!
//! A use case takes a parsed request and a caller who may make it, decides on one catalog revision, and
//! commits the next. It answers with CloudTrail's own shape or with a [`Refusal`]. This crate does not
//! know that it is served over HTTP, who signed the request or how; what it needs of the rest of the
//! server is behind [`Platform`].

mod caller;
mod control;
mod create_trail;
mod delegated_administrators;
mod delete_trail;
mod destination;
mod event_configuration;
mod event_selectors;
mod insight_selectors;
mod insights;
mod logged;
mod logging;
mod lookup;
mod organization;
mod organization_view;
mod page_token;
mod platform;
mod preview;
mod public_keys;
mod read_trails;
mod refusal;
mod search;
mod tags;
mod throttle;
mod trail_name;
mod trail_reference;
mod trail_status;
mod update_trail;

pub use caller::Caller;
pub use control::{Control, Deed, Done, Parts};
pub use insights::{
    BacktestAsk, BacktestLine, CallsInMinutes, CountedSeries, FoundInThePast, InsightExplanation,
    InsightsBacktest,
};
pub use lookup::{OrganizationEvent, OrganizationEvents};
pub use organization_view::{OrganizationView, PART_NAMED_MAX, Part, ViewRefusal};
pub use platform::{
    BucketVerdict, DeliveredFiles, DeliveryCheck, KeyCheck, KeyVerdict, LogGroupVerdict, Platform,
    TopicVerdict,
};
pub use preview::{PREVIEW_EVENTS_MAX, Preview, PreviewAnswer, PreviewAsk, PreviewCategories};
pub use refusal::Refusal;
pub use search::{
    ExportForm, FoundEvents, FoundShape, FoundTotal, HistoryExport, HistorySummary, RankedValue, SearchAsk,
    SummaryBucket, SummaryTop,
};
pub use throttle::Throttle;
pub use trail_reference::here as trails_here;
