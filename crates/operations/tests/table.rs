//! The built-in table, opened.

use cairn_operations::{Kind, Location, Table};

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
