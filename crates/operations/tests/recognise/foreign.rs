//! Foreign bytes never panic, and never make recognition slow.

use std::time::{Duration, Instant};

use cairn_operations::{Table, recognise};
use cairn_wire::recognise::Seen;
use proptest::prelude::*;

use crate::request::Request;

fn signing_name() -> impl Strategy<Value = Option<String>> {
    let known: Vec<String> =
        Table::built_in().services().iter().map(|service| service.signing_name.clone()).collect();
    prop_oneof![
        4 => prop::sample::select(known).prop_map(Some),
        1 => Just(None),
        1 => ".{0,12}".prop_map(Some),
    ]
}

/// Paths that resemble templates, and some that don't.
fn path() -> impl Strategy<Value = String> {
    let segment = prop_oneof![
        Just("2015-03-31".to_owned()),
        Just("tags".to_owned()),
        Just("v20180820".to_owned()),
        Just("portals".to_owned()),
        Just("service".to_owned()),
        Just("operation".to_owned()),
        "%[0-9a-fA-F]{0,2}".prop_map(|escape| format!("a{escape}")),
        ".{0,6}",
    ];
    prop::collection::vec(segment, 0..12).prop_map(|segments| format!("/{}", segments.join("/")))
}

proptest! {
    #[test]
    fn nothing_recognised_panics(
        name in signing_name(),
        method in "(GET|PUT|POST|DELETE|HEAD|PATCH|.{0,4})",
        path in path(),
        query in "([a-zA-Z]{1,8}(=[%&a-z0-9]{0,6})?&?){0,6}",
        target in prop::option::of(".{0,40}"),
        action in prop::option::of("[A-Z][a-z]{1,6}[A-Z][a-z]{1,9}"),
        version in prop::option::of("20[0-9]{2}-[0-9]{2}-[0-9]{2}"),
        host in prop::option::of(".{0,20}"),
        agent in prop::option::of("(api/|md/command#)?.{0,20}"),
        cbor in prop::option::of(Just("rpc-v2-cbor")),
    ) {
        let table = Table::built_in();
        let found = recognise(&table, &Seen {
            signing_name: name.as_deref(),
            method: &method,
            path: &path,
            query: &query,
            target: target.as_deref(),
            smithy_protocol: cbor,
            action: action.as_deref(),
            version: version.as_deref(),
            host: host.as_deref(),
            user_agent: agent.as_deref(),
            headers: &(),
        });
        prop_assert!(found.operation.is_none_or(|id| table.operation(id).is_some()));
        prop_assert!(found.ties.as_slice().iter().all(|id| Some(*id) != found.operation));
    }

    #[test]
    fn what_was_made_of_a_template_is_found(
        at in any::<prop::sample::Index>(),
        label in "[a-z0-9]{1,8}",
    ) {
        let table = Table::built_in();
        let rest = |service: &&cairn_operations::Service| service.protocol.is_rest() && service.name != "s3";
        let services: Vec<_> = table.services().iter().filter(rest).collect();
        let operations: Vec<_> =
            services.iter().flat_map(|service| service.operations.iter().map(move |own| (service, own))).collect();
        let (service, operation) = operations[at.index(operations.len())];
        let segments = operation.path.split('/').map(|one| if one.starts_with('{') { &label } else { one });
        let mut line = format!("{} {}?", operation.method, segments.collect::<Vec<_>>().join("/"));
        for (name, value) in &operation.fixed_query {
            line.push_str(&format!("{name}={value}&"));
        }
        operation.required_query.iter().for_each(|name| line.push_str(&format!("{name}=1&")));
        let request = Request::of(&line).signed(&service.signing_name);
        let request =
            operation.required_headers.iter().fold(request, |request, name| request.with(name, "1"));
        let found = request.recognise();
        let fits = found.operation.iter().chain(found.ties.as_slice());
        let names: Vec<&str> = fits.map(|id| table.operation(*id).unwrap().name.as_str()).collect();
        prop_assert!(names.contains(&operation.name.as_str()), "{line}: {names:?}");
    }
}

#[test]
fn long_paths_and_queries_are_searched_in_no_time() {
    let slashes = format!("GET /portals/{}", "a/".repeat(30_000));
    let flags = format!("POST /restapis?{}", "a&".repeat(30_000));
    let begun = Instant::now();
    for (line, at_home) in [(slashes, "workspaces-web"), (flags, "apigateway")] {
        for service in ["workspaces-web", "apigateway", "s3", "lambda"] {
            let found = Request::of(&line).signed(service).recognise();
            assert_eq!(found.operation.is_some(), service == at_home, "{service}: {found:?}");
        }
    }
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}
