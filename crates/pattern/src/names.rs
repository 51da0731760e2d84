//! The names of a pattern's fields, as a tree of their parts between dots.

/// A place in the tree.
pub(crate) type Node = u32;

/// The place where every name begins.
pub(crate) const ROOT: Node = 0;

/// The tree: where a walk through an event may find a field that the pattern asks about.
#[derive(Debug)]
pub(crate) struct Names {
    nodes: Vec<Part>,
}

#[derive(Debug, Default)]
struct Part {
    parent: Node,
    children: Vec<(Box<str>, Node)>,
    /// Which questions are asked of a value here.
    tests: Vec<u32>,
}

impl Names {
    pub(crate) fn new() -> Self {
        Self { nodes: vec![Part::default()] }
    }

    /// Adds a question to a name; returns the name's place.
    pub(crate) fn add(&mut self, name: &str, test: u32) -> Node {
        let mut at = ROOT;
        for part in name.split('.') {
            at = match self.child(at, part) {
                Some(next) => next,
                None => self.grow(at, part),
            };
        }
        if let Some(part) = self.nodes.get_mut(at as usize) {
            part.tests.push(test);
        }
        at
    }

    /// Goes down by a member's name, which may hold dots itself.
    pub(crate) fn enter(&self, from: Node, member: &str) -> Option<Node> {
        member.split('.').try_fold(from, |at, part| self.child(at, part))
    }

    pub(crate) fn tests(&self, at: Node) -> &[u32] {
        self.nodes.get(at as usize).map_or(&[], |part| part.tests.as_slice())
    }

    /// Tells whether every field at `below` lies within what is at `above`, and is not it.
    pub(crate) fn is_within(&self, below: Node, above: Node) -> bool {
        let mut at = below;
        while at != ROOT {
            at = self.nodes.get(at as usize).map_or(ROOT, |part| part.parent);
            if at == above {
                return true;
            }
        }
        false
    }

    fn child(&self, at: Node, part: &str) -> Option<Node> {
        let children = &self.nodes.get(at as usize)?.children;
        let index = children.binary_search_by(|(name, _)| name.as_ref().cmp(part)).ok()?;
        children.get(index).map(|(_, node)| *node)
    }

    fn grow(&mut self, at: Node, part: &str) -> Node {
        let node = Node::try_from(self.nodes.len()).unwrap_or(Node::MAX);
        self.nodes.push(Part { parent: at, ..Part::default() });
        if let Some(above) = self.nodes.get_mut(at as usize) {
            let index = above.children.partition_point(|(name, _)| name.as_ref() < part);
            above.children.insert(index, (part.into(), node));
        }
        node
    }
}
