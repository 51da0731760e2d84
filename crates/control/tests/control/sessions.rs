//! Sessions as data: `tests/cases/*.json`, refreshed with `UPDATE_EXPECT=1` and reviewed as diffs.
//!
//! A session is a list of steps, each an object with one of these members: `call` (with `with`, and `in` and
//! `by` for another Region and account), followed by `answer` or `refusal`; `record`, an event for the
//! history; `delivered`, what delivery noted of a trail; `pass`, seconds that go by; `organize`, what an
//! organization is from now on ([`Wanted`](crate::organized::Wanted)); `deny`, what callers may not do in
//! Organizations and IAM from now on. `{"stuff": n}` in a request stands for a text of `n` characters, and `"$token"` for the token of the answer before.

use std::path::{Path, PathBuf};

use cairn_control::Throttle;
use serde_json::{Value, json};

use crate::organized;
use crate::world::{Outcome, World};

const NOW: &str = "2026-03-02T08:00:00Z";

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
    assert!(calls > 150, "the sessions are gone");
}

/// Plays a session and writes what came of each call over what was expected.
async fn play(file: &str, steps: &mut Value, failures: &mut Vec<String>) -> usize {
    let mut world = World::new(NOW, Throttle::off()).await;
    let (mut token, mut calls) = (Value::Null, 0);
    for (step, number) in steps.as_array_mut().unwrap().iter_mut().zip(1..) {
        if let Some(name) = step["call"].as_str() {
            let found = outcome(call(&world, name, step, &token).await, &mut token);
            calls += 1;
            let [expected, other] =
                if found.is_array() { ["refusal", "answer"] } else { ["answer", "refusal"] };
            if step[expected] != found {
                failures.push(format!("{file}: step {number}: {name}: expected {step:#}, found {found:#}"));
                step[expected] = found;
            }
            step.as_object_mut().unwrap().remove(other);
        } else if let Some(event) = step.get("record") {
            world.record(event).await;
        } else if let Some(noted) = step.get("delivered") {
            let region = noted["region"].as_str().unwrap().parse().unwrap();
            world.delivered(noted["trail"].as_str().unwrap(), &region, noted["error"].as_str()).await;
        } else if let Some(wanted) = step.get("organize") {
            organized::organize(&world, wanted).await;
        } else if let Some(denied) = step.get("deny") {
            let actions = denied.as_array().unwrap().iter().map(|action| action.as_str().unwrap().to_owned());
            world.deny(actions);
        } else {
            world.clock.pass(step["pass"].as_i64().expect("a step that is known"));
        }
    }
    world.end().await;
    calls
}

async fn call(world: &World, name: &str, step: &Value, token: &Value) -> Outcome {
    let account = step["by"].as_str().unwrap_or("123456789012").parse().unwrap();
    let region = step["in"].as_str().unwrap_or("us-east-1").parse().unwrap();
    let with = written_out(step.get("with").unwrap_or(&json!({})), token);
    world.call(account, &region, name, with.to_string().as_bytes()).await
}

/// Tokens are sealed and differ from run to run: an answer only tells that there is one.
fn outcome(outcome: Outcome, token: &mut Value) -> Value {
    match outcome {
        Ok(mut answer) => {
            *token = answer["NextToken"].take();
            match token.is_null() {
                true => answer.as_object_mut().unwrap().remove("NextToken"),
                false => answer.as_object_mut().unwrap().insert("NextToken".to_owned(), json!("$token")),
            };
            answer
        }
        Err((code, message)) => json!([code, message]),
    }
}

fn written_out(value: &Value, token: &Value) -> Value {
    match value {
        Value::Object(members) => match members.get("stuff").and_then(Value::as_u64) {
            Some(count) => "x".repeat(usize::try_from(count).unwrap()).into(),
            None => members.iter().map(|(name, value)| (name.clone(), written_out(value, token))).collect(),
        },
        Value::Array(items) => items.iter().map(|item| written_out(item, token)).collect(),
        Value::String(text) if text == "$token" => token.clone(),
        other => other.clone(),
    }
}
