//! What a client asks of the tail, in the query.
//!
//! | parameter | meaning |
//! | --- | --- |
//! | `from=POSITION` | begin at this journal position; at the oldest kept when it was trimmed, at the tail when there is no such position yet |
//! | `last=COUNT` | begin with the last so many events of the caller's account and Region |
//! | `follow=false` | end at what was recorded when the call came |
//! | `positions=true` | each line is `{"next":POSITION,"event":{…}}`, and says where to go on; lines without `event` come first and every fifteen seconds |
//!
//! With none of them: everything from now on, one bare record a line.

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ask {
    pub(super) start: Start,
    pub(super) ending: Ending,
    pub(super) lines: Lines,
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
    "The tail takes from=POSITION or last=1 to {LAST_MAX}, follow=true or false, positions=true or false."
)]
pub(super) struct AskError;

/// The most events that can be asked back.
pub(super) const LAST_MAX: usize = 10_000;

impl Ask {
    /// Reads the raw query.
    pub(super) fn parse(query: &str) -> Result<Self, AskError> {
        let mut ask = Self { start: Start::Now, ending: Ending::Never, lines: Lines::Bare };
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
                _ => return Err(AskError),
            }
        }
        Ok(ask)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_is_understood_or_refused() {
        let ask = |start, ending, lines| Ok(Ask { start, ending, lines });
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
}
