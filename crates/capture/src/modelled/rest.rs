//! What REST services put into paths, query strings, headers and statuses.

use std::collections::BTreeMap;

use cairn_operations::{Kind, Location, Member, Operation, Shapes};
use serde_json::{Map, Value};

use super::labels::{decode, labels};
use super::scalar;
use crate::{Request, Response};

/// Reads the members that stand outside of a request's body.
pub(super) fn of_request(
    shapes: &Shapes,
    members: &[Member],
    operation: &Operation,
    request: &Request<'_>,
) -> Map<String, Value> {
    let mut read = Map::new();
    let labels = labels(&operation.path, request.path);
    let query = Query::parse(request.query);
    for member in members {
        let value = match member.location {
            Location::Path => label(shapes, member, &labels),
            Location::Query => query.member(shapes, members, member, operation),
            Location::Header | Location::Headers => header(shapes, member, request.headers),
            Location::Body | Location::Status => None,
        };
        if let Some(value) = value {
            read.insert(member.name.clone(), value);
        }
    }
    read
}

/// Reads the members that stand outside of an answer's body.
pub(super) fn of_response(
    shapes: &Shapes,
    members: &[Member],
    response: &Response<'_>,
) -> Map<String, Value> {
    let mut read = Map::new();
    for member in members {
        let value = match member.location {
            Location::Header | Location::Headers => header(shapes, member, response.headers),
            Location::Status => Some(Value::from(response.status)),
            Location::Body | Location::Path | Location::Query => None,
        };
        if let Some(value) = value {
            read.insert(member.name.clone(), value);
        }
    }
    read
}

fn label(shapes: &Shapes, member: &Member, labels: &[(&str, String)]) -> Option<Value> {
    let (_, text) = labels.iter().find(|(name, _)| *name == member.on_wire())?;
    scalar::of_text(&shapes.get(member.shape)?.kind, text)
}

/// The parameters of a query string, in the order sent.
struct Query(Vec<(String, String)>);

/// Further parameters are not read.
const PARAMETERS_MAX: usize = 1000;

impl Query {
    fn parse(query: &str) -> Self {
        let pairs = query.split('&').filter(|pair| !pair.is_empty()).take(PARAMETERS_MAX);
        let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        Self(pairs.map(|(name, text)| (decode(name), decode(text))).collect())
    }

    fn member(
        &self,
        shapes: &Shapes,
        members: &[Member],
        member: &Member,
        operation: &Operation,
    ) -> Option<Value> {
        let mut sent = self.0.iter().filter(|(name, _)| name == member.on_wire()).map(|(_, text)| text);
        match &shapes.get(member.shape)?.kind {
            Kind::List { item, .. } => {
                let kind = &shapes.get(*item)?.kind;
                let items: Vec<Value> = sent.filter_map(|text| scalar::of_text(kind, text)).collect();
                (!items.is_empty()).then_some(Value::Array(items))
            }
            Kind::Map { value, .. } => self.others(shapes, *value, members, operation),
            kind => scalar::of_text(kind, sent.next()?),
        }
    }

    /// Reads the parameters that no member names: a map takes them all.
    fn others(
        &self,
        shapes: &Shapes,
        value: cairn_operations::ShapeId,
        members: &[Member],
        operation: &Operation,
    ) -> Option<Value> {
        let is_named = |name: &str| {
            let mut named = members.iter().filter(|member| member.location == Location::Query);
            named.any(|member| member.on_wire() == name)
                || operation.fixed_query.iter().any(|(fixed, _)| fixed == name)
                // What signs a request is none of its parameters.
                || name.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("x-amz-"))
        };
        let mut read: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
        let (kind, lists) = match &shapes.get(value)?.kind {
            Kind::List { item, .. } => (&shapes.get(*item)?.kind, true),
            kind => (kind, false),
        };
        for (name, text) in self.0.iter().filter(|(name, _)| !is_named(name)) {
            read.entry(name).or_default().extend(scalar::of_text(kind, text));
        }
        let entries = read.into_iter().filter_map(|(name, mut values)| {
            let value = if lists { Value::Array(values) } else { values.drain(..).next()? };
            Some((name.to_owned(), value))
        });
        let entries: Map<String, Value> = entries.collect();
        (!entries.is_empty()).then_some(Value::Object(entries))
    }
}

fn header(shapes: &Shapes, member: &Member, headers: &[(&str, &[u8])]) -> Option<Value> {
    let wire = member.on_wire();
    let kind = &shapes.get(member.shape)?.kind;
    if member.location == Location::Headers {
        let Kind::Map { value, .. } = kind else { return None };
        let kind = &shapes.get(*value)?.kind;
        let entries = headers.iter().filter_map(|(name, bytes)| {
            let (start, rest) = name.split_at_checked(wire.len())?;
            let value = scalar::of_text(kind, &String::from_utf8_lossy(bytes))?;
            start.eq_ignore_ascii_case(wire).then(|| (rest.to_owned(), value))
        });
        let entries: Map<String, Value> = entries.collect();
        return (!entries.is_empty()).then_some(Value::Object(entries));
    }
    let (_, bytes) = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(wire))?;
    let text = String::from_utf8_lossy(bytes);
    match kind {
        Kind::List { item, .. } => {
            let kind = &shapes.get(*item)?.kind;
            let items = text.split(',').filter_map(|item| scalar::of_text(kind, item.trim()));
            Some(Value::Array(items.collect()))
        }
        kind => scalar::of_text(kind, &text),
    }
}
