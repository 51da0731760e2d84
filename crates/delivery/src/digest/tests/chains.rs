//! Chains as they are stored, and what becomes of them with their trails.

use cairn_catalog::TrailId;
use cairn_digest::Previous;

use super::super::chain::{Chain, ChainId, Kind, Phase, Plan};
use super::super::fate::Fate;

fn link(name: &str) -> Previous {
    let text = |what: &str| format!("{what}-{name}");
    Previous { bucket: text("b"), key: text("k"), sha256: text("h"), signature: text("s") }
}

fn plan(kind: Kind) -> Plan {
    Plan {
        kind,
        after: 3,
        upto: 9,
        end_s: 160,
        bucket: "b".to_owned(),
        prefix: Some("p".to_owned()),
        key: "k".to_owned(),
        fingerprint: "f".to_owned(),
    }
}

fn ending(since_s: i64, revision: u64, again: bool) -> Phase {
    Phase::Ending { since_s, revision, again }
}

#[test]
fn a_name_and_a_body_can_be_read_back() {
    let arn = "arn:aws:cloudtrail:eu-west-1:123456789012:trail/main".to_owned();
    let id = ChainId {
        trail: TrailId { arn, created: 7 },
        account: "123456789012".parse().unwrap(),
        region: "us-east-1".parse().unwrap(),
    };
    let name = id.name();
    assert_eq!(name, format!("digest/7/123456789012/us-east-1/{}", id.trail.arn));
    assert_eq!(ChainId::parse(&name).unwrap(), id);
    for name in ["digest/7", "digest/x/123456789012/us-east-1/a", "digests/7/123456789012/us-east-1/a"] {
        assert!(ChainId::parse(name).is_err(), "{name}");
    }
    let mut chain = Chain::begin(100, 3);
    chain.previous = Some(link("1"));
    for kind in [Kind::Regular, Kind::Final, Kind::Backfill { generated_s: 170 }] {
        chain.plan = Some(plan(kind));
        chain.phase = ending(150, 4, true);
        assert_eq!(Chain::parse(&chain.to_body().unwrap()).unwrap(), chain);
        chain.advance(&plan(Kind::Backfill { generated_s: 170 }), link("late"));
        assert_eq!(Chain::parse(&chain.to_body().unwrap()).unwrap(), chain);
    }
}

#[test]
fn version_1_is_read_for_ever_and_a_later_one_refused() {
    let body = r#"{"version":1,"start_s":100,"covered":3,"backfilled":4,"previous":{"bucket":"b-1","key":"k-1",
        "sha256":"h-1","signature":"s-1"},"backfill":{"end_s":90,"bucket":"b-2","key":"k-2","sha256":"h-2",
        "signature":"s-2"},"plan":{"kind":{"is":"backfill","generated_s":170},"after":3,"upto":9,"end_s":160,
        "bucket":"b","prefix":"p","key":"k","fingerprint":"f"},
        "phase":{"is":"ending","since_s":150,"revision":4,"again":true}}"#;
    let chain = Chain::parse(body).unwrap();
    assert_eq!(chain.previous, Some(link("1")));
    assert_eq!(
        chain.backfill.as_ref().map(|backfill| (backfill.end_s, &backfill.digest)),
        Some((90, &link("2")))
    );
    assert_eq!(chain.plan, Some(plan(Kind::Backfill { generated_s: 170 })));
    assert_eq!((chain.backfilled, chain.phase), (4, ending(150, 4, true)));
    assert!(Chain::parse(&body.replace("\"version\":1", "\"version\":2")).is_err());
}

#[test]
fn a_chain_follows_its_trail_and_taking_in_twice_changes_nothing() {
    let on = |ended| Fate { ended, on: true };
    let off = |ended| Fate { ended, on: false };
    let active = Chain::begin(100, 3);
    let with = |phase: Phase| Chain { phase, ..active.clone() };
    let ended = with(Phase::Ended);
    // What was known, what became of the trail (at second 150, with nine receipts), what is then.
    let cases = [
        (None, off(None), None),
        (None, on(None), Some(Chain::begin(150, 9))),
        // It came and went unseen: what it delivers is covered all the same.
        (None, off(Some(4)), Some(Chain { phase: ending(150, 4, false), ..Chain::begin(150, 9) })),
        (Some(active.clone()), on(None), None),
        (Some(active.clone()), off(Some(4)), Some(with(ending(150, 4, false)))),
        (Some(active.clone()), on(Some(4)), Some(with(ending(150, 4, true)))),
        (Some(with(ending(120, 2, false))), off(None), None),
        (Some(with(ending(120, 2, false))), on(None), Some(with(ending(120, 2, true)))),
        (Some(with(ending(120, 2, true))), off(Some(4)), Some(with(ending(150, 4, false)))),
        (Some(ended.clone()), off(None), None),
        (Some(ended.clone()), on(None), Some(Chain::begin(150, 9))),
        // A clock that fell back does not make windows overlap.
        (Some(Chain { start_s: 500, ..ended }), on(None), Some(Chain::begin(500, 9))),
    ];
    for (known, fate, expected) in cases {
        let next = Chain::after(known.as_ref(), fate, 150, 9);
        assert_eq!(next, expected, "{known:?} {fate:?}");
        if let Some(next) = next {
            assert_eq!(Chain::after(Some(&next), fate, 150, 9), None, "{next:?} {fate:?}");
        }
    }
}

#[test]
fn heads_move_past_what_is_put() {
    let mut chain = Chain { plan: Some(plan(Kind::Regular)), ..Chain::begin(100, 3) };
    chain.advance(&plan(Kind::Backfill { generated_s: 170 }), link("late"));
    assert_eq!((chain.start_s, chain.covered, chain.backfilled), (100, 3, 9));
    chain.advance(&plan(Kind::Regular), link("1"));
    assert_eq!((chain.start_s, chain.covered, chain.previous.clone()), (160, 9, Some(link("1"))));
    chain.phase = ending(150, 4, true);
    let mut back = chain.clone();
    back.advance(&Plan { end_s: 200, ..plan(Kind::Final) }, link("2"));
    let begun = Chain { recent: back.recent.clone(), ..Chain::begin(200, 9) };
    assert_eq!(back, begun, "a new chain starts where the last one ended");
    assert_eq!(back.recent, [(0, 3)].into(), "and its digests still count");
    chain.phase = ending(150, 4, false);
    chain.advance(&Plan { end_s: 200, ..plan(Kind::Final) }, link("2"));
    assert_eq!(chain, Chain { phase: Phase::Ended, ..begun });
    let on = Chain::after(Some(&chain), Fate { ended: None, on: true }, 300, 9).unwrap();
    assert_eq!((on.phase, on.recent), (Phase::Active, [(0, 3)].into()));
}

#[test]
fn digests_are_counted_by_the_hour_for_a_day() {
    let mut chain = Chain::begin(0, 3);
    for hour in 0..30 {
        for _twice in 0..2 {
            chain.advance(&Plan { end_s: hour * 3_600, ..plan(Kind::Regular) }, link("1"));
        }
    }
    chain.advance(&plan(Kind::Backfill { generated_s: 29 * 3_600 + 1 }), link("late"));
    assert_eq!(chain.recent.keys().copied().collect::<Vec<_>>(), (5..30).collect::<Vec<_>>());
    assert_eq!((chain.recent[&5], chain.recent[&29]), (2, 3));
    assert_eq!(Chain::parse(&chain.to_body().unwrap()).unwrap(), chain);
}
