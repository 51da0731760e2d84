//! A small plot for a terminal: calls as bars, what is usual as a band behind them, what is not marked below.

use crate::output::{Paint, Tone};

/// One column.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Column {
    /// Calls a minute; none where nobody watched.
    pub(super) calls: Option<f64>,
    /// The least and the most that are usual.
    pub(super) usual: Option<(f64, f64)>,
    pub(super) is_unusual: bool,
}

/// A column, from 0, and what stands below it.
pub(super) type Label = (usize, String);

/// The eighths of a cell, from the bottom.
const EIGHTHS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const USUAL: char = '░';
const UNWATCHED: char = '·';
const UNUSUAL: char = '▔';

/// What a cell shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cell(char, Option<Tone>);

/// Draws columns so many lines high, with `labels` below them.
pub(super) fn draw(columns: &[Column], height: usize, labels: &[Label], paint: Paint) -> String {
    let top = columns.iter().fold(0.0_f64, |top, column| {
        top.max(column.calls.unwrap_or_default()).max(column.usual.map_or(0.0, |(_, most)| most))
    });
    let top = round_up(top);
    let marks = [height, height.div_ceil(2), 0];
    let named = |row: usize| marks.contains(&row).then(|| super::words::rate(top * part(row, height)));
    let margin = marks.iter().filter_map(|row| named(*row)).map(|mark| mark.chars().count()).max();
    let margin = margin.unwrap_or_default();
    let mut drawn = String::new();
    for row in (0..height).rev() {
        let mark = named(row + 1).unwrap_or_default();
        drawn.push_str(&format!("{mark:>margin$} ┤"));
        drawn.push_str(&line(columns.iter().map(|column| cell(column, row, height, top)), paint));
        drawn.push('\n');
    }
    drawn.push_str(&format!("{:>margin$} ┼", "0"));
    let below = |column: &Column| match column.is_unusual {
        true => Cell(UNUSUAL, Some(Tone::Bad)),
        false => Cell(' ', None),
    };
    drawn.push_str(&line(columns.iter().map(below), paint));
    drawn.push('\n');
    drawn.push_str(&format!("{:>margin$}  {}\n", "", below_axis(labels, columns.len())));
    drawn
}

fn cell(column: &Column, row: usize, height: usize, top: f64) -> Cell {
    let Some(calls) = column.calls else { return Cell(UNWATCHED, Some(Tone::Aside)) };
    let tone = column.is_unusual.then_some(Tone::Bad);
    let bottom = part(row, height);
    let share = |value: f64| if top > 0.0 { value / top } else { 0.0 };
    let filled = ((share(calls) - bottom) * cells(height) * 8.0).round().clamp(0.0, 8.0);
    // However little it is, it is something.
    let filled = if row == 0 && calls > 0.0 { filled.max(1.0) } else { filled };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it lies between 0 and 8")]
    let bar = EIGHTHS.get(filled as usize).copied().unwrap_or(' ');
    if bar != ' ' {
        return Cell(bar, tone);
    }
    let is_usual = column.usual.is_some_and(|(least, most)| {
        let reaches = share(most) > bottom + 0.5 / cells(height) || (row == 0 && most > 0.0);
        reaches && share(least) < part(row + 1, height)
    });
    if is_usual { Cell(USUAL, Some(Tone::Aside)) } else { Cell(' ', None) }
}

/// Paints cells, those of one tone that stand together at once.
fn line(cells: impl Iterator<Item = Cell>, paint: Paint) -> String {
    let cells: Vec<Cell> = cells.collect();
    let painted = cells.chunk_by(|one, next| one.1 == next.1).map(|run| {
        let text: String = run.iter().map(|cell| cell.0).collect();
        match run.first().and_then(|cell| cell.1) {
            Some(tone) => paint.paint(tone, &text),
            None => text,
        }
    });
    painted.collect::<String>().trim_end().to_owned()
}

/// Puts labels below their columns, the earlier ones first; one that finds no room is left out.
fn below_axis(labels: &[Label], width: usize) -> String {
    let mut text = String::new();
    for (column, label) in labels {
        let (used, long) = (text.chars().count(), label.chars().count());
        let place = (*column).min(width.saturating_sub(long));
        if used == 0 || place > used {
            text.push_str(&" ".repeat(place - used));
            text.push_str(label);
        }
    }
    text
}

/// Returns the next number on which a scale may end.
fn round_up(top: f64) -> f64 {
    if top <= 0.0 || !top.is_finite() {
        return 1.0;
    }
    let unit = 10_f64.powf(top.log10().floor());
    let end = ENDS.iter().find(|end| *end * unit >= top * (1.0 - 1e-9));
    end.map_or(top, |end| end * unit)
}

/// Where a scale may end, in units of its power of ten.
const ENDS: [f64; 14] = [1.0, 1.2, 1.4, 1.6, 1.8, 2.0, 2.4, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0];

fn part(row: usize, height: usize) -> f64 {
    cells(row) / cells(height)
}

#[expect(clippy::cast_precision_loss, reason = "a terminal has few lines")]
fn cells(number: usize) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests;
