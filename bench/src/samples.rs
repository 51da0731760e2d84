//! Values to look up by: frequent ones, rare ones, and ones that nothing has.

use std::borrow::Cow;
use std::collections::BTreeMap;

use anyhow::Context as _;
use cairn_history::{Attribute, LookupFields};

use crate::maker::Maker;
use crate::random::Random;

/// Events looked at to tell frequent from rare.
const SAMPLED: u64 = 20_000;

/// How many of the most frequent values count as frequent.
const FREQUENT: usize = 5;

/// The values of one attribute in a sample of the events.
#[derive(Debug)]
pub(crate) struct Samples {
    frequent: Vec<String>,
    rare: Vec<String>,
}

/// A kind of value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Frequent,
    Rare,
    Missing,
}

impl Samples {
    /// Samples the values of `attribute` among the first `events` events.
    pub(crate) fn of(maker: &Maker, events: u64, attribute: Attribute) -> anyhow::Result<Self> {
        let mut random = Random::new(77);
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for _ in 0..SAMPLED {
            let event = maker.event(random.below(events));
            for value in values(&LookupFields::parse(&event)?, attribute) {
                *counts.entry(value).or_default() += 1;
            }
        }
        let mut values: Vec<(u64, String)> =
            counts.into_iter().map(|(value, count)| (count, value)).collect();
        values.sort_unstable();
        let least = values.first().context("find values to look up by")?.0;
        let frequent = values.iter().rev().take(FREQUENT).map(|(_, value)| value.clone()).collect();
        let rare = values.into_iter().filter(|(count, _)| *count == least).map(|(_, value)| value).collect();
        Ok(Self { frequent, rare })
    }

    /// Returns a value of a kind.
    pub(crate) fn value(&self, kind: Kind, random: &mut Random) -> String {
        let from = match kind {
            Kind::Frequent => &self.frequent,
            Kind::Rare | Kind::Missing => &self.rare,
        };
        let index = usize::try_from(random.below(from.len() as u64)).unwrap_or(0);
        let value = from.get(index).cloned().unwrap_or_default();
        match kind {
            Kind::Missing => format!("{value}-{:x}", random.next()),
            Kind::Frequent | Kind::Rare => value,
        }
    }
}

fn values(fields: &LookupFields<'_>, attribute: Attribute) -> Vec<String> {
    let one = |value: Option<&str>| value.map(str::to_owned).into_iter().collect();
    match attribute {
        Attribute::EventId => one(Some(&fields.event_id)),
        Attribute::EventName => one(Some(&fields.event_name)),
        Attribute::EventSource => one(Some(&fields.event_source)),
        Attribute::ReadOnly => one(fields.read_only),
        Attribute::Username => one(fields.username.as_deref()),
        Attribute::AccessKeyId => one(fields.access_key_id.as_deref()),
        Attribute::ResourceType => {
            fields.resources.iter().filter_map(|found| found.kind.clone()).map(Cow::into_owned).collect()
        }
        Attribute::ResourceName => fields.resources.iter().map(|found| found.name.to_string()).collect(),
    }
}
