//! What a request calls a key: its id, its ARN, or an alias by name or ARN.

use std::sync::Arc;

use cairn_catalog::{KmsKey, Snapshot};
use cairn_event::{AccountId, Arn};

use crate::{Caller, Refusal};

/// What a request calls a key, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyReference {
    /// The ARN of the key or of the alias.
    pub(crate) arn: String,
    /// The account that owns it.
    pub(crate) account: AccountId,
    /// The alias, where the request named one.
    pub(crate) alias: Option<String>,
}

/// A key, and how the request named it.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) key: Arc<KmsKey>,
    /// The alias, where the request named one.
    pub(crate) alias: Option<String>,
}

impl KeyReference {
    /// Reads a key's name. `aliases` says whether the operation takes aliases.
    pub(crate) fn parse(text: &str, caller: &Caller, aliases: Aliases) -> Result<Self, Refusal> {
        if !text.starts_with("arn:") {
            let resource = match text.starts_with("alias/") {
                true if aliases == Aliases::Refused => return Err(Refusal::KeyIdInvalid(text.to_owned())),
                true => text.to_owned(),
                false if is_key_id(text) => format!("key/{text}"),
                false => return Err(Refusal::KeyIdInvalid(text.to_owned())),
            };
            let alias = resource.starts_with("alias/").then(|| resource.clone());
            return Ok(Self { arn: caller.arn(&resource), account: caller.account, alias });
        }
        let invalid = || Refusal::ArnInvalid(text.to_owned());
        let arn = Arn::parse(text).map_err(|_not_an_arn| invalid())?;
        let account = arn.account.parse().map_err(|_not_digits| invalid())?;
        let is_alias = arn.resource.starts_with("alias/");
        if arn.service != "kms" || (!is_alias && !arn.resource.starts_with("key/")) {
            return Err(invalid());
        }
        if arn.region != caller.region.as_str() {
            return Err(Refusal::ArnOfOtherRegion(arn.region.to_owned()));
        }
        if is_alias && aliases == Aliases::Refused {
            return Err(Refusal::KeyIdInvalid(text.to_owned()));
        }
        let alias = is_alias.then(|| arn.resource.to_owned());
        Ok(Self { arn: text.to_owned(), account, alias })
    }

    /// Finds the key; none when it, or the alias, is not there.
    pub(crate) fn find(&self, snapshot: &Snapshot) -> Option<Found> {
        let key = match &self.alias {
            None => snapshot.kms_key(&self.arn)?,
            Some(_) => {
                let alias = snapshot.kms_alias(&self.arn)?;
                let (region, account) = (&alias.region, alias.account);
                snapshot.kms_key(&format!("arn:aws:kms:{region}:{account}:key/{}", alias.key_id))?
            }
        };
        let there = !key.materials.is_empty();
        there.then(|| Found { key: Arc::clone(key), alias: self.alias.clone() })
    }

    /// Says that the key, or the alias, is not there.
    pub(crate) fn missing(&self) -> Refusal {
        match self.alias {
            Some(_) => Refusal::AliasMissing(self.arn.clone()),
            None => Refusal::KeyMissing(self.arn.clone()),
        }
    }
}

/// Whether an operation takes a key's alias for the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Aliases {
    Taken,
    Refused,
}

/// Finds the key that a call names; whether it may be used was decided before.
pub(crate) fn find(
    snapshot: &Snapshot,
    caller: &Caller,
    text: &str,
    aliases: Aliases,
) -> Result<Found, Refusal> {
    let reference = KeyReference::parse(text, caller, aliases)?;
    reference.find(snapshot).ok_or_else(|| reference.missing())
}

/// Tells whether a text is a UUID, or the id of a multi-Region key.
fn is_key_id(text: &str) -> bool {
    let hex = |part: &str, digits: usize| part.len() == digits && part.bytes().all(|b| b.is_ascii_hexdigit());
    if let Some(digits) = text.strip_prefix("mrk-") {
        return hex(digits, 32);
    }
    let parts: Vec<&str> = text.split('-').collect();
    let lengths = [8, 4, 4, 4, 12];
    parts.len() == lengths.len() && parts.iter().zip(lengths).all(|(part, digits)| hex(part, digits))
}

#[cfg(test)]
mod tests {
    use cairn_access::Principal;

    use super::*;

    const ID: &str = "1234abcd-12ab-34cd-56ef-1234567890ab";

    #[test]
    fn keys_are_named_in_four_ways() {
        let account = "111122223333".parse().unwrap();
        let caller =
            Caller { account, region: "eu-west-1".parse().unwrap(), principal: Principal::Root { account } };
        let own = |resource: &str| format!("arn:aws:kms:eu-west-1:111122223333:{resource}");
        let read = |text: &str, aliases| {
            KeyReference::parse(text, &caller, aliases)
                .map(|read| read.arn)
                .map_err(|refusal| refusal.code().as_str())
        };
        let key = own(&format!("key/{ID}"));
        for (text, expected) in [
            (ID, Ok(key.clone())),
            ("mrk-1234abcd12ab34cd56ef1234567890ab", Ok(own("key/mrk-1234abcd12ab34cd56ef1234567890ab"))),
            (key.as_str(), Ok(key.clone())),
            ("alias/shop", Ok(own("alias/shop"))),
            (own("alias/a/b").as_str(), Ok(own("alias/a/b"))),
            ("shop", Err("NotFoundException")),
            ("", Err("NotFoundException")),
            ("arn:aws:kms:us-east-1:111122223333:alias/shop", Err("NotFoundException")),
            ("arn:aws:s3:::shop", Err("InvalidArnException")),
            ("arn:aws:kms:eu-west-1:me:alias/shop", Err("InvalidArnException")),
            (own("shop").as_str(), Err("InvalidArnException")),
            ("arn:", Err("InvalidArnException")),
        ] {
            assert_eq!(read(text, Aliases::Taken), expected, "{text}");
        }
        for text in ["alias/shop", &own("alias/shop")] {
            assert_eq!(read(text, Aliases::Refused), Err("NotFoundException"), "{text}");
        }
        assert_eq!(read(&key, Aliases::Refused), Ok(key));
    }
}
