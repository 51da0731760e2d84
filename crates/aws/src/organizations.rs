//! An organization that is kept elsewhere, read through its API: a few calls for the whole, one for the tags of each
//! account and unit, two for the inside of each unit.
//!
//! While it is read it may change. Which accounts belong to it is told by ListAccounts, where they are by the walk
//! from the root: where the two do not fit, the reading is no reading.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_organizations::config::http::HttpResponse;
use aws_sdk_organizations::config::retry::{RetryConfig, RetryPartition, TokenBucket};
use aws_sdk_organizations::config::timeout::TimeoutConfig;
use aws_sdk_organizations::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_organizations::types::{PolicyType, PolicyTypeStatus, Root};
use aws_sdk_organizations::{Client, config};
use cairn_catalog::{FULL_ACCESS_POLICY, FeatureSet, OrganizationPolicy, Tag, TrustedService};
use cairn_organizations::elsewhere::{Found, LIMITS, ReadError, Seen, Source};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use crate::failure::{code, tell};
use crate::{Credentials, Endpoint, connection};

/// Reads all pages of a list, up to a limit.
macro_rules! pages {
    ($list:expr, $items:ident, $max:expr, $operation:literal) => {{
        let mut pages = $list.into_paginator().send();
        let (mut items, mut more) = (Vec::new(), false);
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| $crate::organizations::failed($operation, error))?;
            // The SDK takes a token that comes twice for the end; to us it is a list that was cut off.
            more = page.next_token().is_some_and(|token| !token.is_empty());
            items.extend(page.$items.unwrap_or_default());
            if items.len() > $max {
                return Err(ReadError::of(concat!($operation, ": TooMany")));
            }
        }
        if more {
            return Err(ReadError::of(concat!($operation, ": IncompleteList")));
        }
        items
    }};
}

mod shapes;
mod walk;

/// The organization that an account of the credentials belongs to.
#[derive(Debug)]
pub struct OrganizationElsewhere {
    client: Client,
}

/// How many calls are open at once. AWS takes some five a second from an account, and refuses more: each of these
/// waits then, longer and longer.
const CALLS_MAX: usize = 4;

/// How often a call is tried. A reading of ten thousand accounts is as many calls, and counts for nothing if a single
/// one of them fails.
const ATTEMPTS_MAX: u32 = 10;

/// How often the first call of a reading is tried.
const FIRST_ATTEMPTS_MAX: u32 = 3;

/// The first pause after a call that was refused as one too many, at most; it doubles.
const PAUSE_FIRST: Duration = Duration::from_millis(250);

/// The longest.
const PAUSE_MAX: Duration = Duration::from_secs(20);

/// How long one attempt may take, and a call with all of its pauses.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(15);
const CALL_TIMEOUT: Duration = Duration::from_secs(180);

/// The code where the account that asks belongs to no organization.
const NOT_IN_USE: &str = "AWSOrganizationsNotInUseException";

/// The code of a reading during which the organization changed.
const CHANGED: &str = "ChangedWhileRead";

/// The code of an answer that lacks what it must have.
const INCOMPLETE: &str = "IncompleteAnswer";

impl OrganizationElsewhere {
    /// Prepares calls to an endpoint; nobody is called yet.
    pub fn new(endpoint: &Endpoint, credentials: &Credentials) -> Self {
        let retries = RetryConfig::standard()
            .with_max_attempts(ATTEMPTS_MAX)
            .with_initial_backoff(PAUSE_FIRST)
            .with_max_backoff(PAUSE_MAX);
        // Refusals are what this client expects: they do not use up how many calls may be tried again.
        let partition = RetryPartition::custom("organizations").token_bucket(TokenBucket::unlimited());
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(connection::CONNECT_TIMEOUT)
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .operation_timeout(CALL_TIMEOUT);
        let config = config::Builder::from(&connection::global(endpoint, credentials))
            .retry_config(retries)
            .retry_partition(partition.build())
            .timeout_config(timeouts.build());
        Self { client: Client::from_conf(config.build()) }
    }

    /// Finds the policies, without AWS's own, and which of all are attached where.
    async fn policies(&self, organization: &str) -> Result<(Vec<OrganizationPolicy>, Attached), ReadError> {
        let list = self.client.list_policies().filter(PolicyType::ServiceControlPolicy);
        let all = pages!(list, policies, LIMITS.policies, "ListPolicies");
        let (mut policies, mut attached) = (Vec::new(), Attached::new());
        for summary in all {
            let id = given(summary.id)?;
            let list = self.client.list_targets_for_policy().policy_id(&id);
            let targets = pages!(list, targets, LIMITS.accounts + LIMITS.units, "ListTargetsForPolicy");
            for target in targets {
                attached.entry(given(target.target_id)?).or_default().push(id.clone());
            }
            if id == FULL_ACCESS_POLICY {
                continue;
            }
            let described = self.client.describe_policy().policy_id(&id).send().await;
            let described = described.map_err(|error| failed("DescribePolicy", error))?;
            let tags = self.tags(&id).await?;
            policies.push(OrganizationPolicy {
                organization: organization.to_owned(),
                name: summary.name.unwrap_or_default(),
                description: summary.description.unwrap_or_default(),
                document: given(described.policy.and_then(|policy| policy.content))?,
                id,
                tags,
            });
        }
        Ok((policies, attached))
    }

    /// Reads the tags of something.
    async fn tags(&self, id: &str) -> Result<Vec<Tag>, ReadError> {
        let list = self.client.list_tags_for_resource().resource_id(id);
        let tags = pages!(list, tags, LIMITS.tags, "ListTagsForResource");
        Ok(tags.into_iter().map(|tag| Tag { key: tag.key, value: Some(tag.value) }).collect())
    }

    /// Reads the tags of many things, some at once.
    async fn tags_of(&self, ids: Vec<String>) -> Result<BTreeMap<String, Vec<Tag>>, ReadError> {
        let read = stream::iter(ids).map(|id| async move {
            let tags = self.tags(&id).await?;
            Ok::<_, ReadError>((id, tags))
        });
        read.buffer_unordered(CALLS_MAX).try_collect().await
    }

    async fn trusted_services(&self) -> Result<Vec<TrustedService>, ReadError> {
        let list = self.client.list_aws_service_access_for_organization();
        let services =
            pages!(list, enabled_service_principals, LIMITS.services, "ListAWSServiceAccessForOrganization");
        let services = services.into_iter();
        services.map(|service| trusted(service.service_principal, service.date_enabled)).collect()
    }

    /// Tells which accounts administer which services.
    async fn administrators(&self) -> Result<BTreeMap<String, Vec<TrustedService>>, ReadError> {
        let list = self.client.list_delegated_administrators();
        let accounts = pages!(list, delegated_administrators, LIMITS.accounts, "ListDelegatedAdministrators");
        let mut administrators = BTreeMap::new();
        for account in accounts {
            let id = given(account.id)?;
            let list = self.client.list_delegated_services_for_account().account_id(&id);
            let services =
                pages!(list, delegated_services, LIMITS.services, "ListDelegatedServicesForAccount");
            let services = services.into_iter();
            let services =
                services.map(|service| trusted(service.service_principal, service.delegation_enabled_date));
            administrators.insert(id, services.collect::<Result<_, _>>()?);
        }
        Ok(administrators)
    }

    async fn root(&self) -> Result<Root, ReadError> {
        let roots = pages!(self.client.list_roots(), roots, 1, "ListRoots");
        given(roots.into_iter().next())
    }
}

/// The ids of policies by the ids of what they are attached to.
type Attached = BTreeMap<String, Vec<String>>;

#[async_trait]
impl Source for OrganizationElsewhere {
    async fn read(&self) -> Result<Option<Seen>, ReadError> {
        // An endpoint that does not answer this is told of at once.
        let first = config::Builder::new()
            .retry_config(RetryConfig::standard().with_max_attempts(FIRST_ATTEMPTS_MAX));
        let describe = self.client.describe_organization().customize().config_override(first);
        let organization = match describe.send().await {
            Ok(described) => given(described.organization)?,
            Err(error) if error.code() == Some(NOT_IN_USE) => return Ok(None),
            Err(error) => return Err(failed("DescribeOrganization", error)),
        };
        let root = self.root().await?;
        let mut organization = shapes::organization(organization, &root)?;
        let accounts = pages!(self.client.list_accounts(), accounts, LIMITS.accounts, "ListAccounts");
        let (units, mut parents) = self.walk(&organization).await?;
        let mut administrators = BTreeMap::new();
        let (mut policies, mut attached) = (Vec::new(), Attached::new());
        // An organization for one bill alone has none of these, and asking is an error.
        if organization.feature_set == FeatureSet::All {
            (policies, attached) = self.policies(&organization.id).await?;
            organization.trusted_services = self.trusted_services().await?;
            administrators = self.administrators().await?;
        }
        let ids = accounts.iter().filter_map(|account| account.id.clone());
        let ids = ids.chain(units.iter().map(|unit| unit.id.clone())).chain([organization.root.clone()]);
        let mut tags = self.tags_of(ids.collect()).await?;
        let mut at =
            |id: &str| (attached.remove(id).unwrap_or_default(), tags.remove(id).unwrap_or_default());
        (organization.attached, organization.root_tags) = at(&organization.root);
        let mut found = Found { organization, units, members: Vec::new(), policies };
        for unit in &mut found.units {
            (unit.attached, unit.tags) = at(&unit.id);
        }
        for account in accounts {
            let mut member = shapes::member(account, &found.organization.id)?;
            let id = member.account.to_string();
            member.parent = parents.remove(&id).ok_or_else(|| ReadError::of(CHANGED))?;
            (member.attached, member.tags) = at(&id);
            member.administers = administrators.remove(&id).unwrap_or_default();
            found.members.push(member);
        }
        if !parents.is_empty() {
            return Err(ReadError::of(CHANGED));
        }
        Ok(Some(Seen::new(found)?))
    }
}

/// Tells whether service control policies are in force.
fn policies_enabled(root: &Root) -> bool {
    root.policy_types().iter().any(|kind| {
        kind.r#type() == Some(&PolicyType::ServiceControlPolicy)
            && kind.status() == Some(&PolicyTypeStatus::Enabled)
    })
}

fn trusted(
    principal: Option<String>,
    since: Option<aws_sdk_organizations::primitives::DateTime>,
) -> Result<TrustedService, ReadError> {
    Ok(TrustedService { principal: given(principal)?, since: shapes::instant(since) })
}

fn given<T>(value: Option<T>) -> Result<T, ReadError> {
    value.ok_or_else(|| ReadError::of(INCOMPLETE))
}

fn failed<E>(operation: &'static str, error: SdkError<E, HttpResponse>) -> ReadError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    tell("organizations", &error);
    ReadError { code: format!("{operation}: {}", code(&error)), source: Some(Box::new(error)) }
}
