//! Where a trail delivers: the checks that CreateTrail and UpdateTrail share (reference §4.5).

use cairn_event::Region;

use crate::platform::{BucketVerdict, DeliveryCheck};
use crate::{Caller, Control, Refusal};

/// The destinations of a trail that is to be.
#[derive(Debug)]
pub(crate) struct Destination<'a> {
    pub(crate) trail_arn: &'a str,
    pub(crate) bucket: &'a str,
    pub(crate) prefix: Option<&'a str>,
    pub(crate) sns_topic: Option<&'a str>,
    pub(crate) kms_key_id: Option<&'a str>,
    pub(crate) log_group: Option<&'a str>,
    pub(crate) log_role: Option<&'a str>,
}

impl Destination<'_> {
    /// Checks what can be told from the request alone, in the reference's order: combinations, then forms.
    pub(crate) fn check_form(&self) -> Result<(), Refusal> {
        match (self.log_group, self.log_role) {
            (Some(_), None) => return Err(Refusal::LogGroupWithoutRole),
            (None, Some(_)) => return Err(Refusal::RoleWithoutLogGroup),
            (Some(_), Some(_)) | (None, None) => {}
        }
        if let Some(prefix) = self.prefix
            && prefix.chars().count() > PREFIX_CHARS_MAX
        {
            return Err(Refusal::PrefixTooLong(prefix.chars().count()));
        }
        if self.sns_topic.is_some_and(|topic| topic.chars().count() > TOPIC_CHARS_MAX) {
            return Err(Refusal::TopicNameTooLong);
        }
        if !is_bucket_name(self.bucket) {
            return Err(Refusal::BucketNameInvalid(self.bucket.to_owned()));
        }
        Ok(())
    }
}

impl Control {
    /// Asks every destination whether it takes the trail's files. Topics, keys and log groups live in
    /// services that this version does not hold, so naming one is refused as AWS refuses one that does
    /// not exist.
    pub(crate) async fn check_destination(
        &self,
        caller: &Caller,
        region: &Region,
        to: &Destination<'_>,
    ) -> Result<(), Refusal> {
        let check = DeliveryCheck {
            account: caller.account,
            region,
            trail_arn: to.trail_arn,
            bucket: to.bucket,
            prefix: to.prefix,
        };
        match self.platform.check_delivery(check).await {
            BucketVerdict::Allowed => {}
            BucketVerdict::Missing => return Err(Refusal::BucketMissing(to.bucket.to_owned())),
            BucketVerdict::Denied => return Err(Refusal::BucketPolicyInsufficient(to.bucket.to_owned())),
        }
        if let Some(key) = to.kms_key_id {
            return Err(Refusal::KeyMissing(key.to_owned()));
        }
        if to.sns_topic.is_some() {
            return Err(Refusal::TopicMissing);
        }
        if to.log_group.is_some() {
            return Err(Refusal::LogGroupMissing);
        }
        Ok(())
    }
}

fn is_bucket_name(text: &str) -> bool {
    let allowed =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
    let edge = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    (3..=63).contains(&text.len())
        && text.bytes().all(allowed)
        && edge(text.bytes().next())
        && edge(text.bytes().last())
        && !text.contains("..")
        && text.parse::<std::net::Ipv4Addr>().is_err()
}

const PREFIX_CHARS_MAX: usize = 200;
const TOPIC_CHARS_MAX: usize = 256;

/// Treats an empty text as absent, as CloudTrail does with optional texts.
pub(crate) fn filled(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}
