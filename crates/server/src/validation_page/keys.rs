//! The public keys that the caller may list.

use std::error::Error;
use std::sync::Arc;

use async_trait::async_trait;
use cairn_control::Caller;
use cairn_digest::verify::{PublicKeys, Stretch};
use cairn_validation::KeySource;
use cairn_wire::Timestamp;
use cairn_wire::cloudtrail::ListPublicKeysRequest;
use cairn_wire::json11;

use crate::serve::Front;

/// The most pages of public keys.
const PAGES_MAX: usize = 1_000;

/// ListPublicKeys, called by somebody who may.
#[derive(Debug)]
pub(super) struct CallersKeys {
    pub(super) front: Arc<Front>,
    pub(super) caller: Caller,
}

#[async_trait]
impl KeySource for CallersKeys {
    async fn public_keys(&self, stretch: Stretch) -> Result<PublicKeys, Box<dyn Error + Send + Sync>> {
        let mut keys = PublicKeys::default();
        let mut request = ListPublicKeysRequest {
            start_time: Some(Timestamp::from(stretch.from)),
            end_time: Some(Timestamp::from(stretch.until)),
            next_token: None,
        };
        for _page in 0..PAGES_MAX {
            let listed = self.front.control.list_public_keys(&self.caller, &request)?.output;
            keys.extend(PublicKeys::parse(&json11::success_body(&listed))?);
            if listed.next_token.is_none() {
                break;
            }
            request.next_token = listed.next_token;
        }
        Ok(keys)
    }
}
