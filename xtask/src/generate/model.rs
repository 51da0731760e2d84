//! botocore's service model, as far as the generator reads it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use anyhow::{Context, Result};
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
    pub json_version: String,
    pub protocol: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Operation {
    pub input: Reference,
    pub output: Reference,
    #[serde(default)]
    pub errors: Vec<Reference>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Reference {
    pub shape: String,
}

#[derive(Debug, Deserialize)]
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
    pub(crate) fn parse(text: &str) -> Result<Self> {
        serde_json::from_str(text).context("read the service model")
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

impl Shape {
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
