//! Values with a marker in every secret, and nothing beside.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cairn_operations::{Kind, Location, ShapeId, Shapes};
use cairn_wire::recognise::Protocol;
use serde_json::{Map, Value, json};

use super::super::decoded::structure;

/// What no record may hold, as it is and as base64; no number of a record begins like that.
pub(super) const MARKER: &str = "MARKED\"é<& SECRET";
pub(super) const TRACES: [&str; 5] = ["MARKED", "SECRET", "TUFSS0VE", "77318055", "7.731805"];
const NUMBER: u64 = 7_731_805_500_000;

/// The markers of one message.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// How many members hold secrets.
    pub(super) members: usize,
    /// The texts that do.
    pub(super) texts: Vec<String>,
    stack: Vec<ShapeId>,
}

/// Fills every secret of a message, by whatever path it can be reached.
pub(super) fn marked(
    shapes: &Shapes,
    shape: Option<ShapeId>,
    protocol: Protocol,
    marks: &mut Marks,
) -> Map<String, Value> {
    let Some((members, payload)) = structure(shapes, shape) else { return Map::new() };
    let whole = shapes.get(shape.unwrap()).unwrap().sensitive;
    marks.stack = vec![shape.unwrap()];
    let mut given = Map::new();
    for member in members {
        let in_body = member.location == Location::Body;
        if in_body && payload.is_some_and(|payload| payload.name != member.name)
            || member.location == Location::Status
        {
            continue;
        }
        let value = if member.sensitive || whole {
            marks.members += 1;
            Some(marks.secret(shapes, member.shape, protocol))
        } else {
            marks.below(shapes, member.shape, protocol)
        };
        if let Some(value) = value {
            given.insert(member.name.clone(), value);
        }
    }
    given
}

impl Marks {
    /// Nothing when there is no secret below.
    fn below(&mut self, shapes: &Shapes, shape: ShapeId, protocol: Protocol) -> Option<Value> {
        // A shape within itself has its secrets one level up already.
        if self.stack.contains(&shape) || self.members > MEMBERS_MAX {
            return None;
        }
        let known = shapes.get(shape).unwrap();
        if known.sensitive {
            self.members += 1;
            return Some(self.secret(shapes, shape, protocol));
        }
        self.stack.push(shape);
        let value = match &known.kind {
            Kind::Structure { members, .. } => {
                let mut given = Map::new();
                for member in members {
                    let value = if member.sensitive {
                        self.members += 1;
                        Some(self.secret(shapes, member.shape, protocol))
                    } else {
                        self.below(shapes, member.shape, protocol)
                    };
                    given.extend(value.map(|value| (member.name.clone(), value)));
                }
                (!given.is_empty()).then_some(Value::Object(given))
            }
            Kind::List { item, .. } => self.below(shapes, *item, protocol).map(|value| json!([value])),
            Kind::Map { value, .. } => {
                self.below(shapes, *value, protocol).map(|value| json!({"key": value}))
            }
            _ => None,
        };
        self.stack.pop();
        value
    }

    /// A value that is marked wherever it can be.
    fn secret(&mut self, shapes: &Shapes, shape: ShapeId, protocol: Protocol) -> Value {
        self.stack.push(shape);
        let depth = self.stack.len();
        let may = |marks: &Self, shape: &ShapeId| !marks.stack.contains(shape) && depth < DEPTH_MAX;
        let value = match &shapes.get(shape).unwrap().kind {
            Kind::Structure { members, .. } => {
                let mut given = Map::new();
                for member in members {
                    if may(self, &member.shape) {
                        given.insert(member.name.clone(), self.secret(shapes, member.shape, protocol));
                    }
                }
                Value::Object(given)
            }
            Kind::List { item, .. } if may(self, item) => json!([self.secret(shapes, *item, protocol)]),
            Kind::Map { value, .. } if may(self, value) => {
                json!({self.text(): self.secret(shapes, *value, protocol)})
            }
            Kind::List { .. } => json!([]),
            Kind::Map { .. } => json!({}),
            Kind::Text => Value::from(self.text()),
            Kind::Blob => {
                let text = self.text();
                Value::from(STANDARD.encode(text))
            }
            Kind::Document => json!({self.text(): [self.text()]}),
            Kind::Integer => json!(NUMBER),
            Kind::Float => json!(7.731_805_5),
            Kind::Boolean => json!(true),
            Kind::Timestamp { .. } if protocol == Protocol::Cbor => json!(1_772_439_012),
            Kind::Timestamp { .. } => json!("2026-03-02T08:14:55Z"),
        };
        self.stack.pop();
        value
    }

    fn text(&mut self) -> String {
        let text = format!("{MARKER}{}", self.texts.len());
        self.texts.push(text.clone());
        text
    }
}

/// More paths to secrets of one message are not tried: shapes within shapes have them by the thousand.
const MEMBERS_MAX: usize = 50_000;
/// The deepest that a secret is filled.
const DEPTH_MAX: usize = 12;
