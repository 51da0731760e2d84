//! Where recognition looks first: services by the names that requests hold.

use std::cmp::Ordering;
use std::sync::OnceLock;

use crate::routes::Routes;
use crate::{Service, Table};

/// Services by signing name and by target, and the routes of each signing name, which are compiled when they
/// are first asked for.
#[derive(Debug)]
pub(crate) struct Directory {
    /// By signing name; names that clients once signed with stand beside them.
    names: Vec<Name>,
    /// By the prefix of the target in lower case, then by service.
    targets: Vec<(String, u16)>,
    /// The routes of operations that come without a scope.
    scopeless: OnceLock<Routes>,
}

/// The services that share a signing name.
#[derive(Debug)]
pub(crate) struct Name {
    signing_name: String,
    /// By index, in the table's order.
    pub(crate) services: Vec<u16>,
    routes: OnceLock<Routes>,
}

impl Directory {
    pub(crate) fn of(services: &[Service]) -> Self {
        let mut names: Vec<Name> = Vec::new();
        let mut targets = Vec::new();
        for (index, service) in (0_u16..).zip(services) {
            insert(&mut names, &service.signing_name, index);
            if let Some(prefix) = &service.target_prefix {
                targets.push((prefix.to_ascii_lowercase(), index));
            }
        }
        // Some services were signed for by the name of their host before they had one of their own.
        for (index, service) in (0_u16..).zip(services) {
            if services.iter().all(|other| other.signing_name != service.endpoint_prefix) {
                insert(&mut names, &service.endpoint_prefix, index);
            }
        }
        targets.sort();
        Self { names, targets, scopeless: OnceLock::new() }
    }

    /// Returns the services that sign with this name.
    pub(crate) fn name(&self, signing_name: &str) -> Option<&Name> {
        let at = self.names.binary_search_by(|name| name.signing_name.as_str().cmp(signing_name)).ok()?;
        self.names.get(at)
    }

    /// Returns the services whose targets begin with this prefix.
    pub(crate) fn targets(&self, prefix: &str) -> impl Iterator<Item = u16> {
        let from = self.targets.partition_point(|(known, _)| in_lower_case(known, prefix) == Ordering::Less);
        let found = self.targets.iter().skip(from);
        found.take_while(move |(known, _)| known.eq_ignore_ascii_case(prefix)).map(|(_, service)| *service)
    }

    /// Returns the routes of operations that come without a scope.
    pub(crate) fn scopeless(&self, table: &Table) -> &Routes {
        self.scopeless.get_or_init(|| {
            let services = 0..u16::try_from(table.services().len()).unwrap_or(u16::MAX);
            Routes::compile(table, services, |operation| operation.scopeless)
        })
    }
}

impl Name {
    pub(crate) fn routes(&self, table: &Table) -> &Routes {
        self.routes.get_or_init(|| Routes::compile(table, self.services.iter().copied(), |_| true))
    }
}

fn insert(names: &mut Vec<Name>, signing_name: &str, service: u16) {
    match names.binary_search_by(|name| name.signing_name.as_str().cmp(signing_name)) {
        Ok(at) => {
            if let Some(name) = names.get_mut(at) {
                name.services.push(service);
            }
        }
        Err(at) => {
            let signing_name = signing_name.to_owned();
            names.insert(at, Name { signing_name, services: vec![service], routes: OnceLock::new() });
        }
    }
}

/// Compares what is in lower case with what may not be.
fn in_lower_case(known: &str, given: &str) -> Ordering {
    known.bytes().cmp(given.bytes().map(|byte| byte.to_ascii_lowercase()))
}
