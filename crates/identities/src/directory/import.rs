//! Lists of users of other systems, as entries of a directory. Secrets are taken along only when asked for.

use cairn_event::AccountId;
use serde::Deserialize;
use serde_json::Value;

use super::{DIRECTORY_BYTES_MAX, Entries, Entry, entry, harmless};
use crate::learn::person_of_arn;

/// Whose list it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportFormat {
    /// `s3.json` of SeaweedFS.
    SeaweedFs,
    /// `mc admin user list --json` and `mc admin accesskey list --json` of MinIO: an object a line.
    Minio,
    /// The CSV of IAM's credential report, with the keys that `aws iam list-access-keys` lists: as JSON lines
    /// behind it, since a report holds no key ids.
    CredentialReport,
}

/// What a list held.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// The entries.
    pub entries: Entries,
    /// Users without a key that could be entered.
    pub without_key: Vec<String>,
}

/// The list can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read the list, line {line}: {needed}")]
pub struct ImportError {
    /// The line, from 1.
    pub line: usize,
    needed: String,
}

/// Whether secrets are taken along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secrets {
    /// They are: signatures can be checked.
    Taken,
    /// They are left where they are.
    Left,
}

/// Reads a list; `account` is the one that its users belong to.
///
/// # Errors
/// Names the line of what can't be read.
pub fn import(
    text: &str,
    format: ImportFormat,
    account: AccountId,
    secrets: Secrets,
) -> Result<Imported, ImportError> {
    if text.len() > DIRECTORY_BYTES_MAX {
        return Err(refused(1, format!("a list has at most {DIRECTORY_BYTES_MAX} bytes")));
    }
    match format {
        ImportFormat::SeaweedFs => seaweedfs(text, account, secrets),
        ImportFormat::Minio => minio(text, account),
        ImportFormat::CredentialReport => credential_report(text),
    }
}

#[derive(Deserialize)]
struct SeaweedConfiguration {
    identities: Vec<SeaweedIdentity>,
}

#[derive(Deserialize)]
struct SeaweedIdentity {
    name: String,
    #[serde(default)]
    credentials: Vec<SeaweedCredential>,
    #[serde(default)]
    account: Option<SeaweedAccount>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SeaweedCredential {
    access_key: String,
    #[serde(default)]
    secret_key: Option<String>,
}

#[derive(Deserialize)]
struct SeaweedAccount {
    id: Option<String>,
}

fn seaweedfs(text: &str, account: AccountId, secrets: Secrets) -> Result<Imported, ImportError> {
    let configuration: SeaweedConfiguration =
        serde_json::from_str(text).map_err(|error| refused(error.line(), harmless(&error.to_string())))?;
    let mut imported = Imported::default();
    for identity in configuration.identities {
        if identity.credentials.is_empty() {
            imported.without_key.push(identity.name);
            continue;
        }
        // Accounts of SeaweedFS may be any text; only AWS's kind fits into records.
        let of_its_own = identity.account.and_then(|account| account.id);
        let of_its_own = of_its_own.filter(|id| id.parse::<AccountId>().is_ok());
        for credential in identity.credentials {
            let entry = Entry {
                user_name: Some(identity.name.clone()),
                account_id: Some(of_its_own.clone().unwrap_or_else(|| account.to_string())),
                secret: credential.secret_key.filter(|_| secrets == Secrets::Taken),
                ..Entry::default()
            };
            add(&mut imported, 1, credential.access_key, entry)?;
        }
    }
    Ok(imported)
}

/// MinIO's users sign with their names; access keys belong to the user that is named beside them.
fn minio(text: &str, account: AccountId) -> Result<Imported, ImportError> {
    let mut imported = Imported::default();
    for (number, value) in json_lines(text)? {
        if text_of(&value, "status").as_deref() == Some("error") {
            return Err(refused(number, "a list of users is needed, and this is an error of mc".to_owned()));
        }
        let keys = minio_keys(&value).ok_or_else(|| refused(number, MINIO_NEEDED.to_owned()))?;
        for (key, user) in keys {
            let entry =
                Entry { user_name: Some(user), account_id: Some(account.to_string()), ..Entry::default() };
            add(&mut imported, number, key, entry)?;
        }
    }
    Ok(imported)
}

/// Returns the keys of a line and whose they are.
fn minio_keys(line: &Value) -> Option<Vec<(String, String)>> {
    if let Some(user) = text_of(line, "user") {
        let lists =
            ["svcaccs", "stsKeys"].into_iter().filter_map(|list| line.get(list)?.as_array()).flatten();
        return lists.map(|key| Some((text_of(key, "accessKey")?, user.clone()))).collect();
    }
    let key = text_of(line, "accessKey")?;
    match text_of(line, "parentUser") {
        Some(parent) => Some(vec![(key, parent)]),
        // Without a status it may be an access key of somebody whom the line does not name.
        None => line.get("userStatus").map(|_| vec![(key.clone(), key)]),
    }
}

fn text_of(of: &Value, name: &str) -> Option<String> {
    of.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

const MINIO_NEEDED: &str =
    "a line of `mc admin user list --json` or `mc admin accesskey list --json` is needed";

/// A report names users and their ARNs, and `list-access-keys` whose keys are whose.
fn credential_report(text: &str) -> Result<Imported, ImportError> {
    let mut users = Vec::new();
    let mut lines = text.lines().enumerate();
    let header = lines.next().map(|(_, line)| line).unwrap_or_default();
    let columns: Vec<&str> = header.split(',').collect();
    let column = |name: &str| {
        let found = columns.iter().position(|column| *column == name);
        found.ok_or_else(|| refused(1, format!("a column `{name}` is needed")))
    };
    let (user, arn) = (column("user")?, column("arn")?);
    let mut keys = Vec::new();
    for (number, line) in lines.map(|(number, line)| (number + 1, line.trim())) {
        if line.is_empty() {
            continue;
        }
        if line.starts_with('{') {
            keys.extend(keys_of(number, line)?);
            continue;
        }
        // Neither names nor ARNs of IAM can hold a comma or a quote.
        let cells: Vec<&str> = line.split(',').collect();
        match (cells.get(user), cells.get(arn)) {
            (Some(user), Some(arn)) if person_of_arn(arn, None).is_some() => {
                users.push(((*user).to_owned(), (*arn).to_owned()));
            }
            _ => return Err(refused(number, "a user and the ARN of a user or root is needed".to_owned())),
        }
    }
    let mut imported = Imported::default();
    for (number, key, owner) in &keys {
        let found = users.iter().find(|(name, _)| name == owner);
        let (_, arn) = found.ok_or_else(|| refused(*number, format!("the report has no user `{owner}`")))?;
        add(&mut imported, *number, key.clone(), Entry { arn: Some(arn.clone()), ..Entry::default() })?;
    }
    let has_key = |name: &String| keys.iter().any(|(_, _, owner)| owner == name);
    imported.without_key.extend(users.into_iter().map(|(name, _)| name).filter(|name| !has_key(name)));
    Ok(imported)
}

/// Reads keys and their owners from an answer of ListAccessKeys on one line.
fn keys_of(number: usize, line: &str) -> Result<Vec<(usize, String, String)>, ImportError> {
    let value: Value =
        serde_json::from_str(line).map_err(|error| refused(number, harmless(&error.to_string())))?;
    let one = |of: &Value| Some((number, text_of(of, "AccessKeyId")?, text_of(of, "UserName")?));
    let keys: Option<Vec<_>> = match value.get("AccessKeyMetadata").and_then(Value::as_array) {
        Some(several) => several.iter().map(one).collect(),
        None => one(&value).map(|key| vec![key]),
    };
    keys.ok_or_else(|| refused(number, "an answer of list-access-keys is needed".to_owned()))
}

fn json_lines(text: &str) -> Result<Vec<(usize, Value)>, ImportError> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let read = lines.map(|(number, line)| match serde_json::from_str(line) {
        Ok(value) => Ok((number + 1, value)),
        Err(error) => Err(refused(number + 1, harmless(&error.to_string()))),
    });
    read.collect()
}

fn add(imported: &mut Imported, line: usize, key: String, entry: Entry) -> Result<(), ImportError> {
    entry::check_key(&key).map_err(|error| refused(line, error.to_string()))?;
    match imported.entries.keys.insert(key.clone(), entry) {
        None => Ok(()),
        Some(_) => Err(refused(line, format!("the key `{key}` is there twice"))),
    }
}

fn refused(line: usize, needed: String) -> ImportError {
    ImportError { line: line.max(1), needed }
}
