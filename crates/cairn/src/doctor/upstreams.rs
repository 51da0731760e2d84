//! Upstreams of the gateway: whether they can be reached.

use cairn_server::{UpstreamSettings, reach_upstream};

use super::finding::{Finding, chain};

const CHECK: &str = "upstream";

/// Connects to each upstream of the settings, and says nothing to it. Those that `cairn serve --upstream` names
/// are not known here.
pub(super) async fn look(upstreams: &[UpstreamSettings]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for upstream in upstreams {
        let (name, place) = (&upstream.connection.name, &upstream.connection.origin);
        findings.push(match reach_upstream(upstream).await {
            Ok(()) => Finding::ok(CHECK, format!("`{name}` takes connections at {place}")),
            Err(error) => {
                let message = format!("`{name}` can't be reached at {place}: {}", chain(&*error));
                let remedy =
                    format!("its calls are answered 503: start it, or change `upstreams.{name}.url`");
                Finding::problem(CHECK, message, remedy)
            }
        });
    }
    findings
}

#[cfg(test)]
mod tests {
    use cairn_server::{Config, Settings};

    use super::super::finding::Level;
    use super::*;

    #[tokio::test]
    async fn an_upstream_that_nobody_runs_is_a_problem() {
        let listening = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let there = listening.local_addr().unwrap();
        let gone = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let flags = [format!("http://{there}"), format!("s3=http://{gone}")].map(|flag| ("upstream", flag));
        let config = Config::understand(&Settings::gather(None, [], flags).unwrap()).unwrap();
        let found = look(&config.upstreams).await;
        let levels: Vec<Level> = found.iter().map(|finding| finding.level).collect();
        assert_eq!(levels, [Level::Ok, Level::Problem], "{found:?}");
        assert!(found[1].message.starts_with(&format!("`s3` can't be reached at http://{gone}: ")));
    }
}
