//! The built-in table, opened.

use cairn_operations::{
    Kind, Location, OperationId, Seen, Table, compile, event_name, event_source, recognise,
};
use proptest::prelude::*;

/// A model with something of everything, small enough to be mutated often.
const MODEL: &str = r#"{
  "metadata": {"apiVersion": "2026-01-01", "endpointPrefix": "acme", "protocol": "rest-json"},
  "operations": {
    "GetThing": {
      "http": {"method": "GET", "requestUri": "/things/{Name}/{Rest+}/end?flag&kind=a"},
      "input": {"shape": "Thing"}, "output": {"shape": "Thing"}
    },
    "MakeThing": {"http": {"method": "POST", "requestUri": "/things"}, "input": {"shape": "Thing"}}
  },
  "shapes": {
    "Thing": {"type": "structure", "required": ["Name"], "members": {
      "Name": {"shape": "Name", "location": "uri", "locationName": "Name"},
      "Kind": {"shape": "Name", "location": "querystring", "locationName": "k"},
      "Things": {"shape": "Things"}, "Tags": {"shape": "Tags"}
    }},
    "Things": {"type": "list", "member": {"shape": "Thing"}},
    "Tags": {"type": "map", "key": {"shape": "Name"}, "value": {"shape": "Name"}},
    "Name": {"type": "string", "sensitive": true}
  }
}"#;

#[test]
fn the_built_in_table_knows_every_operation() {
    let table = Table::built_in();
    let operations: usize = table.services().iter().map(|service| service.operations.len()).sum();
    assert_eq!((table.services().len(), operations), (439, 19_796), "{}", table.source());
}

#[test]
fn shapes_tell_where_members_are_and_which_are_secret() {
    let table = Table::built_in();
    let id = table.find("lambda", "CreateFunction").unwrap();
    assert_eq!(table.operation(id).unwrap().path, "/2015-03-31/functions");
    let shapes = table.shapes(id);
    let input = shapes.get(table.operation(id).unwrap().input.unwrap()).unwrap();
    let Kind::Structure { members, .. } = &input.kind else { panic!("{input:?}") };
    let code = members.iter().find(|member| member.name == "Code").unwrap();
    let Kind::Structure { members: code, .. } = &shapes.get(code.shape).unwrap().kind else { panic!() };
    assert!(code.iter().any(|member| member.name == "ZipFile" && member.sensitive));
    assert!(members.iter().all(|member| member.location == Location::Body));
}

#[test]
fn every_service_unpacks() {
    let table = Table::built_in();
    for service in table.services() {
        let id = table.find(&service.name, &service.operations[0].name).unwrap();
        let uses_shapes = service.operations.iter().any(|operation| operation.input.is_some());
        assert_eq!(table.shapes(id).shapes.is_empty(), !uses_shapes, "{}", service.name);
    }
}

#[test]
fn a_damaged_table_is_refused_with_its_reason() {
    let packed = include_bytes!("../data/operations.bin");
    let reason = |bytes: &[u8]| Table::open(bytes).unwrap_err().to_string();
    assert!(Table::open(packed).is_ok());
    assert!(reason(b"").ends_with("it is cut short"));
    assert!(reason(b"{\"metadata\": {}, \"operations\": {}}").contains("cairn operations build"));
    assert!(reason(&packed[..packed.len() - 1]).ends_with("its checksum is another"));
    for at in [16, 1000, packed.len() / 2, packed.len() - 1] {
        let mut damaged = packed.to_vec();
        damaged[at] ^= 1;
        assert!(reason(&damaged).ends_with("its checksum is another"), "{at}");
    }
}

proptest! {
    /// Whoever makes a table by hand can make its sum as well.
    #[test]
    fn a_table_with_anything_in_it_is_refused_or_used(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut packed = Table::pack("ours", vec![compile("acme", MODEL.as_bytes()).unwrap()]).unwrap();
        if let Some(at) = cut {
            packed.truncate(16 + at.index(packed.len() - 16));
        }
        for (at, byte) in changes {
            let at = 12 + at.index(packed.len() - 12);
            packed[at] = byte;
        }
        let sum = crc32c::crc32c(&packed[16..]).to_le_bytes();
        packed[12..16].copy_from_slice(&sum);
        if let Ok(table) = Table::open(&packed) {
            for service in table.services() {
                event_source(service);
                service.operations.iter().for_each(|operation| drop(event_name(service, operation)));
            }
            let seen = Seen {
                signing_name: Some("acme"), method: "GET", path: "/things/a/b/c/end", query: "flag&kind=a",
                ..Seen::default()
            };
            recognise(&table, &seen);
            table.shapes(OperationId::default());
        }
    }
}

#[test]
fn what_is_compiled_is_what_is_opened() {
    let packed = Table::pack("ours", vec![compile("acme", MODEL.as_bytes()).unwrap()]).unwrap();
    let table = Table::open(&packed).unwrap();
    let seen = Seen {
        signing_name: Some("acme"),
        method: "GET",
        path: "/things/a/b/c/end",
        query: "kind=a&flag",
        ..Seen::default()
    };
    assert_eq!(recognise(&table, &seen).operation, table.find("acme", "GetThing"));
    assert_eq!(table.source(), "ours");
    assert_eq!(*table.shapes(OperationId::default()), compile("acme", MODEL.as_bytes()).unwrap().shapes);
}
