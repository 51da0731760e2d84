//! Calls as CloudTrail records them.

use jiff::{SignedDuration, Timestamp};

/// A call of one action.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call {
    /// `<service>.amazonaws.com`.
    pub(crate) source: &'static str,
    /// The action.
    pub(crate) name: &'static str,
    /// Who called.
    pub(crate) caller: Caller,
}

/// Who calls.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Caller {
    /// An IAM user, by the name.
    User(&'static str),
    /// A session of a role, by the role's name; each call has a session of its own.
    Role(&'static str),
}

impl Call {
    /// Renders the event of the call that was made as the `number`th of the minute.
    pub(crate) fn event(self, minute: Timestamp, number: usize) -> Vec<u8> {
        let Self { source, name, caller } = self;
        let (identity, agent) = caller.told(number);
        // Calls are spread over the minute.
        let at = minute + SignedDuration::from_secs(i64::try_from(number % 60).unwrap());
        let at = at.strftime("%Y-%m-%dT%H:%M:%SZ");
        let id = format!("{:08x}-0000-4000-8000-{number:012x}", minute.as_second());
        format!(
            r#"{{"eventVersion":"1.11","userIdentity":{identity},"eventTime":"{at}","eventSource":"{source}","eventName":"{name}","awsRegion":"eu-west-1","sourceIPAddress":"192.0.2.7","userAgent":"{agent}","requestParameters":null,"responseElements":null,"requestID":"{id}","eventID":"{id}","readOnly":false,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"123456789012","eventCategory":"Management"}}"#
        )
        .into_bytes()
    }
}

impl Caller {
    /// Returns the identity and the user agent that events show.
    fn told(self, number: usize) -> (String, &'static str) {
        match self {
            Self::User(name) => (
                format!(
                    r#"{{"type":"IAMUser","principalId":"AIDAEXAMPLE","arn":"arn:aws:iam::123456789012:user/{name}","accountId":"123456789012","accessKeyId":"AKIAEXAMPLE","userName":"{name}"}}"#
                ),
                "Boto3/1.40.0",
            ),
            Self::Role(name) => (
                format!(
                    r#"{{"type":"AssumedRole","principalId":"AROAEXAMPLE:job-{number}","arn":"arn:aws:sts::123456789012:assumed-role/{name}/job-{number}","accountId":"123456789012","accessKeyId":"ASIAEXAMPLE","sessionContext":{{"sessionIssuer":{{"type":"Role","principalId":"AROAEXAMPLE","arn":"arn:aws:iam::123456789012:role/{name}","accountId":"123456789012","userName":"{name}"}},"attributes":{{"creationDate":"2026-03-01T00:00:00Z","mfaAuthenticated":"false"}}}}}}"#
                ),
                "aws-sdk-go-v2/1.39.2",
            ),
        }
    }
}
