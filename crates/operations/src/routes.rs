//! The routes of REST services: a tree of path segments for each method.
//!
//! A literal segment beats `{X}`, which takes one segment, and that beats `{X+}`, which takes one or more.
//! Where a path ends several operations may stand: each asks for the query parameters that its template
//! fixes, the one that asks for the most wins, then the one whose required parameters are all there.
//! A slash at the end of a path or of a template counts for nothing.

use cairn_wire::recognise::Protocol;

use crate::{Fitting, Operation, OperationId, Seen, Table, hints};

/// The routes of the services that share a signing name.
#[derive(Debug)]
pub(crate) struct Routes {
    /// The root of each method.
    methods: Vec<(String, usize)>,
    nodes: Vec<Node>,
}

/// A place in the tree.
#[derive(Debug, Default)]
struct Node {
    /// By segment.
    literals: Vec<(String, usize)>,
    /// `{X}`.
    one: Option<usize>,
    /// `{X+}`.
    many: Option<usize>,
    /// The operations whose template ends here.
    ends: Vec<OperationId>,
}

/// S3's own operations hang on buckets and keys, which its resolver knows.
const S3: &str = "s3";
/// The deepest template; AWS's have twelve segments at most.
const SEGMENTS_MAX: usize = 32;
/// The most `{X+}` in a template, each of which multiplies what is tried; AWS's have one at most.
const LABELS_OF_MANY_MAX: usize = 2;
/// How many segments are tried as the end of `{X+}` before the path's own end is taken.
const MANY_MAX: usize = 64;

impl Routes {
    /// Compiles the operations of `services` that `wanted` holds for; services without routes have none.
    pub(crate) fn compile(
        table: &Table,
        services: impl Iterator<Item = u16>,
        wanted: impl Fn(&Operation) -> bool,
    ) -> Self {
        let mut routes = Self { methods: Vec::new(), nodes: Vec::new() };
        for index in services {
            let Some(service) = table.services().get(usize::from(index)) else { continue };
            if !service.protocol.is_rest() || service.name == S3 {
                continue;
            }
            for (at, operation) in (0_u16..).zip(&service.operations).filter(|(_, own)| wanted(own)) {
                routes.add(operation, OperationId { service: index, operation: at });
            }
        }
        routes
    }

    /// Finds the operations that fit a request best; none when no template does.
    pub(crate) fn find(&self, table: &Table, seen: &Seen<'_>) -> Fitting {
        let Some((_, root)) = self.methods.iter().find(|(method, _)| method == seen.method) else {
            return Fitting::default();
        };
        let look = Look { routes: self, table, seen };
        look.walk(*root, trimmed(seen.path)).unwrap_or_default()
    }

    fn add(&mut self, operation: &Operation, id: OperationId) {
        let segments = trimmed(&operation.path).unwrap_or_default().split('/').filter(|one| !one.is_empty());
        let labels_of_many = segments.clone().filter(|segment| segment.ends_with("+}")).count();
        if segments.clone().count() > SEGMENTS_MAX || labels_of_many > LABELS_OF_MANY_MAX {
            return;
        }
        let mut at = self.root(&operation.method);
        for segment in segments {
            at = self.child(at, segment);
        }
        if let Some(node) = self.nodes.get_mut(at) {
            node.ends.push(id);
        }
    }

    fn root(&mut self, method: &str) -> usize {
        if let Some((_, root)) = self.methods.iter().find(|(known, _)| known == method) {
            return *root;
        }
        let root = self.new_node();
        self.methods.push((method.to_owned(), root));
        root
    }

    fn child(&mut self, of: usize, segment: &str) -> usize {
        let free = self.nodes.len();
        let Some(node) = self.nodes.get_mut(of) else { return free };
        let label = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        let known = match label {
            Some(label) if label.ends_with('+') => *node.many.get_or_insert(free),
            Some(_) => *node.one.get_or_insert(free),
            None => match node.literals.binary_search_by(|(literal, _)| literal.as_str().cmp(segment)) {
                Ok(at) => node.literals.get(at).map_or(free, |(_, child)| *child),
                Err(at) => {
                    node.literals.insert(at, (segment.to_owned(), free));
                    free
                }
            },
        };
        if known == free { self.new_node() } else { known }
    }

    fn new_node(&mut self) -> usize {
        self.nodes.push(Node::default());
        self.nodes.len() - 1
    }
}

impl Node {
    fn literal(&self, segment: &str) -> Option<usize> {
        if segment.contains('%') {
            let same = |(literal, _): &&(String, usize)| hints::is_escaped(segment, literal);
            return self.literals.iter().find(same).map(|(_, child)| *child);
        }
        let at = self.literals.binary_search_by(|(literal, _)| literal.as_str().cmp(segment)).ok()?;
        self.literals.get(at).map(|(_, child)| *child)
    }
}

/// One search. Its recursion is as deep as a template, whatever the request holds.
struct Look<'a> {
    routes: &'a Routes,
    table: &'a Table,
    seen: &'a Seen<'a>,
}

impl Look<'_> {
    /// Goes on from a node with the rest of the path, which is absent once all of it is taken.
    fn walk(&self, at: usize, rest: Option<&str>) -> Option<Fitting> {
        let node = self.routes.nodes.get(at)?;
        let Some(rest) = rest else { return self.best(&node.ends) };
        let (segment, after) = match rest.split_once('/') {
            Some((segment, after)) => (segment, Some(after)),
            None => (rest, None),
        };
        let literal = node.literal(segment).and_then(|child| self.walk(child, after));
        if literal.is_some() {
            return literal;
        }
        let one = node.one.filter(|_| !segment.is_empty()).and_then(|child| self.walk(child, after));
        if one.is_some() {
            return one;
        }
        self.walk_many(node.many?, rest)
    }

    /// Lets `{X+}` take as little as it may, so that what stands after it in a template is found.
    fn walk_many(&self, at: usize, rest: &str) -> Option<Fitting> {
        let node = self.routes.nodes.get(at)?;
        if !node.literals.is_empty() {
            let mut ends = rest.match_indices('/').take(MANY_MAX);
            let inside = ends.find_map(|(slash, _)| self.walk(at, Some(rest.get(slash + 1..)?)));
            if inside.is_some() {
                return inside;
            }
        }
        self.best(&node.ends)
    }

    /// Returns those that fit best of the operations that end in one place.
    fn best(&self, ends: &[OperationId]) -> Option<Fitting> {
        let mut best = None;
        let mut fitting = Fitting::default();
        for id in ends {
            let Some(rank) = self.table.operation(*id).and_then(|operation| self.rank(operation)) else {
                continue;
            };
            if best.is_none_or(|best| rank > best) {
                (best, fitting) = (Some(rank), Fitting::default());
            }
            if best == Some(rank) {
                fitting.add(*id);
            }
        }
        best.map(|_| fitting)
    }

    /// Says how well an operation fits; not at all without the query parameters that its template fixes.
    fn rank(&self, operation: &Operation) -> Option<(usize, bool, usize)> {
        let query = self.seen.query;
        for (name, value) in &operation.fixed_query {
            let sent = hints::query_value(query, name)?;
            if !value.is_empty() && !hints::is_escaped(sent, value) {
                return None;
            }
        }
        let parameters = &operation.required_query;
        let headers = &operation.required_headers;
        let sent = parameters.iter().filter(|name| hints::query_value(query, name).is_some()).count()
            + headers.iter().filter(|name| self.seen.headers.header(name).is_some()).count();
        Some((operation.fixed_query.len(), sent == parameters.len() + headers.len(), sent))
    }
}

/// Takes away the slashes around a path; nothing when it has no segment.
fn trimmed(path: &str) -> Option<&str> {
    let path = path.strip_prefix('/').unwrap_or(path);
    let path = path.strip_suffix('/').unwrap_or(path);
    (!path.is_empty()).then_some(path)
}

/// Returns how a REST service's model speaks.
pub(crate) fn rest_protocol(protocol: crate::Protocol) -> Protocol {
    if protocol == crate::Protocol::RestXml { Protocol::RestXml } else { Protocol::RestJson }
}
