//! From the model's regular expressions to the piece tables of `cairn_wire`'s `Pattern`.
//!
//! The model needs little: a sequence of literals and classes, each with a count, and an optional
//! group at the end. Anything else is refused here, at generation, rather than guessed at.

use std::fmt::Write as _;
use std::iter::Peekable;
use std::str::Chars;

use anyhow::{Context, Result, bail};

type Ranges = Vec<(char, char)>;

/// Characters of a class: ranges, and classes of Unicode by their letter.
#[derive(Default)]
struct Set {
    ranges: Ranges,
    classes: Vec<&'static str>,
}

struct Piece {
    set: Set,
    min: u32,
    max: Option<u32>,
}

/// Patterns that say more than a sequence can, and the widest sequence that takes all they take. What
/// they refuse beyond it is refused by the service itself.
const SIMPLER: &[(&str, &str)] = &[
    ("((/[A-Za-z0-9\\.,\\+@=_-]+)*)/", "(/)|(/[A-Za-z0-9\\.,\\+@=_/-]+/)"),
    ("^([A-Za-z0-9\\-]+)\\.([A-Za-z0-9\\-]+)(\\.[A-Za-z0-9\\-]+)+$", "[A-Za-z0-9.-]+"),
    ("^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)$", "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*"),
    ("[\\s\\S]*", "(?s).*"),
    ("[^\\s@]+@[^\\s@]+\\.[^\\s@]+", "[!-?A-~]+@[!-?A-~]+"),
    (
        "^(r-[0-9a-z]{4,32})|(\\d{12})|(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})|(^p-[0-9a-zA-Z_]{8,128})|(^rp-[0-9a-zA-Z_]{4,128})|(^rt-[0-9a-zA-Z_]{8,32})$",
        "(r-[0-9a-z]{4,32})|(\\d{12})|(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})|(p-[0-9a-zA-Z_]{8,128})|(rp-[0-9a-zA-Z_]{4,128})|(rt-[0-9a-zA-Z_]{8,32})",
    ),
    (
        "^(o-[a-z0-9]{10,32}\\/r-[0-9a-z]{4,32}(\\/ou\\-[0-9a-z]{4,32}-[a-z0-9]{8,32})*(\\/\\d{12})*)\\/",
        "o-[a-z0-9]{10,32}/r-[0-9a-z/-]+",
    ),
    ("^([a-z]+-){2,3}\\d+$", "[a-z0-9-]+"),
    ("^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$", "[a-z0-9][a-z0-9-]{1,61}[a-z0-9]"),
];

/// Renders `source` as an expression of type `Pattern`.
///
/// Anchors are dropped: AWS matches the whole value whether or not the pattern says so.
pub(crate) fn render(source: &str) -> Result<String> {
    let readable =
        SIMPLER.iter().find(|(written, _)| *written == source).map_or(source, |(_, simpler)| simpler);
    let alternatives = parse(readable).with_context(|| format!("understand the pattern {source}"))?;
    let mut text = format!("Pattern {{ source: {source:?}, alternatives: &[");
    for pieces in alternatives {
        text.push_str("&[");
        for piece in pieces {
            let max = piece.max.map_or_else(|| "u32::MAX".to_owned(), |max| max.to_string());
            write!(
                text,
                "Piece {{ ranges: &[{}], classes: &[{}], min: {}, max: {max} }},",
                ranges(&piece.set.ranges),
                piece.set.classes.join(", "),
                piece.min
            )?;
        }
        text.push_str("],");
    }
    text.push_str("] }");
    Ok(text)
}

impl Set {
    fn of(ranges: Ranges) -> Self {
        Self { ranges, classes: Vec::new() }
    }
}

fn ranges(ranges: &[(char, char)]) -> String {
    ranges.iter().map(|&(low, high)| format!("({}, {}),", literal(low), literal(high))).collect()
}

/// Writes a character so that the generated file stays ASCII.
fn literal(c: char) -> String {
    if c.is_ascii() { format!("{c:?}") } else { format!("'{}'", c.escape_unicode()) }
}

fn parse(source: &str) -> Result<Vec<Vec<Piece>>> {
    let (dot_all, rest) = match source.strip_prefix("(?s)") {
        Some(rest) => (true, rest),
        None => (false, source),
    };
    let rest = rest.strip_prefix('^').unwrap_or(rest);
    let rest = rest.strip_suffix('$').unwrap_or(rest);
    if let Some(alternatives) = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'))
        && alternatives.contains(")|(")
    {
        return alternatives.split(")|(").map(|alternative| sequence(alternative, dot_all)).collect();
    }
    let Some((head, group)) = rest.strip_suffix(")?").and_then(|rest| rest.split_once('(')) else {
        return Ok(vec![sequence(rest, dot_all)?]);
    };
    let mut with_group = sequence(head, dot_all)?;
    with_group.extend(sequence(group, dot_all)?);
    Ok(vec![sequence(head, dot_all)?, with_group])
}

fn sequence(source: &str, dot_all: bool) -> Result<Vec<Piece>> {
    let mut chars = source.chars().peekable();
    let mut pieces = Vec::new();
    while let Some(c) = chars.next() {
        let set = match c {
            '[' => class(&mut chars)?,
            '.' if dot_all => Set::of(vec![('\0', char::MAX)]),
            '.' => Set::of(except_line_ends()),
            '\\' => escaped(&mut chars)?,
            '(' | ')' | '|' | '*' | '+' | '?' | '{' | '}' | '^' | '$' => bail!("{c:?} has no meaning here"),
            literal => Set::of(vec![(literal, literal)]),
        };
        let (min, max) = count(&mut chars)?;
        pieces.push(Piece { set, min, max });
    }
    Ok(pieces)
}

/// What `.` leaves out: the line ends of the service's own regular expressions.
fn except_line_ends() -> Ranges {
    vec![
        ('\0', '\u{9}'),
        ('\u{b}', '\u{c}'),
        ('\u{e}', '\u{84}'),
        ('\u{86}', '\u{2027}'),
        ('\u{202a}', char::MAX),
    ]
}

fn class(chars: &mut Peekable<Chars<'_>>) -> Result<Set> {
    let mut set = Set::default();
    loop {
        let first = match chars.next().context("find the end of a class")? {
            ']' => return Ok(set),
            '\\' => escaped(chars)?,
            literal => Set::of(vec![(literal, literal)]),
        };
        set.classes.extend(first.classes);
        let ranges = &mut set.ranges;
        let first = first.ranges;
        let [(low, high)] = first.as_slice() else {
            ranges.extend(first);
            continue;
        };
        let mut ahead = chars.clone();
        let spans = low == high && ahead.next() == Some('-') && ahead.peek().is_some_and(|&next| next != ']');
        if !spans {
            ranges.push((*low, *high));
            continue;
        }
        chars.next();
        let last = match chars.next().context("find the end of a range")? {
            '\\' => escaped(chars)?,
            literal => Set::of(vec![(literal, literal)]),
        };
        let [(_, last)] = last.ranges.as_slice() else { bail!("a range ends in a class") };
        ranges.push((*low, *last));
    }
}

/// Reads what follows a backslash. A pair of surrogates is one character beyond U+FFFF.
fn escaped(chars: &mut Peekable<Chars<'_>>) -> Result<Set> {
    if chars.peek() == Some(&'p') {
        let name: String = chars.take(4).collect();
        return Ok(Set { ranges: Ranges::new(), classes: vec![unicode_class(&name)?] });
    }
    Ok(Set::of(match chars.next().context("find what is escaped")? {
        'd' => vec![('0', '9')],
        'w' => vec![('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')],
        's' => vec![(' ', ' '), ('\t', '\r')],
        'n' => vec![('\n', '\n')],
        't' => vec![('\t', '\t')],
        'u' => {
            let mut units = vec![unit(chars)?];
            if (0xD800..0xDC00).contains(units.last().unwrap_or(&0)) {
                if (chars.next(), chars.next()) != (Some('\\'), Some('u')) {
                    bail!("half a pair of surrogates");
                }
                units.push(unit(chars)?);
            }
            let decoded: String = String::from_utf16(&units).context("decode an escaped character")?;
            decoded.chars().map(|c| (c, c)).collect()
        }
        literal if literal.is_ascii_punctuation() => vec![(literal, literal)],
        other => bail!("the escape \\{other} is unknown"),
    }))
}

fn unicode_class(name: &str) -> Result<&'static str> {
    match name {
        "p{L}" => Ok("Class::Letter"),
        "p{N}" => Ok("Class::Number"),
        "p{Z}" => Ok("Class::Separator"),
        other => bail!("the class \\{other} is unknown"),
    }
}

fn unit(chars: &mut Peekable<Chars<'_>>) -> Result<u16> {
    let digits: String = chars.take(4).collect();
    u16::from_str_radix(&digits, 16).with_context(|| format!("read the escape \\u{digits}"))
}

fn count(chars: &mut Peekable<Chars<'_>>) -> Result<(u32, Option<u32>)> {
    let counted = match chars.peek() {
        Some('*') => (0, None),
        Some('+') => (1, None),
        Some('?') => (0, Some(1)),
        Some('{') => {
            chars.next();
            let inner: String = chars.take_while(|&c| c != '}').collect();
            let (min, max) = inner.split_once(',').unwrap_or((&inner, &inner));
            return Ok((min.parse()?, Some(max.parse()?)));
        }
        _ => return Ok((1, Some(1))),
    };
    chars.next();
    Ok(counted)
}
