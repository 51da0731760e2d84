//! What the head and the index keep of an event: its place and its terms.

use cairn_event::{AccountId, Region};

use crate::attribute::{Attribute, HistoryCategory, Scope, Term};
use crate::coded::{self, CODED, Packed};
use crate::key::Key;
use crate::lookup_fields::LookupFields;
use crate::search::field::Field;

/// Fields with terms and one value an event, plus the scope's own term.
pub(crate) const COLUMNS: usize = 11;

/// One event's place and terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) key: Key,
    /// By [`column`]; [`Term::NONE`] where the event has no value.
    pub(crate) columns: [Term; COLUMNS],
    /// The terms of all its resource types and names.
    pub(crate) resources: Vec<Term>,
    /// The numbers of the values that are kept beside the terms; by [`coded`].
    pub(crate) codes: [u32; CODED],
}

impl Row {
    /// Derives the row of an event that is found by `fields` in the scope's history, and the values that are yet to
    /// be numbered.
    pub(crate) fn new(
        key: Key,
        account: AccountId,
        region: &Region,
        category: HistoryCategory,
        fields: &LookupFields<'_>,
    ) -> (Self, Packed) {
        let scope = Scope::of(category, account, region);
        let mut columns = [Term::NONE; COLUMNS];
        for (column, term) in columns.iter_mut().enumerate() {
            *term = match field_of(column) {
                None => scope.everything(),
                Some(field) => match (field.tag(), fields.single_of(field)) {
                    (Some(tag), Some(value)) => scope.tagged(tag, value),
                    _ => Term::NONE,
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
        let place = coded::place(category, account, region);
        (Self { key, columns, resources, codes: [0; CODED] }, Packed::new(&place, fields))
    }

    /// Returns every term of the event, each once.
    pub(crate) fn terms(&self) -> impl Iterator<Item = Term> + '_ {
        let columns = self.columns.iter().copied().filter(|term| *term != Term::NONE);
        columns.chain(self.resources.iter().copied())
    }
}

/// The fields with terms and one value an event, by the column that holds their terms, less one.
const SINGLE: [Field; COLUMNS - 1] = [
    Field::Of(Attribute::EventId),
    Field::Of(Attribute::EventName),
    Field::Of(Attribute::ReadOnly),
    Field::Of(Attribute::Username),
    Field::Of(Attribute::EventSource),
    Field::Of(Attribute::AccessKeyId),
    Field::ErrorCode,
    Field::SourceIpAddress,
    Field::PrincipalArn,
    Field::RequestId,
];

/// Returns the column that holds the field's terms, without one that of the scope; none for resources, which sit
/// beside the columns.
pub(crate) fn column(field: Option<Field>) -> Option<usize> {
    let Some(field) = field else { return Some(0) };
    SINGLE.iter().position(|single| *single == field).map(|at| at + 1)
}

fn field_of(column: usize) -> Option<Field> {
    SINGLE.get(column.checked_sub(1)?).copied()
}
