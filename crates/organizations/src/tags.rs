//! Tags of accounts, units, roots and policies.

use cairn_catalog::{
    Change, Member, Organization, OrganizationPolicy, OrganizationalUnit, Snapshot, Tag as KeptTag,
};
use cairn_wire::organizations::{
    ListTagsForResourceRequest, ListTagsForResourceResponse, Tag, TagResourceRequest, TagResourceResponse,
    UntagResourceRequest, UntagResourceResponse,
};

use crate::page::{self, Paging};
use crate::{Caller, Organizations, Refusal, accounts, shapes, standing, tree};

impl Organizations {
    pub(crate) async fn tag_resource(
        &self,
        caller: &Caller,
        request: &TagResourceRequest,
    ) -> Result<TagResourceResponse, Refusal> {
        let given = checked(&request.tags)?;
        self.change(|snapshot| {
            let organization = standing::manager(snapshot, caller)?;
            let tagged = Tagged::find(snapshot, organization, &request.resource_id)?;
            let mut tags = tagged.tags().to_vec();
            tags.retain(|tag| !given.iter().any(|given| given.key == tag.key));
            tags.extend(given.iter().cloned());
            if tags.len() > TAGS_MAX {
                return Err(Refusal::TooManyTags);
            }
            Ok((tagged.with(tags), TagResourceResponse {}))
        })
        .await
    }

    pub(crate) async fn untag_resource(
        &self,
        caller: &Caller,
        request: &UntagResourceRequest,
    ) -> Result<UntagResourceResponse, Refusal> {
        if request.tag_keys.iter().any(|key| is_reserved(key)) {
            return Err(Refusal::SystemTag);
        }
        self.change(|snapshot| {
            let organization = standing::manager(snapshot, caller)?;
            let tagged = Tagged::find(snapshot, organization, &request.resource_id)?;
            let mut tags = tagged.tags().to_vec();
            tags.retain(|tag| !request.tag_keys.contains(&tag.key));
            Ok((tagged.with(tags), UntagResourceResponse {}))
        })
        .await
    }

    pub(crate) fn list_tags_for_resource(
        &self,
        caller: &Caller,
        request: &ListTagsForResourceRequest,
    ) -> Result<ListTagsForResourceResponse, Refusal> {
        let snapshot = self.catalog.current();
        let organization = standing::reader(&snapshot, caller)?;
        let tagged = Tagged::find(&snapshot, organization, &request.resource_id)?;
        let list = ["ListTagsForResource", &organization.id, &request.resource_id];
        // Answers have no size that callers may choose.
        let paging = Paging::new(request.next_token.as_ref(), None);
        let (page, next) = page::cut(tagged.tags(), |tag| tag.key.clone(), caller, &list, paging)?;
        let tags = page.into_iter().map(shapes::tag).collect();
        Ok(ListTagsForResourceResponse { tags: Some(tags), next_token: next })
    }
}

/// Checks tags that are to be set, and takes them as the catalog keeps them.
pub(crate) fn checked(given: &[Tag]) -> Result<Vec<KeptTag>, Refusal> {
    for (at, tag) in given.iter().enumerate() {
        if is_reserved(&tag.key) {
            return Err(Refusal::SystemTag);
        }
        if given.iter().take(at).any(|earlier| earlier.key == tag.key) {
            return Err(Refusal::TagKeyTwice);
        }
    }
    if given.len() > TAGS_MAX {
        return Err(Refusal::TooManyTags);
    }
    let kept = |tag: &Tag| KeptTag { key: tag.key.clone(), value: Some(tag.value.clone()) };
    Ok(given.iter().map(kept).collect())
}

/// Returns the tags of what an id names in an organization; none of what is not there.
pub(crate) fn of<'a>(snapshot: &'a Snapshot, organization: &'a Organization, id: &str) -> &'a [KeptTag] {
    match Tagged::find(snapshot, organization, id) {
        Ok(tagged) => tagged.tags(),
        Err(_) => &[],
    }
}

/// Something that has tags.
#[derive(Debug, Clone, Copy)]
enum Tagged<'a> {
    Root(&'a Organization),
    Unit(&'a OrganizationalUnit),
    Account(&'a Member),
    Policy(&'a OrganizationPolicy),
}

impl<'a> Tagged<'a> {
    fn find(snapshot: &'a Snapshot, organization: &'a Organization, id: &str) -> Result<Self, Refusal> {
        if organization.root == id {
            return Ok(Self::Root(organization));
        }
        if let Some(unit) = tree::unit(snapshot, organization, id) {
            return Ok(Self::Unit(unit));
        }
        if let Ok(member) = accounts::find(snapshot, organization, id) {
            return Ok(Self::Account(member));
        }
        let policy = snapshot.organization_policy(id);
        let policy = policy.filter(|policy| policy.organization == organization.id);
        policy.map(Self::Policy).ok_or(Refusal::TargetMissing)
    }

    fn tags(self) -> &'a [KeptTag] {
        match self {
            Self::Root(organization) => &organization.root_tags,
            Self::Unit(unit) => &unit.tags,
            Self::Account(member) => &member.tags,
            Self::Policy(policy) => &policy.tags,
        }
    }

    /// Lists the changes that give it these tags: none where it has them.
    fn with(self, tags: Vec<KeptTag>) -> Vec<Change> {
        if self.tags() == tags {
            return Vec::new();
        }
        vec![match self {
            Self::Root(organization) => {
                Change::PutOrganization(Box::new(Organization { root_tags: tags, ..organization.clone() }))
            }
            Self::Unit(unit) => {
                Change::PutOrganizationalUnit(Box::new(OrganizationalUnit { tags, ..unit.clone() }))
            }
            Self::Account(member) => Change::PutMember(Box::new(Member { tags, ..member.clone() })),
            Self::Policy(policy) => {
                Change::PutOrganizationPolicy(Box::new(OrganizationPolicy { tags, ..policy.clone() }))
            }
        }]
    }
}

/// Keys that are AWS's own.
fn is_reserved(key: &str) -> bool {
    key.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("aws:"))
}

/// The most tags of one resource.
const TAGS_MAX: usize = 50;
