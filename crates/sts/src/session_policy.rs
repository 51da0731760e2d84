//! The policies that are handed over when a session begins.

use cairn_access::{Policy, PolicyKind};
use cairn_catalog::Snapshot;
use cairn_event::{AccountId, Arn};
use cairn_wire::sts::PolicyDescriptorType;

use crate::session_tags::SessionTags;
use crate::{ManagedDocument, Refusal, SessionPolicies};

/// Policies that were read and may be handed over.
#[derive(Debug, Default)]
pub(crate) struct Handed {
    pub(crate) policies: Option<SessionPolicies>,
}

/// Where managed policies are looked for.
pub(crate) struct Shelf<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) managed: ManagedDocument,
    /// The account whose policies may be named, beside AWS's.
    pub(crate) account: AccountId,
}

impl Handed {
    /// Takes the policies of a request.
    ///
    /// # Errors
    /// A document that can't be read, an ARN that names no policy, too many of them.
    pub(crate) fn read(
        inline: Option<&str>,
        named: Option<&[PolicyDescriptorType]>,
        shelf: &Shelf<'_>,
    ) -> Result<Self, Refusal> {
        if let Some(text) = inline {
            Policy::parse(PolicyKind::Session, text)
                .map_err(|error| Refusal::PolicyMalformed(error.to_string()))?;
        }
        let named = named.unwrap_or_default();
        if named.len() > ARNS_MAX {
            return Err(Refusal::PolicyArnsTooMany(ARNS_MAX));
        }
        let mut arns = Vec::with_capacity(named.len());
        for arn in named.iter().map(|named| named.arn.as_deref().unwrap_or_default()) {
            if !shelf.holds(arn) {
                return Err(Refusal::PolicyArnUnknown(arn.to_owned()));
            }
            arns.push(arn.to_owned());
        }
        let any = inline.is_some() || !arns.is_empty();
        let policies = any.then(|| SessionPolicies { inline: inline.map(str::to_owned), arns });
        Ok(Self { policies })
    }

    /// Returns how much of the room in a token policies and tags take, in percent; nothing when there are
    /// none of them.
    ///
    /// # Errors
    /// They take more than there is.
    pub(crate) fn packed(&self, tags: &SessionTags) -> Result<Option<i32>, Refusal> {
        let inline = self.policies.iter().filter_map(|given| given.inline.as_ref());
        let arns = self.policies.iter().flat_map(|given| &given.arns);
        let pairs = tags.tags.iter().flat_map(|(key, value)| [key, value]);
        let bytes: usize = inline.chain(arns).chain(pairs).map(String::len).sum();
        let percent = (bytes * 100).div_ceil(PACKED_BYTES_MAX);
        if percent > 100 {
            return Err(Refusal::PolicyTooLarge(percent));
        }
        Ok((percent > 0).then(|| i32::try_from(percent).unwrap_or(100)))
    }
}

impl Shelf<'_> {
    fn holds(&self, arn: &str) -> bool {
        let of_account = Arn::parse(arn).is_ok_and(|arn| {
            arn.service == "iam" && (arn.account == "aws" || arn.account == self.account.as_str())
        });
        of_account && (self.managed)(self.snapshot, arn).is_some()
    }
}

/// The most managed policies of one session, as AWS has it.
const ARNS_MAX: usize = 10;
/// The most bytes of policies and tags in one token. AWS tells the share that is used, not the whole.
const PACKED_BYTES_MAX: usize = 6_144;
