//! Listing the uploads in progress.

use sqlx::Row as _;

use super::ObjectStore;
use super::error::StoreError;
use super::upload::{Upload, upload_of};
use crate::listing::{ListQuery, Roll, Taken};

/// Uploads fetched at once.
const FETCH: usize = 256;

/// One page of uploads.
#[derive(Debug, Default)]
pub(crate) struct UploadListing {
    pub(crate) uploads: Vec<Upload>,
    pub(crate) common_prefixes: Vec<String>,
    pub(crate) truncated: bool,
    /// The last key or common prefix of the page, and the last upload's id unless it was a prefix.
    pub(crate) last: Option<(String, String)>,
}

const SCAN: &str =
    "SELECT id, key, created_ms, initiator, algorithm, kind, metadata, tags, encryption FROM upload
    WHERE bucket = ?1 AND (key, id) > (?2, ?3) ORDER BY key, id LIMIT ?4";

impl ObjectStore {
    /// Lists one page of a bucket's uploads by key, then id. `after_id` goes on within the key `query.after`.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub(crate) async fn uploads(
        &self,
        bucket: i64,
        query: &ListQuery,
        after_id: Option<&str>,
    ) -> Result<UploadListing, StoreError> {
        let mut roll = Roll::new(query);
        let mut page = UploadListing::default();
        // Without an id the marker's own uploads are skipped; `lower` is inclusive, so an empty id starts there.
        let mut from = match (query.limit, &query.after, after_id) {
            (0, _, _) => None,
            (_, Some(after), Some(id)) => Some((after.clone(), id.to_owned())),
            _ => query.lower().map(|lower| (lower, String::new())),
        };
        while let Some((key, id)) = from.take() {
            let rows = sqlx::query(SCAN)
                .bind(bucket)
                .bind(&key)
                .bind(&id)
                .bind(i64::try_from(FETCH).unwrap_or(i64::MAX))
                .fetch_all(&self.readers)
                .await?;
            let mut next = (key, id);
            for row in &rows {
                let key: String = row.try_get(1)?;
                if key < next.0 {
                    continue;
                }
                if !key.starts_with(&query.prefix) {
                    page.common_prefixes = roll.common_prefixes;
                    return Ok(page);
                }
                match roll.offer(&key) {
                    Taken::Full => {
                        page.truncated = true;
                        page.common_prefixes = roll.common_prefixes;
                        return Ok(page);
                    }
                    Taken::Key => {
                        let upload = upload_of(row)?;
                        next = (key, upload.id.clone());
                        page.last = Some(next.clone());
                        page.uploads.push(upload);
                    }
                    Taken::Prefix { resume } => {
                        page.last = roll.last.clone().map(|prefix| (prefix, String::new()));
                        let Some(resume) = resume else {
                            page.common_prefixes = roll.common_prefixes;
                            return Ok(page);
                        };
                        next = (resume, String::new());
                    }
                }
            }
            from = (rows.len() == FETCH).then_some(next);
        }
        page.common_prefixes = roll.common_prefixes;
        Ok(page)
    }
}
