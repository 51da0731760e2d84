//! Patterns: text with `*`, `?` and policy variables, and ARNs of such text.

use crate::Context;
use crate::context::key::{self, KeyProblem};

/// Text in which `*` stands for any run of characters, `?` for one, `${key}` for a value of the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    pieces: Vec<Piece>,
}

/// What is special in a pattern's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Syntax {
    /// `*` and `?` are wildcards; otherwise they are themselves.
    pub(crate) wildcards: Wildcards,
    /// `${…}` is a variable; otherwise it is itself. Only policies of version 2012-10-17 have them.
    pub(crate) variables: Variables,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wildcards {
    Special,
    Plain,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Variables {
    Special,
    Plain,
}

/// How letters are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    Sensitive,
    Insensitive,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Glyph(Glyph),
    Variable { key: String, default: Option<String> },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Glyph {
    Is(char),
    One,
    Any,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// A variable is not closed or has no name.
    pub(crate) fn parse(text: &str, syntax: Syntax) -> Result<Self, &'static str> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(next) = rest.chars().next() {
            if syntax.variables == Variables::Special
                && let Some(after) = rest.strip_prefix("${")
            {
                let (inside, tail) =
                    after.split_once('}').ok_or("it opens a policy variable and never closes it")?;
                pieces.push(variable(inside)?);
                rest = tail;
                continue;
            }
            pieces.push(Piece::Glyph(match (syntax.wildcards, next) {
                (Wildcards::Special, '*') => Glyph::Any,
                (Wildcards::Special, '?') => Glyph::One,
                _ => Glyph::Is(next),
            }));
            rest = rest.get(next.len_utf8()..).unwrap_or_default();
        }
        Ok(Self { pieces })
    }

    /// Tells whether the whole text is one variable.
    pub(crate) fn is_one_variable(text: &str, variables: Variables) -> bool {
        let inside = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
        variables == Variables::Special && inside.is_some_and(|inside| !inside.contains(['{', '}']))
    }

    /// Tells whether `subject` fits. A variable without exactly one value, and without a default, fits nothing.
    pub(crate) fn matches(&self, subject: &str, context: &Context, case: Case) -> bool {
        let Some(glyphs) = self.resolve(context) else { return false };
        let subject: Vec<char> = subject.chars().collect();
        fits(&glyphs, &subject, case)
    }

    fn resolve(&self, context: &Context) -> Option<Vec<Glyph>> {
        let mut glyphs = Vec::with_capacity(self.pieces.len());
        for piece in &self.pieces {
            match piece {
                Piece::Glyph(glyph) => glyphs.push(*glyph),
                // A value is put in as itself: a `*` inside it is a star, not a wildcard.
                Piece::Variable { key, default } => {
                    let value = context.single(key).or(default.as_deref())?;
                    glyphs.extend(value.chars().map(Glyph::Is));
                }
            }
        }
        Some(glyphs)
    }
}

fn variable(inside: &str) -> Result<Piece, &'static str> {
    match inside {
        "*" => return Ok(Piece::Glyph(Glyph::Is('*'))),
        "?" => return Ok(Piece::Glyph(Glyph::Is('?'))),
        "$" => return Ok(Piece::Glyph(Glyph::Is('$'))),
        _ => {}
    }
    let (key, default) = match inside.split_once(',') {
        None => (inside, None),
        Some((key, default)) => {
            let quoted = default.trim().strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
            (
                key,
                Some(
                    quoted.ok_or("the default of a policy variable must stand in single quotes")?.to_owned(),
                ),
            )
        }
    };
    let key = key.trim();
    if key.is_empty() {
        Err("it has a policy variable without a name")
    } else if let Err(problem) = key::check(key) {
        Err(match problem {
            KeyProblem::Unknown => "it has a policy variable that is none of AWS's aws: keys",
            KeyProblem::Untold => "it has a policy variable that is not supported",
        })
    } else {
        Ok(Piece::Variable { key: key.to_owned(), default })
    }
}

/// Matches in at most `glyphs × subject` steps: on a mismatch only the last star takes one character more.
fn fits(glyphs: &[Glyph], subject: &[char], case: Case) -> bool {
    let same = |one: char, other: char| match case {
        Case::Sensitive => one == other,
        Case::Insensitive => one == other || one.to_lowercase().eq(other.to_lowercase()),
    };
    let (mut glyph, mut at) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while let Some(letter) = subject.get(at) {
        match glyphs.get(glyph) {
            Some(Glyph::Any) => {
                glyph += 1;
                star = Some((glyph, at));
            }
            Some(Glyph::One) => (glyph, at) = (glyph + 1, at + 1),
            Some(Glyph::Is(wanted)) if same(*wanted, *letter) => (glyph, at) = (glyph + 1, at + 1),
            Some(Glyph::Is(_)) | None => {
                let Some((after, taken)) = star else { return false };
                star = Some((after, taken + 1));
                (glyph, at) = (after, taken + 1);
            }
        }
    }
    glyphs.iter().skip(glyph).all(|rest| *rest == Glyph::Any)
}

/// An ARN of patterns: five parts that wildcards do not leave, and a last one with all the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ArnPattern {
    parts: Vec<Pattern>,
}

impl ArnPattern {
    /// Reads an ARN of patterns.
    ///
    /// # Errors
    /// It has fewer than six parts, does not begin with `arn`, or holds a malformed variable.
    pub(crate) fn parse(text: &str, variables: Variables) -> Result<Self, &'static str> {
        Self::of_parts(&split_outside_variables(text, variables), variables)
    }

    /// Reads the ARN of a resource, whose service is named. One of three to five parts stands for all
    /// resources that begin so, as IAM completes it.
    ///
    /// # Errors
    /// It has fewer than three parts, a wildcard or variable in its service, or is refused by [`Self::parse`].
    pub(crate) fn parse_beginning(text: &str, variables: Variables) -> Result<Self, &'static str> {
        let mut parts = split_outside_variables(text, variables);
        if parts.len() >= ARN_PARTS_MIN {
            parts.resize(ARN_PARTS, "*");
        }
        Self::named_service(&parts)?;
        Self::of_parts(&parts, variables)
    }

    /// Reads the ARN of a resource, whose service is named.
    ///
    /// # Errors
    /// It has a wildcard or variable in its service, or is refused by [`Self::parse`].
    pub(crate) fn parse_whole(text: &str, variables: Variables) -> Result<Self, &'static str> {
        let parts = split_outside_variables(text, variables);
        Self::named_service(&parts)?;
        Self::of_parts(&parts, variables)
    }

    fn named_service(parts: &[&str]) -> Result<(), &'static str> {
        match parts.get(2) {
            Some(service) if service.is_empty() || service.contains(['*', '?', '$']) => {
                Err("an ARN's service must be named in full")
            }
            Some(_) | None => Ok(()),
        }
    }

    fn of_parts(parts: &[&str], variables: Variables) -> Result<Self, &'static str> {
        if parts.len() != ARN_PARTS || parts.first() != Some(&"arn") {
            return Err("an ARN has six parts: arn:partition:service:region:account:resource");
        }
        let syntax = Syntax { wildcards: Wildcards::Special, variables };
        let parts = parts.iter().map(|part| Pattern::parse(part, syntax)).collect::<Result<_, _>>()?;
        Ok(Self { parts })
    }

    /// Tells whether `subject` is an ARN that fits part by part.
    pub(crate) fn matches(&self, subject: &str, context: &Context) -> bool {
        let given: Vec<&str> = subject.splitn(ARN_PARTS, ':').collect();
        given.len() == self.parts.len()
            && self.parts.iter().zip(given).all(|(part, text)| part.matches(text, context, Case::Sensitive))
    }
}

/// Splits at the first five colons that are not inside `${…}`.
fn split_outside_variables(text: &str, variables: Variables) -> Vec<&str> {
    let mut parts = Vec::with_capacity(ARN_PARTS);
    let (mut begin, mut inside, mut before) = (0, false, ' ');
    for (index, letter) in text.char_indices() {
        match letter {
            '{' if before == '$' && variables == Variables::Special => inside = true,
            '}' => inside = false,
            ':' if !inside && parts.len() + 1 < ARN_PARTS => {
                parts.push(text.get(begin..index).unwrap_or_default());
                begin = index + 1;
            }
            _ => {}
        }
        before = letter;
    }
    parts.push(text.get(begin..).unwrap_or_default());
    parts
}

const ARN_PARTS: usize = 6;

/// `arn:partition:service`, the least that IAM completes.
const ARN_PARTS_MIN: usize = 3;
