//! Log files and aggregated events: what a trail's events look like in its bucket, and how they get there
//! exactly once.
//!
//! Every product of a trail has a cursor of its own and reads the journal at its own pace, so a bucket that
//! refuses holds up nobody else. Windows are cut by the received times that intake stamped, names are derived
//! from positions, and compression is fixed: the same journal and catalog give the same keys and the same
//! bytes, so a crash at any instant repeats an upload that put-if-absent absorbs.
//!
//! The order never changes: object, then receipt and cursor in one transaction. A folder that is denied is owed:
//! the cursor goes on, and in the same transaction it is noted from where on the folder has nothing. Digests follow from the
//! receipts: each is planned, put, and then the head of its chain moves. This crate knows no
//! HTTP and no bucket; both are behind [`LogBucket`].

mod aggregate;
mod aggregated_event;
mod assemble;
mod backoff;
mod bucket;
mod digest;
mod dimension;
mod gathering;
mod lag;
mod log_file;
mod notify;
mod object_key;
mod owed;
mod product;
mod progress;
mod service;
mod signing_keys;
mod telemetry;
mod trail;
mod undelivered;
mod window;

pub use assemble::Assembler;
pub use bucket::{LogBucket, LogFilePut, Put, PutError};
pub use digest::{DigestCountError, digests_by_hour};
pub use lag::{Lag, Lags};
pub use log_file::{Folder, SealedLogFile};
pub use notify::{
    Notification, Notifier, PublishError, Topics, begin_notifications, hold_notifications, notified_up_to,
};
pub use object_key::object_key;
pub use owed::{OwedError, owed_from};
pub use product::{begin_aggregation, cursor_name, enroll};
pub use service::{Delivery, DeliveryConfig, DeliveryParts};
pub use signing_keys::{SigningKeyError, SigningKeys};
pub use undelivered::{Undelivered, UndeliveredError, UndeliveredFiles, undelivered};
pub use window::{Interval, IntervalError};
