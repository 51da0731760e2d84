//! What a trail owes: folders that its bucket denied while it took what belongs into others.
//!
//! A folder that is denied holds up no other: the trail's cursor goes on, and a state
//! `owed/<product>/<created>/<arn>`, which changes with it in one transaction, says from which position on the
//! folder has nothing. Its files are made again from the journal, in the windows that they had, so they have
//! their bytes and names. Stored form: `docs/formats/owed.md`.

use std::collections::BTreeMap;

use cairn_catalog::{Catalog, State, StateChange, StoreError, TrailId};
use cairn_event::{AccountId, Region};
use cairn_journal::Position;
use serde::{Deserialize, Serialize};

use crate::log_file::{Folder, SealedLogFile};
use crate::product::Product;

/// How much may be owed: some 1,200 folders. Beyond it a trail that is denied more waits as a whole.
const BODY_BYTES_MAX: usize = 60_000;

const PREFIX: &str = "owed/";

/// The form of the state.
const VERSION: u32 = 1;

/// A folder of a bucket, without the day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) account: AccountId,
    pub(crate) region: Region,
    pub(crate) folder: Folder,
}

/// From where on a folder has nothing.
pub(crate) type Places = BTreeMap<Place, Position>;

/// What one product of a trail owes, and the version under which that is stored.
#[derive(Debug, Default)]
pub(crate) struct Owed {
    pub(crate) places: Places,
    version: Option<u64>,
}

/// What is owed can't be told.
#[derive(Debug, thiserror::Error)]
pub enum OwedError {
    /// The store could not be read.
    #[error("read what a trail owes")]
    Store(#[from] StoreError),
    /// The state is none of delivery's.
    #[error("read what a trail owes: {state} can't be understood")]
    Form {
        /// The state's name.
        state: String,
        #[source]
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The state was written by a newer Cairn.
    #[error("read what a trail owes: {state} is of version {found}, this Cairn knows {VERSION}")]
    Newer {
        /// The state's name.
        state: String,
        /// Its version.
        found: u32,
    },
}

#[derive(Serialize, Deserialize)]
struct Body {
    version: u32,
    places: Vec<(AccountId, Region, String, Position)>,
}

/// Returns the position below which nothing is owed by any trail: what the journal must keep besides what cursors
/// stand before. Ask for cursors first: what is denied meanwhile then lies at or beyond them.
///
/// # Errors
/// See [`OwedError`].
pub async fn owed_from(catalog: &dyn Catalog) -> Result<Option<u64>, OwedError> {
    let mut lowest = None;
    for state in catalog.states(PREFIX).await? {
        lowest = lowest.into_iter().chain(parse(&state)?.into_values()).min();
    }
    Ok(lowest)
}

impl Owed {
    pub(crate) async fn read(
        catalog: &dyn Catalog,
        product: Product,
        trail: &TrailId,
    ) -> Result<Self, OwedError> {
        match catalog.state(&name(product, trail)).await? {
            None => Ok(Self::default()),
            Some(state) => Ok(Self { places: parse(&state)?, version: Some(state.version) }),
        }
    }

    /// Returns how the state must change so that `next` is owed; `None` when it is already.
    pub(crate) fn change(&self, product: Product, trail: &TrailId, next: &Places) -> Option<StateChange> {
        (self.places != *next).then(|| StateChange {
            name: name(product, trail),
            expected: self.version,
            body: render(next),
        })
    }

    /// Takes over what was stored with [`Owed::change`].
    pub(crate) fn changed(&mut self, next: Places) {
        if self.places != next {
            self.places = next;
            self.version = Some(self.version.unwrap_or_default() + 1);
        }
    }
}

/// Tells whether so much may be owed.
pub(crate) fn is_bearable(places: &Places) -> bool {
    render(places).len() <= BODY_BYTES_MAX
}

impl SealedLogFile {
    pub(crate) fn place(&self) -> Place {
        Place { account: self.account, region: self.region.clone(), folder: self.folder }
    }
}

fn name(product: Product, trail: &TrailId) -> String {
    format!("{PREFIX}{}", product.cursor_name(trail))
}

fn render(places: &Places) -> String {
    let row = |(place, from): (&Place, &Position)| {
        (place.account, place.region.clone(), place.folder.as_str().to_owned(), *from)
    };
    let body = Body { version: VERSION, places: places.iter().map(row).collect() };
    // Text and numbers alone: nothing that JSON refuses.
    serde_json::to_string(&body).unwrap_or_default()
}

fn parse(state: &State) -> Result<Places, OwedError> {
    let form = |source| OwedError::Form { state: state.name.clone(), source };
    let body: Body = serde_json::from_str(&state.body).map_err(form)?;
    if body.version != VERSION {
        return Err(OwedError::Newer { state: state.name.clone(), found: body.version });
    }
    let rows = body.places.into_iter().map(|(account, region, folder, from)| {
        let unknown = || form(serde::de::Error::custom(format_args!("{folder} is no folder")));
        let folder = Folder::parse(&folder).ok_or_else(unknown)?;
        Ok((Place { account, region, folder }, from))
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(account: u64, folder: Folder) -> Place {
        Place { account: format!("{account:012}").parse().unwrap(), region: Region::us_east_1(), folder }
    }

    #[test]
    fn what_is_owed_can_be_read_back() {
        let places: Places =
            [(place(1, Folder::CloudTrail), 7), (place(1, Folder::Insight), u64::MAX)].into();
        let body = render(&places);
        assert_eq!(
            body,
            r#"{"version":1,"places":[["000000000001","us-east-1","CloudTrail",7],["000000000001","us-east-1","CloudTrail-Insight",18446744073709551615]]}"#
        );
        let state = |body: &str| State { name: "owed/x".to_owned(), version: 1, body: body.to_owned() };
        assert_eq!(parse(&state(&body)).unwrap(), places);
        for other in ["", "{}", r#"{"version":1,"places":[["000000000001","us-east-1","Attic",7]]}"#] {
            assert!(matches!(parse(&state(other)), Err(OwedError::Form { .. })), "{other}");
        }
        let newer = state(r#"{"version":2,"places":[]}"#);
        assert!(matches!(parse(&newer), Err(OwedError::Newer { found: 2, .. })));
    }

    #[test]
    fn what_may_be_owed_has_room_for_two_hundred_accounts_in_four_regions() {
        let of = |count| (0..count).map(|at| (place(at, Folder::CloudTrail), 1 << 40)).collect();
        assert!(is_bearable(&of(800)));
        assert!(!is_bearable(&of(2_000)));
    }
}
