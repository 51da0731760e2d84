//! What the head and the index keep of an event: its place and its terms.

use cairn_event::{AccountId, Region};

use crate::attribute::{Attribute, HistoryCategory, Scope, Term};
use crate::key::Key;
use crate::lookup_fields::LookupFields;

/// Attributes with one value an event, plus the scope's own term.
pub(crate) const COLUMNS: usize = 7;

/// One event's place and terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) key: Key,
    /// By [`column`]; [`Term::NONE`] where the event has no value.
    pub(crate) columns: [Term; COLUMNS],
    /// The terms of all its resource types and names.
    pub(crate) resources: Vec<Term>,
}

impl Row {
    /// Derives the row of an event that is found by `fields` in the scope's history.
    pub(crate) fn new(
        key: Key,
        account: AccountId,
        region: &Region,
        category: HistoryCategory,
        fields: &LookupFields<'_>,
    ) -> Self {
        let scope = Scope::of(category, account, region);
        let mut columns = [Term::NONE; COLUMNS];
        for (column, term) in columns.iter_mut().enumerate() {
            *term = match attribute_of(column) {
                None => scope.everything(),
                Some(attribute) => match fields.single(attribute) {
                    None => Term::NONE,
                    Some(value) => scope.term(attribute, value),
                },
            };
        }
        let mut resources = Vec::with_capacity(fields.resources.len() * 2);
        for resource in &fields.resources {
            if let Some(kind) = &resource.kind {
                resources.push(scope.term(Attribute::ResourceType, kind));
            }
            resources.push(scope.term(Attribute::ResourceName, &resource.name));
        }
        resources.sort_unstable();
        resources.dedup();
        Self { key, columns, resources }
    }

    /// Returns every term of the event, each once.
    pub(crate) fn terms(&self) -> impl Iterator<Item = Term> + '_ {
        let columns = self.columns.iter().copied().filter(|term| *term != Term::NONE);
        columns.chain(self.resources.iter().copied())
    }
}

/// Returns the column that holds the attribute's terms; none for resources, which sit beside the columns.
pub(crate) fn column(attribute: Option<Attribute>) -> Option<usize> {
    match attribute {
        None => Some(0),
        Some(Attribute::EventId) => Some(1),
        Some(Attribute::EventName) => Some(2),
        Some(Attribute::ReadOnly) => Some(3),
        Some(Attribute::Username) => Some(4),
        Some(Attribute::EventSource) => Some(5),
        Some(Attribute::AccessKeyId) => Some(6),
        Some(Attribute::ResourceType | Attribute::ResourceName) => None,
    }
}

fn attribute_of(column: usize) -> Option<Attribute> {
    match column {
        1 => Some(Attribute::EventId),
        2 => Some(Attribute::EventName),
        3 => Some(Attribute::ReadOnly),
        4 => Some(Attribute::Username),
        5 => Some(Attribute::EventSource),
        6 => Some(Attribute::AccessKeyId),
        _ => None,
    }
}
