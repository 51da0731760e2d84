//! Facts by their type: whoever tells one can't misspell its key or write its value in another form.

use std::net::IpAddr;

use cairn_event::{AccountId, Region};
use jiff::Timestamp;

use super::Context;
use super::key::ServiceKey;

/// What temporary credentials tell.
#[derive(Debug, Clone, Copy)]
pub struct SessionFacts<'a> {
    /// When the credentials were made.
    pub issued: Timestamp,
    /// When a second factor was shown for them, if one was and policies are told so.
    pub mfa: Option<Timestamp>,
    /// The name that the first caller of a chain of roles gave itself.
    pub source_identity: Option<&'a str>,
    /// The provider that vouched for a web identity.
    pub federated_provider: Option<&'a str>,
}

/// An organization that an account belongs to, and where in it.
#[derive(Debug, Clone, Copy)]
pub struct OrganizationFacts<'a> {
    /// The organization's id.
    pub id: &'a str,
    /// The ids from the organization to the unit that the account is in, with a slash behind each:
    /// `o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/`.
    pub path: &'a str,
}

/// Facts of the request.
impl Context {
    /// Tells the time of the request.
    #[must_use]
    pub fn at(self, now: Timestamp) -> Self {
        let seconds = now.as_second();
        let whole = Timestamp::from_second(seconds).unwrap_or(now);
        self.put("aws:CurrentTime", whole.to_string()).put("aws:EpochTime", seconds.to_string())
    }

    /// Tells the address that the request came from. An IPv4 address in IPv6 clothes is told as IPv4.
    #[must_use]
    pub fn source_ip(self, address: IpAddr) -> Self {
        self.put("aws:SourceIp", address.to_canonical().to_string())
    }

    /// Tells that the request came over TLS.
    #[must_use]
    pub fn over_tls(self) -> Self {
        self.put("aws:SecureTransport", "true")
    }

    /// Tells that the request came in the clear.
    #[must_use]
    pub fn in_the_clear(self) -> Self {
        self.put("aws:SecureTransport", "false")
    }

    /// Tells the `User-Agent` header, where one was sent.
    #[must_use]
    pub fn user_agent(self, agent: Option<&str>) -> Self {
        self.put_some("aws:UserAgent", agent)
    }

    /// Tells the `Referer` header, where one was sent.
    #[must_use]
    pub fn referer(self, referer: Option<&str>) -> Self {
        self.put_some("aws:Referer", referer)
    }

    /// Tells the Region that the request was made to.
    #[must_use]
    pub fn requested_region(self, region: &Region) -> Self {
        self.put("aws:RequestedRegion", region.to_string())
    }

    /// Tells that nobody forwarded the request: the principal made it itself.
    #[must_use]
    pub fn made_directly(self) -> Self {
        self.put("aws:ViaAWSService", "false")
    }

    /// Tells the services that forwarded the principal's request, first to last.
    #[must_use]
    pub fn made_via(mut self, services: &[&str]) -> Self {
        let (Some(first), Some(last)) = (services.first(), services.last()) else {
            return self.made_directly();
        };
        self.set("aws:CalledVia", services.iter().map(|&name| name.to_owned()).collect());
        self.put("aws:CalledViaFirst", *first)
            .put("aws:CalledViaLast", *last)
            .put("aws:ViaAWSService", "true")
    }

    /// Tells the resource on whose behalf a service makes the request, and its account.
    #[must_use]
    pub fn on_behalf_of(self, arn: &str, account: AccountId) -> Self {
        self.put("aws:SourceArn", arn).put("aws:SourceAccount", account.to_string())
    }

    /// Tells the organization of the account on whose behalf a service makes the request, and the way there.
    /// An account of no organization has neither.
    #[must_use]
    pub fn source_organization(self, place: Option<OrganizationFacts<'_>>) -> Self {
        self.put_organization("aws:SourceOrgID", "aws:SourceOrgPaths", place)
    }

    /// Tells the organization of the account that owns the resource.
    #[must_use]
    pub fn resource_organization(self, place: Option<OrganizationFacts<'_>>) -> Self {
        self.put_organization("aws:ResourceOrgID", "aws:ResourceOrgPaths", place)
    }

    /// Tells the tags that the request would set: their values and their keys.
    #[must_use]
    pub fn request_tags<'a>(mut self, tags: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut keys = Vec::new();
        for (key, value) in tags {
            self.set(&format!("aws:RequestTag/{key}"), vec![value.to_owned()]);
            keys.push(key.to_owned());
        }
        self.set("aws:TagKeys", keys);
        self
    }

    /// Tells the keys of the tags that the request would remove.
    #[must_use]
    pub fn tag_keys<'a>(mut self, keys: impl IntoIterator<Item = &'a str>) -> Self {
        self.set("aws:TagKeys", keys.into_iter().map(str::to_owned).collect());
        self
    }

    /// Tells the tags that the resource has.
    #[must_use]
    pub fn resource_tags<'a>(mut self, tags: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        for (key, value) in tags {
            self.set(&format!("aws:ResourceTag/{key}"), vec![value.to_owned()]);
        }
        self
    }

    /// Tells a fact of one service.
    #[must_use]
    pub fn of_service(self, key: ServiceKey, value: impl Into<String>) -> Self {
        self.put(key.as_str(), value)
    }

    /// Tells a fact of one service that has several values.
    #[must_use]
    pub fn of_service_each<'a>(mut self, key: ServiceKey, values: impl IntoIterator<Item = &'a str>) -> Self {
        self.set(key.as_str(), values.into_iter().map(str::to_owned).collect());
        self
    }

    /// Tells what a web identity's token claims, under the keys of its provider: `provider:aud` and the like.
    #[must_use]
    pub fn token_claim(self, provider: &str, claim: &str, value: &str) -> Self {
        self.put(&format!("{provider}:{claim}"), value)
    }
}

/// Facts of the principal that its name alone does not tell.
impl Context {
    /// Tells the organization of the principal's account.
    #[must_use]
    pub fn principal_organization(self, place: Option<OrganizationFacts<'_>>) -> Self {
        self.put_organization("aws:PrincipalOrgID", "aws:PrincipalOrgPaths", place)
    }

    /// Tells the tags of the user or role; a session's own tags come later and replace those of its role.
    #[must_use]
    pub fn principal_tags<'a>(mut self, tags: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        for (key, value) in tags {
            self.set(&format!("aws:PrincipalTag/{key}"), vec![value.to_owned()]);
        }
        self
    }

    /// Tells what temporary credentials say. Without them the keys are absent, as for a long-term key.
    #[must_use]
    pub fn session(self, session: SessionFacts<'_>, now: Timestamp) -> Self {
        let context = self
            .put("aws:TokenIssueTime", session.issued.to_string())
            .put("aws:MultiFactorAuthPresent", session.mfa.is_some().to_string())
            .put_some("aws:SourceIdentity", session.source_identity)
            .put_some("aws:FederatedProvider", session.federated_provider);
        match session.mfa {
            Some(shown) => context.second_factor(shown, now),
            None => context,
        }
    }

    /// Tells that a second factor was shown, and when, in the place of whatever was told of one.
    #[must_use]
    pub fn second_factor(self, shown: Timestamp, now: Timestamp) -> Self {
        let age_seconds = now.as_second().saturating_sub(shown.as_second()).max(0);
        self.put("aws:MultiFactorAuthPresent", "true").put("aws:MultiFactorAuthAge", age_seconds.to_string())
    }

    /// Puts both facts in the place of whatever was told before, also where there is nothing to tell.
    fn put_organization(mut self, id: &str, path: &str, place: Option<OrganizationFacts<'_>>) -> Self {
        self.set(id, place.iter().map(|place| place.id.to_owned()).collect());
        self.set(path, place.iter().map(|place| place.path.to_owned()).collect());
        self
    }

    fn put(mut self, key: &str, value: impl Into<String>) -> Self {
        self.set(key, vec![value.into()]);
        self
    }

    fn put_some(self, key: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.put(key, value),
            None => self,
        }
    }
}
