//! Sessions as data: `tests/cases/*.json`, refreshed with `UPDATE_EXPECT=1` and reviewed as diffs.
//!
//! A session is a list of steps, each an object with one of these members: `call` (with `with`, and `by` for
//! another caller than the account's root: `user NAME`, `role`, `other account`), followed by `answer` or
//! `refusal`; `used`, a call that was signed with a key; `pass`, seconds that go by. In a request,
//! `{"stuff": n}` stands for a text of `n` characters, `{"policy": n}` for a policy of `n` characters,
//! `{"json": …}` for a document, `"$marker"` for the marker of the page before, and `"$key"` for the key made
//! last.

use std::path::{Path, PathBuf};

use cairn_access::{Principal, RoleSession};
use cairn_iam::{Caller, LastUse};
use serde_json::{Value, json};

use crate::world::{Outcome, World, form, root};

const ACCOUNT: &str = "123456789012";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_go_as_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let (mut calls, mut failures) = (0, Vec::new());
    for file in &files {
        let mut steps: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        let before = failures.len();
        calls += play(&file.file_name().unwrap().to_string_lossy(), &mut steps, &mut failures).await;
        if failures.len() > before && std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(file, format!("{steps:#}\n")).unwrap();
            failures.truncate(before);
        }
    }
    println!("{} sessions of {calls} calls", files.len());
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(calls > 400, "the sessions are gone");
}

/// What later steps may refer to.
#[derive(Default)]
struct Memory {
    marker: Value,
    key: Value,
}

/// Plays a session and writes what came of each call over what was expected.
async fn play(file: &str, steps: &mut Value, failures: &mut Vec<String>) -> usize {
    let world = World::new().await;
    let (mut memory, mut calls) = (Memory::default(), 0);
    for (step, number) in steps.as_array_mut().unwrap().iter_mut().zip(1..) {
        if let Some(name) = step["call"].as_str() {
            let with = written_out(step.get("with").unwrap_or(&json!({})), &memory);
            let caller = caller(&world, step["by"].as_str());
            let found = outcome(world.call_by(&caller, name, &form(&with)).await, &mut memory);
            calls += 1;
            let [expected, other] =
                if found.is_array() { ["refusal", "answer"] } else { ["answer", "refusal"] };
            if step[expected] != found {
                failures.push(format!("{file}: step {number}: {name}: expected {step:#}, found {found:#}"));
                step[expected] = found;
            }
            step.as_object_mut().unwrap().remove(other);
        } else if let Some(used) = step.get("used") {
            let text = |member: &str| used[member].as_str().unwrap().to_owned();
            let (at, id) = (text("at").parse().unwrap(), memory.key.as_str().unwrap().to_owned());
            let last = LastUse { at, service: text("service"), region: text("region") };
            world.uses.0.lock().unwrap().insert(id, last);
        } else {
            world.clock.pass(step["pass"].as_i64().expect("a step that is known"));
        }
    }
    world.end().await;
    calls
}

fn caller(world: &World, by: Option<&str>) -> Caller {
    let account = ACCOUNT.parse().unwrap();
    match by {
        None => root(ACCOUNT),
        Some("other account") => root("999988887777"),
        Some("role") => {
            let session = RoleSession {
                account,
                role: "deploy".to_owned(),
                role_path: "/".to_owned(),
                role_id: "AROA1".to_owned(),
                name: "run".to_owned(),
                created: "2026-03-02T08:00:00Z".to_owned(),
                mfa: false,
                source_identity: None,
            };
            Caller { account, principal: Principal::Session(session) }
        }
        Some(user) => {
            let name = user.strip_prefix("user ").expect("a caller that is known");
            let snapshot = world.catalog.current();
            let user = snapshot.user(&account, name).expect("a user that is there");
            let (name, path, id) = (user.name.clone(), user.path.clone(), user.user_id.clone());
            Caller { account, principal: Principal::User { account, name, path, id } }
        }
    }
}

/// Markers are long and tell nothing to a reader: an answer only tells that there is one.
fn outcome(outcome: Outcome, memory: &mut Memory) -> Value {
    match outcome {
        Ok(mut answer) => {
            if let Some(marker) = answer.get_mut("Marker") {
                memory.marker = std::mem::replace(marker, json!("$marker"));
            }
            if let Some(id) = answer.pointer("/AccessKey/AccessKeyId") {
                memory.key = id.clone();
            }
            answer
        }
        Err((code, message)) => json!([code, message]),
    }
}

fn written_out(value: &Value, memory: &Memory) -> Value {
    let count = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
    match value {
        Value::Object(members) if members.contains_key("stuff") => {
            "x".repeat(count(&members["stuff"])).into()
        }
        Value::Object(members) if members.contains_key("policy") => {
            let short = |sid: &str| {
                format!(
                    r#"{{"Statement":{{"Sid":"{sid}","Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}}}"#
                )
            };
            short(&"x".repeat(count(&members["policy"]) - short("").len())).into()
        }
        Value::Object(members) if members.contains_key("json") => members["json"].to_string().into(),
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), written_out(value, memory))).collect()
        }
        Value::Array(items) => items.iter().map(|item| written_out(item, memory)).collect(),
        Value::String(text) if text == "$marker" => memory.marker.clone(),
        Value::String(text) if text == "$key" => memory.key.clone(),
        other => other.clone(),
    }
}
