//! Real events: what they call members is what the rules make of the model's names.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use cairn_operations::{Kind, OperationId, Protocol as Model, ShapeId, Shapes, Table};
use flate2::read::MultiGzDecoder;
use serde_json::Value;

use super::super::rendering::Rendering;
use super::super::style::Style;
use super::protocols;
use crate::modelled::ModelledCall;

#[test]
fn real_events_call_members_as_the_rules_do() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let root = std::env::var_os("CAIRN_SHARED").map_or(root, PathBuf::from).join("fixtures/events");
    if !root.is_dir() {
        println!("SKIPPED: no real events at hand (CAIRN_SHARED)");
        return;
    }
    let table = Table::built_in();
    let known = known(&table);
    let mut tally = Tally::default();
    for source in ["invictus", "stratus"] {
        each_event(&root.join(source), &mut |event| {
            let name = |member: &str| event[member].as_str().unwrap_or_default().to_owned();
            if let Some(id) = known.get(&(name("eventSource"), name("eventName"))) {
                tally.event(&table, *id, event);
            }
        });
    }
    println!(
        "{} events, {} of {} members called and typed alike; others: {:?}",
        tally.events, tally.alike, tally.members, tally.others
    );
    assert!(tally.events > 500 && tally.members > 1000, "the corpus is gone");
    assert!(tally.alike * 100 >= tally.members * 98);
}

/// Services of the JSON and query protocols; EC2 and REST have rules of their own.
fn known(table: &Table) -> BTreeMap<(String, String), OperationId> {
    let mut known = BTreeMap::new();
    for service in table.services() {
        if matches!(service.protocol, Model::Json | Model::Cbor | Model::Query) {
            for operation in &service.operations {
                let id = table.find(&service.name, &operation.name).unwrap();
                let name = cairn_operations::event_name(service, operation).into_owned();
                known.entry((cairn_operations::event_source(service), name)).or_insert(id);
            }
        }
    }
    known
}

#[derive(Debug, Default)]
struct Tally {
    events: usize,
    members: usize,
    alike: usize,
    others: BTreeMap<String, usize>,
}

impl Tally {
    fn event(&mut self, table: &std::sync::Arc<Table>, id: OperationId, event: &Value) {
        let protocol = protocols(table.service(id).unwrap())[0];
        let call = ModelledCall::new(table, id, protocol).unwrap();
        let shapes = call.shapes();
        let style = Style::of(&call.event_source, protocol);
        let rendering = Rendering { shapes: &shapes, style };
        let operation = table.operation(id).unwrap();
        for (side, shape) in [("requestParameters", operation.input), ("responseElements", operation.output)]
        {
            if let (Some(shape), true) = (shape, event[side].is_object()) {
                self.events += usize::from(side == "requestParameters");
                let at = format!("{}:{}:{side}", call.event_source, call.event_name);
                self.value(&rendering, shape, &event[side], &at);
            }
        }
    }

    fn value(&mut self, rendering: &Rendering<'_>, shape: ShapeId, given: &Value, at: &str) {
        match (&rendering.shapes.get(shape).unwrap().kind, given) {
            (Kind::Structure { members, .. }, Value::Object(given)) => {
                for (name, value) in given {
                    self.members += 1;
                    let at = format!("{at}.{name}");
                    let called = members.iter().find(|member| rendering.name(&member.name) == *name);
                    match called {
                        Some(member) if fits(rendering.shapes, member.shape, value) => {
                            self.alike += 1;
                            self.value(rendering, member.shape, value, &at);
                        }
                        _ => *self.others.entry(at).or_default() += 1,
                    }
                }
            }
            (Kind::List { item, .. }, Value::Array(items)) => {
                items.iter().for_each(|each| self.value(rendering, *item, each, at));
            }
            (Kind::Map { value, .. }, Value::Object(entries)) => {
                entries.values().for_each(|each| self.value(rendering, *value, each, at));
            }
            _ => {}
        }
    }
}

/// Whether a value has the type that the rules give it; what is hidden is a text.
fn fits(shapes: &Shapes, shape: ShapeId, value: &Value) -> bool {
    match &shapes.get(shape).unwrap().kind {
        _ if value == cairn_event::HIDDEN => true,
        Kind::Structure { .. } | Kind::Map { .. } => value.is_object(),
        Kind::List { .. } => value.is_array(),
        Kind::Boolean => value.is_boolean(),
        Kind::Integer | Kind::Float => value.is_number(),
        Kind::Text | Kind::Timestamp { .. } | Kind::Blob => value.is_string(),
        Kind::Document => true,
    }
}

fn each_event(folder: &Path, visit: &mut dyn FnMut(&Value)) {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        if file.is_dir() {
            each_event(&file, visit);
            continue;
        }
        let bytes = std::fs::read(&file).unwrap();
        let mut text = String::new();
        let read = match MultiGzDecoder::new(bytes.as_slice()).read_to_string(&mut text) {
            Ok(_) => text,
            Err(_plain) => String::from_utf8_lossy(&bytes).into_owned(),
        };
        match serde_json::from_str(&read) {
            Ok(document) => events(&document, visit),
            Err(_lines) => {
                read.lines()
                    .filter_map(|line| serde_json::from_str(line).ok())
                    .for_each(|line| events(&line, visit));
            }
        }
    }
}

fn events(document: &Value, visit: &mut dyn FnMut(&Value)) {
    match document {
        Value::Object(members) if members.contains_key("eventSource") => visit(document),
        Value::Object(members) => members.values().for_each(|member| events(member, visit)),
        Value::Array(items) => items.iter().for_each(|item| events(item, visit)),
        _ => {}
    }
}
