//! The file of a digest: its key, its document, its bytes and its signature (reference §5).

use std::io::{self, Write};

use bytes::Bytes;
use cairn_catalog::{Delivered, Trail};
use cairn_digest::sha256_hex;
use cairn_digest::{Document, KeyError, LogFile, Place, Previous, PrivateKey, string_to_sign, to_hex};
use flate2::{Compression, GzBuilder};
use jiff::Timestamp;

use super::chain::{Chain, ChainId, Kind, Plan};
use super::schedule::Pending;
use crate::log_file::{Folder, GZIP_LEVEL};

/// A digest, ready to be put.
#[derive(Debug, Clone)]
pub(crate) struct DigestFile {
    pub(crate) body: Bytes,
    /// User metadata, in this order.
    pub(crate) metadata: Vec<(&'static str, String)>,
    /// What the next digest says of this one.
    pub(crate) link: Previous,
}

/// A digest could not be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MakeError {
    #[error("compress a digest")]
    Compress(#[from] io::Error),
    #[error("sign a digest")]
    Sign(#[from] KeyError),
}

/// What the key of a digest is made of, besides its end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Named<'a> {
    pub(crate) id: &'a ChainId,
    pub(crate) trail: &'a Trail,
}

/// Returns the key of a digest that ends at `end_s`.
pub(crate) fn object_key(named: Named<'_>, kind: Kind, end_s: i64) -> String {
    let Named { id: ChainId { account, region, .. }, trail } = named;
    let (name, home) = (&trail.name, &trail.home_region);
    let end = Timestamp::from_second(end_s).unwrap_or(Timestamp::MAX);
    let folder = Folder::Digest.as_str();
    format!(
        "{root}{account}/{folder}/{region}/{day}/{account}_{folder}_{region}_{name}_{home}_{end}{mark}.json.gz",
        root = trail.files_root(),
        day = end.strftime("%Y/%m/%d"),
        end = end.strftime("%Y%m%dT%H%M%SZ"),
        mark = if matches!(kind, Kind::Backfill { .. }) { "_backfill" } else { "" },
    )
}

/// Tells whether a receipt of the plan's range is in its digest: late ones are in backfill digests only.
pub(crate) fn holds(plan: &Plan, chain: &Chain, receipt: &Delivered) -> bool {
    let pending = Pending { number: receipt.number, at_ms: receipt.at.as_millisecond() };
    pending.is_late(chain.start_s) == matches!(plan.kind, Kind::Backfill { .. })
}

/// Makes the digest that is planned. `receipts` are those it holds, in the order of their numbers.
pub(crate) fn make(
    id: &ChainId,
    chain: &Chain,
    plan: &Plan,
    receipts: &[Delivered],
    key: &PrivateKey,
) -> Result<DigestFile, MakeError> {
    let (start_s, previous) = match plan.kind {
        Kind::Regular | Kind::Final => (chain.start_s, chain.previous.as_ref()),
        Kind::Backfill { .. } => {
            let earliest = receipts.iter().map(|receipt| receipt.at.as_millisecond().div_euclid(1_000)).min();
            (earliest.unwrap_or(plan.end_s - 1), chain.backfill.as_ref().map(|backfill| &backfill.digest))
        }
    };
    let document = document(id, plan, start_s, receipts).with_previous(previous);
    let bytes = document.to_bytes();
    let signature = to_hex(&key.sign(string_to_sign(Place::of(&document), &bytes).as_bytes())?);
    let mut gzip = GzBuilder::new().mtime(0).write(Vec::new(), Compression::new(GZIP_LEVEL));
    gzip.write_all(&bytes)?;
    let algorithm = Document::SIGNATURE_ALGORITHM.to_owned();
    let mut metadata = vec![("signature", signature.clone()), ("signature-algorithm", algorithm)];
    if let Kind::Backfill { generated_s } = plan.kind {
        let generated = Timestamp::from_second(generated_s).unwrap_or(Timestamp::MAX);
        let text = generated.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string();
        metadata.push(("backfill-generation-timestamp", text));
    }
    let (bucket, key, sha256) = (plan.bucket.clone(), plan.key.clone(), sha256_hex(&bytes));
    let link = Previous { bucket, key, sha256, signature };
    Ok(DigestFile { body: Bytes::from(gzip.finish()?), metadata, link })
}

fn document(id: &ChainId, plan: &Plan, start_s: i64, receipts: &[Delivered]) -> Document {
    let files = receipts.iter().map(|Delivered { receipt, .. }| LogFile {
        s3_bucket: receipt.bucket.clone(),
        s3_object: receipt.key.clone(),
        hash_value: to_hex(&receipt.sha256),
        hash_algorithm: Document::HASH_ALGORITHM.to_owned(),
        newest_event_time: Some(receipt.newest_event.to_string()),
        oldest_event_time: Some(receipt.oldest_event.to_string()),
    });
    let events = || receipts.iter().map(|delivered| &delivered.receipt);
    Document {
        aws_account_id: id.account.to_string(),
        digest_start_time: instant(start_s),
        digest_end_time: instant(plan.end_s),
        digest_s3_bucket: plan.bucket.clone(),
        digest_s3_object: plan.key.clone(),
        digest_public_key_fingerprint: plan.fingerprint.clone(),
        digest_signature_algorithm: Document::SIGNATURE_ALGORITHM.to_owned(),
        newest_event_time: events().map(|receipt| receipt.newest_event).max().map(|time| time.to_string()),
        oldest_event_time: events().map(|receipt| receipt.oldest_event).min().map(|time| time.to_string()),
        previous_digest_s3_bucket: None,
        previous_digest_s3_object: None,
        previous_digest_hash_value: None,
        previous_digest_hash_algorithm: None,
        previous_digest_signature: None,
        log_files: files.collect(),
    }
}

fn instant(seconds: i64) -> String {
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
