//! Events as a table on a terminal.

use comfy_table::{Cell, Color, ContentArrangement, Table, presets};

use crate::output::{Paint, Tone};
use crate::row::Row;

/// Renders rows under headings, a column that would be empty left out; where the terminal is too narrow for
/// that, two lines for each event.
pub(crate) fn render(rows: &[Row], columns: Option<usize>, paint: Paint) -> String {
    let fits = columns.is_none_or(|columns| {
        table(rows, Paint::Plain).lines().all(|line| line.trim_end().chars().count() <= columns)
    });
    if !fits {
        return rows.iter().map(|row| stacked(row, paint)).collect();
    }
    let mut text = String::new();
    for (index, line) in table(rows, paint).lines().enumerate() {
        let line = line.trim_end();
        text.push_str(&if index == 0 { paint.paint(Tone::Heading, line) } else { line.to_owned() });
        text.push('\n');
    }
    text
}

const COLUMNS: [&str; 9] =
    ["TIME (UTC)", "ACCOUNT", "USER", "EVENT", "SOURCE", "RESOURCE", "REGION", "ADDRESS", "ERROR"];

/// The column of error codes.
const ERROR: usize = 8;

fn table(rows: &[Row], paint: Paint) -> Table {
    let cells: Vec<[&str; COLUMNS.len()]> = rows.iter().map(cells).collect();
    let used: Vec<usize> =
        (0..COLUMNS.len()).filter(|column| cells.iter().any(|row| !cell(row, *column).is_empty())).collect();
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    if paint == Paint::Coloured {
        table.enforce_styling();
    }
    table.set_header(used.iter().map(|column| cell(&COLUMNS, *column)));
    for row in &cells {
        table.add_row(used.iter().map(|column| shown(cell(row, *column), *column, paint)));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table
}

fn shown(text: &str, column: usize, paint: Paint) -> Cell {
    let cell = Cell::new(text);
    let is_error = column == ERROR && !text.is_empty();
    if is_error && paint == Paint::Coloured { cell.fg(Color::DarkRed) } else { cell }
}

/// Renders an event in two lines: what happened and when, then to what and by whom.
fn stacked(row: &Row, paint: Paint) -> String {
    let error = if row.error.is_empty() { String::new() } else { paint.paint(Tone::Bad, &row.error) };
    let join = |parts: &[&str]| {
        let parts: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
        parts.join("  ")
    };
    let time = paint.paint(Tone::Heading, &row.time);
    let first = join(&[&time, &row.event, &row.source, &error]);
    let second = join(&[&row.account, &row.user, &row.address, &row.region, &row.resource]);
    format!("{first}\n{:21}{second}\n", "")
}

fn cells(row: &Row) -> [&str; COLUMNS.len()] {
    let Row { account, time, user, event, source, resource, region, address, error } = row;
    [time, account, user, event, source, resource, region, address, error]
}

fn cell<'a>(row: &[&'a str; COLUMNS.len()], column: usize) -> &'a str {
    row.get(column).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_narrow_terminal_gets_two_lines_for_each_event() {
        let record = br#"{"eventTime":"2026-01-31T10:00:00Z","userIdentity":{"userName":"alice"},
            "eventSource":"s3.amazonaws.com","eventName":"GetObject","errorCode":"NoSuchKey",
            "eventCategory":"Data","resources":[{"ARN":"arn:aws:s3:::logs/a"}]}"#;
        let rows = [Row::of(record)];
        let wide = "TIME (UTC)           USER   EVENT      SOURCE  RESOURCE  ERROR\n\
                    2026-01-31 10:00:00  alice  GetObject  s3      logs/a    NoSuchKey\n";
        assert_eq!(render(&rows, None, Paint::Plain), wide);
        assert_eq!(render(&rows, Some(66), Paint::Plain), wide);
        assert_eq!(
            render(&rows, Some(65), Paint::Plain),
            "2026-01-31 10:00:00  GetObject  s3  NoSuchKey\n                     alice  logs/a\n"
        );
        assert!(render(&rows, None, Paint::Coloured).contains("\u{1b}[38;5;1mNoSuchKey"));
    }
}
