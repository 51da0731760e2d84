//! The server: whether one runs, whether it answers, and how far behind it is.

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, header};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use serde_json::Value;

use super::events;
use super::finding::{Finding, chain};
use super::insights;
use crate::installation::{Installation, shell_word};
use crate::transport;

/// How long the server may take to answer a probe.
const ANSWER_WAIT: Duration = Duration::from_secs(10);

/// The longest answer that is read.
const ANSWER_BYTES_MAX: usize = 16 << 20;

/// A history that is this far behind is not what one looks for events in.
const HISTORY_LAG_SECONDS: f64 = 30.0;

/// A trail's window may be an hour long; what is behind by more than that and a bit is stuck.
const DELIVERY_LAG_SECONDS: f64 = 3_900.0;

/// A server that answers.
#[derive(Debug, Clone)]
pub(super) struct Running {
    /// The position that the next event will get.
    pub(super) tail: Option<u64>,
    /// The server's own time, to the second.
    pub(super) date: Option<Timestamp>,
}

/// An answer to a probe.
struct Answer {
    status: u16,
    date: Option<Timestamp>,
    body: Bytes,
}

/// Looks for a server and asks how it is. Something is returned for one that runs, though it may not answer.
pub(super) async fn look(installation: &Installation) -> (Option<Running>, Vec<Finding>) {
    let (dir, check) = (&installation.dir, "server");
    let shown = shell_word(&dir.root().display().to_string());
    match dir.is_served() {
        Ok(true) => {}
        Ok(false) => {
            let remedy = format!("`cairn serve --data-dir {shown}` starts one");
            return (None, vec![Finding::warning(check, "no server runs from this directory", remedy)]);
        }
        Err(error) => {
            let message = format!("whether one runs is not known: {}", chain(&error));
            let remedy = "run `cairn doctor` as the user that the server runs as";
            return (None, vec![Finding::problem(check, message, remedy)]);
        }
    }
    let mut running = Running { tail: None, date: None };
    let endpoint = dir.endpoint().unwrap_or_default();
    let trusted = installation.authority.as_deref();
    // A token that can't be read is none: the page then says that it wants one.
    let token = installation.metrics_token.as_deref().and_then(|file| std::fs::read_to_string(file).ok());
    let ask = |page, token| ask(&endpoint, trusted, page, token);
    let answers =
        (ask("healthz", None).await, ask("readyz", None).await, ask("metrics", token.as_deref()).await);
    let (healthy, ready, metrics) = match answers {
        (Ok(healthy), Ok(ready), Ok(metrics)) => (healthy, ready, metrics),
        (Err(error), ..) | (_, Err(error), _) | (.., Err(error)) => {
            let message = format!("a server runs but does not answer at {endpoint}: {error}");
            let remedy = "it may still be starting or stopping; else read its log, and restart it";
            return (Some(running), vec![Finding::problem(check, message, remedy)]);
        }
    };
    running.date = healthy.date;
    let told: Value = serde_json::from_slice(&ready.body).unwrap_or_default();
    running.tail = told.pointer("/journal/tail").and_then(Value::as_u64);
    let mut findings = vec![readiness(&endpoint, healthy.status, ready.status, &told)];
    let shown = String::from_utf8_lossy(&metrics.body);
    findings.extend(lags(&shown));
    findings.extend(insights::judge(&told));
    findings.extend(unseen(metrics.status, &shown));
    (Some(running), findings)
}

fn readiness(endpoint: &str, healthy: u16, ready: u16, told: &Value) -> Finding {
    let check = "server";
    if healthy != 200 {
        let message = format!("{endpoint} answers its health probe with {healthy}");
        return Finding::problem(check, message, "is that Cairn? Else read its log, and restart it");
    }
    if ready == 200 {
        return Finding::ok(check, format!("it answers at {endpoint} and is ready"));
    }
    let reason = told.get("reason").and_then(Value::as_str).unwrap_or("it does not say why");
    let message = format!("it refuses calls, since they could not be recorded: {reason}");
    let remedy = "full: make room, or raise `journal.size_max`; failed: look at the disk, then restart";
    Finding::problem(check, message, remedy)
}

/// Judges how far each projection is behind.
fn lags(metrics: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (projection, seconds) in gauges(metrics, "cairn_projection_lag_seconds") {
        let positions = gauges(metrics, "cairn_projection_lag_positions")
            .find(|(other, _)| *other == projection)
            .map_or(0.0, |(_, positions)| positions);
        findings.push(lag(projection, positions, seconds));
    }
    findings
}

/// Tells of lags that are not shown to whoever asks without a token.
fn unseen(status: u16, metrics: &str) -> Option<Finding> {
    let check = "lag";
    if status == 401 {
        let remedy = "give `cairn doctor` the server's settings, as a user who may read the file in `metrics.token_file`";
        return Some(Finding::warning(check, "the metrics want a token: no lag is known", remedy));
    }
    // A comment at the end, where the server leaves lines out.
    metrics.lines().last().filter(|line| line.starts_with("# ") && line.contains("left out")).map(|_| {
        let remedy = "set `metrics.token_file` and restart: docs/operations.md, \"What to watch\"";
        Finding::warning(
            check,
            "of several accounts, how far the trails are is not shown without a token",
            remedy,
        )
    })
}

fn lag(projection: &str, positions: f64, seconds: f64) -> Finding {
    let check = "lag";
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count, shown to a person")]
    let count = positions.max(0.0) as u64;
    if count == 0 {
        return Finding::ok(check, format!("{projection} is at the journal's end"));
    }
    let message = format!("{projection} is {} behind, {seconds:.0} s", events(count));
    let of_trail =
        ["delivery/", "aggregation/", "tlog/"].iter().any(|product| projection.starts_with(product));
    let (most, remedy) = match of_trail {
        true => (DELIVERY_LAG_SECONDS, "look at that trail below, and at the server's log"),
        false => (HISTORY_LAG_SECONDS, "wait; if it does not shrink, read the server's log"),
    };
    if seconds <= most { Finding::ok(check, message) } else { Finding::warning(check, message, remedy) }
}

/// Reads a gauge's values by projection.
fn gauges<'a>(metrics: &'a str, name: &'a str) -> impl Iterator<Item = (&'a str, f64)> {
    metrics.lines().filter_map(move |line| {
        let rest = line.strip_prefix(name)?.strip_prefix("{projection=\"")?;
        let (projection, value) = rest.split_once("\"} ")?;
        Some((projection, value.trim().parse().ok()?))
    })
}

async fn ask(
    endpoint: &str,
    trusted: Option<&Path>,
    page: &str,
    token: Option<&str>,
) -> Result<Answer, String> {
    let answer = tokio::time::timeout(ANSWER_WAIT, fetch(endpoint, trusted, page, token)).await;
    match answer {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(chain(&*error)),
        Err(_elapsed) => Err(format!("nothing within {} s", ANSWER_WAIT.as_secs())),
    }
}

async fn fetch(
    endpoint: &str,
    trusted: Option<&Path>,
    page: &str,
    token: Option<&str>,
) -> Result<Answer, Box<dyn std::error::Error + Send + Sync>> {
    let connector = transport::connector(endpoint, trusted)?;
    let client = Client::builder(TokioExecutor::new()).build::<_, Empty<Bytes>>(connector);
    let mut request = Request::get(format!("{endpoint}/_cairn/{page}"));
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {}", token.trim()));
    }
    let request = request.body(Empty::new())?;
    let response = client.request(request).await?;
    let status = response.status().as_u16();
    let date = response.headers().get(header::DATE).and_then(|date| date.to_str().ok());
    let date = date.and_then(|date| rfc2822::parse(date).ok()).map(|date| date.timestamp());
    let body = Limited::new(response.into_body(), ANSWER_BYTES_MAX).collect().await?.to_bytes();
    Ok(Answer { status, date, body })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::finding::Level;
    use super::*;

    #[test]
    fn a_server_that_refuses_is_a_problem_with_its_reason() {
        let ready = readiness("http://x", 200, 200, &json!({ "ready": true }));
        assert_eq!((ready.level, ready.message.as_str()), (Level::Ok, "it answers at http://x and is ready"));
        let full = readiness("http://x", 200, 503, &json!({ "reason": "the journal is full" }));
        assert_eq!(full.level, Level::Problem);
        assert!(full.message.ends_with(": the journal is full"), "{}", full.message);
        assert_eq!(readiness("http://x", 404, 404, &Value::Null).level, Level::Problem);
    }

    #[test]
    fn lags_that_are_not_shown_are_told_of() {
        let level = |status, metrics| unseen(status, metrics).map(|one| one.level);
        assert_eq!(level(200, "# TYPE a counter\na 1\n"), None);
        assert_eq!(level(401, "the token of metrics.token_file is needed\n"), Some(Level::Warning));
        let cut = "a 1\n# 2 lines that name accounts are left out: set metrics.token_file to see them\n";
        assert_eq!(level(200, cut), Some(Level::Warning));
    }

    #[test]
    fn lags_are_read_from_the_metrics() {
        let metrics = "# TYPE cairn_projection_lag_seconds gauge\n\
            cairn_projection_lag_seconds{projection=\"history\"} 31.5\n\
            cairn_projection_lag_positions{projection=\"history\"} 7\n\
            cairn_projection_lag_seconds{projection=\"delivery/arn:x\"} 31\n\
            cairn_projection_lag_positions{projection=\"delivery/arn:x\"} 1\n\
            cairn_projection_lag_seconds{projection=\"delivery/arn:y\"} 0\n\
            cairn_projection_lag_seconds{projection=\"aggregation/arn:y\"} 290\n\
            cairn_projection_lag_positions{projection=\"aggregation/arn:y\"} 2\n";
        let found: Vec<_> = lags(metrics).into_iter().map(|one| (one.level, one.message)).collect();
        assert_eq!(
            found,
            [
                (Level::Warning, "history is 7 events behind, 32 s".to_owned()),
                (Level::Ok, "delivery/arn:x is 1 event behind, 31 s".to_owned()),
                (Level::Ok, "delivery/arn:y is at the journal's end".to_owned()),
                (Level::Ok, "aggregation/arn:y is 2 events behind, 290 s".to_owned()),
            ]
        );
    }
}
