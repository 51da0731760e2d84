//! SES: identities by the address that a message is from.

use super::data_events::{Place, text};
use crate::modelled::Decoded;

/// Returns the ARN of the identity that a message is sent as.
pub(super) fn identities(place: &Place, decoded: &Decoded) -> Vec<String> {
    let arn = ["SourceArn", "FromArn", "FromEmailAddressIdentityArn"];
    if let Some(arn) = arn.iter().find_map(|name| text(&decoded.request, name)) {
        return vec![arn.to_owned()];
    }
    let from = ["Source", "FromEmailAddress"].iter().find_map(|name| text(&decoded.request, name));
    // `Ann <ann@shop.example>` is sent as ann@shop.example.
    let address = from.map(|from| from.rsplit_once('<').map_or(from, |(_, rest)| rest.trim_end_matches('>')));
    address.map(|address| place.arn("ses", &format!("identity/{}", address.trim()))).into_iter().collect()
}
