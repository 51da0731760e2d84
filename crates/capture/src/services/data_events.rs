//! Which calls are data events, and of which resources.
//!
//! Selectors of trails ask for `resources.type` and `resources.ARN`: so a data event always names the type,
//! and the ARN wherever parameters or answer tell it.

mod path;
mod table;
mod template;

use std::collections::BTreeSet;

use cairn_event::{Category, Resource};

use crate::details::Details;
use crate::modelled::Decoded;
use crate::{Exchange, ModelledCall};

pub(super) use path::{each, text};

/// Data events of one service on resources of one type.
#[derive(Debug)]
struct DataEvents {
    operations: Vec<&'static str>,
    resource_type: &'static str,
    arns: Arns,
}

/// Where the ARNs of a call's resources come from.
#[derive(Debug, Clone, Copy)]
enum Arns {
    /// Made of what was asked and answered.
    Template(&'static str),
    /// A service's own rule.
    Rule(fn(&Place, &Decoded) -> Vec<String>),
    /// Resources of the type have no ARN, or a call does not tell it.
    Untold,
}

/// Where resources of a call are, and what its path says of them.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) region: String,
    pub(super) account: String,
    /// The request's raw path.
    pub(super) path: String,
}

impl Place {
    pub(super) fn of(exchange: &Exchange<'_>) -> Self {
        Self {
            region: exchange.region.to_string(),
            account: exchange.resource_owner.unwrap_or(exchange.recipient).to_string(),
            path: exchange.request.path.to_owned(),
        }
    }

    /// Makes the ARN of a resource in this Region and account.
    pub(super) fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:aws:{service}:{}:{}:{resource}", self.region, self.account)
    }
}

/// Tells whether a call is a data event.
pub(super) fn is_data(call: &ModelledCall) -> bool {
    rows(call).next().is_some()
}

/// Makes the record of a call a data event with its resources, if it is one.
pub(super) fn adjust(call: &ModelledCall, exchange: &Exchange<'_>, decoded: &Decoded, details: &mut Details) {
    let mut unnamed = None;
    for row in rows(call) {
        details.category = Category::Data;
        let place = Place::of(exchange);
        let mut arns = match row.arns {
            Arns::Template(template) => template::expand(template, &place, decoded),
            Arns::Rule(rule) => rule(&place, decoded),
            Arns::Untold => Vec::new(),
        };
        let mut seen = BTreeSet::new();
        arns.retain(|arn| is_reasonable(arn) && seen.insert(arn.clone()));
        arns.truncate(RESOURCES_MAX);
        unnamed = unnamed.or_else(|| Some(resource(&place, row.resource_type, None)));
        let named = arns.into_iter().map(|arn| resource(&place, row.resource_type, Some(arn)));
        details.resources.extend(named);
    }
    if details.resources.is_empty() {
        details.resources.extend(unnamed);
    }
}

fn resource(place: &Place, kind: &str, arn: Option<String>) -> Resource {
    // The ARN's own account is the owner: a queue of another account may be called.
    let named = arn.as_deref().and_then(|arn| arn.split(':').nth(4)).filter(|account| account.len() == 12);
    Resource {
        account_id: Some(named.unwrap_or(&place.account).to_owned()),
        kind: Some(kind.to_owned()),
        arn,
        arn_prefix: None,
    }
}

/// Returns the rows that a call's operation is in.
fn rows(call: &ModelledCall) -> impl Iterator<Item = &'static DataEvents> + use<'_> {
    let operation = call.table.operation(call.operation).map(|operation| operation.name.as_str());
    let service = call.table.service(call.operation).map(|service| match service.name.as_str() {
        // Directory buckets, outposts and object Lambdas have S3's operations, and resources of their own.
        "s3" => call.event_source.split('.').next().unwrap_or_default(),
        name => name,
    });
    let rows = table::of_service(service.unwrap_or_default());
    rows.iter().filter(move |row| operation.is_some_and(|name| row.operations.contains(&name)))
}

/// Tells whether a text can be an ARN: what is longer names nothing that exists.
pub(super) fn is_reasonable(arn: &str) -> bool {
    arn.len() <= ARN_BYTES_MAX
}

/// How many resources one record names.
const RESOURCES_MAX: usize = 100;
/// The longest ARN that IAM takes.
const ARN_BYTES_MAX: usize = 2048;

#[cfg(test)]
mod tests;
