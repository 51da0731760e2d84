//! Events as a table on a terminal.

use comfy_table::{Cell, Color, ColumnConstraint, ContentArrangement, Table, presets};

use crate::output::{Paint, Tone};
use crate::row::Row;

/// Renders rows under headings, as wide as the terminal is. A column that would be empty is left out.
pub(super) fn render(rows: &[Row], paint: Paint) -> String {
    let cells: Vec<[&str; COLUMNS.len()]> = rows.iter().map(cells).collect();
    let used: Vec<usize> =
        (0..COLUMNS.len()).filter(|column| cells.iter().any(|row| !cell(row, *column).is_empty())).collect();
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    if paint == Paint::Coloured {
        table.enforce_styling();
    }
    table.set_header(used.iter().map(|column| cell(&COLUMNS, *column)));
    for row in &cells {
        table.add_row(used.iter().map(|column| shown(cell(row, *column), *column, paint)));
    }
    for (column, kind) in table.column_iter_mut().zip(&used) {
        column.set_padding((0, 2));
        if WHOLE.contains(kind) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    let mut text = String::new();
    for (index, line) in table.lines().enumerate() {
        let line = line.trim_end();
        text.push_str(&if index == 0 { paint.paint(Tone::Heading, line) } else { line.to_owned() });
        text.push('\n');
    }
    text
}

const COLUMNS: [&str; 8] =
    ["TIME (UTC)", "USER", "EVENT", "SOURCE", "RESOURCE", "REGION", "ADDRESS", "ERROR"];

/// Columns that are never broken: they say what happened and when.
const WHOLE: [usize; 2] = [0, 2];

/// The column of error codes.
const ERROR: usize = 7;

fn shown(text: &str, column: usize, paint: Paint) -> Cell {
    let cell = Cell::new(text);
    if column == ERROR && !text.is_empty() && paint == Paint::Coloured {
        cell.fg(Color::DarkRed)
    } else {
        cell
    }
}

fn cells(row: &Row) -> [&str; COLUMNS.len()] {
    let Row { time, user, event, source, resource, region, address, error } = row;
    [time, user, event, source, resource, region, address, error]
}

fn cell<'a>(row: &[&'a str; COLUMNS.len()], column: usize) -> &'a str {
    row.get(column).copied().unwrap_or_default()
}
