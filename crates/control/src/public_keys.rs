//! ListPublicKeys. Keys are made to sign digests, and this version writes none: the list is empty.

use cairn_wire::cloudtrail::{ListPublicKeysRequest, ListPublicKeysResponse};

use crate::control::Done;
use crate::{Control, Refusal};

impl Control {
    /// Lists the keys that were valid at some instant of the range; each bound defaults to now.
    ///
    /// # Errors
    /// A range that ends before it begins, and any token: the list has one page.
    pub fn list_public_keys(
        &self,
        request: &ListPublicKeysRequest,
    ) -> Result<Done<ListPublicKeysResponse>, Refusal> {
        let now = self.clock.now();
        let start = request.start_time.map_or(now, jiff::Timestamp::from);
        let end = request.end_time.map_or(now, jiff::Timestamp::from);
        if start > end {
            let message = "The start time must not be later than the end time; each is now if left out.";
            return Err(Refusal::TimeRangeInvalid(message.to_owned()));
        }
        if request.next_token.as_deref().is_some_and(|token| !token.is_empty()) {
            return Err(Refusal::TokenInvalid);
        }
        Ok(Done::now(ListPublicKeysResponse { public_key_list: Some(Vec::new()), next_token: None }))
    }
}
