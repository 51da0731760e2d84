//! From a service model of botocore to what the table holds of it.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{Kind, Location, Member, Operation, Protocol, Service, Shape, ShapeId, Shapes, TimeFormat};

/// A service with its shapes, ready to be packed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceModel {
    /// The service and its operations.
    pub service: Service,
    /// Their shapes.
    pub shapes: Shapes,
}

/// A model can't be compiled.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    /// It is no service model.
    #[error("understand the service model")]
    Json(#[from] serde_json::Error),
    /// It names a shape that it does not have.
    #[error("understand the service model: it has no shape {0}")]
    NoShape(String),
    /// It has a type or a protocol that nobody has seen before.
    #[error("understand the service model: what is {0}?")]
    Unknown(String),
}

/// Compiles a `service-2.json`; `name` is the directory that it lies in.
///
/// # Errors
/// The text is no service model, or one of a kind that is not known.
pub fn compile(name: &str, json: &[u8]) -> Result<ServiceModel, CompileError> {
    let model: Model = serde_json::from_slice(json)?;
    let mut shapes = Reached { model: &model, numbers: BTreeMap::new(), order: Vec::new() };
    let mut operations = Vec::with_capacity(model.operations.len());
    for (name, operation) in &model.operations {
        operations.push(shapes.operation(name, operation)?);
    }
    let shapes = shapes.finish()?;
    let metadata = &model.metadata;
    let service = Service {
        name: name.to_owned(),
        signing_name: metadata.signing_name.clone().unwrap_or_else(|| metadata.endpoint_prefix.clone()),
        endpoint_prefix: metadata.endpoint_prefix.clone(),
        target_prefix: metadata.target_prefix.clone(),
        service_id: metadata.service_id.clone().unwrap_or_default(),
        api_version: metadata.api_version.clone(),
        protocol: protocol(&metadata.protocol)?,
        operations,
    };
    Ok(ServiceModel { service, shapes: Shapes { shapes, renamed_errors: renamed_errors(&model) } })
}

#[derive(Debug, Deserialize)]
struct Model {
    metadata: Metadata,
    operations: BTreeMap<String, ModelOperation>,
    shapes: BTreeMap<String, ModelShape>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    api_version: String,
    endpoint_prefix: String,
    protocol: String,
    service_id: Option<String>,
    signing_name: Option<String>,
    target_prefix: Option<String>,
    #[serde(default)]
    auth: Vec<String>,
    signature_version: Option<String>,
}

#[derive(Debug, Deserialize)]
struct ModelOperation {
    http: Http,
    input: Option<Reference>,
    output: Option<Reference>,
    authtype: Option<String>,
    #[serde(default)]
    auth: Vec<String>,
}

impl Metadata {
    /// Whether its operations may be called with a bearer token.
    fn takes_bearer(&self) -> bool {
        self.auth.iter().any(|scheme| scheme == "smithy.api#httpBearerAuth")
            || self.signature_version.as_deref() == Some("bearer")
    }
}

impl ModelOperation {
    fn is_unsigned(&self) -> bool {
        self.authtype.as_deref() == Some("none")
            || self.auth.iter().any(|scheme| scheme == "smithy.api#noAuth")
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Http {
    method: String,
    #[serde(default)]
    request_uri: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the flags of a model, each on its own")]
struct Reference {
    shape: String,
    location: Option<String>,
    location_name: Option<String>,
    query_name: Option<String>,
    #[serde(default)]
    flattened: bool,
    #[serde(default)]
    xml_attribute: bool,
    #[serde(default)]
    sensitive: bool,
    timestamp_format: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the flags of a model, each on its own")]
struct ModelShape {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    members: serde_json::Map<String, serde_json::Value>,
    #[serde(default)]
    required: Vec<String>,
    payload: Option<String>,
    member: Option<Reference>,
    key: Option<Reference>,
    value: Option<Reference>,
    #[serde(default)]
    flattened: bool,
    #[serde(default)]
    sensitive: bool,
    #[serde(default)]
    document: bool,
    timestamp_format: Option<String>,
    error: Option<ModelError>,
}

#[derive(Debug, Deserialize)]
struct ModelError {
    code: Option<String>,
}

/// The shapes that operations reach, numbered as they are met.
struct Reached<'a> {
    model: &'a Model,
    numbers: BTreeMap<&'a str, ShapeId>,
    order: Vec<&'a str>,
}

impl<'a> Reached<'a> {
    fn operation(&mut self, name: &str, operation: &'a ModelOperation) -> Result<Operation, CompileError> {
        let (path, query) =
            operation.http.request_uri.split_once('?').unwrap_or((&operation.http.request_uri, ""));
        let fixed = query.split('&').filter(|pair| !pair.is_empty());
        let fixed = fixed.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        let (mut required_query, mut required_headers) = (Vec::new(), Vec::new());
        if let Some(input) = &operation.input {
            let shape = self.shape(&input.shape)?;
            for (name, reference) in members(shape)? {
                let sent_as = reference.location_name.clone().unwrap_or(name.clone());
                match reference.location.as_deref() {
                    Some("querystring") if shape.required.contains(&name) => required_query.push(sent_as),
                    Some("header") if shape.required.contains(&name) => {
                        required_headers.push(sent_as.to_ascii_lowercase());
                    }
                    _ => {}
                }
            }
        }
        Ok(Operation {
            name: name.to_owned(),
            method: operation.http.method.clone(),
            path: path.to_owned(),
            fixed_query: fixed.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            required_query,
            required_headers,
            scopeless: operation.is_unsigned() || self.model.metadata.takes_bearer(),
            input: operation.input.as_ref().map(|input| self.number(&input.shape)).transpose()?,
            output: operation.output.as_ref().map(|output| self.number(&output.shape)).transpose()?,
        })
    }

    fn shape(&self, name: &str) -> Result<&'a ModelShape, CompileError> {
        self.model.shapes.get(name).ok_or_else(|| CompileError::NoShape(name.to_owned()))
    }

    fn number(&mut self, name: &str) -> Result<ShapeId, CompileError> {
        if let Some(number) = self.numbers.get(name) {
            return Ok(*number);
        }
        let known = self.model.shapes.get_key_value(name);
        let (name, _) = known.ok_or_else(|| CompileError::NoShape(name.to_owned()))?;
        let number = ShapeId::try_from(self.order.len()).unwrap_or(ShapeId::MAX);
        self.numbers.insert(name, number);
        self.order.push(name);
        Ok(number)
    }

    /// Renders the shapes, those among them that only others reach.
    fn finish(mut self) -> Result<Vec<Shape>, CompileError> {
        let mut shapes = Vec::new();
        while let Some(name) = self.order.get(shapes.len()) {
            let shape = self.shape(name)?;
            shapes.push(Shape { kind: self.kind(shape)?, sensitive: self.is_sensitive(shape)? });
        }
        Ok(shapes)
    }

    /// A map whose keys are secret is so as a whole, and so is what marks all that it holds.
    fn is_sensitive(&self, shape: &ModelShape) -> Result<bool, CompileError> {
        let held = [shape.member.as_ref(), shape.value.as_ref()];
        let keys = shape.key.as_ref().map(|key| self.shape(&key.shape)).transpose()?;
        Ok(shape.sensitive
            || shape.key.as_ref().is_some_and(|key| key.sensitive)
            || keys.is_some_and(|keys| keys.sensitive)
            || held.into_iter().flatten().any(|reference| reference.sensitive))
    }

    fn kind(&mut self, shape: &'a ModelShape) -> Result<Kind, CompileError> {
        let missing = |what: &str| CompileError::NoShape(format!("for the {what} of a {}", shape.kind));
        Ok(match shape.kind.as_str() {
            _ if shape.document => Kind::Document,
            "structure" => self.structure(shape)?,
            "list" => {
                let item = shape.member.as_ref().ok_or_else(|| missing("member"))?;
                let (item_name, flattened) = (item.location_name.clone(), shape.flattened);
                Kind::List { item: self.number(&item.shape)?, item_name, flattened }
            }
            "map" => {
                let key = shape.key.as_ref().ok_or_else(|| missing("key"))?;
                let value = shape.value.as_ref().ok_or_else(|| missing("value"))?;
                let (key_name, value_name) = (key.location_name.clone(), value.location_name.clone());
                Kind::Map {
                    value: self.number(&value.shape)?,
                    key_name,
                    value_name,
                    flattened: shape.flattened,
                }
            }
            "string" | "character" => Kind::Text,
            "integer" | "long" | "short" | "byte" | "bigInteger" => Kind::Integer,
            "float" | "double" | "bigDecimal" => Kind::Float,
            "boolean" => Kind::Boolean,
            "timestamp" => Kind::Timestamp { format: time_format(shape.timestamp_format.as_deref())? },
            "blob" => Kind::Blob,
            other => return Err(CompileError::Unknown(format!("a shape of type {other}"))),
        })
    }

    fn structure(&mut self, shape: &'a ModelShape) -> Result<Kind, CompileError> {
        let mut given = Vec::new();
        for (name, reference) in members(shape)? {
            let of = self.shape(&reference.shape)?;
            given.push(Member {
                wire_name: reference.location_name.filter(|wire| *wire != name),
                query_name: reference.query_name,
                location: location(reference.location.as_deref())?,
                shape: self.number(&reference.shape)?,
                sensitive: reference.sensitive || self.is_sensitive(of)?,
                flattened: reference.flattened || of.flattened,
                attribute: reference.xml_attribute,
                time_format: time_format(reference.timestamp_format.as_deref())?,
                name,
            });
        }
        let payload = shape.payload.as_ref().and_then(|name| given.iter().position(|own| own.name == *name));
        Ok(Kind::Structure { payload: payload.and_then(|at| u32::try_from(at).ok()), members: given })
    }
}

fn members(shape: &ModelShape) -> Result<Vec<(String, Reference)>, CompileError> {
    let members = shape.members.iter();
    members.map(|(name, value)| Ok((name.clone(), Reference::deserialize(value)?))).collect()
}

fn protocol(name: &str) -> Result<Protocol, CompileError> {
    Ok(match name {
        "json" => Protocol::Json,
        "rest-json" => Protocol::RestJson,
        "rest-xml" => Protocol::RestXml,
        "query" => Protocol::Query,
        "ec2" => Protocol::Ec2,
        "smithy-rpc-v2-cbor" => Protocol::Cbor,
        other => return Err(CompileError::Unknown(format!("the protocol {other}"))),
    })
}

fn location(name: Option<&str>) -> Result<Location, CompileError> {
    Ok(match name {
        None => Location::Body,
        Some("uri") => Location::Path,
        Some("querystring") => Location::Query,
        Some("header") => Location::Header,
        Some("headers") => Location::Headers,
        Some("statusCode") => Location::Status,
        Some(other) => return Err(CompileError::Unknown(format!("the location {other}"))),
    })
}

fn time_format(name: Option<&str>) -> Result<Option<TimeFormat>, CompileError> {
    Ok(match name {
        None => None,
        Some("unixTimestamp") => Some(TimeFormat::Epoch),
        Some("iso8601") => Some(TimeFormat::Iso8601),
        Some("rfc822") => Some(TimeFormat::HttpDate),
        Some(other) => return Err(CompileError::Unknown(format!("the time format {other}"))),
    })
}

fn renamed_errors(model: &Model) -> Vec<(String, String)> {
    let codes = model.shapes.iter().filter_map(|(name, shape)| {
        let code = shape.error.as_ref()?.code.as_ref()?;
        (code != name).then(|| (code.clone(), name.clone()))
    });
    codes.collect()
}
