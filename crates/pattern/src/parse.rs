//! From a pattern's text to its questions and the combinations of them that match.

use std::collections::BTreeMap;

use crate::address::Block;
use crate::condition::Condition;
use crate::error::{PatternError, PatternFault as Fault};
use crate::folded::Folded;
use crate::json::Json;
use crate::number::{Number, Range};
use crate::wildcard::{Wildcard, WildcardFault};

/// The longest pattern, in bytes. EventBridge takes 4096.
pub(crate) const BYTES_MAX: usize = 64 << 10;

/// How many values a pattern may hold.
pub(crate) const VALUES_MAX: usize = 4_000;

/// How many combinations `$or` may make. EventBridge allows as many.
pub(crate) const BRANCHES_MAX: usize = 1_000;

/// How many questions all combinations may have together: what one event can cost.
pub(crate) const QUESTIONS_MAX: usize = 100_000;

/// One field and the values that will do.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) name: String,
    pub(crate) conditions: Vec<Condition>,
}

/// Questions by their field's name, all of which must be answered; the numbers are places in the list of questions.
pub(crate) type Branch = BTreeMap<String, u32>;

/// What a pattern asks, and the combinations of which one is enough.
#[derive(Debug, Default)]
pub(crate) struct Parsed {
    pub(crate) asked: Vec<Asked>,
    pub(crate) branches: Vec<Branch>,
    values: usize,
}

impl Parsed {
    pub(crate) fn read(text: &str) -> Result<Self, PatternError> {
        if text.len() > BYTES_MAX {
            return Err(PatternError::new("", Fault::TooLong));
        }
        let json =
            serde_json::from_str(text).map_err(|error| PatternError::new("", Fault::NotJson(error)))?;
        let Json::Object(members) = json else { return Err(PatternError::new("", Fault::NotObject)) };
        let mut parsed = Self { branches: vec![Branch::new()], ..Self::default() };
        parsed.object(&members, "")?;
        Ok(parsed)
    }

    fn object(&mut self, members: &[(String, Json)], at: &str) -> Result<(), PatternError> {
        if members.is_empty() {
            return Err(PatternError::new(at, Fault::EmptyObject));
        }
        for (member, json) in members {
            let name = if at.is_empty() { member.clone() } else { format!("{at}.{member}") };
            match json {
                Json::Array(items) if member == OR && is_alternatives(items) => {
                    self.alternatives(items, at)?;
                }
                Json::Array(items) => self.values(items, &name, member == OR)?,
                Json::Object(inner) => self.object(inner, &name)?,
                Json::Null | Json::Truth(_) | Json::Number(_) | Json::Text(_) => {
                    return Err(PatternError::new(name, Fault::NotFieldOrValues));
                }
            }
        }
        Ok(())
    }

    /// Continues every combination so far with each alternative.
    fn alternatives(&mut self, items: &[Json], at: &str) -> Result<(), PatternError> {
        let so_far = std::mem::take(&mut self.branches);
        let mut all = Vec::new();
        for item in items {
            let Json::Object(members) = item else { continue };
            self.branches.clone_from(&so_far);
            self.object(members, at)?;
            all.append(&mut self.branches);
            if all.len() > BRANCHES_MAX {
                return Err(PatternError::new(at, Fault::TooManyBranches));
            }
        }
        self.branches = all;
        Ok(())
    }

    fn values(&mut self, items: &[Json], name: &str, is_or: bool) -> Result<(), PatternError> {
        if items.is_empty() {
            return Err(PatternError::new(name, Fault::EmptyArray));
        }
        let mut conditions = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let condition = value(item, &format!("{name}[{index}]")).map_err(|error| match error.fault {
                Fault::UnknownMatchType(of) if is_or => {
                    PatternError { fault: Fault::OddAlternatives(of), ..error }
                }
                fault => PatternError { fault, ..error },
            })?;
            self.values += match &condition {
                Condition::Neither(conditions) => conditions.len(),
                _ => 1,
            };
            conditions.push(condition);
        }
        if self.values > VALUES_MAX {
            return Err(PatternError::new(name, Fault::TooManyValues));
        }
        // At most VALUES_MAX, for each has a value.
        let place = u32::try_from(self.asked.len()).unwrap_or(u32::MAX);
        self.asked.push(Asked { name: name.to_owned(), conditions });
        for branch in &mut self.branches {
            if branch.insert(name.to_owned(), place).is_some() {
                return Err(PatternError::new(name, Fault::Twice));
            }
        }
        let questions: usize = self.branches.iter().map(Branch::len).sum();
        if questions > QUESTIONS_MAX {
            return Err(PatternError::new(name, Fault::TooManyQuestions));
        }
        Ok(())
    }
}

const OR: &str = "$or";

/// Tells whether `$or` has alternatives; else it is a field of that name, as it was before there were any.
fn is_alternatives(items: &[Json]) -> bool {
    let is_one = |item: &Json| match item {
        Json::Object(members) => !members.iter().any(|(name, _)| RESERVED.contains(&name.as_str())),
        _ => false,
    };
    items.len() > 1 && items.iter().all(is_one)
}

/// Names that no field in an alternative can have: match types, and those that EventBridge keeps for later.
const RESERVED: &[&str] = &[
    "exactly",
    "equals-ignore-case",
    "prefix",
    "suffix",
    "anything-but",
    "exists",
    "wildcard",
    "numeric",
    "cidr",
    "=",
    "<",
    "<=",
    ">",
    ">=",
    "regex",
    "not-wildcard",
    "not-equals-ignore-case",
    "date-after",
    "date-on-or-after",
    "date-before",
    "date-on-or-before",
    "in-date-range",
    "ip-address-in-range",
    "ip-address-not-in-range",
];

fn value(json: &Json, at: &str) -> Result<Condition, PatternError> {
    match json {
        Json::Null => Ok(Condition::Null),
        Json::Truth(truth) => Ok(Condition::Truth(*truth)),
        Json::Number(number) => Ok(Condition::Number(*number)),
        Json::Text(text) => Ok(Condition::exactly(text.clone())),
        Json::Array(_) => Err(PatternError::new(at, Fault::NestedArray)),
        Json::Object(members) => {
            let (kind, operand) = only_member(members, at)?;
            match_type(kind, operand, &format!("{at}.{kind}"))
        }
    }
}

fn only_member<'j>(members: &'j [(String, Json)], at: &str) -> Result<(&'j str, &'j Json), PatternError> {
    match members {
        [(kind, operand)] => Ok((kind, operand)),
        _ => Err(PatternError::new(at, Fault::NotOneMatchType)),
    }
}

fn match_type(kind: &str, operand: &Json, at: &str) -> Result<Condition, PatternError> {
    match kind {
        "exactly" => Ok(Condition::Text(text(operand, at)?.to_owned())),
        "prefix" | "suffix" => affix(kind, operand, at),
        "equals-ignore-case" | "wildcard" => on_text(kind, operand, at),
        "anything-but" => anything_but(operand, at),
        "numeric" => numeric(operand, at),
        "exists" => match operand {
            Json::Truth(true) => Ok(Condition::Present),
            Json::Truth(false) => Ok(Condition::Absent),
            _ => Err(PatternError::new(at, Fault::NotTruth)),
        },
        "cidr" => {
            let block = Block::parse(text(operand, at)?);
            block.map(Condition::Block).ok_or_else(|| PatternError::new(at, Fault::NotBlock))
        }
        unknown => Err(PatternError::new(at, Fault::UnknownMatchType(unknown.to_owned()))),
    }
}

fn text<'j>(json: &'j Json, at: &str) -> Result<&'j str, PatternError> {
    match json {
        Json::Text(text) => Ok(text),
        _ => Err(PatternError::new(at, Fault::NotText)),
    }
}

fn affix(kind: &str, operand: &Json, at: &str) -> Result<Condition, PatternError> {
    let Json::Object(members) = operand else { return on_text(kind, operand, at) };
    let (within, operand) = only_member(members, at)?;
    let at = format!("{at}.{within}");
    if within != "equals-ignore-case" {
        return Err(PatternError::new(at, Fault::WithinAffix));
    }
    let folded = Folded::new(text(operand, &at)?);
    Ok(if kind == "prefix" { Condition::PrefixAnyCase(folded) } else { Condition::SuffixAnyCase(folded) })
}

fn on_text(kind: &str, operand: &Json, at: &str) -> Result<Condition, PatternError> {
    let text = text(operand, at)?;
    match kind {
        "prefix" => Ok(Condition::Prefix(text.to_owned())),
        "suffix" => Ok(Condition::Suffix(text.to_owned())),
        "equals-ignore-case" => Ok(Condition::AnyCase(Folded::new(text))),
        _ => match Wildcard::parse(text) {
            Ok(wildcard) => Ok(Condition::Wildcard(wildcard)),
            Err(WildcardFault::TwoAsterisks) => Err(PatternError::new(at, Fault::TwoAsterisks)),
            Err(WildcardFault::Escape) => Err(PatternError::new(at, Fault::OddEscape)),
        },
    }
}

fn anything_but(operand: &Json, at: &str) -> Result<Condition, PatternError> {
    let Json::Object(members) = operand else {
        let items = one_or_more(operand, at)?;
        let texts = items.iter().all(|item| matches!(item, Json::Text(_)));
        let numbers = items.iter().all(|item| matches!(item, Json::Number(_)));
        if !texts && !numbers {
            return Err(PatternError::new(at, Fault::NotTextsOrNumbers));
        }
        let conditions = items.iter().filter_map(|item| match item {
            Json::Text(text) => Some(Condition::Text(text.clone())),
            Json::Number(number) => Some(Condition::Number(*number)),
            Json::Null | Json::Truth(_) | Json::Array(_) | Json::Object(_) => None,
        });
        return Ok(Condition::Neither(conditions.collect()));
    };
    let (kind, operand) = only_member(members, at)?;
    let at = format!("{at}.{kind}");
    let is_affix = matches!(kind, "prefix" | "suffix");
    if !is_affix && !matches!(kind, "equals-ignore-case" | "wildcard") {
        return Err(PatternError::new(at, Fault::AnythingBut));
    }
    let one = |item: &Json| match item {
        Json::Text(text) if text.is_empty() && is_affix => Err(PatternError::new(&at, Fault::EmptyText)),
        item => on_text(kind, item, &at),
    };
    let conditions: Result<_, _> = one_or_more(operand, &at)?.iter().map(one).collect();
    Ok(Condition::Neither(conditions?))
}

/// Reads an array that is not empty, or a single value as if it were in one.
fn one_or_more<'j>(operand: &'j Json, at: &str) -> Result<&'j [Json], PatternError> {
    match operand {
        Json::Array(items) if items.is_empty() => Err(PatternError::new(at, Fault::EmptyArray)),
        Json::Array(items) => Ok(items),
        single => Ok(std::slice::from_ref(single)),
    }
}

fn numeric(operand: &Json, at: &str) -> Result<Condition, PatternError> {
    let refused = |fault| PatternError::new(at, fault);
    let Json::Array(items) = operand else { return Err(refused(Fault::NotNumeric)) };
    let bound = |operator: &Json, number: &Json| match (operator, number) {
        (Json::Text(operator), Json::Number(number)) => bound(operator, *number).map_err(refused),
        _ => Err(refused(Fault::NotNumeric)),
    };
    let range = match items.as_slice() {
        [operator, number] => bound(operator, number)?,
        [lower, number, upper, other] => {
            let (lower, upper) = (bound(lower, number)?, bound(upper, other)?);
            if lower.most != Range::ALL.most || upper.least != Range::ALL.least {
                return Err(refused(Fault::NotNumeric));
            }
            Range { least: lower.least, most: upper.most }
        }
        _ => return Err(refused(Fault::NotNumeric)),
    };
    if range.least > range.most {
        return Err(refused(Fault::NoSuchNumber));
    }
    Ok(Condition::Numeric(range))
}

/// Reads one bound; numbers are told apart by millionths, so that an open bound is the next one.
fn bound(operator: &str, number: Number) -> Result<Range, Fault> {
    let value = number.millionths().ok_or(Fault::NumberTooLarge)?;
    Ok(match operator {
        "=" => Range { least: value, most: value },
        ">" => Range { least: value + 1, ..Range::ALL },
        ">=" => Range { least: value, ..Range::ALL },
        "<" => Range { most: value - 1, ..Range::ALL },
        "<=" => Range { most: value, ..Range::ALL },
        _ => return Err(Fault::NotNumeric),
    })
}
