//! Listing objects: range scans of the index, driven by a [`Roll`].

use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::ObjectStore;
use super::error::StoreError;
use super::object::{from_json, size_of};
use crate::checksum::Checksums;
use crate::listing::{ListQuery, Roll, Taken};

/// Rows fetched first; more after a fetch that was used whole.
const FETCH_MIN: usize = 32;
const FETCH_MAX: usize = 1001;

/// One page of a listing.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    pub(crate) objects: Vec<Listed>,
    pub(crate) common_prefixes: Vec<String>,
    pub(crate) truncated: bool,
    /// The last key or common prefix of the page.
    pub(crate) last: Option<String>,
}

/// An object in a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) key: String,
    pub(crate) size: u64,
    pub(crate) etag: String,
    pub(crate) modified_ms: i64,
    pub(crate) checksums: Checksums,
}

const SCAN_FROM: &str = "SELECT key, size, etag, modified_ms, checksums FROM object
    WHERE bucket = ?1 AND key >= ?2 ORDER BY key LIMIT ?3";
const SCAN_BETWEEN: &str = "SELECT key, size, etag, modified_ms, checksums FROM object
    WHERE bucket = ?1 AND key >= ?2 AND key < ?4 ORDER BY key LIMIT ?3";

impl ObjectStore {
    /// Lists one page of a bucket.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub(crate) async fn list(&self, bucket: i64, query: &ListQuery) -> Result<Listing, StoreError> {
        let mut roll = Roll::new(query);
        let mut listing = Listing::default();
        let upper = query.upper();
        let mut from = if query.limit == 0 { None } else { query.lower() };
        let mut fetch = FETCH_MIN.min(query.limit + 1);
        while let Some(start) = from.take() {
            let rows = self.scan(bucket, &start, upper.as_deref(), fetch).await?;
            // The smallest key that has not been considered.
            let mut next = start;
            let mut skipped = 0;
            for row in &rows {
                let key: String = row.try_get(0)?;
                if key < next {
                    skipped += 1;
                    continue;
                }
                match roll.offer(&key) {
                    Taken::Full => {
                        listing.truncated = true;
                        return Ok(finished(listing, roll));
                    }
                    Taken::Key => {
                        next = format!("{key}\0");
                        listing.objects.push(listed(row, key)?);
                    }
                    Taken::Prefix { resume: Some(resume) } => next = resume,
                    Taken::Prefix { resume: None } => return Ok(finished(listing, roll)),
                }
            }
            from = (rows.len() == fetch).then_some(next);
            // Rows that were fetched in vain lie under one common prefix; the next one may be as large.
            fetch = if skipped == 0 { (fetch * 4).min(FETCH_MAX) } else { FETCH_MIN };
        }
        Ok(finished(listing, roll))
    }

    async fn scan(
        &self,
        bucket: i64,
        from: &str,
        upper: Option<&str>,
        fetch: usize,
    ) -> Result<Vec<SqliteRow>, StoreError> {
        let limit = i64::try_from(fetch).unwrap_or(i64::MAX);
        let scan = match upper {
            Some(upper) => sqlx::query(SCAN_BETWEEN).bind(bucket).bind(from).bind(limit).bind(upper),
            None => sqlx::query(SCAN_FROM).bind(bucket).bind(from).bind(limit),
        };
        Ok(scan.fetch_all(&self.readers).await?)
    }
}

fn finished(mut listing: Listing, roll: Roll<'_>) -> Listing {
    listing.common_prefixes = roll.common_prefixes;
    listing.last = roll.last;
    listing
}

fn listed(row: &SqliteRow, key: String) -> Result<Listed, StoreError> {
    Ok(Listed {
        key,
        size: size_of(row.try_get(1)?)?,
        etag: row.try_get(2)?,
        modified_ms: row.try_get(3)?,
        checksums: from_json("object.checksums", row.try_get(4)?)?,
    })
}
