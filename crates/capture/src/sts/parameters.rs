//! Parameters of a query call, from `Tags.member.1.Key=team` to nested JSON.

use std::collections::BTreeMap;

use cairn_event::HIDDEN;
use cairn_wire::casing;
use cairn_wire::query::Parameters;
use serde_json::{Map, Value};

use crate::Request;
use crate::details::unless_empty;

/// Parameters of STS that are recorded, by their first name; any other is left out.
const KNOWN: [&str; 21] = [
    "AccessKeyId",
    "Audience",
    "DurationSeconds",
    "EncodedMessage",
    "ExternalId",
    "Name",
    "Policy",
    "PolicyArns",
    "PrincipalArn",
    "ProvidedContexts",
    "ProviderId",
    "RoleArn",
    "RoleSessionName",
    "SAMLAssertion",
    "SerialNumber",
    "SigningAlgorithm",
    "SourceIdentity",
    "Tags",
    "TargetPrincipal",
    "TaskPolicyArn",
    "TransitiveTagKeys",
];
/// Parameters that are recorded as having been there, and no more.
const HIDDEN_NAMES: [&str; 6] =
    ["ContextAssertion", "EncodedMessage", "SAMLAssertion", "TokenCode", "TradeInToken", "WebIdentityToken"];
/// Deeper names are left out; STS's own have at most four parts.
const PARTS_MAX: usize = 8;

/// Renders the parameters of a query call, in CloudTrail's casing; none when nothing was sent.
pub(super) fn parameters(request: &Request<'_>) -> Option<Value> {
    let parameters = Parameters::parse(request.query, request.body.whole().unwrap_or_default()).ok()?;
    let mut tree = BTreeMap::new();
    for (name, value) in parameters.iter() {
        let parts: Vec<&str> = name.split('.').collect();
        let known = parts.first().is_some_and(|first| KNOWN.contains(first) || HIDDEN_NAMES.contains(first));
        if !known || parts.len() > PARTS_MAX {
            continue;
        }
        let hidden = parts.iter().any(|part| HIDDEN_NAMES.contains(part));
        insert(&mut tree, &parts, if hidden { HIDDEN } else { value });
    }
    let members: Map<String, Value> =
        tree.into_iter().map(|(name, node)| (name.clone(), node.value(&name))).collect();
    Some(casing::lower_first_letters(&unless_empty(members)?))
}

/// A name's place in the tree: a value, or what comes after the dot.
enum Node {
    Leaf(String),
    Branch(BTreeMap<String, Self>),
}

fn insert(tree: &mut BTreeMap<String, Node>, parts: &[&str], value: &str) {
    let Some((first, rest)) = parts.split_first() else { return };
    if rest.is_empty() {
        tree.entry((*first).to_owned()).or_insert_with(|| Node::Leaf(value.to_owned()));
        return;
    }
    let below = tree.entry((*first).to_owned()).or_insert_with(|| Node::Branch(BTreeMap::new()));
    // A name that is both a value and a branch stays what it was first.
    if let Node::Branch(below) = below {
        insert(below, rest, value);
    }
}

impl Node {
    fn value(self, name: &str) -> Value {
        match self {
            Self::Leaf(text) if name == "DurationSeconds" => {
                text.parse::<u32>().map_or_else(|_not_a_number| Value::from(text.as_str()), Value::from)
            }
            Self::Leaf(text) => Value::from(text),
            Self::Branch(mut below) => match below.remove("member") {
                Some(Self::Branch(items)) if below.is_empty() => list(items),
                Some(other) => {
                    Value::Object(std::iter::once(("member".to_owned(), other.value("member"))).collect())
                }
                None => Value::Object(
                    below.into_iter().map(|(name, node)| (name.clone(), node.value(&name))).collect(),
                ),
            },
        }
    }
}

fn list(items: BTreeMap<String, Node>) -> Value {
    let mut items: Vec<(u32, Node)> =
        items.into_iter().filter_map(|(index, node)| Some((index.parse().ok()?, node))).collect();
    items.sort_by_key(|(index, _)| *index);
    Value::Array(items.into_iter().map(|(_, node)| node.value("")).collect())
}
