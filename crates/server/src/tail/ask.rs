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

use cairn_control::{Part, ViewRefusal};

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
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum AskError {
    /// There is no such parameter or value.
    #[error(
        "The tail takes from=POSITION or last=1 to {LAST_MAX}, follow=true or false, positions=true or false, organization=true and with it account=ID and unit=ID."
    )]
    Parameter,
    /// Accounts or units are not named as they can be.
    #[error(transparent)]
    Part(#[from] ViewRefusal),
}

/// The most events that can be asked back.
pub(super) const LAST_MAX: usize = 10_000;

impl Ask {
    /// Reads the raw query.
    pub(super) fn parse(query: &str) -> Result<Self, AskError> {
        let mut ask = Self { start: Start::Now, ending: Ending::Never, lines: Lines::Bare, of: Of::Account };
        let (mut organization, mut accounts, mut units) = (false, Vec::new(), Vec::new());
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').ok_or(AskError::Parameter)?;
            match (name, value) {
                ("from", position) if ask.start == Start::Now => {
                    ask.start = Start::From(position.parse().map_err(|_no_number| AskError::Parameter)?);
                }
                ("last", count) if ask.start == Start::Now => {
                    let count = count.parse().map_err(|_no_number| AskError::Parameter)?;
                    ask.start = if (1..=LAST_MAX).contains(&count) {
                        Start::Last(count)
                    } else {
                        return Err(AskError::Parameter);
                    };
                }
                ("follow", "true") => ask.ending = Ending::Never,
                ("follow", "false") => ask.ending = Ending::AtTheTail,
                ("positions", "true") => ask.lines = Lines::WithPositions,
                ("positions", "false") => ask.lines = Lines::Bare,
                ("organization", "true") => organization = true,
                ("account", id) => accounts.push(id.to_owned()),
                ("unit", id) => units.push(id.to_owned()),
                _ => return Err(AskError::Parameter),
            }
        }
        match organization {
            true => Ok(Self { of: Of::Organization(Part::new(&accounts, &units)?), ..ask }),
            false if accounts.is_empty() && units.is_empty() => Ok(ask),
            false => Err(AskError::Parameter),
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
            ("last=0", Err(AskError::Parameter)),
            ("last=10001", Err(AskError::Parameter)),
            ("from=-1", Err(AskError::Parameter)),
            ("from=1&last=1", Err(AskError::Parameter)),
            ("follow", Err(AskError::Parameter)),
            ("follow=1", Err(AskError::Parameter)),
            ("other=true", Err(AskError::Parameter)),
        ] {
            assert_eq!(Ask::parse(query), expected, "{query}");
        }
    }

    #[test]
    fn an_organization_is_asked_whole_or_in_part() {
        let part =
            Part::new(&["111111111111", "222222222222"].map(str::to_owned), &["ou-exam-11111111".to_owned()]);
        for (query, expected) in [
            ("last=1", Some(Of::Account)),
            ("organization=true", Some(Of::Organization(Part::default()))),
            (
                "account=222222222222&unit=ou-exam-11111111&organization=true&account=111111111111",
                Some(Of::Organization(part.unwrap())),
            ),
            ("account=111111111111", None),
            ("unit=ou-exam-11111111", None),
            ("organization=true&account=1", None),
            ("organization=true&unit=ou-1", None),
            ("organization=false", None),
        ] {
            assert_eq!(Ask::parse(query).ok().map(|ask| ask.of), expected, "{query}");
        }
    }
}
