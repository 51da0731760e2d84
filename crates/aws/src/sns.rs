//! Topics in an SNS that runs elsewhere.

use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_sns::Client;
use cairn_delivery::{Notification, PublishError};
use cairn_event::Region;

use crate::Connections;
use crate::failure::{code, tell};

/// The topics of one endpoint.
#[derive(Debug)]
pub struct Topics {
    connections: Arc<Connections>,
}

/// What a topic says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TopicAnswer {
    /// It is there, with this policy.
    Found {
        /// The policy document; none where the server gives none.
        policy: Option<String>,
    },
    /// There is no such topic, or our credentials may not ask about it.
    Missing,
    /// No endpoint is configured, or it did not say; the code tells why.
    Unclear(String),
}

impl Topics {
    /// Prepares notifications through the SNS endpoint of `connections`; nobody is called yet.
    pub fn new(connections: Arc<Connections>) -> Self {
        Self { connections }
    }

    /// Asks a topic for its policy.
    pub async fn policy(&self, topic_arn: &str) -> TopicAnswer {
        let client = match self.client(topic_arn) {
            Ok(client) => client,
            Err(error) => return TopicAnswer::Unclear(error.code),
        };
        match client.get_topic_attributes().topic_arn(topic_arn).send().await {
            Ok(found) => {
                let attributes = found.attributes();
                TopicAnswer::Found { policy: attributes.and_then(|all| all.get("Policy")).cloned() }
            }
            Err(error) => {
                tell("sns", &error);
                match code(&error).as_str() {
                    "NotFound" | "AuthorizationError" | "AccessDenied" | "InvalidParameter" => {
                        TopicAnswer::Missing
                    }
                    other => TopicAnswer::Unclear(other.to_owned()),
                }
            }
        }
    }

    /// Returns a client for the Region of a topic.
    fn client(&self, topic_arn: &str) -> Result<Client, PublishError> {
        let region: Option<Region> = topic_arn.split(':').nth(3).and_then(|region| region.parse().ok());
        let client = region.and_then(|region| self.connections.sns(&region));
        client.ok_or_else(|| PublishError { code: NO_ENDPOINT.to_owned() })
    }
}

#[async_trait]
impl cairn_delivery::Topics for Topics {
    async fn publish(&self, notification: Notification<'_>) -> Result<(), PublishError> {
        let client = self.client(notification.topic_arn)?;
        let mut call = client.publish().topic_arn(notification.topic_arn).message(notification.message);
        if notification.topic_arn.ends_with(".fifo") {
            // Such a topic keeps the order within a group, and drops what it was sent before.
            let trail = notification.trail_arn.rsplit('/').next().unwrap_or(notification.trail_arn);
            call = call.message_group_id(trail).message_deduplication_id(notification.deduplication);
        }
        match call.send().await {
            Ok(_) => Ok(()),
            Err(error) => {
                tell("sns", &error);
                Err(PublishError { code: code(&error) })
            }
        }
    }
}

/// The code where no endpoint is configured: nobody asks then.
const NO_ENDPOINT: &str = "EndpointUnreachable";
