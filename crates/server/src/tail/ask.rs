//! What a client asks of the tail, in the query.
//!
//! | parameter | meaning |
//! | --- | --- |
//! | `from=POSITION` | begin at this journal position; at the oldest kept when it was trimmed, at the tail when there is no such position yet |
//! | `last=COUNT` | begin with the last so many events of the caller's account and Region |
//! | `follow=false` | end at what was recorded when the call came |
//! | `organization=true` | of all accounts of the caller's organization, as far as the caller may see them |
//! | `account=ID`, `unit=ID` | with `organization=true`, and any number of times: of these accounts, and of those in these units, alone |
//! | `positions=true` | each line is `{"next":POSITION,"event":{…}}`, and says where to go on; lines without `event` come first and every fifteen seconds |
//!
//! With none of them: everything from now on, one bare record a line.

use cairn_control::Part;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ask {
    pub(super) start: Start,
    pub(super) ending: Ending,
    pub(super) lines: Lines,
    pub(super) of: Of,
}

/// Whose events are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Of {
    /// The caller's account's.
    Account,
    /// Those of the caller's organization, or of a part of it.
    Organization(Part),
}

/// Where to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    /// At the next event.
    Now,
    /// At a position of the journal.
    From(u64),
    /// So many events back.
    Last(usize),
}

/// When to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// When the client hangs up.
    Never,
    /// At the journal's tail as it was when the call came.
    AtTheTail,
}

/// How events are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lines {
    /// The record alone.
    Bare,
    /// The record, and the position to go on from.
    WithPositions,
}

/// The query makes no sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "The tail takes from=POSITION or last=1 to {LAST_MAX}, follow=true or false, positions=true or false, organization=true and with it account=ID and unit=ID."
)]
pub(super) struct AskError;

/// The most events that can be asked back.
pub(super) const LAST_MAX: usize = 10_000;

impl Ask {
    /// Reads the raw query.
    pub(super) fn parse(query: &str) -> Result<Self, AskError> {
        let mut ask = Self { start: Start::Now, ending: Ending::Never, lines: Lines::Bare, of: Of::Account };
        let (mut organization, mut part) = (false, Part::default());
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').ok_or(AskError)?;
            match (name, value) {
                ("from", position) if ask.start == Start::Now => {
                    ask.start = Start::From(position.parse().map_err(|_no_number| AskError)?);
                }
                ("last", count) if ask.start == Start::Now => {
                    let count = count.parse().map_err(|_no_number| AskError)?;
                    ask.start = if (1..=LAST_MAX).contains(&count) {
                        Start::Last(count)
                    } else {
                        return Err(AskError);
                    };
                }
                ("follow", "true") => ask.ending = Ending::Never,
                ("follow", "false") => ask.ending = Ending::AtTheTail,
                ("positions", "true") => ask.lines = Lines::WithPositions,
                ("positions", "false") => ask.lines = Lines::Bare,
                ("organization", "true") => organization = true,
                ("account", id) => drop(part.accounts.insert(id.to_owned())),
                ("unit", id) => drop(part.units.insert(id.to_owned())),
                _ => return Err(AskError),
            }
        }
        match (organization, part == Part::default()) {
            (true, _) => Ok(Self { of: Of::Organization(part), ..ask }),
            (false, true) => Ok(ask),
            (false, false) => Err(AskError),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_is_understood_or_refused() {
        let ask = |start, ending, lines| Ok(Ask { start, ending, lines, of: Of::Account });
        for (query, expected) in [
            ("", ask(Start::Now, Ending::Never, Lines::Bare)),
            ("from=7&positions=true", ask(Start::From(7), Ending::Never, Lines::WithPositions)),
            ("last=10&follow=false", ask(Start::Last(10), Ending::AtTheTail, Lines::Bare)),
            ("last=0", Err(AskError)),
            ("last=10001", Err(AskError)),
            ("from=-1", Err(AskError)),
            ("from=1&last=1", Err(AskError)),
            ("follow", Err(AskError)),
            ("follow=1", Err(AskError)),
            ("other=true", Err(AskError)),
        ] {
            assert_eq!(Ask::parse(query), expected, "{query}");
        }
    }

    #[test]
    fn an_organization_is_asked_whole_or_in_part() {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        for (query, expected) in [
            ("last=1", Some(Of::Account)),
            ("organization=true", Some(Of::Organization(Part::default()))),
            (
                "account=2&unit=ou-1&organization=true&account=1",
                Some(Of::Organization(Part { accounts: set(&["1", "2"]), units: set(&["ou-1"]) })),
            ),
            ("account=1", None),
            ("unit=ou-1", None),
            ("organization=false", None),
        ] {
            assert_eq!(Ask::parse(query).ok().map(|ask| ask.of), expected, "{query}");
        }
    }
}
