//! Makes CloudTrail calls with the Rust SDK: one line of JSON in, one line out (`../../README.md`).

mod call;
mod input;
mod output;

use std::io::{BufRead, Write};

use aws_sdk_cloudtrail::Client;
use aws_sdk_cloudtrail::config::retry::RetryConfig;
use aws_sdk_cloudtrail::config::{BehaviorVersion, Config, Credentials, Region};
use serde_json::{Value, json};

fn client(region: &str) -> Client {
    let variable = |name| std::env::var(name).expect(name);
    let (key, secret) = (variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY"));
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(variable("AWS_ENDPOINT_URL"))
        .region(Region::new(region.to_owned()))
        .credentials_provider(Credentials::new(key, secret, None, None, "environment"))
        .retry_config(RetryConfig::disabled());
    Client::from_conf(config.build())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    for line in std::io::stdin().lock().lines() {
        let call: Value = serde_json::from_str(&line?)?;
        let text = |name: &str| call[name].as_str().unwrap_or_default();
        let client = client(text("region"));
        let told = call::make(&client, text("operation"), &call["input"]).await;
        let told = told.unwrap_or_else(|failure| json!({ "failure": failure.to_string() }));
        let mut out = std::io::stdout().lock();
        writeln!(out, "{told}")?;
        out.flush()?;
    }
    Ok(())
}
