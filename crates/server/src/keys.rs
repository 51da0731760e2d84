//! `/_cairn/keys/rotate`: a new key for the digests of a Region, at once.
//!
//! The request is a POST without a body, signed for service `cloudtrail` in the Region whose key it is about, and
//! needs the permission `cairn:RotateSigningKey`. It is recorded as `RotateSigningKey`. The answer is the new key
//! as ListPublicKeys tells it.

use hyper::body::Incoming;
use serde_json::json;

use crate::answer::Answered;
use crate::page::{Asked, Page, Refused};
use crate::serve::{Arrival, Front};

/// The page's path.
pub(crate) const ROTATION: &str = "/_cairn/keys/rotate";

const PAGE: Page = Page::bodiless("RotateSigningKey");

impl Front {
    /// Makes a key and records that it was asked for.
    pub(crate) async fn rotate_signing_key(&self, arrival: &Arrival, body: Incoming) -> Answered {
        self.page(&PAGE, (arrival, body), async |asked| self.make_signing_key(asked).await).await
    }

    async fn make_signing_key(&self, asked: &Asked<'_>) -> Result<Vec<u8>, Refused> {
        self.permit(asked, &["cairn:RotateSigningKey"])?;
        let made = self.signing_keys.rotate(&asked.who.region, self.clock.now()).await;
        let key = made.map_err(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "signing key not made");
            Refused::internal()
        })?;
        let told = json!({
            "Fingerprint": key.fingerprint,
            "Region": key.region,
            "ValidityStartTime": key.valid_from.as_second(),
            "ValidityEndTime": key.valid_until.as_second(),
            "Value": key.public_key,
        });
        Ok(told.to_string().into_bytes())
    }
}
