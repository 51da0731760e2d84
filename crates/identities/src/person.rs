//! Whose a key is, as far as anybody told.

use std::collections::BTreeMap;

use cairn_event::{AccountId, UserIdentity};
use serde::{Deserialize, Serialize};

/// The owner of a key, or a user or role by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Person {
    /// What records say, the key itself left out.
    pub identity: UserIdentity,
    /// The account that the owner belongs to.
    pub account: Option<AccountId>,
    /// Tags of the principal or its session.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// The keys of tags that the next role in a chain inherits.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub transitive: Vec<String>,
    /// Who assumed the role, and who assumed theirs: ARNs, the nearest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub assumed_by: Vec<String>,
    /// The person behind the key, where the directory names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub human: Option<String>,
    /// The agent behind the key, where the directory names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
}

/// What a text takes beside its bytes, about.
const TEXT_BYTES: usize = 48;

impl Person {
    /// Returns about how much memory it takes, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        let identity = &self.identity;
        let texts = [
            &identity.principal_id,
            &identity.arn,
            &identity.user_name,
            &identity.identity_provider,
            &identity.invoked_by,
            &self.human,
            &self.agent,
        ];
        let context = identity.session_context.as_ref();
        let issuer = context.and_then(|context| context.session_issuer.as_ref());
        let web = context.and_then(|context| context.web_id_federation_data.as_ref());
        let of_session = context.and_then(|context| context.source_identity.as_ref()).map_or(0, String::len)
            + issuer.map_or(0, |issuer| issuer.arn.len() + issuer.principal_id.len())
            + issuer.and_then(|issuer| issuer.user_name.as_ref()).map_or(0, String::len)
            + web.map_or(0, |web| {
                web.federated_provider.len() + web.attributes.values().map(String::len).sum::<usize>()
            });
        let of_tags =
            self.tags.iter().map(|(key, value)| key.len() + value.len() + TEXT_BYTES).sum::<usize>();
        let lists = self.transitive.iter().chain(&self.assumed_by);
        size_of::<Self>()
            + texts.into_iter().flatten().map(String::len).sum::<usize>()
            + of_session
            + of_tags
            + lists.map(|text| text.len() + TEXT_BYTES).sum::<usize>()
    }

    /// Takes what `other` knows beyond this, if both are of the same name.
    pub(crate) fn fill_from(&mut self, other: &Self) {
        let (mine, theirs) = (&mut self.identity, &other.identity);
        let same_name = match (&mine.user_name, &theirs.user_name) {
            (Some(mine), Some(theirs)) => mine == theirs,
            _ => mine.arn.is_some() && mine.arn == theirs.arn,
        };
        if mine.kind != theirs.kind || !same_name {
            return;
        }
        let fill = |mine: &mut Option<String>, theirs: &Option<String>| {
            if mine.is_none() {
                mine.clone_from(theirs);
            }
        };
        fill(&mut mine.principal_id, &theirs.principal_id);
        fill(&mut mine.arn, &theirs.arn);
        fill(&mut mine.account_id, &theirs.account_id);
        fill(&mut mine.user_name, &theirs.user_name);
        if mine.session_context.is_none() {
            mine.session_context.clone_from(&theirs.session_context);
        }
        if self.account.is_none() {
            self.account = other.account;
        }
        if self.tags.is_empty() {
            self.tags.clone_from(&other.tags);
        }
    }
}
