//! What the model does not say: which operations CloudTrail's own record calls read-only, and which
//! reads nevertheless record what they answered.

use anyhow::{Result, bail};

/// `readOnly: true` in CloudTrail's record of the call.
///
/// `StartQuery` and `GenerateQuery` change nothing that a trail watches; AWS's published records of
/// them carry `true`.
const READS: &[&str] = &[
    "DescribeQuery",
    "DescribeTrails",
    "GenerateQuery",
    "GetChannel",
    "GetDashboard",
    "GetEventConfiguration",
    "GetEventDataStore",
    "GetEventSelectors",
    "GetImport",
    "GetInsightSelectors",
    "GetQueryResults",
    "GetResourcePolicy",
    "GetTrail",
    "GetTrailStatus",
    "ListChannels",
    "ListDashboards",
    "ListEventDataStores",
    "ListImportFailures",
    "ListImports",
    "ListInsightsData",
    "ListInsightsMetricData",
    "ListPublicKeys",
    "ListQueries",
    "ListTags",
    "ListTrails",
    "LookupEvents",
    "SearchSampleQueries",
    "StartQuery",
];

const WRITES: &[&str] = &[
    "AddTags",
    "CancelQuery",
    "CreateChannel",
    "CreateDashboard",
    "CreateEventDataStore",
    "CreateTrail",
    "DeleteChannel",
    "DeleteDashboard",
    "DeleteEventDataStore",
    "DeleteResourcePolicy",
    "DeleteTrail",
    "DeregisterOrganizationDelegatedAdmin",
    "DisableFederation",
    "EnableFederation",
    "PutEventConfiguration",
    "PutEventSelectors",
    "PutInsightSelectors",
    "PutResourcePolicy",
    "RegisterOrganizationDelegatedAdmin",
    "RemoveTags",
    "RestoreEventDataStore",
    "StartDashboardRefresh",
    "StartEventDataStoreIngestion",
    "StartImport",
    "StartLogging",
    "StopEventDataStoreIngestion",
    "StopImport",
    "StopLogging",
    "UpdateChannel",
    "UpdateDashboard",
    "UpdateEventDataStore",
    "UpdateTrail",
];

/// Reads whose `responseElements` are recorded all the same: the id is what links later records.
const ANSWERING_READS: &[&str] = &["StartQuery"];

/// Returns the variant of `cairn_wire`'s `Recorded`; refuses an operation that nobody has decided on.
pub(crate) fn of(operation: &str) -> Result<&'static str> {
    match (READS.contains(&operation), WRITES.contains(&operation)) {
        (true, false) if ANSWERING_READS.contains(&operation) => Ok("AnsweringRead"),
        (true, false) => Ok("Read"),
        (false, true) => Ok("Write"),
        _ => bail!("{operation}: list it once, as a read or a write, in xtask/src/generate/recorded.rs"),
    }
}
