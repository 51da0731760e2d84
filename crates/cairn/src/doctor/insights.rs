//! Insights: whether minutes are looked at in time, and whether their store opens.
//!
//! The store is opened in a copy, as the catalog is, where it is not too large for that.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use cairn_insights::store::{Position, Store, StoreError};
use jiff::Timestamp;
use serde_json::Value;

use super::catalog::copy;
use super::directory::size_text;
use super::finding::{Finding, chain};
use crate::installation::shell_word;

const CHECK: &str = "insights";

/// The store's file in its directory.
const FILE: &str = "insights.sqlite3";

/// Stores that are larger are not copied.
const COPY_BYTES_MAX: u64 = 1 << 30;

/// A minute that is looked at so late, in seconds, is late.
const BEHIND_SECONDS_MAX: u64 = 180;

/// Judges what a server says of itself; nothing where it is too old to say anything.
pub(super) fn judge(told: &Value) -> Option<Finding> {
    let told = told.get("insights")?;
    let number = |member: &str| told.get(member).and_then(Value::as_u64).unwrap_or_default();
    let (behind, waiting) = (number("behind"), number("waiting"));
    if behind > BEHIND_SECONDS_MAX {
        let message = format!("minutes are looked at for unusual activity {behind} seconds late");
        let remedy =
            "the server's log says why, or the machine is too slow: docs/operations.md, \"What to watch\"";
        return Some(Finding::warning(CHECK, message, remedy));
    }
    if waiting > 0 {
        let message = format!("{waiting} Insights events wait to be recorded");
        let remedy = "ask again; if they still wait, the journal takes none: the server's log says why";
        return Some(Finding::warning(CHECK, message, remedy));
    }
    let closed = told.get("closed").and_then(Value::as_str).unwrap_or("the first");
    let series = number("series");
    Some(Finding::ok(CHECK, format!("minutes are looked at in time, up to {closed}; series: {series}")))
}

/// Opens a copy of the store.
pub(super) async fn look(dir: &Path) -> Vec<Finding> {
    let path = dir.join(FILE);
    let found = match fs::metadata(&path) {
        Ok(found) => found,
        // The first start makes it.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Vec::new(),
        Err(error) => return vec![broken(&path, &error)],
    };
    let mut findings = Vec::new();
    if found.permissions().mode() & 0o077 != 0 {
        let mode = found.permissions().mode() & 0o7777;
        let message = format!("{FILE} has mode {mode:04o}: others can read or write it");
        let remedy = format!("chmod 600 {}", shell_word(&path.display().to_string()));
        findings.push(Finding::warning(CHECK, message, remedy));
    }
    findings.push(match found.len() {
        bytes if bytes > COPY_BYTES_MAX => {
            Finding::ok(CHECK, format!("the store was not opened: it has {}", size_text(bytes)))
        }
        _ => examine(&path).await,
    });
    findings
}

async fn examine(path: &Path) -> Finding {
    let copy = match copy(path) {
        Ok(copy) => copy,
        Err(error) => return broken(path, &error),
    };
    let store = match Store::open(&copy.path().join(FILE)).await {
        Ok(store) => store,
        Err(error) => return broken(path, &error),
    };
    let read = read(&store).await;
    store.close().await;
    match read {
        Ok((position, waiting)) => Finding::ok(CHECK, opens(position, waiting)),
        Err(error) => broken(path, &error),
    }
}

async fn read(store: &Store) -> Result<(Option<Position>, u64), StoreError> {
    Ok((store.position().await?, store.unsent_count().await?))
}

fn opens(position: Option<Position>, waiting: u64) -> String {
    let closed = position.and_then(|position| Timestamp::from_second(position.closed.epoch_seconds()).ok());
    let closed = closed.map_or("no minute".to_owned(), |closed| format!("all minutes up to {closed}"));
    format!("the store opens and has {closed}; Insights events to be recorded: {waiting}")
}

fn broken(path: &Path, error: &dyn std::error::Error) -> Finding {
    let message = format!("the store of insights does not open: {}", chain(error));
    let shown = shell_word(&path.display().to_string());
    let remedy = format!(
        "put {shown} back from the backup, or remove it with the server stopped: counts begin anew, and no event is lost"
    );
    Finding::problem(CHECK, message, remedy)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::finding::Level;
    use super::*;

    #[test]
    fn what_is_late_and_what_waits_is_told() {
        let judge = |behind, waiting| {
            let told =
                json!({"insights": {"behind": behind, "waiting": waiting, "closed": null, "series": 3}});
            judge(&told).unwrap().level
        };
        assert_eq!(
            [judge(0, 0), judge(180, 0), judge(181, 0), judge(0, 1)].map(|level| level == Level::Ok),
            [true, true, false, false]
        );
        assert_eq!(super::judge(&json!({})), None);
    }

    #[tokio::test]
    async fn a_store_is_opened_in_a_copy_and_what_is_none_is_a_problem() {
        let temporary = tempfile::tempdir().unwrap();
        assert_eq!(look(temporary.path()).await, []);
        let path = temporary.path().join(FILE);
        let store = Store::open(&path).await.unwrap();
        let found = look(temporary.path()).await;
        assert_eq!(found.iter().map(|one| one.level).collect::<Vec<_>>(), [Level::Ok], "{found:?}");
        store.close().await;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        fs::write(&path, vec![7; 8192]).unwrap();
        let levels: Vec<Level> = look(temporary.path()).await.iter().map(|one| one.level).collect();
        assert_eq!(levels, [Level::Warning, Level::Problem]);
        assert_eq!(fs::read(&path).unwrap(), vec![7; 8192]);
    }
}
