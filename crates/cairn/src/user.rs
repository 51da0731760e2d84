//! `cairn user`: IAM's users and their keys, for those without the AWS CLI.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use cairn_wire::iam::Operation;
use serde_json::{Value, json};

use crate::client::{CallError, Client};
use crate::output::{self, Form, JsonFlag};
use crate::settings::Place;

/// The name of the policy that these commands put.
const POLICY_NAME: &str = "cairn";

/// May do everything.
const ADMINISTRATOR: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

/// What can be done with users.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum User {
    /// List the users of the account with their access keys.
    List {
        #[command(flatten)]
        json: JsonFlag,
    },
    /// Make a user and an access key, and print the key: its secret is shown this once.
    Add {
        /// The user's name.
        name: String,
        #[command(flatten)]
        rights: Rights,
        #[command(flatten)]
        json: JsonFlag,
    },
    /// Make another access key for a user and print it; or delete one.
    Key {
        /// The user's name.
        name: String,
        /// Delete this key instead.
        #[arg(long, value_name = "ID")]
        delete: Option<String>,
        #[command(flatten)]
        json: JsonFlag,
    },
    /// Say what a user may do; without a flag, take away what was said so.
    Policy {
        /// The user's name.
        name: String,
        #[command(flatten)]
        rights: Rights,
    },
    /// Delete a user with its password and all its keys, devices, policies and memberships.
    Delete {
        /// The user's name.
        name: String,
    },
}

/// What a user may do.
#[derive(Debug, clap::Args)]
pub(crate) struct Rights {
    /// A file with an IAM policy in JSON.
    #[arg(long, value_name = "FILE", conflicts_with = "administrator")]
    policy: Option<PathBuf>,
    /// Everything.
    #[arg(long)]
    administrator: bool,
}

impl User {
    pub(crate) fn run(&self, place: &Place) -> anyhow::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let client = Client::find(place, None).await?;
            match self {
                Self::List { json } => list(&client, Form::choose(*json)).await,
                Self::Add { name, rights, json } => {
                    let document = rights.document()?;
                    let named = [("UserName", name.as_str())];
                    client.iam(Operation::CreateUser, &named).await.context("make the user")?;
                    if let Some(document) = document {
                        allow(&client, name, &document).await?;
                    }
                    add_key(&client, name, Form::choose(*json)).await
                }
                Self::Key { name, delete: Some(id), .. } => {
                    let named = [("UserName", name.as_str()), ("AccessKeyId", id)];
                    client.iam(Operation::DeleteAccessKey, &named).await.context("delete the key")?;
                    Ok(())
                }
                Self::Key { name, delete: None, json } => add_key(&client, name, Form::choose(*json)).await,
                Self::Policy { name, rights } => match rights.document()? {
                    Some(document) => allow(&client, name, &document).await,
                    None => {
                        let named = [("UserName", name.as_str()), ("PolicyName", POLICY_NAME)];
                        client
                            .iam(Operation::DeleteUserPolicy, &named)
                            .await
                            .context("take the policy away")?;
                        Ok(())
                    }
                },
                Self::Delete { name } => delete(&client, name).await,
            }
        })
    }
}

impl Rights {
    fn document(&self) -> anyhow::Result<Option<String>> {
        let read = |file: &Path| {
            std::fs::read_to_string(file).with_context(|| format!("read the policy {}", file.display()))
        };
        match (&self.policy, self.administrator) {
            (Some(file), _) => read(file).map(Some),
            (None, true) => Ok(Some(ADMINISTRATOR.to_owned())),
            (None, false) => Ok(None),
        }
    }
}

async fn allow(client: &Client, name: &str, document: &str) -> anyhow::Result<()> {
    let named = [("UserName", name), ("PolicyName", POLICY_NAME), ("PolicyDocument", document)];
    client.iam(Operation::PutUserPolicy, &named).await.context("say what the user may do")?;
    Ok(())
}

async fn add_key(client: &Client, name: &str, form: Form) -> anyhow::Result<()> {
    let answer = client.iam(Operation::CreateAccessKey, &[("UserName", name)]).await;
    let key = answer.context("make an access key")?.get("AccessKey").cloned().unwrap_or_default();
    match form {
        Form::JsonLines => output::print(format!("{key}\n")),
        Form::Table => output::print(format!(
            "export AWS_ACCESS_KEY_ID={}\nexport AWS_SECRET_ACCESS_KEY={}\n",
            text(&key, "AccessKeyId"),
            text(&key, "SecretAccessKey")
        )),
    }
}

async fn list(client: &Client, form: Form) -> anyhow::Result<()> {
    let mut rows = Vec::new();
    for user in all(client, Operation::ListUsers, None, "Users").await? {
        let name = text(&user, "UserName");
        let keys = all(client, Operation::ListAccessKeys, Some(&name), "AccessKeyMetadata").await?;
        if form == Form::JsonLines {
            output::print(format!("{}\n", json!({ "user": user, "keys": keys })))?;
        }
        let keys: Vec<String> =
            keys.iter().map(|key| format!("{} {}", text(key, "AccessKeyId"), text(key, "Status"))).collect();
        rows.push(vec![name, text(&user, "CreateDate"), keys.join(", ")]);
    }
    match form {
        Form::JsonLines => Ok(()),
        Form::Table => output::print(output::columns(&["USER", "MADE (UTC)", "KEYS"], &rows)),
    }
}

/// Deletes a user and what would keep it from being deleted, as the console does.
async fn delete(client: &Client, name: &str) -> anyhow::Result<()> {
    let held = [
        (Operation::ListAccessKeys, "AccessKeyMetadata", Operation::DeleteAccessKey, "AccessKeyId"),
        (Operation::ListUserPolicies, "PolicyNames", Operation::DeleteUserPolicy, "PolicyName"),
        (Operation::ListAttachedUserPolicies, "AttachedPolicies", Operation::DetachUserPolicy, "PolicyArn"),
        (Operation::ListGroupsForUser, "Groups", Operation::RemoveUserFromGroup, "GroupName"),
        (Operation::ListMFADevices, "MFADevices", Operation::DeactivateMFADevice, "SerialNumber"),
    ];
    for (listing, list, deletion, key) in held {
        for one in all(client, listing, Some(name), list).await? {
            let value = one.as_str().map_or_else(|| text(&one, key), str::to_owned);
            let named = [("UserName", name), (key, value.as_str())];
            client.iam(deletion, &named).await.context("take from the user what it has")?;
        }
    }
    match client.iam(Operation::DeleteLoginProfile, &[("UserName", name)]).await {
        Err(CallError::Refused { code, .. }) if code == "NoSuchEntity" => {}
        answered => answered.map(drop).context("take the password away")?,
    }
    client.iam(Operation::DeleteUser, &[("UserName", name)]).await.context("delete the user")?;
    Ok(())
}

/// Fetches every page of a listing.
async fn all(
    client: &Client,
    operation: Operation,
    user: Option<&str>,
    list: &str,
) -> anyhow::Result<Vec<Value>> {
    let (mut found, mut marker) = (Vec::new(), None::<String>);
    loop {
        let named = user.map(|user| ("UserName", user));
        let from = marker.as_deref().map(|marker| ("Marker", marker));
        let parameters: Vec<(&str, &str)> = named.into_iter().chain(from).collect();
        let page = client.iam(operation, &parameters).await.context("list what the account has")?;
        found.extend(page.get(list).and_then(Value::as_array).cloned().unwrap_or_default());
        marker = page.get("Marker").and_then(Value::as_str).map(str::to_owned);
        if marker.is_none() {
            return Ok(found);
        }
    }
}

fn text(of: &Value, name: &str) -> String {
    of.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}
