//! Buckets.

use async_trait::async_trait;
use sqlx::{Row as _, SqliteConnection, sqlite::SqliteRow};

use super::ObjectStore;
use super::blob::BlobId;
use super::error::StoreError;
use super::metadata::TagSet;
use super::writer::Change;

/// Buckets that one account may have: S3's default quota.
const BUCKETS_PER_ACCOUNT_MAX: u32 = 10_000;

/// A bucket as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    pub(crate) id: i64,
    /// Its name.
    pub name: String,
    /// The twelve digits of the account that owns it.
    pub owner: String,
    /// The canonical user id of that account.
    pub owner_canonical: String,
    /// Its Region, such as `us-east-1`.
    pub region: String,
    /// When it was made, in milliseconds since the Unix epoch.
    pub created_ms: i64,
    /// The text of its policy, as it was put.
    pub policy: Option<String>,
    /// Its tags; absent when none were ever put.
    pub tags: Option<TagSet>,
    /// Its public access block as JSON, when one other than the default was put; empty when it was removed.
    pub(crate) public_access_block: Option<String>,
    /// Its default encryption as JSON; absent when none other than SSE-S3 was put.
    pub(crate) encryption: Option<String>,
}

/// A bucket to be made. The caller has checked the name and the Region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketDraft {
    /// Its name.
    pub name: String,
    /// The account that will own it.
    pub owner: String,
    /// The canonical user id of that account.
    pub owner_canonical: String,
    /// Its Region.
    pub region: String,
}

/// What creating a bucket did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Created {
    New,
    /// It was there already, owned by the same account, in this Region.
    Existed,
}

/// A change of one attribute of a bucket.
#[derive(Debug, Clone)]
pub(crate) enum BucketChange {
    Policy(Option<String>),
    Tags(Option<TagSet>),
    PublicAccessBlock(Option<String>),
    Encryption(Option<String>),
}

impl ObjectStore {
    /// Returns the bucket of this name, if there is one.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub async fn bucket(&self, name: &str) -> Result<Option<Bucket>, StoreError> {
        let generation = match self.known_buckets.find(name) {
            Ok(bucket) => return Ok(Some(bucket)),
            Err(generation) => generation,
        };
        let found = sqlx::query(SELECT_ONE).bind(name).fetch_optional(&self.readers).await?;
        let Some(bucket) = found.map(|row| bucket_of(&row)).transpose()? else { return Ok(None) };
        self.known_buckets.learn(generation, &bucket);
        Ok(Some(bucket))
    }

    /// Returns the buckets of an account in order of name: those after `after` with `prefix`, at most `limit`.
    pub(crate) async fn buckets(
        &self,
        owner: &str,
        prefix: &str,
        after: &str,
        limit: usize,
    ) -> Result<Vec<Bucket>, StoreError> {
        let rows = sqlx::query(SELECT_OWNED)
            .bind(owner)
            .bind(after)
            .bind(prefix)
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(bucket_of).collect()
    }

    /// Makes a bucket.
    ///
    /// # Errors
    /// [`StoreError::BucketAlreadyOwnedByYou`], [`StoreError::BucketAlreadyExists`] or
    /// [`StoreError::TooManyBuckets`], else what the index said.
    pub async fn create_bucket(&self, draft: BucketDraft) -> Result<(), StoreError> {
        match self.ensure_bucket(draft).await? {
            Created::New => Ok(()),
            Created::Existed => Err(StoreError::BucketAlreadyOwnedByYou),
        }
    }

    /// Makes a bucket, or says that the same account has it in the same Region.
    pub(crate) async fn ensure_bucket(&self, draft: BucketDraft) -> Result<Created, StoreError> {
        self.writer.submit(CreateBucket { draft, created_ms: self.now_ms() }).await
    }

    /// Removes an empty bucket and its unfinished uploads.
    ///
    /// # Errors
    /// [`StoreError::NoSuchBucket`] or [`StoreError::BucketNotEmpty`], else what the index said.
    pub async fn delete_bucket(&self, name: &str) -> Result<(), StoreError> {
        self.writer.submit(DeleteBucket { name: name.to_owned() }).await
    }

    /// Changes one attribute of a bucket.
    pub(crate) async fn change_bucket(&self, name: &str, change: BucketChange) -> Result<(), StoreError> {
        self.writer.submit(ChangeBucket { name: name.to_owned(), change }).await
    }
}

const SELECT_ONE: &str = "SELECT id, name, owner, owner_canonical, region, created_ms, policy, tags,
    public_access_block, encryption FROM bucket WHERE name = ?";
const SELECT_OWNED: &str = "SELECT id, name, owner, owner_canonical, region, created_ms, policy, tags,
    public_access_block, encryption FROM bucket WHERE owner = ?1 AND name > ?2 AND substr(name, 1, length(?3)) = ?3
    ORDER BY name LIMIT ?4";

fn bucket_of(row: &SqliteRow) -> Result<Bucket, StoreError> {
    let tags: Option<String> = row.try_get(7)?;
    let tags = tags.map(|text| serde_json::from_str(&text)).transpose();
    Ok(Bucket {
        id: row.try_get(0)?,
        name: row.try_get(1)?,
        owner: row.try_get(2)?,
        owner_canonical: row.try_get(3)?,
        region: row.try_get(4)?,
        created_ms: row.try_get(5)?,
        policy: row.try_get(6)?,
        tags: tags.map_err(|_unreadable| StoreError::Malformed { what: "bucket.tags" })?,
        public_access_block: row.try_get(8)?,
        encryption: row.try_get(9)?,
    })
}

/// Finds a bucket's row id within a transaction.
pub(crate) async fn bucket_id(tx: &mut SqliteConnection, name: &str) -> Result<i64, StoreError> {
    let found: Option<(i64,)> =
        sqlx::query_as("SELECT id FROM bucket WHERE name = ?").bind(name).fetch_optional(&mut *tx).await?;
    found.map(|(id,)| id).ok_or(StoreError::NoSuchBucket)
}

struct CreateBucket {
    draft: BucketDraft,
    created_ms: i64,
}

#[async_trait]
impl Change for CreateBucket {
    type Outcome = Created;

    fn changes_buckets(&self) -> bool {
        true
    }

    async fn apply(
        &self,
        tx: &mut SqliteConnection,
        _garbage: &mut Vec<BlobId>,
    ) -> Result<Created, StoreError> {
        let draft = &self.draft;
        let existing: Option<(String, String)> =
            sqlx::query_as("SELECT owner, region FROM bucket WHERE name = ?")
                .bind(&draft.name)
                .fetch_optional(&mut *tx)
                .await?;
        match existing {
            Some((owner, _region)) if owner != draft.owner => return Err(StoreError::BucketAlreadyExists),
            Some((_owner, region)) if region == draft.region => return Ok(Created::Existed),
            Some(_elsewhere) => return Err(StoreError::BucketAlreadyOwnedByYou),
            None => {}
        }
        let (owned,): (i64,) = sqlx::query_as("SELECT count(*) FROM bucket WHERE owner = ?")
            .bind(&draft.owner)
            .fetch_one(&mut *tx)
            .await?;
        if owned >= i64::from(BUCKETS_PER_ACCOUNT_MAX) {
            return Err(StoreError::TooManyBuckets { limit: BUCKETS_PER_ACCOUNT_MAX });
        }
        sqlx::query(
            "INSERT INTO bucket (name, owner, owner_canonical, region, created_ms) VALUES (?, ?, ?, ?, ?)",
        )
        .bind(&draft.name)
        .bind(&draft.owner)
        .bind(&draft.owner_canonical)
        .bind(&draft.region)
        .bind(self.created_ms)
        .execute(&mut *tx)
        .await?;
        Ok(Created::New)
    }
}

struct DeleteBucket {
    name: String,
}

#[async_trait]
impl Change for DeleteBucket {
    type Outcome = ();

    fn changes_buckets(&self) -> bool {
        true
    }

    async fn apply(&self, tx: &mut SqliteConnection, garbage: &mut Vec<BlobId>) -> Result<(), StoreError> {
        let id = bucket_id(tx, &self.name).await?;
        let held: Option<(i64,)> = sqlx::query_as("SELECT 1 FROM object WHERE bucket = ? LIMIT 1")
            .bind(id)
            .fetch_optional(&mut *tx)
            .await?;
        if held.is_some() {
            return Err(StoreError::BucketNotEmpty);
        }
        let parts: Vec<(String,)> = sqlx::query_as(
            "DELETE FROM part WHERE upload IN (SELECT id FROM upload WHERE bucket = ?) RETURNING blob",
        )
        .bind(id)
        .fetch_all(&mut *tx)
        .await?;
        garbage.extend(parts.iter().filter_map(|(blob,)| BlobId::parse(blob)));
        sqlx::query("DELETE FROM upload WHERE bucket = ?").bind(id).execute(&mut *tx).await?;
        sqlx::query("DELETE FROM bucket WHERE id = ?").bind(id).execute(&mut *tx).await?;
        Ok(())
    }
}

struct ChangeBucket {
    name: String,
    change: BucketChange,
}

#[async_trait]
impl Change for ChangeBucket {
    type Outcome = ();

    fn changes_buckets(&self) -> bool {
        true
    }

    async fn apply(&self, tx: &mut SqliteConnection, _garbage: &mut Vec<BlobId>) -> Result<(), StoreError> {
        let id = bucket_id(tx, &self.name).await?;
        let (statement, value) = match &self.change {
            BucketChange::Policy(policy) => ("UPDATE bucket SET policy = ? WHERE id = ?", policy.clone()),
            BucketChange::Tags(tags) => {
                let text = tags.as_ref().map(|tags| serde_json::json!(tags).to_string());
                ("UPDATE bucket SET tags = ? WHERE id = ?", text)
            }
            BucketChange::PublicAccessBlock(block) => {
                ("UPDATE bucket SET public_access_block = ? WHERE id = ?", block.clone())
            }
            BucketChange::Encryption(encryption) => {
                ("UPDATE bucket SET encryption = ? WHERE id = ?", encryption.clone())
            }
        };
        sqlx::query(statement).bind(value).bind(id).execute(&mut *tx).await?;
        Ok(())
    }
}
