//! How many digests there are of the last hours.

use std::collections::BTreeMap;

use cairn_catalog::{Catalog, StoreError, TrailId};
use cairn_event::{AccountId, Region};

use super::chain::{Chain, ChainError, ChainId};

/// Digests can't be counted.
#[derive(Debug, thiserror::Error)]
#[error("count the digests of a trail")]
pub struct DigestCountError {
    source: Cause,
}

#[derive(Debug, thiserror::Error)]
enum Cause {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Chain(#[from] ChainError),
}

/// Counts the digests of a trail, account and Region, by the hour since the epoch, of a day or so.
///
/// # Errors
/// The chain's state can't be read.
pub async fn digests_by_hour(
    catalog: &dyn Catalog,
    trail: &TrailId,
    (account, region): (AccountId, &Region),
) -> Result<BTreeMap<i64, u32>, DigestCountError> {
    let id = ChainId { trail: trail.clone(), account, region: region.clone() };
    let broken = |source| DigestCountError { source };
    let state = catalog.state(&id.name()).await.map_err(|error| broken(error.into()))?;
    let chain = state.map(|state| Chain::parse(&state.body)).transpose();
    Ok(chain.map_err(|error| broken(error.into()))?.map(|chain| chain.recent).unwrap_or_default())
}
