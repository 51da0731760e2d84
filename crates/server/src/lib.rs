//! The server: one endpoint, one record path, everything wired and ended in order.
//!
//! Reading order: [`Server`] opens and runs everything; `serve` is the way of a request; `authenticate`,
//! `authorize`, `cloudtrail`, `iam`, `kms`, `sts` and `object_service` are its stations; `recorder` makes the event.
//! Wire types and HTTP status codes end here: nothing below knows them.

mod administrator;
mod answer;
mod auth_refusal;
mod authenticate;
mod authorize;
mod clock;
mod cloudtrail;
mod config;
mod connections;
mod console;
mod data_dir;
mod delivery_page;
mod destinations;
mod early_answer;
mod first_start;
mod followed_organization;
mod gateway;
mod head;
mod history_pages;
mod iam;
mod incoming;
mod insights_pages;
mod key_source;
mod key_upkeep;
mod key_use;
mod keys;
mod kms;
mod known;
mod listen;
mod lockouts;
mod log_groups;
mod metrics_page;
mod named_tables;
mod object_keys;
mod object_service;
mod organization_view;
mod organizations;
mod outside;
mod outside_keys;
mod page;
mod passwords;
mod people;
mod platform;
mod probes;
mod promises;
mod proxies;
mod recognition;
mod recorder;
mod refuse;
mod request_facts;
mod retention;
mod selectors_page;
mod serve;
mod server;
mod service_keys;
mod settings;
mod sources;
mod streams;
mod sts;
mod tail;
mod telemetry;
mod tile_store;
mod tls;
mod transparency;
mod turns;
mod upkeep;
mod upstreams;
mod validation_page;

pub use administrator::{Administrator, AdministratorError};
pub use clock::{SystemClock, SystemIds};
pub use config::{Config, ConfigError, Encryption, LogFormat, Recorded, Throttle};
pub use data_dir::{Announcement, DataDir};
pub use destinations::DESTINATION_SETTINGS;
pub use first_start::{ADMINISTRATOR, FirstStartError};
pub use followed_organization::OpenFollowedError;
pub use gateway::{
    ExplainError, Explainer, Explanation, OpenUpstreamError, SeenAnswer, SeenBody, SeenExchange,
};
pub use metrics_page::MetricsTokenError;
pub use passwords::{SetPasswordError, first_password, generate_password, set_password};
pub use people::PeopleHeaders;
pub use promises::OpenPromisesError;
pub use proxies::Proxies;
pub use recognition::{CloudFrontNames, OperationsFileError, open_operations};
pub use server::{OpenServerError, Renewal, Server};
pub use settings::{Origin, SETTINGS, Setting, Settings, SettingsError, environment_name};
pub use sources::{OpenSourcesError, SourceSettings};
pub use streams::{OpenDestinationError, open_destination};
pub use tls::{GenerateError, PairError, TlsError};
pub use upstreams::{RecordPolicy, Signatures, UPSTREAM_SETTINGS, UpstreamSettings, reach_upstream};
