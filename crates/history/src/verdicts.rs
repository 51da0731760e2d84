//! What the values that are kept beside an event say of a search's filters, without reading the event.

use std::io;
use std::sync::Arc;

use tantivy::columnar::StrColumn;

use crate::coded::{self, CUT, Codes};
use crate::search::field::Field;
use crate::search::filter::{Filter, Operator};

/// What is known of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    /// It is not searched for.
    No,
    /// Its bytes must tell.
    Unsure,
    /// All filters that can be decided here hold.
    Yes,
}

/// Filters against one numbering of values: for each value of a column, what it says.
#[derive(Debug, Default)]
pub(crate) struct Verdicts {
    columns: Vec<(usize, Vec<Verdict>)>,
    /// Whether there are filters that no column decides.
    undecided: bool,
}

impl Verdicts {
    /// Holds filters against the head's numbering.
    pub(crate) fn of_head(filters: &[Filter], codes: &Codes) -> Self {
        let mut verdicts = Self::default();
        for filter in filters {
            match coded::column(filter.field) {
                None => verdicts.undecided = true,
                Some(column) => {
                    let values: Vec<Arc<str>> = codes.values(column);
                    let said = values.iter().map(|value| judge(filter, column, value)).collect();
                    verdicts.add(column, said);
                }
            }
        }
        verdicts
    }

    /// Holds filters against a split's columns.
    pub(crate) fn of_split(filters: &[Filter], columns: &[StrColumn]) -> io::Result<Self> {
        let mut verdicts = Self::default();
        for filter in filters {
            let column = coded::column(filter.field);
            match column.and_then(|number| Some((number, columns.get(number)?))) {
                None => verdicts.undecided = true,
                Some((number, column)) => verdicts.add(number, said(filter, number, column)?),
            }
        }
        Ok(verdicts)
    }

    /// Adds what the values of a column say of a filter: all filters must hold.
    fn add(&mut self, column: usize, said: Vec<Verdict>) {
        match self.columns.iter_mut().find(|(known, _)| *known == column) {
            Some((_, known)) => {
                // Of the head, values may have come in between; nothing is said of those.
                known.truncate(said.len());
                known.iter_mut().zip(said).for_each(|(known, said)| *known = (*known).min(said));
            }
            None => self.columns.push((column, said)),
        }
    }

    /// Says what an event's values tell; `code` gives the number of its value in a column.
    pub(crate) fn of(&self, mut code: impl FnMut(usize) -> u32) -> Verdict {
        let mut least = if self.undecided { Verdict::Unsure } else { Verdict::Yes };
        for (column, said) in &self.columns {
            // A number without a value is one that came after the values were looked at.
            let verdict = said.get(code(*column) as usize).copied().unwrap_or(Verdict::Unsure);
            least = least.min(verdict);
            if least == Verdict::No {
                return Verdict::No;
            }
        }
        least
    }

    /// Tells whether no event at all can be searched for.
    pub(crate) fn rule_all_out(&self) -> bool {
        self.columns.iter().any(|(_, said)| said.iter().all(|verdict| *verdict == Verdict::No))
    }

    /// Tells whether there is nothing to look at.
    pub(crate) fn are_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// Returns the columns that are looked at, and what each value says.
    pub(crate) fn columns(&self) -> impl Iterator<Item = (usize, &[Verdict])> {
        self.columns.iter().map(|(column, said)| (*column, said.as_slice()))
    }
}

/// Says what each value of a split's column tells of a filter.
fn said(filter: &Filter, number: usize, column: &StrColumn) -> io::Result<Vec<Verdict>> {
    let dictionary = column.dictionary();
    let terms = dictionary.num_terms();
    let is_kept_whole = filter.field != Field::Outcome && !coded::holds_many(number);
    if is_kept_whole && matches!(filter.operator, Operator::Equals | Operator::NotEquals) {
        let (others, these) = match filter.operator {
            Operator::Equals => (Verdict::No, Verdict::Yes),
            _ => (Verdict::Yes, Verdict::No),
        };
        let mut said = vec![others; terms];
        for value in &filter.values {
            let kept = coded::bounded(value);
            if coded::each(number, &kept).next().is_none() {
                continue;
            }
            let ordinal = dictionary.term_ord(kept.as_bytes())?;
            let place = ordinal.and_then(|ordinal| said.get_mut(usize::try_from(ordinal).ok()?));
            if let Some(place) = place {
                *place = if kept.ends_with(CUT) { Verdict::Unsure } else { these };
            }
        }
        return Ok(said);
    }
    let mut said = Vec::with_capacity(terms);
    let mut stream = dictionary.stream()?;
    while stream.advance() {
        let value = std::str::from_utf8(stream.key()).unwrap_or_default();
        said.push(judge(filter, number, value));
    }
    Ok(said)
}

/// Says what a value tells of a filter.
fn judge(filter: &Filter, column: usize, kept: &str) -> Verdict {
    if filter.field == Field::Outcome {
        let any = coded::outcome(kept).names().iter().any(|name| filter.meets(name));
        return if any != filter.is_negative() { Verdict::Yes } else { Verdict::No };
    }
    if let Some(beginning) = kept.strip_suffix(CUT) {
        return judge_cut(filter, column, beginning);
    }
    let any = coded::each(column, kept).any(|value| filter.meets(value));
    if any != filter.is_negative() { Verdict::Yes } else { Verdict::No }
}

/// Says what a value tells of a filter of which only the beginning is kept; there is more of it.
fn judge_cut(filter: &Filter, column: usize, beginning: &str) -> Verdict {
    let (yes, no) =
        if filter.is_negative() { (Verdict::No, Verdict::Yes) } else { (Verdict::Yes, Verdict::No) };
    match filter.operator {
        Operator::Exists | Operator::NotExists => yes,
        _ if coded::holds_many(column) => Verdict::Unsure,
        Operator::StartsWith if filter.meets(beginning) => yes,
        Operator::StartsWith | Operator::Equals | Operator::NotEquals => {
            if filter.goes_on_from(beginning) {
                Verdict::Unsure
            } else {
                no
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_of_a_long_value_tells_nearly_everything() {
        let long = "agent/".repeat(50);
        let kept = coded::bounded(&long);
        let column = coded::column(Field::UserAgent).unwrap();
        let told = |operator, wanted: &[&str]| {
            let values = wanted.iter().map(|wanted| (*wanted).to_owned()).collect();
            judge(&Filter { field: Field::UserAgent, operator, values }.in_order(), column, &kept)
        };
        let other = "agent/".repeat(40) + &"x".repeat(60);
        for (operator, wanted, verdict) in [
            (Operator::Exists, vec![], Verdict::Yes),
            (Operator::NotExists, vec![], Verdict::No),
            (Operator::StartsWith, vec!["x", "agent/agent"], Verdict::Yes),
            (Operator::StartsWith, vec!["x"], Verdict::No),
            (Operator::StartsWith, vec![&*long], Verdict::Unsure),
            (Operator::StartsWith, vec![&*other], Verdict::No),
            (Operator::Equals, vec!["agent/"], Verdict::No),
            (Operator::Equals, vec!["x", &*long], Verdict::Unsure),
            (Operator::NotEquals, vec!["agent/", &*other], Verdict::Yes),
            (Operator::NotEquals, vec![&*long], Verdict::Unsure),
        ] {
            assert_eq!(told(operator, &wanted), verdict, "{operator:?} {wanted:?}");
        }
    }
}
