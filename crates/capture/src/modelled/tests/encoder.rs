//! Requests and answers from values under the model's names, by shape: what clients and services send.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cairn_operations::{Kind, Location, Member, Operation, ShapeId, Shapes};
use cairn_wire::recognise::Protocol;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use super::super::decoded::structure;
use super::Sent;
use super::xml_encoder::element;

pub(super) fn request(
    shapes: &Shapes,
    operation: &Operation,
    protocol: Protocol,
    given: &Map<String, Value>,
) -> Sent {
    let mut sent = message(shapes, operation.input, protocol, given, "Request");
    let fixed =
        operation.fixed_query.iter().map(|(name, value)| format!("{}={}", escaped(name), escaped(value)));
    sent.query =
        fixed.chain((!sent.query.is_empty()).then(|| sent.query.clone())).collect::<Vec<_>>().join("&");
    sent.path = operation.path.clone();
    if let Some((members, _)) = structure(shapes, operation.input) {
        for member in members.iter().filter(|member| member.location == Location::Path) {
            let text = given.get(&member.name).map(text).unwrap_or_default();
            for label in [format!("{{{}}}", member.on_wire()), format!("{{{}+}}", member.on_wire())] {
                sent.path = sent.path.replace(&label, &escaped(&text));
            }
        }
    }
    if matches!(protocol, Protocol::Query | Protocol::Ec2Query) {
        let mut pairs = vec![("Action".to_owned(), operation.name.clone())];
        if let Some((members, _)) = structure(shapes, operation.input) {
            form(shapes, members, given, "", protocol == Protocol::Ec2Query, &mut pairs);
        }
        let pairs = pairs.iter().map(|(name, value)| format!("{}={}", escaped(name), escaped(value)));
        sent.body = pairs.collect::<Vec<_>>().join("&").into_bytes();
    }
    sent
}

pub(super) fn answer(
    shapes: &Shapes,
    operation: &Operation,
    protocol: Protocol,
    given: &Map<String, Value>,
) -> Sent {
    let mut sent = message(shapes, operation.output, protocol, given, "Response");
    let result = String::from_utf8_lossy(&sent.body).into_owned();
    let name = &operation.name;
    match protocol {
        Protocol::Query => {
            sent.body =
                format!("<{name}Response><{name}Result>{result}</{name}Result></{name}Response>").into();
        }
        Protocol::Ec2Query => {
            sent.body = format!("<{name}Response><requestId>r</requestId>{result}</{name}Response>").into();
        }
        _ => {}
    }
    sent
}

/// Encodes everything but path and form.
fn message(
    shapes: &Shapes,
    shape: Option<ShapeId>,
    protocol: Protocol,
    given: &Map<String, Value>,
    root: &str,
) -> Sent {
    let mut sent = Sent::default();
    let Some((members, payload)) = structure(shapes, shape) else { return sent };
    let in_body: Map<String, Value> = members
        .iter()
        .filter(|member| member.location == Location::Body)
        .filter_map(|member| Some((member.name.clone(), given.get(&member.name)?.clone())))
        .collect();
    match protocol {
        Protocol::Json => sent.body = json(shapes, members, &in_body).to_string().into_bytes(),
        Protocol::Cbor => {
            ciborium::into_writer(&cbor(shapes, shape.unwrap(), &Value::Object(in_body)), &mut sent.body)
                .unwrap();
        }
        Protocol::Query | Protocol::Ec2Query => sent.body = element(shapes, members, &in_body).into_bytes(),
        Protocol::RestJson | Protocol::RestXml => {
            outside(shapes, members, given, &mut sent);
            let xml = protocol == Protocol::RestXml;
            sent.body = match payload {
                Some(payload) => {
                    in_body.get(&payload.name).map(|value| document(shapes, payload, value, xml))
                }
                None if xml => Some(format!("<{root}>{}</{root}>", element(shapes, members, &in_body))),
                None => Some(json(shapes, members, &in_body).to_string()),
            }
            .unwrap_or_default()
            .into_bytes();
        }
    }
    sent
}

fn document(shapes: &Shapes, payload: &Member, value: &Value, xml: bool) -> String {
    match &shapes.get(payload.shape).unwrap().kind {
        Kind::Text => text(value),
        Kind::Structure { members, .. } if xml => {
            format!("<Root>{}</Root>", element(shapes, members, value.as_object().unwrap()))
        }
        _ => wire(shapes, payload.shape, value).to_string(),
    }
}

/// Puts members into query string and headers.
fn outside(shapes: &Shapes, members: &[Member], given: &Map<String, Value>, sent: &mut Sent) {
    let mut query = Vec::new();
    for member in members {
        let Some(value) = given.get(&member.name) else { continue };
        let wire = member.on_wire();
        match (member.location, value) {
            (Location::Query, Value::Array(items)) => {
                query.extend(items.iter().map(|item| (wire.to_owned(), text(item))));
            }
            (Location::Query, Value::Object(entries)) => {
                let values = |value: &Value| value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
                let pairs = entries.iter().flat_map(|(name, value)| {
                    values(value).into_iter().map(move |value| (name.clone(), text(&value)))
                });
                query.extend(pairs);
            }
            (Location::Query, value) => query.push((wire.to_owned(), text(value))),
            (Location::Header, Value::Array(items)) => {
                let items: Vec<String> = items.iter().map(text).collect();
                sent.headers.push((wire.to_owned(), items.join(", ").into_bytes()));
            }
            (Location::Header, value) => sent.headers.push((wire.to_owned(), text(value).into_bytes())),
            (Location::Headers, Value::Object(entries)) => {
                let entries = entries.iter();
                sent.headers
                    .extend(entries.map(|(name, value)| (format!("{wire}{name}"), text(value).into())));
            }
            _ => {}
        }
    }
    let _ = shapes;
    let pairs = query.iter().map(|(name, value)| format!("{}={}", escaped(name), escaped(value)));
    sent.query = pairs.collect::<Vec<_>>().join("&");
}

fn json(shapes: &Shapes, members: &[Member], given: &Map<String, Value>) -> Value {
    let named = members.iter().filter_map(|member| {
        let value = wire(shapes, member.shape, given.get(&member.name)?);
        Some((member.on_wire().to_owned(), value))
    });
    Value::Object(named.collect())
}

fn wire(shapes: &Shapes, shape: ShapeId, value: &Value) -> Value {
    match (&shapes.get(shape).unwrap().kind, value) {
        (Kind::Structure { members, .. }, Value::Object(given)) => json(shapes, members, given),
        (Kind::List { item, .. }, Value::Array(items)) => {
            Value::Array(items.iter().map(|each| wire(shapes, *item, each)).collect())
        }
        (Kind::Map { value, .. }, Value::Object(entries)) => {
            let entries = entries.iter().map(|(key, each)| (key.clone(), wire(shapes, *value, each)));
            Value::Object(entries.collect())
        }
        (_, value) => value.clone(),
    }
}

fn cbor(shapes: &Shapes, shape: ShapeId, value: &Value) -> ciborium::Value {
    match (&shapes.get(shape).unwrap().kind, value) {
        (Kind::Structure { members, .. }, Value::Object(given)) => {
            let named = members.iter().filter_map(|member| {
                let value = cbor(shapes, member.shape, given.get(&member.name)?);
                Some((ciborium::Value::Text(member.on_wire().to_owned()), value))
            });
            ciborium::Value::Map(named.collect())
        }
        (Kind::List { item, .. }, Value::Array(items)) => {
            ciborium::Value::Array(items.iter().map(|each| cbor(shapes, *item, each)).collect())
        }
        (Kind::Map { value, .. }, Value::Object(entries)) => {
            let entries = entries
                .iter()
                .map(|(key, each)| (ciborium::Value::Text(key.clone()), cbor(shapes, *value, each)));
            ciborium::Value::Map(entries.collect())
        }
        (Kind::Blob, Value::String(text)) => ciborium::Value::Bytes(STANDARD.decode(text).unwrap()),
        (Kind::Timestamp { .. }, value) => {
            ciborium::Value::Tag(1, Box::new(ciborium::Value::serialized(value).unwrap()))
        }
        (_, value) => ciborium::Value::serialized(value).unwrap(),
    }
}

fn form(
    shapes: &Shapes,
    members: &[Member],
    given: &Map<String, Value>,
    prefix: &str,
    ec2: bool,
    pairs: &mut Vec<(String, String)>,
) {
    for member in members {
        let Some(value) = given.get(&member.name) else { continue };
        let wire = member.on_wire();
        let name = match &shapes.get(member.shape).unwrap().kind {
            Kind::List { item_name: Some(name), .. } if member.flattened && !ec2 => name.clone(),
            _ if ec2 => member.query_name.clone().unwrap_or_else(|| {
                let (first, rest) = wire.split_at(1);
                format!("{}{rest}", first.to_uppercase())
            }),
            _ => wire.to_owned(),
        };
        form_value(shapes, member, value, &format!("{prefix}{name}"), ec2, pairs);
    }
}

fn form_value(
    shapes: &Shapes,
    member: &Member,
    value: &Value,
    name: &str,
    ec2: bool,
    pairs: &mut Vec<(String, String)>,
) {
    let inside = |shape: ShapeId, flattened: bool| Member { shape, flattened, ..member.clone() };
    match (&shapes.get(member.shape).unwrap().kind, value) {
        (Kind::Structure { members, .. }, Value::Object(given)) => {
            form(shapes, members, given, &format!("{name}."), ec2, pairs);
        }
        (Kind::List { .. }, Value::Array(items)) if items.is_empty() => {
            pairs.push((name.to_owned(), String::new()));
        }
        (Kind::List { item, item_name, .. }, Value::Array(items)) => {
            let between = match item_name {
                _ if ec2 || member.flattened => String::new(),
                Some(name) => format!(".{name}"),
                None => ".member".to_owned(),
            };
            for (at, each) in items.iter().enumerate() {
                let name = format!("{name}{between}.{}", at + 1);
                form_value(shapes, &inside(*item, false), each, &name, ec2, pairs);
            }
        }
        (Kind::Map { value, key_name, value_name, .. }, Value::Object(entries)) => {
            let between = if member.flattened { "" } else { ".entry" };
            for (at, (key, each)) in entries.iter().enumerate() {
                let name = format!("{name}{between}.{}", at + 1);
                pairs.push((format!("{name}.{}", key_name.as_deref().unwrap_or("key")), key.clone()));
                let of = format!("{name}.{}", value_name.as_deref().unwrap_or("value"));
                form_value(shapes, &inside(*value, false), each, &of, ec2, pairs);
            }
        }
        (_, value) => pairs.push((name.to_owned(), text(value))),
    }
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn escaped(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}
