//! A chunk of the head: up to 1,024 rows as columns, never changed once published.

use crate::attribute::Term;
use crate::key::Key;
use crate::row::{COLUMNS, Row, column};
use crate::walk::Wanted;

/// The most rows in a chunk. A smaller last chunk is copied when rows are added, so this bounds the copy.
pub(crate) const CHUNK_ROWS_MAX: usize = 1024;

/// Rows in journal order, one column an attribute.
#[derive(Debug, Clone, Default)]
pub(crate) struct Chunk {
    keys: Vec<Key>,
    columns: [Vec<Term>; COLUMNS],
    /// Terms of resources with the number of the row that has them, ascending by row.
    resources: Vec<(u32, Term)>,
    span: Option<(Key, Key)>,
}

impl Chunk {
    /// Adds a row at the end.
    pub(crate) fn push(&mut self, row: &Row) {
        let number = u32::try_from(self.keys.len()).unwrap_or(u32::MAX);
        self.keys.push(row.key);
        for (column, term) in self.columns.iter_mut().zip(row.columns) {
            column.push(term);
        }
        self.resources.extend(row.resources.iter().map(|term| (number, *term)));
        let (newest, oldest) = self.span.unwrap_or((row.key, row.key));
        self.span = Some((newest.max(row.key), oldest.min(row.key)));
    }

    /// Returns how many rows it holds.
    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    /// Tells whether another row would be too many.
    pub(crate) fn is_full(&self) -> bool {
        self.len() >= CHUNK_ROWS_MAX
    }

    /// Returns the greatest and the least key; none while empty.
    pub(crate) fn span(&self) -> Option<(Key, Key)> {
        self.span
    }

    /// Returns the keys in the range whose rows have a wanted term for the attribute, greatest first.
    pub(crate) fn find(&self, wanted: &Wanted) -> Vec<Key> {
        let Wanted { attribute, sought, range } = wanted;
        let take = |term: &Term, key: &Key| {
            let since = sought.since(*term)?;
            range.from(since).holds(*key).then_some(*key)
        };
        let mut found: Vec<Key> = match column(*attribute).and_then(|column| self.columns.get(column)) {
            Some(column) => column.iter().zip(&self.keys).filter_map(|(term, key)| take(term, key)).collect(),
            None => {
                let rows = self.resources.iter();
                rows.filter_map(|(row, term)| take(term, self.keys.get(*row as usize)?)).collect()
            }
        };
        found.sort_unstable_by(|left, right| right.cmp(left));
        found
    }

    /// Returns the rows again, in journal order.
    pub(crate) fn rows(&self) -> Vec<Row> {
        let mut resources = self.resources.iter().peekable();
        let mut rows = Vec::with_capacity(self.len());
        for (number, key) in self.keys.iter().enumerate() {
            let mut columns = [Term::NONE; COLUMNS];
            for (term, column) in columns.iter_mut().zip(&self.columns) {
                *term = column.get(number).copied().unwrap_or_default();
            }
            let mut of_row = Vec::new();
            while let Some((_, term)) = resources.next_if(|(row, _)| *row as usize == number) {
                of_row.push(*term);
            }
            rows.push(Row { key: *key, columns, resources: of_row });
        }
        rows
    }
}
