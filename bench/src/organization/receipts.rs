//! When files were put, to the millisecond: what the catalog of a server that stopped says.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use cairn_catalog::{Catalog as _, ReceiptQuery, SqliteCatalog};
use jiff::Timestamp;

use super::bucket::Bucket;
use super::load::Load;
use crate::spread::Spread;

/// Returns how long after its call's answer each event was in a file.
pub(super) async fn late(dir: &Path, load: &Load, bucket: &Bucket) -> anyhow::Result<Spread> {
    let catalog = SqliteCatalog::open(&dir.join("catalog.sqlite3")).await?;
    let put = put(&catalog).await?;
    catalog.close().await;
    let mut late = Spread::default();
    for call in &load.calls {
        let Some(key) = bucket.file(call.number) else { continue };
        let at = put.get(key).with_context(|| format!("find the receipt of {key}"))?;
        late.add(Duration::try_from(at.duration_since(call.answered)).unwrap_or_default());
    }
    Ok(late)
}

async fn put(catalog: &SqliteCatalog) -> anyhow::Result<BTreeMap<String, Timestamp>> {
    let trail =
        catalog.current().trails().next().map(|trail| trail.id().clone()).context("find the trail")?;
    let mut query = ReceiptQuery::of(trail);
    let mut put = BTreeMap::new();
    loop {
        let page = catalog.receipts(&query).await?;
        let Some(last) = page.last() else { return Ok(put) };
        query.after = Some(last.number);
        put.extend(page.into_iter().map(|file| (file.receipt.key, file.at)));
    }
}
