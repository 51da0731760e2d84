//! A chunk of the head: up to 1,024 rows as columns, never changed once published.

use crate::attribute::Term;
use crate::coded::CODED;
use crate::key::{Key, Range};
use crate::row::{COLUMNS, Row, column};
use crate::verdicts::{Verdict, Verdicts};
use crate::walk::Drive;

/// The most rows in a chunk. A smaller last chunk is copied when rows are added, so this bounds the copy.
pub(crate) const CHUNK_ROWS_MAX: usize = 1024;

/// Rows in journal order, one column an attribute.
#[derive(Debug, Clone, Default)]
pub(crate) struct Chunk {
    keys: Vec<Key>,
    columns: [Vec<Term>; COLUMNS],
    /// Terms of resources with the number of the row that has them, ascending by row.
    resources: Vec<(u32, Term)>,
    /// The codes of values, by column.
    codes: [Vec<u32>; CODED],
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
        for (column, code) in self.codes.iter_mut().zip(row.codes) {
            column.push(code);
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

    /// Returns the codes of a column, by row.
    pub(crate) fn codes(&self, column: usize) -> &[u32] {
        self.codes.get(column).map_or(&[], Vec::as_slice)
    }

    /// Returns the rows' keys.
    pub(crate) fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// Returns the keys in the range whose rows have a term of the drive and are not ruled out, greatest first.
    pub(crate) fn find(&self, drive: &Drive, range: &Range, verdicts: Option<&Verdicts>) -> Vec<Key> {
        let take = |term: &Term, (row, key): (usize, &Key)| {
            let since = drive.sought.since(*term)?;
            let ruled_out = || verdicts.is_some_and(|verdicts| self.verdict(row, verdicts) == Verdict::No);
            (range.from(since).holds(*key) && !ruled_out()).then_some(*key)
        };
        let mut found: Vec<Key> = match column(drive.field).and_then(|column| self.columns.get(column)) {
            Some(column) => {
                let rows = column.iter().zip(self.keys.iter().enumerate());
                rows.filter_map(|(term, row)| take(term, row)).collect()
            }
            None => {
                let rows = self.resources.iter().map(|(row, term)| (*row as usize, term));
                rows.filter_map(|(row, term)| take(term, (row, self.keys.get(row)?))).collect()
            }
        };
        found.sort_unstable_by(|left, right| right.cmp(left));
        found
    }

    /// Tells what the values of a row say of it.
    pub(crate) fn verdict(&self, row: usize, verdicts: &Verdicts) -> Verdict {
        verdicts.of(|column| self.codes(column).get(row).copied().unwrap_or(u32::MAX))
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
            let code = |column| self.codes(column).get(number).copied().unwrap_or_default();
            rows.push(Row { key: *key, columns, resources: of_row, codes: std::array::from_fn(code) });
        }
        rows
    }
}
