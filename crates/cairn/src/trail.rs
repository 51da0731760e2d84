//! `cairn trail`: CloudTrail's trails from the command line.

mod create;
mod events;
mod health;

use anyhow::Context as _;
use cairn_event::Region;
use serde_json::{Value, json};

use crate::client::{CallError, Client};
use crate::output::{self, Form, JsonFlag};
use crate::settings::Place;

/// What stands where no trail is.
pub(crate) const NO_TRAILS: &str =
    "no trails; one is made by: cairn trail create main --bucket audit-logs --create-bucket\n";

/// What can be done with trails.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Trail {
    /// List the trails of the account and its organization's, with whether they log and deliver.
    List {
        #[command(flatten)]
        json: JsonFlag,
    },
    /// Show one trail: its settings, and what became of its last delivery.
    Show {
        #[command(flatten)]
        named: Named,
        #[command(flatten)]
        json: JsonFlag,
    },
    /// Show how trails fared in the last day: files, digests, what waits, and what holds it up.
    Health(health::Health),
    /// Make a trail over all Regions and start it.
    Create(create::Create),
    /// Start logging.
    Start(Named),
    /// Stop logging. The call that stops it is the last that is delivered.
    Stop(Named),
    /// Delete a trail. Its log files stay.
    Delete(Named),
    /// Show which events a trail records, or say which.
    Events(events::Events),
}

/// The trail that a command is about.
#[derive(Debug, clap::Args)]
pub(crate) struct Named {
    /// The trail's name or ARN.
    name: String,
    /// The Region it was made in [default: the server's].
    #[arg(long, value_name = "REGION")]
    region: Option<Region>,
}

impl Trail {
    pub(crate) fn run(&self, place: &Place) -> anyhow::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            match self {
                Self::List { json } => list(&Client::find(place, None).await?, Form::choose(*json)).await,
                Self::Show { named, json } => {
                    show(&named.client(place).await?, &named.name, Form::choose(*json)).await
                }
                Self::Health(command) => command.run(place).await,
                Self::Create(command) => command.run(place).await,
                Self::Start(named) => named.call(place, "StartLogging", "start the trail").await,
                Self::Stop(named) => named.call(place, "StopLogging", "stop the trail").await,
                Self::Delete(named) => named.call(place, "DeleteTrail", "delete the trail").await,
                Self::Events(command) => command.run(place).await,
            }
        })
    }
}

impl Named {
    async fn client(&self, place: &Place) -> anyhow::Result<Client> {
        Client::find(place, self.region.as_ref()).await
    }

    /// Calls an operation that takes a name and answers nothing.
    async fn call(&self, place: &Place, operation: &str, aim: &'static str) -> anyhow::Result<()> {
        self.client(place).await?.call(operation, &json!({ "Name": self.name })).await.context(aim)?;
        Ok(())
    }
}

async fn list(client: &Client, form: Form) -> anyhow::Result<()> {
    let answer = client.call("DescribeTrails", &json!({})).await.context("list trails")?;
    let trails = answer.get("trailList").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut rows = Vec::new();
    for trail in &trails {
        let status = client.call("GetTrailStatus", &json!({ "Name": text(trail, "TrailARN") })).await;
        let status = status.context("ask for a trail's status")?;
        match form {
            Form::JsonLines => output::print(format!("{}\n", json!({ "trail": trail, "status": status })))?,
            Form::Table => rows.push(row(trail, &status)),
        }
    }
    match form {
        Form::JsonLines => Ok(()),
        Form::Table if rows.is_empty() => output::print(NO_TRAILS),
        Form::Table => {
            let headings =
                ["NAME", "HOME", "REGIONS", "ACCOUNTS", "LOGS", "BUCKET", "LAST DELIVERY", "ERROR"];
            output::print(output::columns(&headings, &rows))
        }
    }
}

fn row(trail: &Value, status: &Value) -> Vec<String> {
    let is = |of: &Value, name| of.get(name).and_then(Value::as_bool).unwrap_or_default();
    let regions = if is(trail, "IsMultiRegionTrail") { "all" } else { "one" };
    let logs = if is(status, "IsLogging") { "yes" } else { "no" };
    let prefix = text(trail, "S3KeyPrefix");
    let bucket = text(trail, "S3BucketName");
    // Only the ARN names an organization's trail in all of its accounts.
    let (name, accounts) = match is(trail, "IsOrganizationTrail") {
        true => (text(trail, "TrailARN"), "organization"),
        false => (text(trail, "Name"), "own"),
    };
    vec![
        name,
        text(trail, "HomeRegion"),
        regions.to_owned(),
        accounts.to_owned(),
        logs.to_owned(),
        if prefix.is_empty() { bucket } else { format!("{bucket}/{prefix}") },
        delivered(status),
        text(status, "LatestDeliveryError"),
    ]
}

/// Returns when the last log file was delivered.
fn delivered(status: &Value) -> String {
    let seconds = status.get("LatestDeliveryTime").and_then(Value::as_f64);
    #[expect(clippy::cast_possible_truncation, reason = "seconds since 1970, shown to a person")]
    let at = seconds.and_then(|seconds| jiff::Timestamp::from_second(seconds as i64).ok());
    at.map(|at| at.strftime("%Y-%m-%d %H:%M:%S").to_string()).unwrap_or_default()
}

async fn show(client: &Client, name: &str, form: Form) -> anyhow::Result<()> {
    let answer = client.call("GetTrail", &json!({ "Name": name })).await.context("show the trail")?;
    let trail = answer.get("Trail").cloned().unwrap_or_default();
    let status = client.call("GetTrailStatus", &json!({ "Name": name })).await.context("show its status")?;
    if form == Form::JsonLines {
        return output::print(format!("{}\n", json!({ "trail": trail, "status": status })));
    }
    let members = |value: &Value| {
        let members = value.as_object().cloned().unwrap_or_default();
        members.into_iter().map(|(name, value)| {
            let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            vec![name, shown]
        })
    };
    let mut rows: Vec<Vec<String>> = members(&trail).chain(members(&status)).collect();
    rows.push(vec!["LatestDelivery (UTC)".to_owned(), delivered(&status)]);
    output::print(output::columns(&["SETTING", "VALUE"], &rows))
}

/// Returns a member that is text; empty when it is absent.
fn text(of: &Value, name: &str) -> String {
    of.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Takes a refusal of that code as success: what was asked for is so already.
fn unless(refusal: &str, done: Result<(), CallError>) -> Result<(), CallError> {
    match done {
        Err(CallError::Refused { code, .. }) if code == refusal => Ok(()),
        done => done,
    }
}
