//! Where a trail delivers: the checks that CreateTrail and UpdateTrail share (reference §4.5).

use std::borrow::Cow;

use cairn_catalog::Trail;
use cairn_event::{AccountId, Region};

use crate::platform::{
    BucketVerdict, DeliveredFiles, DeliveryCheck, KeyCheck, KeyVerdict, LogGroupVerdict, TopicVerdict,
};
use crate::{Caller, Control, Refusal};

/// The destinations that a request names; empty texts count as absent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// As given, even if empty.
    pub(crate) bucket: Option<&'a str>,
    pub(crate) prefix: Option<&'a str>,
    pub(crate) sns_topic: Option<&'a str>,
    pub(crate) kms_key_id: Option<&'a str>,
    pub(crate) log_group: Option<&'a str>,
    pub(crate) log_role: Option<&'a str>,
}

/// What asking the destinations brought to light.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// The ARN of the key, when one was asked for.
    pub(crate) kms_key: Option<String>,
}

impl Asked<'_> {
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
        if let Some(topic) = self.sns_topic
            && !is_topic(topic)
        {
            return Err(Refusal::TopicNameInvalid(topic.to_owned()));
        }
        if let Some(key) = self.kms_key_id
            && !is_key_id(key)
        {
            return Err(Refusal::KeyIdInvalid(key.to_owned()));
        }
        if let Some(bucket) = self.bucket
            && !is_bucket_name(bucket)
        {
            return Err(Refusal::BucketNameInvalid(bucket.to_owned()));
        }
        Ok(())
    }
}

impl Control {
    /// Asks every destination that a request names whether it takes what `trail`, as it shall be, delivers,
    /// and returns what was found out about them. `before` is the trail as it is, unless it is new.
    pub(crate) async fn check_destination(
        &self,
        caller: &Caller,
        (before, trail): (Option<&Trail>, &Trail),
        asked: &Asked<'_>,
    ) -> Result<Found, Refusal> {
        let key = asked.kms_key_id.or(trail.kms_key_id.as_deref());
        self.check_bucket(caller, (trail, key), DeliveredFiles::Logs).await?;
        // Another bucket may be in another Region, where the trail's key is not.
        let moved = asked.bucket.and(trail.kms_key_id.as_deref());
        let kms_key = match asked.kms_key_id.or(moved) {
            Some(key) => Some(self.check_key(caller, trail, key, DeliveredFiles::Logs).await?),
            None => None,
        };
        if asked.sns_topic.is_some() {
            self.check_topic(trail).await?;
        }
        // The streams of an organization's trail have other names: a role may be good for the ones and not for the
        // others. A group that is kept may be another account's, that of the administrator who gave it.
        let renamed = before.is_some_and(|before| before.organization != trail.organization);
        match trail.cw_logs_group.as_deref() {
            Some(_) if asked.log_group.is_some() => self.check_log_group(trail, caller.account).await?,
            Some(kept) if renamed => {
                let owner = account_of(kept).unwrap_or(trail.account);
                self.check_log_group(trail, owner).await?;
            }
            Some(_) | None => {}
        }
        Ok(Found { kms_key })
    }

    /// Asks whether a key, named in any of its four forms, encrypts for the trail; returns its ARN.
    pub(crate) async fn check_key(
        &self,
        caller: &Caller,
        trail: &Trail,
        key: &str,
        files: DeliveredFiles,
    ) -> Result<String, Refusal> {
        let named = key_of(caller, trail.account, key);
        let check = KeyCheck { region: &caller.region, trail, key: &named, files };
        match self.platform.check_key(check).await {
            KeyVerdict::Allowed { arn } => Ok(arn),
            KeyVerdict::Missing => Err(Refusal::KeyMissing(key.to_owned())),
            KeyVerdict::Denied { arn } => {
                Err(Refusal::KeyPolicyInsufficient { bucket: trail.s3_bucket.clone(), key: arn })
            }
            KeyVerdict::Unusable { reason } => Err(Refusal::KeyUnusable(reason)),
        }
    }

    /// Asks whether the trail's topic takes its notifications.
    async fn check_topic(&self, trail: &Trail) -> Result<(), Refusal> {
        match self.platform.check_topic(trail).await {
            TopicVerdict::Allowed => Ok(()),
            TopicVerdict::Insufficient => Err(Refusal::TopicMissing),
            TopicVerdict::Unclear => Err(Refusal::Internal("ask the trail's topic".into())),
        }
    }

    /// Asks whether the trail's role may write to its log group, which must both be of an account.
    async fn check_log_group(&self, trail: &Trail, account: AccountId) -> Result<(), Refusal> {
        match self.platform.check_log_group(trail, account).await {
            LogGroupVerdict::Allowed => Ok(()),
            LogGroupVerdict::Missing => Err(Refusal::LogGroupMissing),
            LogGroupVerdict::RoleNotAssumable => Err(Refusal::LogRoleNotAssumable),
            LogGroupVerdict::RoleDenied => Err(Refusal::LogRoleDenied),
            LogGroupVerdict::Unavailable => Err(Refusal::LogGroupsUnavailable),
        }
    }

    /// Asks the trail's bucket whether it takes files of a kind, encrypted with a key if one is given.
    pub(crate) async fn check_bucket(
        &self,
        caller: &Caller,
        (trail, kms_key): (&Trail, Option<&str>),
        files: DeliveredFiles,
    ) -> Result<(), Refusal> {
        let bucket = trail.s3_bucket.as_str();
        let check = DeliveryCheck {
            account: trail.account,
            organization: trail.organization.as_deref(),
            region: &caller.region,
            trail_arn: &trail.arn,
            bucket,
            prefix: trail.s3_prefix.as_deref(),
            kms_key,
            files,
        };
        match self.platform.check_delivery(check).await {
            BucketVerdict::Allowed => Ok(()),
            BucketVerdict::Missing => Err(Refusal::BucketMissing(bucket.to_owned())),
            BucketVerdict::Denied => Err(Refusal::BucketPolicyInsufficient(bucket.to_owned())),
            BucketVerdict::Unclear => Err(Refusal::Internal("ask the trail's bucket".into())),
        }
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

/// Tells whether a text is the name or the ARN of a topic.
fn is_topic(text: &str) -> bool {
    let is_name = |name: &str| {
        let name = name.strip_suffix(".fifo").unwrap_or(name);
        !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    if !text.starts_with("arn:") {
        return is_name(text);
    }
    cairn_event::Arn::parse(text).is_ok_and(|arn| {
        arn.service == "sns"
            && arn.region.parse::<Region>().is_ok()
            && arn.account.parse::<cairn_event::AccountId>().is_ok()
            && is_name(arn.resource)
    })
}

/// Tells whether a text has one of the four forms of a key's name: id, `alias/NAME`, and the ARN of either.
fn is_key_id(text: &str) -> bool {
    let is_alias = |resource: &str| {
        resource.strip_prefix("alias/").is_some_and(|name| {
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'-');
            (1..=ALIAS_BYTES_MAX).contains(&name.len()) && name.bytes().all(allowed)
        })
    };
    if !text.starts_with("arn:") {
        return is_alias(text) || is_bare_key_id(text);
    }
    cairn_event::Arn::parse(text).is_ok_and(|arn| {
        let of_key = arn.resource.strip_prefix("key/").is_some_and(is_bare_key_id);
        arn.service == "kms"
            && arn.region.parse::<Region>().is_ok()
            && arn.account.parse::<cairn_event::AccountId>().is_ok()
            && (of_key || is_alias(arn.resource))
    })
}

/// Tells whether a text is a UUID, or the id of a multi-Region key.
fn is_bare_key_id(text: &str) -> bool {
    let hex = |part: &str, digits: usize| part.len() == digits && part.bytes().all(|b| b.is_ascii_hexdigit());
    match text.strip_prefix("mrk-") {
        Some(digits) => hex(digits, 32),
        None => {
            let parts: Vec<&str> = text.split('-').collect();
            parts.len() == UUID_PARTS.len()
                && parts.iter().zip(UUID_PARTS).all(|(part, digits)| hex(part, digits))
        }
    }
}

const UUID_PARTS: [usize; 5] = [8, 4, 4, 4, 12];
const ALIAS_BYTES_MAX: usize = 250;
const PREFIX_CHARS_MAX: usize = 200;
const TOPIC_CHARS_MAX: usize = 256;

/// Returns a topic as a trail of `owner` keeps it. A bare name is one of whoever gives it, which only an ARN can
/// tell where that is another account.
pub(crate) fn topic_of(caller: &Caller, owner: AccountId, topic: &str) -> String {
    match topic.starts_with("arn:") || caller.account == owner {
        true => topic.to_owned(),
        false => format!("arn:aws:sns:{}:{}:{topic}", caller.region, caller.account),
    }
}

/// Returns a key as a trail of `owner` can ask for it, which resolves bare ids and aliases in its own account.
fn key_of<'k>(caller: &Caller, owner: AccountId, key: &'k str) -> Cow<'k, str> {
    if key.starts_with("arn:") || caller.account == owner {
        return Cow::Borrowed(key);
    }
    let kind = if key.starts_with("alias/") { "" } else { "key/" };
    Cow::Owned(format!("arn:aws:kms:{}:{}:{kind}{key}", caller.region, caller.account))
}

/// Returns the account that an ARN names.
fn account_of(arn: &str) -> Option<AccountId> {
    cairn_event::Arn::parse(arn).ok()?.account.parse().ok()
}

/// Treats an empty text as absent, as CloudTrail does with optional texts.
pub(crate) fn filled(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}
