//! Values of shapes: whole, random, or with a marker in each secret.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cairn_operations::{Kind, Location, Member, ShapeId, Shapes};
use cairn_wire::recognise::Protocol;
use serde_json::{Map, Value, json};

use super::super::decoded::structure;

/// What a drawn number decides: the same seed draws the same value.
#[derive(Debug)]
pub(super) struct Draw(u64);

impl Draw {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed ^ (mixed >> 31)) % bound
    }
}

/// Draws a value for the members of a message, as far as `protocol` can send it.
pub(super) fn drawn(
    shapes: &Shapes,
    shape: Option<ShapeId>,
    protocol: Protocol,
    draw: &mut Draw,
) -> Map<String, Value> {
    let Some((members, payload)) = structure(shapes, shape) else { return Map::new() };
    let mut given = Map::new();
    for member in members {
        let outside = member.location != Location::Body;
        // Beside a body that is one member there is no other, and bytes are not read.
        let is_blob = shapes.get(member.shape).unwrap().kind == Kind::Blob;
        if !outside && payload.is_some_and(|payload| payload.name != member.name || is_blob) {
            continue;
        }
        // A path needs all its labels.
        if member.location != Location::Path && draw.below(4) == 0 || member.location == Location::Status {
            continue;
        }
        let mut path = vec![shape.unwrap()];
        if let Some(value) = value(shapes, member, protocol, draw, &mut path) {
            given.insert(member.name.clone(), value);
        }
    }
    given
}

/// The deepest that samples are nested.
const DEPTH_MAX: usize = 5;

fn value(
    shapes: &Shapes,
    member: &Member,
    protocol: Protocol,
    draw: &mut Draw,
    path: &mut Vec<ShapeId>,
) -> Option<Value> {
    if path.len() > DEPTH_MAX || path.contains(&member.shape) {
        return None;
    }
    path.push(member.shape);
    let inside = |shape: ShapeId| Member { shape, ..member.clone() };
    let drawn = match &shapes.get(member.shape)?.kind {
        Kind::Structure { members, .. } => {
            let mut given = Map::new();
            for member in members {
                if draw.below(3) > 0
                    && let Some(value) = value(shapes, member, protocol, draw, path)
                {
                    given.insert(member.name.clone(), value);
                }
            }
            // Nothing says of an empty structure in a form, or of one in XML beside a list, that it is there.
            (!given.is_empty()).then_some(Value::Object(given))
        }
        Kind::List { item, .. } => {
            let items: Vec<Value> = (0..=draw.below(2))
                .filter_map(|_| value(shapes, &inside(*item), protocol, draw, path))
                .collect();
            (!items.is_empty()).then_some(Value::Array(items))
        }
        Kind::Map { value: of, .. } => {
            let each = value(shapes, &inside(*of), protocol, draw, path);
            each.map(|each| json!({ format!("Key-{}", draw.below(9)): each }))
        }
        Kind::Timestamp { .. } if protocol == Protocol::Cbor => Some(json!(1_772_439_012)),
        Kind::Timestamp { .. } => Some(json!("2026-03-02T08:14:55Z")),
        Kind::Integer => Some(json!(draw.below(1000))),
        Kind::Float => Some(json!(0.5)),
        Kind::Boolean => Some(json!(draw.below(2) == 0)),
        Kind::Blob => Some(json!(STANDARD.encode("bytes"))),
        // Only JSON can hold a document.
        Kind::Document if protocol == Protocol::Query => None,
        Kind::Document => Some(json!({"a": [1, {"b": "c"}]})),
        Kind::Text => Some(json!(
            ["a", "a b", "a/b&c=d%", "<é>\"", "arn:aws:x::y"][usize::try_from(draw.below(5)).unwrap()]
        )),
    };
    path.pop();
    drawn
}
