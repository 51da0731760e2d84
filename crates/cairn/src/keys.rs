//! `cairn keys`: the keys that sign digests.

use anyhow::Context as _;
use cairn_event::{Clock as _, Region};
use cairn_server::SystemClock;
use serde_json::{Value, json};

use crate::client::Client;
use crate::output::{self, Form, JsonFlag};
use crate::settings::Place;

/// How much later than now a key may end that is listed: all do.
const AHEAD_SECONDS: i64 = 10 * 366 * 86_400;

/// What can be done with keys.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Keys {
    /// List the keys that ever signed digests of a Region, with their validity.
    List {
        #[command(flatten)]
        of: Of,
        #[command(flatten)]
        json: JsonFlag,
    },
    /// Make a new key, which signs from now on. Older ones go on verifying what they signed.
    Rotate {
        #[command(flatten)]
        of: Of,
        #[command(flatten)]
        json: JsonFlag,
    },
}

/// The Region that keys are of: each has its own.
#[derive(Debug, clap::Args)]
pub(crate) struct Of {
    /// The Region whose digests they sign [default: the server's].
    #[arg(long, value_name = "REGION")]
    region: Option<Region>,
}

impl Keys {
    pub(crate) fn run(&self, place: &Place) -> anyhow::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            match self {
                Self::List { of, json } => list(&of.client(place).await?, Form::choose(*json)).await,
                Self::Rotate { of, json } => rotate(&of.client(place).await?, Form::choose(*json)).await,
            }
        })
    }
}

impl Of {
    async fn client(&self, place: &Place) -> anyhow::Result<Client> {
        Client::find(place, self.region.as_ref()).await
    }
}

async fn list(client: &Client, form: Form) -> anyhow::Result<()> {
    let until = SystemClock.now().as_second() + AHEAD_SECONDS;
    let mut keys = Vec::new();
    let mut asked = json!({ "StartTime": 0, "EndTime": until });
    loop {
        let answer = client.call("ListPublicKeys", &asked).await.context("list keys")?;
        keys.extend(answer.get("PublicKeyList").and_then(Value::as_array).cloned().unwrap_or_default());
        match answer.get("NextToken").filter(|token| !token.is_null()) {
            Some(token) => asked = json!({ "StartTime": 0, "EndTime": until, "NextToken": token }),
            None => break,
        }
    }
    if keys.is_empty() && form == Form::Table {
        let region = client.region();
        return output::print(format!("no keys in {region}: the first digest there makes one\n"));
    }
    show(&keys, form)
}

async fn rotate(client: &Client, form: Form) -> anyhow::Result<()> {
    let body = client.post_page("/_cairn/keys/rotate").await.context("make a new key")?;
    let key: Value = serde_json::from_slice(&body).context("read the answer")?;
    show(&[key], form)
}

fn show(keys: &[Value], form: Form) -> anyhow::Result<()> {
    match form {
        Form::JsonLines => keys.iter().try_for_each(|key| output::print(format!("{key}\n"))),
        Form::Table => {
            let rows: Vec<Vec<String>> = keys.iter().map(row).collect();
            output::print(output::columns(&["FINGERPRINT", "VALID FROM (UTC)", "VALID UNTIL (UTC)"], &rows))
        }
    }
}

fn row(key: &Value) -> Vec<String> {
    let fingerprint = key.get("Fingerprint").and_then(Value::as_str).unwrap_or_default();
    let time = |name| {
        let seconds = key.get(name).and_then(Value::as_f64).unwrap_or_default();
        #[expect(clippy::cast_possible_truncation, reason = "seconds since 1970, shown to a person")]
        let at = jiff::Timestamp::from_second(seconds as i64).unwrap_or_default();
        at.strftime("%Y-%m-%d %H:%M:%S").to_string()
    };
    vec![fingerprint.to_owned(), time("ValidityStartTime"), time("ValidityEndTime")]
}
