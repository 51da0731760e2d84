//! botocore's service model, as far as the generator reads it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};

#[derive(Debug, Deserialize)]
pub(crate) struct Model {
    pub metadata: Metadata,
    pub operations: BTreeMap<String, Operation>,
    pub shapes: BTreeMap<String, Shape>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Metadata {
    pub json_version: Option<String>,
    pub protocol: String,
    pub api_version: String,
    pub xml_namespace: Option<String>,
    pub target_prefix: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(from = "RawOperation")]
pub(crate) struct Operation {
    pub input: Reference,
    pub output: Reference,
    pub errors: Vec<Reference>,
}

/// An operation as the model writes it: what takes or answers nothing names no shape.
#[derive(Debug, Deserialize)]
struct RawOperation {
    name: String,
    input: Option<Reference>,
    output: Option<Reference>,
    #[serde(default)]
    errors: Vec<Reference>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Reference {
    pub shape: String,
}

#[derive(Debug, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "they are the model's own flags")]
pub(crate) struct Shape {
    #[serde(rename = "type")]
    pub kind: Kind,
    #[serde(default)]
    pub members: Members,
    #[serde(default)]
    pub required: BTreeSet<String>,
    pub member: Option<Reference>,
    pub key: Option<Reference>,
    pub value: Option<Reference>,
    pub min: Option<i64>,
    pub max: Option<i64>,
    pub pattern: Option<String>,
    #[serde(rename = "enum", default)]
    pub values: Vec<String>,
    #[serde(default)]
    pub exception: bool,
    /// Whether the error is the service's own.
    #[serde(default)]
    pub fault: bool,
    pub error: Option<QueryError>,
}

/// How the query protocol sends an error.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct QueryError {
    pub code: String,
    pub http_status_code: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Structure,
    List,
    Map,
    String,
    Integer,
    Long,
    Float,
    Double,
    Boolean,
    Timestamp,
    Blob,
}

/// Members in the order of the model, in which messages and fields appear.
#[derive(Debug, Default)]
pub(crate) struct Members(pub Vec<(String, Reference)>);

impl Model {
    /// Reads a model and keeps `wanted` of its operations; all of them when nothing is said.
    pub(crate) fn parse(text: &str, wanted: Option<&[&str]>) -> Result<Self> {
        let mut model: Self = serde_json::from_str(text).context("read the service model")?;
        if let Some(wanted) = wanted {
            if let Some(unknown) = wanted.iter().find(|name| !model.operations.contains_key(**name)) {
                bail!("{unknown} is no operation of the model");
            }
            model.operations.retain(|name, _| wanted.contains(&name.as_str()));
        }
        let tops = model.operations.values().flat_map(|operation| [&operation.input, &operation.output]);
        let tops: Vec<String> = tops.map(|reference| reference.shape.clone()).collect();
        for name in tops {
            model.shapes.entry(name).or_insert_with(Shape::nothing);
        }
        Ok(model)
    }

    pub(crate) fn shape(&self, name: &str) -> Result<&Shape> {
        self.shapes.get(name).with_context(|| format!("find the shape {name}"))
    }

    /// Names every shape that some input or output reaches, in alphabetical order.
    pub(crate) fn reachable(&self) -> Result<BTreeSet<&str>> {
        let mut seen = BTreeSet::new();
        let mut open: Vec<&str> = Vec::new();
        for operation in self.operations.values() {
            open.extend([operation.input.shape.as_str(), operation.output.shape.as_str()]);
        }
        while let Some(name) = open.pop() {
            if seen.insert(name) {
                open.extend(self.shape(name)?.references().map(|reference| reference.shape.as_str()));
            }
        }
        Ok(seen)
    }

    /// Names the top-level shapes: inputs, then outputs.
    pub(crate) fn top_level(&self) -> (BTreeSet<&str>, BTreeSet<&str>) {
        let inputs = self.operations.values().map(|operation| operation.input.shape.as_str());
        let outputs = self.operations.values().map(|operation| operation.output.shape.as_str());
        (inputs.collect(), outputs.collect())
    }
}

impl From<RawOperation> for Operation {
    fn from(raw: RawOperation) -> Self {
        let named = |suffix: &str| Reference { shape: format!("{}{suffix}", raw.name) };
        Self {
            input: raw.input.unwrap_or_else(|| named("Request")),
            output: raw.output.unwrap_or_else(|| named("Response")),
            errors: raw.errors,
        }
    }
}

impl Shape {
    /// A structure without members.
    fn nothing() -> Self {
        Self {
            kind: Kind::Structure,
            members: Members::default(),
            required: BTreeSet::new(),
            member: None,
            key: None,
            value: None,
            min: None,
            max: None,
            pattern: None,
            values: Vec::new(),
            exception: false,
            fault: false,
            error: None,
        }
    }

    pub(crate) fn references(&self) -> impl Iterator<Item = &Reference> {
        let members = self.members.0.iter().map(|(_, reference)| reference);
        members.chain(self.member.iter()).chain(self.key.iter()).chain(self.value.iter())
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map of members")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    members.push(entry);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}
