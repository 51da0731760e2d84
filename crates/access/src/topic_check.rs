//! What a topic's policy must allow before CloudTrail tells it of files.

use cairn_event::AccountId;

use crate::service_check::CLOUDTRAIL_SERVICE;
use crate::{AccessRequest, Context, Policies, Policy, Principal, evaluate};

/// The topic of a trail.
#[derive(Debug, Clone, Copy)]
pub struct TopicTarget<'a> {
    /// The topic's ARN.
    pub topic_arn: &'a str,
    /// The account that owns the topic.
    pub topic_account: AccountId,
    /// The account that owns the trail.
    pub account: AccountId,
    /// The trail's ARN.
    pub trail_arn: &'a str,
}

/// Tells whether CloudTrail may publish on the topic (otherwise `InsufficientSnsTopicPolicyException`). The
/// question is asked as the service, with the trail's ARN and account as the source, over an encrypted channel.
pub fn topic_policy_allows_publish(policy: &Policy, target: &TopicTarget<'_>) -> bool {
    let principal = Principal::Service(CLOUDTRAIL_SERVICE.to_owned());
    let request = AccessRequest {
        principal: &principal,
        action: "sns:Publish",
        resource: target.topic_arn,
        resource_account: target.topic_account,
        context: Context::default().on_behalf_of(target.trail_arn, target.account).over_tls(),
    };
    let policies = Policies { resource: Some(policy), ..Policies::default() };
    evaluate(&policies, &request).is_allowed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PolicyKind;

    const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:files";
    const TRAIL: &str = "arn:aws:cloudtrail:us-east-1:123456789012:trail/main";

    #[track_caller]
    fn check(statement: &str, allowed: bool) {
        let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#);
        let policy = Policy::parse(PolicyKind::Resource, &text).unwrap();
        let account = "123456789012".parse().unwrap();
        let target = TopicTarget { topic_arn: TOPIC, topic_account: account, account, trail_arn: TRAIL };
        assert_eq!(topic_policy_allows_publish(&policy, &target), allowed, "{statement}");
    }

    #[test]
    fn a_topic_must_let_the_service_publish() {
        let cloudtrail = r#""Principal":{"Service":"cloudtrail.amazonaws.com"}"#;
        let publish = format!(r#""Action":"SNS:Publish","Resource":"{TOPIC}""#);
        check(&format!(r#"{{"Effect":"Allow",{cloudtrail},{publish}}}"#), true);
        let source = format!(r#""Condition":{{"StringEquals":{{"aws:SourceArn":"{TRAIL}"}}}}"#);
        check(&format!(r#"{{"Effect":"Allow",{cloudtrail},{publish},{source}}}"#), true);
        check(
            &format!(r#"{{"Effect":"Allow",{cloudtrail},{publish},{}}}"#, source.replace("main", "other")),
            false,
        );
        check(
            &format!(r#"{{"Effect":"Allow",{cloudtrail},{}}}"#, publish.replace(":files", ":others")),
            false,
        );
        check(
            &format!(r#"{{"Effect":"Allow","Principal":{{"Service":"config.amazonaws.com"}},{publish}}}"#),
            false,
        );
    }

    #[test]
    fn the_policy_of_a_new_topic_lets_its_owner_alone() {
        check(
            &format!(
                r#"{{"Effect":"Allow","Principal":{{"AWS":"*"}},"Action":["SNS:Publish","SNS:Subscribe"],"Resource":"{TOPIC}",
                    "Condition":{{"StringEquals":{{"AWS:SourceOwner":"123456789012"}}}}}}"#
            ),
            false,
        );
    }
}
