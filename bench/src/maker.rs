//! Made events: management calls of about 1.3 KB with fresh ids, times, addresses, users, keys and
//! resources, so that they compress and index about as real ones do. The event of a number is always the
//! same, whoever asks.

use cairn_event::{Clock as _, EventTime};

use crate::engine::MachineClock;
use crate::random::Random;
use crate::templates::{CALLS, Call, IDENTITIES, USER_AGENTS};

/// The account of all made events: one history holds them all, which is the hardest case for lookups.
pub(crate) const ACCOUNT: &str = "123456789012";

const USERS: u64 = 5_000;
const KEYS: u64 = 20_000;
const ROLES: u64 = 500;
const RESOURCES: u64 = 200_000;
const INSTANCES: u64 = 100_000;

/// Events that one session of a role makes, about.
const SESSION_EVENTS: u64 = 40;

/// Makes events.
#[derive(Debug)]
pub(crate) struct Maker {
    times: Times,
    identities: Vec<Vec<Piece>>,
    calls: Vec<CallPieces>,
    agents: Vec<Vec<Piece>>,
    /// By a number below [`WEIGHTS`], the call.
    table: Vec<usize>,
}

/// When the made events happened.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Times {
    /// The first event's time, seconds since the epoch.
    pub(crate) start: i64,
    /// Over how many seconds `events` spread.
    pub(crate) seconds: i64,
    pub(crate) events: u64,
}

#[derive(Debug)]
struct CallPieces {
    head: String,
    middle: Vec<Piece>,
    tail: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Account,
    Time,
    Hour,
    User,
    UserId,
    Role,
    RoleId,
    Key,
    KeyId,
    Session,
    Resource,
    Instance,
    Image,
    Number,
    Id,
    IdBare,
}

/// What one event is about; the same wherever a piece names it.
struct Facts {
    random: Random,
    time: String,
    hour: String,
    user: u64,
    role: u64,
    key: u64,
    session: u64,
    resource: u64,
    instance: u64,
}

impl Maker {
    pub(crate) fn new(times: Times) -> Self {
        let mut table = Vec::new();
        for (number, call) in CALLS.iter().enumerate() {
            table.extend(std::iter::repeat_n(number, usize::try_from(call.weight).unwrap_or(0)));
        }
        Self {
            times,
            identities: IDENTITIES.iter().map(|(_, text)| pieces(text)).collect(),
            calls: CALLS.iter().map(call_pieces).collect(),
            agents: USER_AGENTS.iter().map(|text| pieces(text)).collect(),
            table,
        }
    }

    /// Returns the event of a number.
    pub(crate) fn event(&self, number: u64) -> Vec<u8> {
        let mut facts = self.facts(number);
        let mut out = String::with_capacity(2048);
        let call = self.call(&mut facts.random);
        out.push_str(r#"{"eventVersion":"1.11","userIdentity":"#);
        render(pick::<Vec<Piece>>(&self.identities, identity(&mut facts.random)), &mut facts, &mut out);
        out.push_str(r#","eventTime":""#);
        out.push_str(&facts.time);
        out.push_str(&call.head);
        let octets = facts.random.next().to_le_bytes();
        let address =
            [10 + octets[0] % 4, octets[1] % 16, octets[2], octets[3]].map(|octet| octet.to_string());
        out.push_str(&address.join("."));
        out.push_str(r#"","userAgent":"["#);
        render(pick::<Vec<Piece>>(&self.agents, facts.user), &mut facts, &mut out);
        out.push_str(r#"]""#);
        render(&call.middle, &mut facts, &mut out);
        out.push_str(r#","requestID":""#);
        Piece::Id.render(&mut facts, &mut out);
        out.push_str(r#"","eventID":""#);
        Piece::Id.render(&mut facts, &mut out);
        out.push_str(&call.tail);
        out.into_bytes()
    }

    fn call(&self, random: &mut Random) -> &CallPieces {
        let number = match random.below(100_000) {
            0 => CALLS.len() - 1,
            other => pick(&self.table, other).to_owned(),
        };
        pick(&self.calls, number as u64)
    }

    fn facts(&self, number: u64) -> Facts {
        let mut random = Random::new(number);
        let share =
            i128::from(number) * i128::from(self.times.seconds) / i128::from(self.times.events.max(1));
        let seconds = self.times.start + i64::try_from(share).unwrap_or(0);
        Facts {
            time: EventTime::from_epoch_seconds(seconds).to_string(),
            hour: EventTime::from_epoch_seconds(seconds - seconds % 3600).to_string(),
            user: random.skewed(USERS),
            role: random.skewed(ROLES),
            key: random.skewed(KEYS),
            session: number / SESSION_EVENTS + random.below(4),
            resource: random.skewed(RESOURCES),
            instance: random.skewed(INSTANCES),
            random,
        }
    }
}

impl Times {
    /// Spreads the first four million events over the last hour.
    pub(crate) fn ending_now() -> Self {
        const HOUR: i64 = 3600;
        Self { start: MachineClock.now().as_second() - HOUR, seconds: HOUR, events: 4_000_000 }
    }
}

impl Piece {
    fn render(&self, facts: &mut Facts, out: &mut String) {
        match self {
            Self::Text(text) => out.push_str(text),
            Self::Account => out.push_str(ACCOUNT),
            Self::Time => out.push_str(&facts.time),
            Self::Hour => out.push_str(&facts.hour),
            Self::User => named(out, "user", facts.user),
            Self::UserId => code(out, 1, facts.user),
            Self::Role => named(out, "role", facts.role),
            Self::RoleId => code(out, 2, facts.role),
            Self::Key => code(out, 3, facts.key),
            Self::KeyId => id(out, &mut Random::new(facts.resource % 1_000), "-"),
            Self::Session => code(out, 4, facts.session),
            Self::Resource => named(out, "resource", facts.resource),
            Self::Instance => hex(out, Random::new(facts.instance).next(), 17),
            Self::Image => hex(out, Random::new(facts.role).next(), 17),
            Self::Number => out.push_str(&facts.random.below(1_000_000).to_string()),
            Self::Id => id(out, &mut facts.random, "-"),
            Self::IdBare => id(out, &mut facts.random, ""),
        }
    }
}

fn identity(random: &mut Random) -> u64 {
    let mut number = random.below(100);
    let chosen = IDENTITIES.iter().position(|(weight, _)| {
        let found = number < *weight;
        number = number.saturating_sub(*weight);
        found
    });
    chosen.unwrap_or(0) as u64
}

fn pick<T>(of: &[T], number: u64) -> &T {
    &of[usize::try_from(number % of.len() as u64).unwrap_or(0)]
}

fn render(pieces: &[Piece], facts: &mut Facts, out: &mut String) {
    for piece in pieces {
        piece.render(facts, out);
    }
}

fn named(out: &mut String, kind: &str, number: u64) {
    out.push_str(kind);
    out.push('-');
    out.push_str(&number.to_string());
}

/// Writes 16 letters and digits, as ids of principals and keys have them.
fn code(out: &mut String, kind: u64, number: u64) {
    let mut random = Random::new(number ^ (kind << 56));
    let (mut high, mut low) = (random.next(), random.next());
    for _ in 0..8 {
        for half in [&mut high, &mut low] {
            out.push(char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[(*half & 31) as usize]));
            *half >>= 5;
        }
    }
}

fn id(out: &mut String, random: &mut Random, dash: &str) {
    let (high, low) = (random.next(), random.next());
    hex(out, high >> 32, 8);
    for part in [high >> 16, high & 0xfff | 0x4000, low >> 48 & 0x3fff | 0x8000] {
        out.push_str(dash);
        hex(out, part, 4);
    }
    out.push_str(dash);
    hex(out, low, 12);
}

fn hex(out: &mut String, value: u64, digits: u32) {
    for digit in (0..digits).rev() {
        let nibble = value.checked_shr(digit * 4).unwrap_or(0) & 15;
        out.push(char::from(b"0123456789abcdef"[nibble as usize]));
    }
}

fn call_pieces(call: &Call) -> CallPieces {
    let Call { source, name, read_only, request, response, resources, weight: _ } = call;
    let resources = if resources.is_empty() { String::new() } else { format!(r#","resources":{resources}"#) };
    // Resources are rendered with the call: they name what it is about.
    let middle = format!(r#","requestParameters":{request},"responseElements":{response}{resources}"#);
    CallPieces {
        head: format!(
            r#"","eventSource":"{source}.amazonaws.com","eventName":"{name}","awsRegion":"us-east-1","sourceIPAddress":""#
        ),
        middle: pieces(&middle),
        tail: format!(
            r#"","readOnly":{read_only},"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"{ACCOUNT}","eventCategory":"Management","tlsDetails":{{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"{source}.us-east-1.amazonaws.com"}}}}"#
        ),
    }
}

fn pieces(template: &str) -> Vec<Piece> {
    const NAMED: &[(&str, Piece)] = &[
        ("{account}", Piece::Account),
        ("{time}", Piece::Time),
        ("{hour}", Piece::Hour),
        ("{user}", Piece::User),
        ("{user-id}", Piece::UserId),
        ("{role}", Piece::Role),
        ("{role-id}", Piece::RoleId),
        ("{key}", Piece::Key),
        ("{key-id}", Piece::KeyId),
        ("{session}", Piece::Session),
        ("{resource}", Piece::Resource),
        ("{instance}", Piece::Instance),
        ("{image}", Piece::Image),
        ("{number}", Piece::Number),
        ("{id}", Piece::Id),
        ("{id-bare}", Piece::IdBare),
    ];
    let mut out = Vec::new();
    let mut rest = template;
    let mut text = String::new();
    while let Some(first) = rest.chars().next() {
        match NAMED.iter().find(|(name, _)| rest.starts_with(name)) {
            Some((name, piece)) => {
                out.push(Piece::Text(std::mem::take(&mut text)));
                out.push(piece.clone());
                rest = rest.strip_prefix(name).unwrap_or_default();
            }
            None => {
                text.push(first);
                rest = rest.strip_prefix(first).unwrap_or_default();
            }
        }
    }
    out.push(Piece::Text(text));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use cairn_event::{Category, EventView};

    #[test]
    fn made_events_are_management_events_of_a_usual_size() {
        let maker = Maker::new(Times { start: 1_700_000_000, seconds: 1_000, events: 5_000 });
        let mut bytes = 0;
        for number in 0..5_000 {
            let event = maker.event(number);
            assert_eq!(event, maker.event(number));
            let view = EventView::parse(&event).unwrap();
            assert_eq!(view.category(), Category::Management);
            assert_eq!(view.event_time.epoch_seconds(), 1_700_000_000 + i64::try_from(number).unwrap() / 5);
            bytes += event.len();
        }
        let each = bytes / 5_000;
        assert!((1_100..1_500).contains(&each), "{each} bytes an event");
    }
}
