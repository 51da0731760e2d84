//! The objects that the caller may read, in Cairn's own S3.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use cairn_digest::verify::{Content, ContentFault, Metadata, Object};
use cairn_validation::{FetchError, Page, Read, Store, s3_answer};
use cairn_wire::xml::Element;
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt as _;

use super::asker::Asker;
use crate::answer::Answered;

/// The longest listing: a thousand keys of a kilobyte, escaped.
const LISTING_BYTES_MAX: usize = 8 << 20;

/// S3, called by somebody who is known.
#[derive(Debug)]
pub(super) struct CallersObjects(pub(super) Asker);

impl CallersObjects {
    /// Gets something, as a call of its own.
    async fn get(&self, path: String, query: String) -> Result<Answered, FetchError> {
        let arrival = self.0.call(path, query)?;
        let (front, who) = (Arc::clone(&self.0.front), self.0.who.clone());
        // A call that is begun is recorded, whoever waits for it.
        let call = self.0.front.tasks.spawn(async move { front.read_for(&arrival, &who).await });
        let answered = call.await.map_err(|lost| FetchError::Failed(lost.to_string()))?;
        if answered.status() == StatusCode::OK {
            return Ok(answered);
        }
        let status = answered.status();
        let told = whole(answered).await.unwrap_or_default();
        let error = Element::parse(&told);
        let text = |name: &str| error.as_ref().and_then(|error| error.text_of(name)).unwrap_or_default();
        match text("Code") {
            "NoSuchKey" => Err(FetchError::NotFound),
            "" => Err(FetchError::Failed(status.to_string())),
            code => Err(FetchError::Failed(format!("{code}: {}", text("Message")))),
        }
    }
}

#[async_trait]
impl Store for CallersObjects {
    async fn read(&self, object: &Object, begin: fn() -> Content) -> Result<Read, FetchError> {
        let answered =
            self.get(format!("/{}/{}", object.bucket, s3_answer::path(&object.key)), String::new());
        let answered = answered.await?;
        let metadata = metadata(answered.headers());
        let (mut content, mut bytes) = (begin(), 0);
        let mut body = answered.into_response().into_body();
        while let Some(frame) = body.frame().await {
            let frame =
                frame.map_err(|error| FetchError::Failed(format!("the object broke off: {error}")))?;
            let Ok(piece) = frame.into_data() else { continue };
            bytes += piece.len() as u64;
            if let Err(fault) = inflate(&mut content, &piece).await {
                return Ok(Read { content: Err(fault), metadata, bytes });
            }
        }
        Ok(Read { content: content.finish(), metadata, bytes })
    }

    async fn list(&self, bucket: &str, prefix: &str, after: &str) -> Result<Page, FetchError> {
        let answered = self.get(format!("/{bucket}"), listing_query(prefix, after)).await?;
        let listing =
            whole(answered).await.ok_or_else(|| FetchError::Failed("the listing broke off".to_owned()))?;
        s3_answer::page(&listing).ok_or_else(|| FetchError::Failed("the listing is not one of S3".to_owned()))
    }

    fn lacks_metadata(&self) -> bool {
        false
    }
}

/// Asks for a listing.
pub(super) fn listing_query(prefix: &str, after: &str) -> String {
    let (prefix, after) = (s3_answer::escape(prefix), s3_answer::escape(after));
    format!("encoding-type=url&list-type=2&prefix={prefix}&start-after={after}")
}

/// Takes a piece of an object in. Megabytes may be inflated: other tasks have their turn in between.
pub(super) async fn inflate(content: &mut Content, piece: &[u8]) -> Result<(), ContentFault> {
    let mut rest = piece;
    while !rest.is_empty() {
        tokio::task::yield_now().await;
        rest = content.push_some(rest)?;
    }
    Ok(())
}

/// Returns a small body; none when it is not small, or breaks off.
async fn whole(answered: Answered) -> Option<Bytes> {
    let mut body = answered.into_response().into_body();
    let mut whole = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(piece) = frame.ok()?.into_data() else { continue };
        if whole.len() + piece.len() > LISTING_BYTES_MAX {
            return None;
        }
        whole.extend_from_slice(&piece);
    }
    Some(whole.freeze())
}

fn metadata(headers: &HeaderMap) -> Metadata {
    s3_answer::metadata(|name| headers.get(name).and_then(|value| value.to_str().ok()))
}
