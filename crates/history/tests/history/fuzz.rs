//! Mutated tokens: none but the one that was given continues a lookup.

use cairn_event::Region;
use cairn_history::{LookupError, LookupInput, Query, QueryRefusal};
use jiff::Timestamp;

use crate::mutator::{Dice, iterations};
use crate::world::{ACCOUNT, NOW, World, entry};

const PIECES: &[&str] = &["=", "==", "-", "_", "+", "/", "A", "AAAA", " ", "\u{0}", "\u{e9}", "%3D"];

fn query(token: Option<&str>) -> Query {
    Query::parse(LookupInput {
        account: ACCOUNT.parse().unwrap(),
        region: &Region::us_east_1(),
        attributes: &[],
        start: None,
        end: None,
        category: None,
        max_results: Some(1),
        next_token: token,
    })
    .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fuzz_lookup_tokens() {
    let mut world = World::new(400).await;
    let alive = world.open().await.unwrap();
    let event = |second: u8| {
        let time = Timestamp::from_second(NOW - 60 + i64::from(second)).unwrap();
        let time = time.strftime("%Y-%m-%dT%H:%M:%SZ");
        format!(
            r#"{{"eventTime":"{time}","eventID":"{second}","eventName":"n","eventCategory":"Management"}}"#
        )
    };
    let last = world.append(&[entry(event(1).into_bytes()), entry(event(2).into_bytes())]);
    alive.wait_for(last).await;
    let now = Timestamp::from_second(NOW).unwrap();
    let token = alive.history.lookup(&query(None), now).unwrap().next_token.unwrap();
    let (mut dice, seeds) = (Dice::new(), [token.clone().into_bytes()]);
    let (mut continued, mut refused) = (0, 0);
    for _ in 0..iterations(5_000) {
        let Ok(text) = String::from_utf8(dice.mutant(&seeds, PIECES)) else { continue };
        match alive.history.lookup(&query(Some(&text)), now) {
            Ok(page) => {
                assert_eq!(text, token, "only what was given continues");
                assert_eq!(page.events.len(), 1);
                continued += 1;
            }
            Err(LookupError::Refused(QueryRefusal::NextToken)) => refused += 1,
            Err(other) => panic!("{text:?}: {other}"),
        }
    }
    println!("mutated tokens: {refused} refused, {continued} unchanged");
    assert!(continued > 0 && refused > 0);
    alive.stop().await;
}
