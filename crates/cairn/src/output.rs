//! Standard output: who reads it, and what it means when the reader goes away.

use comfy_table::{ContentArrangement, Table, presets};
use std::io::{self, IsTerminal as _, Write as _};

/// Whoever read standard output has closed it, as `head` does: a reason to end, and nothing to report.
#[derive(Debug, thiserror::Error)]
#[error("write to a reader that is gone")]
pub(crate) struct ReaderLeft;

// No documentation comment: clap would take it for the description of each command that has this flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::Args)]
pub(crate) struct JsonFlag {
    /// Print JSON, one value a line, on a terminal too.
    #[arg(long = "json")]
    pub(crate) wanted: bool,
}

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Aligned columns, for people.
    Table,
    /// One JSON value a line, for programs.
    JsonLines,
}

/// Colours, where there is somebody to see them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Paint {
    /// Marked with escape sequences.
    Coloured,
    /// The text alone.
    Plain,
}

/// What a text is to stand out as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Good,
    Doubtful,
    Bad,
    Heading,
    Aside,
}

impl Form {
    /// Chooses by what standard output is, unless JSON was asked for.
    pub(crate) fn choose(json: JsonFlag) -> Self {
        if json.wanted || !io::stdout().is_terminal() { Self::JsonLines } else { Self::Table }
    }
}

impl Paint {
    /// Colours a terminal, unless `NO_COLOR` is set or the terminal is a dumb one.
    pub(crate) fn choose() -> Self {
        let set = |name| std::env::var_os(name).unwrap_or_default();
        let wanted = set("NO_COLOR").is_empty() && set("TERM") != "dumb";
        if wanted && io::stdout().is_terminal() { Self::Coloured } else { Self::Plain }
    }

    /// Marks a text.
    pub(crate) fn paint(self, tone: Tone, text: &str) -> String {
        let code = match tone {
            Tone::Good => "32",
            Tone::Doubtful => "33",
            Tone::Bad => "31",
            Tone::Heading => "1",
            Tone::Aside => "2",
        };
        match self {
            Self::Coloured => format!("\x1b[{code}m{text}\x1b[0m"),
            Self::Plain => text.to_owned(),
        }
    }
}

/// Aligns columns under headings, a column that would be empty left out.
pub(crate) fn columns(headings: &[&str], rows: &[Vec<String>]) -> String {
    let used: Vec<usize> = (0..headings.len())
        .filter(|column| rows.iter().any(|row| row.get(*column).is_some_and(|text| !text.is_empty())))
        .collect();
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(used.iter().filter_map(|column| headings.get(*column)));
    for row in rows {
        table.add_row(
            used.iter().map(|column| row.get(*column).map_or_else(String::new, |text| harmless(text))),
        );
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    let paint = Paint::choose();
    let lines = table.lines().map(|line| line.trim_end().to_owned()).enumerate();
    lines.map(|(at, line)| if at == 0 { paint.paint(Tone::Heading, &line) } else { line } + "\n").collect()
}

/// Aligns columns as [`columns`] does; on a terminal that is too narrow for them, the last column of each row stands
/// in a line of its own below the others.
pub(crate) fn columns_that_fit(headings: &[&str], rows: &[Vec<String>]) -> String {
    columns_within(terminal_columns().unwrap_or(usize::MAX), headings, rows)
}

/// Tells how wide the terminal is; none when standard output is none, or one that does not know: it says 0.
pub(crate) fn terminal_columns() -> Option<usize> {
    told_width(Table::new().width())
}

fn told_width(columns: Option<u16>) -> Option<usize> {
    columns.filter(|columns| *columns > 0).map(usize::from)
}

fn columns_within(width: usize, headings: &[&str], rows: &[Vec<String>]) -> String {
    let whole = columns(headings, rows);
    let (Some((_, others)), true) =
        (headings.split_last(), whole.lines().skip(1).any(|line| line.chars().count() > width))
    else {
        return whole;
    };
    let narrow: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().take(others.len()).cloned().collect()).collect();
    let mut text = String::new();
    let below = rows.iter().map(|row| row.get(others.len()).map_or("", String::as_str));
    for (line, below) in columns(others, &narrow).lines().zip(std::iter::once("").chain(below)) {
        text.push_str(line);
        text.push('\n');
        if !below.is_empty() {
            text.push_str(&format!("  {}\n", harmless(below)));
        }
    }
    text
}

/// Writes to standard output, at once.
///
/// # Errors
/// [`ReaderLeft`] when nobody reads any longer; whatever else the system says.
pub(crate) fn print(text: impl AsRef<[u8]>) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_ref()).and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(ReaderLeft.into()),
        Err(error) => Err(anyhow::Error::new(error).context("write to standard output")),
    }
}

/// Tells whether nobody reads standard output any longer, without writing to it.
pub(crate) fn reader_left() -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let out = io::stdout();
    let mut watched = [PollFd::new(&out, PollFlags::empty())];
    let polled = poll(&mut watched, Some(&Timespec { tv_sec: 0, tv_nsec: 0 }));
    polled.is_ok() && watched.iter().any(|fd| fd.revents().contains(PollFlags::ERR))
}

/// Replaces what could command a terminal: whoever named a bucket or a user must not draw on the screen of
/// the one who looks for it.
pub(crate) fn harmless(text: &str) -> String {
    text.chars().map(|char| if char.is_control() { '\u{fffd}' } else { char }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_has_no_escapes_and_coloured_text_ends_its_colour() {
        assert_eq!(Paint::Plain.paint(Tone::Bad, "x"), "x");
        assert_eq!(Paint::Coloured.paint(Tone::Bad, "x"), "\u{1b}[31mx\u{1b}[0m");
    }

    #[test]
    fn what_is_too_wide_has_its_last_column_below() {
        let row = |texts: [&str; 4]| texts.map(str::to_owned).to_vec();
        let rows = [row(["a", "", "bb", "0123456789"]), row(["c", "", "d", ""])];
        let headings = ["ONE", "EMPTY", "TWO", "ID"];
        let wide = columns_within(20, &headings, &rows);
        assert_eq!(wide, "ONE  TWO  ID\na    bb   0123456789\nc    d\n");
        let narrow = columns_within(19, &headings, &rows);
        assert_eq!(narrow, "ONE  TWO\na    bb\n  0123456789\nc    d\n");
    }

    #[test]
    fn a_terminal_without_a_width_is_not_narrow() {
        assert_eq!([Some(0), Some(80), None].map(told_width), [None, Some(80), None]);
    }

    #[test]
    fn names_cannot_command_a_terminal() {
        assert_eq!(harmless("a\u{1b}[2Jb\nc\u{9b}d ä"), "a\u{fffd}[2Jb\u{fffd}c\u{fffd}d ä");
    }
}
