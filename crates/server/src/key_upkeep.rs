//! What KMS does by itself: keys whose waiting time is over are deleted, rotations that are due are made. Each is
//! recorded as an event of the service.

use std::sync::Arc;
use std::time::Duration;

use cairn_event::{Origin, Record, Resource, ServiceEvent};
use cairn_intake::Draft;
use cairn_kms::{Deed, KeyName};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::service_keys::{INTERNAL, ServiceKeys};

/// How long is waited at most: the clock may be set forward meanwhile.
const WAIT_MAX: Duration = Duration::from_secs(10);

/// Does what is due, until `stop`.
pub(crate) async fn run(keys: Arc<ServiceKeys>, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(keys.until_due().min(WAIT_MAX)) => {}
        }
        // One after the other: between two the server may be told to stop.
        while !stop.is_cancelled() {
            match keys.keys.kms.keep_up().await {
                Ok(Some(deed)) => keys.tell(&deed).await,
                Ok(None) => break,
                Err(error) => {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "what is due with KMS keys not done"
                    );
                    break;
                }
            }
        }
    }
}

impl ServiceKeys {
    /// Returns how long it is until something is due.
    fn until_due(&self) -> Duration {
        let due = self.keys.kms.next_due().map(|due| due.duration_since(self.clock.now()));
        due.map_or(WAIT_MAX, |wait| Duration::try_from(wait).unwrap_or_default())
    }

    async fn tell(&self, deed: &Deed) {
        match deed {
            Deed::Rotated { key } => {
                tracing::info!(key = %key.arn, "KMS key rotated");
                self.record_rotation(key, "AUTOMATIC").await;
            }
            Deed::Deleted { key } => {
                tracing::info!(key = %key.arn, "KMS key deleted: what was encrypted under it is lost");
                self.record_event(key, "DeleteKey", json!({"keyId": id(key)})).await;
            }
        }
    }

    /// Records that a key was rotated.
    pub(crate) async fn record_rotation(&self, key: &KeyName, kind: &str) {
        let snapshot = self.keys.catalog.current();
        let materials = snapshot.kms_key(&key.arn).map(|key| key.materials.as_slice()).unwrap_or_default();
        let mut ids = materials.iter().rev().map(|material| Value::from(material.id.as_str()));
        let (current, previous) = (ids.next(), ids.next());
        let details = json!({
            "rotationType": kind,
            "keyOrigin": "AWS_KMS",
            "keyId": id(key),
            "previousKeyMaterialId": previous,
            "currentKeyMaterialId": current,
        });
        self.record_event(key, "RotateKey", details).await;
    }

    async fn record_event(&self, key: &KeyName, name: &str, details: Value) {
        let record = Record::from(ServiceEvent {
            account: key.account,
            region: &key.region,
            time: self.clock.now(),
            event_source: "kms.amazonaws.com",
            event_name: name,
            invoked_by: INTERNAL,
            event_id: self.ids.guid(),
            resources: vec![Resource {
                account_id: Some(key.account.to_string()),
                kind: Some("AWS::KMS::Key".to_owned()),
                arn: Some(key.arn.clone()),
                ..Resource::default()
            }],
            details,
        });
        let (account, region, event) = (key.account, key.region.clone(), record.to_bytes());
        let draft = Draft { account, region, origin: Origin::Call, event, under: None };
        if let Err(error) = self.intake.submit(draft).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, key = %key.arn, event = name, "what KMS did by itself not recorded");
        }
    }
}

fn id(key: &KeyName) -> &str {
    key.arn.rsplit('/').next().unwrap_or_default()
}
