//! Data keys for the built-in S3, from the built-in KMS: in the name of whoever reads or writes an object.

use std::sync::Arc;

use async_trait::async_trait;
use cairn_access::{Caller, Context};
use cairn_event::{AccountId, Origin, Region};
use cairn_s3::{DataKey, DataKeys, GeneratedKey, KeyRefused, KeyRequest};
use cairn_wire::kms::{ErrorCode, Refusal};

use crate::service_keys::{KeyUser, ServiceKeys};

/// The name of the key that S3 has in every account.
const AWS_KEY_OF_S3: &str = "alias/aws/s3";

/// Asks KMS for data keys of objects.
#[derive(Debug)]
pub(crate) struct ObjectKeys {
    pub(crate) keys: Arc<ServiceKeys>,
    pub(crate) user: ObjectUser,
}

/// Who reads or writes objects.
#[derive(Debug)]
pub(crate) enum ObjectUser {
    /// A caller of S3.
    Caller {
        caller: Caller,
        account: AccountId,
        /// The facts of the request to S3.
        facts: Context,
    },
    /// CloudTrail, for a trail.
    CloudTrail { trail_arn: String, account: AccountId },
}

impl ObjectKeys {
    /// Returns who uses the key, in the Region of the bucket: KMS has keys of that Region only.
    fn user(&self, region: &str) -> Result<KeyUser, KeyRefused> {
        let region: Region = region.parse().map_err(|_unknown| KeyRefused::Unavailable)?;
        Ok(match &self.user {
            ObjectUser::Caller { caller, account, facts } => {
                KeyUser::through_s3(caller, *account, &region, facts.clone())
            }
            ObjectUser::CloudTrail { trail_arn, account } => {
                KeyUser::cloudtrail(trail_arn, *account, &region, Origin::Delivery)
            }
        })
    }
}

#[async_trait]
impl DataKeys for ObjectKeys {
    async fn generate(&self, request: KeyRequest<'_>) -> Result<GeneratedKey, KeyRefused> {
        let user = self.user(request.region)?;
        let own = match request.key_id {
            AWS_KEY_OF_S3 => Some(self.keys.s3_key(&user).await.map_err(refused)?),
            _ => None,
        };
        let key_id = own.as_deref().unwrap_or(request.key_id);
        let made = self.keys.generate_data_key(&user, key_id, request.context).await.map_err(refused)?;
        let key = data_key(made.plaintext.expose())?;
        Ok(GeneratedKey { key, sealed: made.ciphertext, key_arn: made.key_arn })
    }

    async fn decrypt(&self, request: KeyRequest<'_>, sealed: &[u8]) -> Result<DataKey, KeyRefused> {
        let user = self.user(request.region)?;
        let opened = self.keys.decrypt(&user, sealed, request.context).await.map_err(refused)?;
        data_key(opened.expose())
    }
}

fn data_key(bytes: &[u8]) -> Result<DataKey, KeyRefused> {
    bytes.try_into().map(DataKey::new).map_err(|_other_length| KeyRefused::Unavailable)
}

/// Sorts KMS's refusals as S3 tells them.
fn refused(refusal: Refusal) -> KeyRefused {
    let message = refusal.message;
    match refusal.code {
        ErrorCode::AccessDeniedException => KeyRefused::Denied { message },
        code if code.http_status() >= 500 => KeyRefused::Unavailable,
        code => KeyRefused::Refused { code: code.as_str().to_owned(), message },
    }
}
