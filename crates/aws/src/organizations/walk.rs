//! From the root down: which units there are, and which account is in which of them.

use std::collections::BTreeMap;

use cairn_catalog::{Organization, OrganizationalUnit};
use cairn_organizations::elsewhere::{LIMITS, ReadError};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use super::{CALLS_MAX, CHANGED, OrganizationElsewhere, given, shapes};

/// Ids of accounts, and of what they are in.
pub(super) type Parents = BTreeMap<String, String>;

/// What is in one place.
struct Inside {
    units: Vec<OrganizationalUnit>,
    accounts: Vec<String>,
    place: String,
}

impl OrganizationElsewhere {
    /// Finds all units, and where accounts are.
    pub(super) async fn walk(
        &self,
        organization: &Organization,
    ) -> Result<(Vec<OrganizationalUnit>, Parents), ReadError> {
        let (mut units, mut parents) = (Vec::new(), Parents::new());
        let mut level = vec![organization.root.clone()];
        while !level.is_empty() {
            let read = stream::iter(level).map(|place| self.inside(place, &organization.id));
            let inside: Vec<Inside> = read.buffer_unordered(CALLS_MAX).try_collect().await?;
            level = Vec::new();
            for inside in inside {
                level.extend(inside.units.iter().map(|unit| unit.id.clone()));
                units.extend(inside.units);
                for account in inside.accounts {
                    // It was moved while we looked.
                    if parents.insert(account, inside.place.clone()).is_some() {
                        return Err(ReadError::of(CHANGED));
                    }
                }
            }
            // Also what ends a walk in a circle.
            if units.len() > LIMITS.units {
                return Err(ReadError::of("ListOrganizationalUnitsForParent: TooMany"));
            }
        }
        Ok((units, parents))
    }

    async fn inside(&self, place: String, organization: &str) -> Result<Inside, ReadError> {
        let list = self.client.list_organizational_units_for_parent().parent_id(&place);
        let found =
            pages!(list, organizational_units, LIMITS.units, "ListOrganizationalUnitsForParent").into_iter();
        let units = found.map(|unit| {
            Ok::<_, ReadError>(OrganizationalUnit {
                id: given(unit.id)?,
                organization: organization.to_owned(),
                name: unit.name.unwrap_or_default(),
                parent: place.clone(),
                attached: Vec::new(),
                tags: Vec::new(),
                created: shapes::UNTOLD,
            })
        });
        let units = units.collect::<Result<Vec<_>, _>>()?;
        let list = self.client.list_accounts_for_parent().parent_id(&place);
        let accounts = pages!(list, accounts, LIMITS.accounts, "ListAccountsForParent").into_iter();
        let accounts = accounts.map(|account| given(account.id)).collect::<Result<Vec<_>, _>>()?;
        Ok(Inside { units, accounts, place })
    }
}
