//! What is told of an organization, gathered from Organizations and CloudTrail.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::calls::{each, list, text};
use super::exclusion::Exclusion;
use super::places::Places;
use crate::client::{CallError, Client};

/// AWS's own policy, which allows everything.
pub(super) const FULL_ACCESS: &str = "FullAWSAccess";

/// An organization.
#[derive(Debug, Default)]
pub(super) struct Overview {
    /// As DescribeOrganization tells it.
    pub(super) organization: Value,
    /// What is in it; none where the caller is a member to whom that is not told.
    pub(super) inside: Option<Inside>,
    /// Its trails with their status.
    pub(super) trails: Vec<(Value, Value)>,
}

/// What only the management account and delegated administrators are told.
#[derive(Debug)]
pub(super) struct Inside {
    pub(super) places: Places,
    /// Service principals.
    pub(super) trusted: Vec<String>,
    /// By account, service principals.
    pub(super) administrators: BTreeMap<String, Vec<String>>,
    /// By place, the names of the service control policies that are attached to it.
    pub(super) policies: BTreeMap<String, Vec<String>>,
    /// By place.
    pub(super) excluded: BTreeMap<String, Exclusion>,
}

impl Overview {
    /// Asks for everything.
    pub(super) async fn gather(client: &Client) -> Result<Self, CallError> {
        let mut described = client.organizations("DescribeOrganization", &json!({})).await?;
        let organization = described.get_mut("Organization").map(Value::take).unwrap_or_default();
        let inside = match Inside::gather(client).await {
            Ok(inside) => Some(inside),
            Err(CallError::Refused { code, .. }) if code.starts_with("AccessDenied") => None,
            Err(error) => return Err(error),
        };
        let trails = each(organization_trails(client).await?, |trail| async move {
            let status = client.call("GetTrailStatus", &json!({ "Name": text(&trail, "TrailARN") })).await?;
            Ok((trail, status))
        });
        Ok(Self { organization, inside, trails: trails.await? })
    }
}

impl Inside {
    async fn gather(client: &Client) -> Result<Self, CallError> {
        let places = Places::gather(client).await?;
        let ids: Vec<String> = places.all.iter().map(|spot| spot.id.clone()).collect();
        let excluded = each(ids, |id| async move {
            let excluded = Exclusion::of(client, &id).await?;
            Ok((id, excluded))
        });
        let excluded = excluded.await?.into_iter().filter(|(_, excluded)| !excluded.is_none()).collect();
        let policies = if places.policies { policies(client).await? } else { BTreeMap::new() };
        let trusted =
            list(client, "ListAWSServiceAccessForOrganization", json!({}), "EnabledServicePrincipals");
        let trusted = trusted.await?.iter().map(|service| text(service, "ServicePrincipal")).collect();
        let administrators = administrators(client).await?;
        Ok(Self { places, trusted, administrators, policies, excluded })
    }
}

/// Lists the organization's trails that are at home or mirrored in the caller's Region.
pub(super) async fn organization_trails(client: &Client) -> Result<Vec<Value>, CallError> {
    let mut answer = client.call("DescribeTrails", &json!({})).await?;
    let trails = match answer.get_mut("trailList").map(Value::take) {
        Some(Value::Array(trails)) => trails,
        _ => Vec::new(),
    };
    let is_of_organization =
        |trail: &Value| trail.get("IsOrganizationTrail").and_then(Value::as_bool).unwrap_or_default();
    Ok(trails.into_iter().filter(is_of_organization).collect())
}

/// Asks where each policy is attached: there are fewer of them than accounts.
async fn policies(client: &Client) -> Result<BTreeMap<String, Vec<String>>, CallError> {
    let filter = json!({ "Filter": "SERVICE_CONTROL_POLICY" });
    let policies = list(client, "ListPolicies", filter, "Policies").await?;
    let targets = each(policies, |policy| async move {
        let of = json!({ "PolicyId": text(&policy, "Id") });
        Ok((text(&policy, "Name"), list(client, "ListTargetsForPolicy", of, "Targets").await?))
    });
    let mut attached: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, targets) in targets.await? {
        for target in targets {
            attached.entry(text(&target, "TargetId")).or_default().push(name.clone());
        }
    }
    Ok(attached)
}

async fn administrators(client: &Client) -> Result<BTreeMap<String, Vec<String>>, CallError> {
    let listed = list(client, "ListDelegatedAdministrators", json!({}), "DelegatedAdministrators").await?;
    let services = each(listed, |administrator| async move {
        let account = text(&administrator, "Id");
        let of = json!({ "AccountId": account });
        let services = list(client, "ListDelegatedServicesForAccount", of, "DelegatedServices").await?;
        Ok((account, services.iter().map(|service| text(service, "ServicePrincipal")).collect()))
    });
    Ok(services.await?.into_iter().collect())
}
