use std::sync::atomic::{AtomicU8, Ordering};

use cairn_catalog::SqliteCatalog;
use proptest::prelude::*;

use super::*;
use crate::{Attempt, TooEarly};

#[derive(Debug, Default)]
struct Counting(AtomicU8);

impl Ids for Counting {
    fn guid(&self) -> String {
        String::new()
    }

    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0.fetch_add(1, Ordering::SeqCst));
    }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

fn attempt(user: &str) -> Attempt {
    Attempt::new("111122223333", Some(user), "198.51.100.7".parse().unwrap())
}

#[tokio::test]
async fn a_restart_forgives_nobody_and_an_hour_does() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = SqliteCatalog::open(&dir.path().join("catalog.db")).await.unwrap();
    let (master, ids) = (MasterKey::new(&[7; 32]).unwrap(), Counting::default());
    let guesses = Guesses::open(&catalog, &master, at(0)).await.unwrap();
    guesses.save(&catalog, &master, &ids, at(0)).await.unwrap();
    assert!(catalog.state(STATE).await.unwrap().is_none(), "nothing was counted");
    for _ in 0..5 {
        guesses.begin(&attempt("maya"), at(0)).unwrap();
    }
    for _ in 0..2 {
        guesses.save(&catalog, &master, &ids, at(0)).await.unwrap();
        assert_eq!(catalog.state(STATE).await.unwrap().unwrap().version, 1, "saved once for each change");
    }
    let body = catalog.state(STATE).await.unwrap().unwrap().body;
    for (waits, master, now) in [(true, [7; 32], 1), (false, [8; 32], 1), (false, [7; 32], 3_600)] {
        let again = Guesses::open(&catalog, &MasterKey::new(&master).unwrap(), at(now)).await.unwrap();
        assert_eq!(again.check(&attempt("maya"), at(now)).is_err(), waits);
        assert_eq!(again.check(&attempt("nobody"), at(now)), Ok(()));
    }
    let again = Guesses::open(&catalog, &master, at(40)).await.unwrap();
    again.begin(&attempt("maya"), at(40)).unwrap();
    assert_eq!(again.check(&attempt("maya"), at(40)), Err(TooEarly { seconds: 61 }), "it counts on");
    again.right(&attempt("maya"), at(40));
    again.save(&catalog, &master, &ids, at(40)).await.unwrap();
    assert_ne!(catalog.state(STATE).await.unwrap().unwrap().body, body);
    let forgiven = Guesses::open(&catalog, &master, at(41)).await.unwrap();
    assert_eq!(forgiven.check(&attempt("maya"), at(41)), Ok(()));
    catalog.close().await;
}

#[tokio::test]
async fn a_flood_of_names_fills_one_state_and_pushes_out_nobody_who_was_tried_more() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = SqliteCatalog::open(&dir.path().join("catalog.db")).await.unwrap();
    let (master, ids) = (MasterKey::new(&[7; 32]).unwrap(), Counting::default());
    let guesses = Guesses::default();
    for _ in 0..5 {
        guesses.begin(&attempt("maya"), at(0)).unwrap();
    }
    for name in 0..20_000_u32 {
        let from = std::net::Ipv4Addr::from(name).into();
        guesses.begin(&Attempt::new("111122223333", Some(&name.to_string()), from), at(1)).unwrap();
    }
    guesses.save(&catalog, &master, &ids, at(1)).await.unwrap();
    assert!(catalog.state(STATE).await.unwrap().unwrap().body.len() < 65_536);
    let again = Guesses::open(&catalog, &master, at(2)).await.unwrap();
    assert_eq!(again.kept().tries.len(), SAVED_MAX);
    assert!(again.check(&attempt("maya"), at(2)).is_err());
    catalog.close().await;
}

#[test]
fn a_clock_that_was_set_back_keeps_nobody_out_for_long() {
    let tries = Tries { wrong: 40, last: at(90_000), until: at(90_900) };
    let read = decode(&encode(vec![(Guessed::Address(7), tries)]), at(0)).unwrap();
    let (of, tries) = read[0];
    assert!(of == Guessed::Address(7) && tries.last == at(0) && tries.until == at(900));
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(names in prop::collection::vec((any::<[u8; 32]>(), any::<u128>(), any::<u32>(), 0..900_i64), 0..20)) {
        let tries = names.iter().flat_map(|(name, address, wrong, seconds)| {
            let tries = Tries { wrong: *wrong, last: at(-*seconds), until: at(*seconds) };
            [(Guessed::Name(*name), tries), (Guessed::Address(*address), tries)]
        });
        let mut tries: Vec<_> = tries.collect();
        let mut read = decode(&encode(tries.clone()), at(0)).unwrap();
        tries.sort_by_key(|(of, tries)| (*of, tries.wrong, tries.last));
        read.sort_by_key(|(of, tries)| (*of, tries.wrong, tries.last));
        prop_assert_eq!(format!("{read:?}"), format!("{tries:?}"));
    }

    #[test]
    fn foreign_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Some(read) = decode(&bytes, at(0)) {
            prop_assert_eq!(read.len(), (bytes.len() - 1) / ENTRY_BYTES);
        }
    }
}
