//! Tables and targets, for people and for programs.

use serde_json::{Map, Value, json};

/// What was measured.
#[derive(Debug, Default)]
pub(crate) struct Report {
    tables: Vec<Table>,
    targets: Vec<Target>,
    notes: Vec<String>,
}

/// Figures of one kind.
#[derive(Debug)]
pub(crate) struct Table {
    name: &'static str,
    says: String,
    columns: Vec<&'static str>,
    rows: Vec<Vec<Cell>>,
}

#[derive(Debug, Clone)]
pub(crate) enum Cell {
    Text(String),
    Count(u64),
    /// A number with so many digits behind the point.
    Number(f64, usize),
    /// There is none.
    Nothing,
}

#[derive(Debug)]
struct Target {
    what: String,
    figure: String,
    met: bool,
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Cell {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}

impl From<Option<u32>> for Cell {
    fn from(count: Option<u32>) -> Self {
        count.map_or(Self::Nothing, |count| Self::Count(count.into()))
    }
}

impl Cell {
    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Count(count) => count.to_string(),
            Self::Number(number, digits) => format!("{number:.digits$}"),
            Self::Nothing => "-".to_owned(),
        }
    }

    fn value(&self) -> Value {
        match self {
            Self::Text(text) => json!(text),
            Self::Count(count) => json!(count),
            Self::Number(number, digits) => {
                let unit = 10_f64.powi(*digits as i32);
                json!((number * unit).round() / unit)
            }
            Self::Nothing => Value::Null,
        }
    }
}

/// A part of a whole, none of an empty one.
pub(crate) fn share(part: u64, whole: u64) -> Cell {
    if whole == 0 { Cell::Nothing } else { Cell::Number(part as f64 / whole as f64, 3) }
}

impl Table {
    pub(crate) fn new(name: &'static str, says: impl Into<String>, columns: &[&'static str]) -> Self {
        Self { name, says: says.into(), columns: columns.to_vec(), rows: Vec::new() }
    }

    pub(crate) fn row(&mut self, row: Vec<Cell>) {
        assert_eq!(row.len(), self.columns.len(), "a row of {}", self.name);
        self.rows.push(row);
    }

    fn text(&self) -> String {
        let rows: Vec<Vec<String>> =
            std::iter::once(self.columns.iter().map(|&column| column.to_owned()).collect())
                .chain(self.rows.iter().map(|row| row.iter().map(Cell::text).collect()))
                .collect();
        let width =
            |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        let mut text = format!("{}: {}\n", self.name, self.says);
        for row in &rows {
            for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
                let cell =
                    if column == 0 { format!("  {cell:<width$}") } else { format!("  {cell:>width$}") };
                text.push_str(&cell);
            }
            text.push('\n');
        }
        text
    }

    fn value(&self) -> Value {
        let object = |row: &Vec<Cell>| -> Map<String, Value> {
            self.columns.iter().zip(row).map(|(column, cell)| ((*column).to_owned(), cell.value())).collect()
        };
        json!({ "says": self.says, "rows": self.rows.iter().map(object).collect::<Vec<_>>() })
    }
}

impl Report {
    pub(crate) fn table(&mut self, table: Table) -> String {
        let text = table.text();
        self.tables.push(table);
        text
    }

    pub(crate) fn target(&mut self, what: impl Into<String>, figure: impl Into<String>, met: bool) {
        self.targets.push(Target { what: what.into(), figure: figure.into(), met });
    }

    pub(crate) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    pub(crate) fn targets(&self) -> String {
        let mut text = String::new();
        for note in &self.notes {
            text.push_str(&format!("note: {note}\n"));
        }
        for Target { what, figure, met } in &self.targets {
            text.push_str(&format!("{} {what}: {figure}\n", if *met { "met   " } else { "MISSED" }));
        }
        text
    }

    pub(crate) fn value(&self) -> Value {
        let tables: Map<String, Value> =
            self.tables.iter().map(|table| (table.name.to_owned(), table.value())).collect();
        let targets: Vec<Value> = self
            .targets
            .iter()
            .map(|Target { what, figure, met }| json!({ "what": what, "figure": figure, "met": met }))
            .collect();
        json!({ "tables": tables, "targets": targets, "notes": self.notes })
    }
}
