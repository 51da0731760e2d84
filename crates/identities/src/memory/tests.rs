use cairn_event::UserIdentity;
use proptest::prelude::*;

use super::*;
use crate::Signatures;

fn realm(number: u8) -> Realm {
    Realm { account: format!("{number:012}").parse().unwrap(), signatures: Signatures::Checked }
}

fn person(name: &str) -> Person {
    let identity = UserIdentity {
        kind: Some("IAMUser".to_owned()),
        user_name: Some(name.to_owned()),
        ..UserIdentity::default()
    };
    Person { identity, ..Person::default() }
}

#[test]
fn who_tells_less_never_takes_the_place_of_who_told_more() {
    let (memory, now) = (Memory::new(8), Timestamp::UNIX_EPOCH);
    let of = |principal_id: &str, name: &str| {
        let mut person = person(name);
        person.identity.principal_id = Some(principal_id.to_owned());
        person
    };
    memory.learn((realm(1), "k"), person("maya"), Rank::Issued, None);
    memory.learn((realm(1), "k"), of("AIDA1", "maya"), Rank::Told, None);
    memory.learn((realm(1), "k"), of("AIDA2", "mallory"), Rank::Listed, None);
    assert_eq!(memory.find(realm(1), "k", now).as_deref(), Some(&of("AIDA1", "maya")));
    memory.learn((realm(1), "k"), person("maya"), Rank::Issued, None);
    assert_eq!(memory.find(realm(1), "k", now).as_deref(), Some(&of("AIDA1", "maya")));
}

#[test]
fn long_people_take_no_more_memory_than_is_given() {
    let memory = Memory::new(100_000);
    for number in 0..2_000 {
        let mut long = person(&number.to_string());
        long.tags = (0..50).map(|tag| (format!("{tag:0256}"), "v".repeat(256))).collect();
        memory.learn((realm(1), &number.to_string()), long, Rank::Issued, None);
    }
    assert!(memory.order().bytes <= BYTES_MAX);
    assert!((500..2_000).contains(&memory.len()), "{}", memory.len());
    let mut endless = person("maya");
    endless.identity.arn = Some("a".repeat(PERSON_BYTES_MAX));
    let before = memory.len();
    memory.learn((realm(1), "endless"), endless, Rank::Issued, None);
    assert_eq!(memory.len(), before);
}

#[test]
fn a_flood_of_sessions_leaves_the_keys_of_users_and_the_other_way_round() {
    let (memory, now) = (Memory::new(16), Timestamp::UNIX_EPOCH);
    let ends = Some("2026-11-22T00:00:00Z".parse().unwrap());
    for number in 0..8 {
        memory.learn((realm(1), &format!("user {number}")), person("maya"), Rank::Issued, None);
    }
    for number in 0..100 {
        memory.learn((realm(1), &format!("session {number}")), person("maya"), Rank::Issued, ends);
    }
    let known = |text: &str| memory.find(realm(1), text, now).is_some();
    assert!((0..8).all(|number| known(&format!("user {number}"))));
    assert!((92..100).all(|number| known(&format!("session {number}"))) && !known("session 91"));
    for number in 0..100 {
        memory.learn((realm(1), &format!("list {number}")), person("maya"), Rank::Listed, None);
    }
    assert!((92..100).all(|number| known(&format!("session {number}"))));
    assert_eq!(memory.len(), 16);
}

#[derive(Debug, Clone)]
enum Step {
    Learn(u8, u8),
    Forget(u8, u8),
}

proptest! {
    #[test]
    fn the_newest_are_remembered_within_the_bound(
        steps in prop::collection::vec(
            prop_oneof![
                4 => (0_u8..3, 0_u8..40).prop_map(|(of, key)| Step::Learn(of, key)),
                1 => (0_u8..3, 0_u8..40).prop_map(|(of, key)| Step::Forget(of, key)),
            ],
            0..200,
        ),
    ) {
        let (memory, now) = (Memory::new(16), Timestamp::UNIX_EPOCH);
        let mut model: Vec<(u8, u8, usize)> = Vec::new();
        for (number, step) in steps.into_iter().enumerate() {
            match step {
                Step::Learn(of, key) => {
                    memory.learn((realm(of), &key.to_string()), person(&number.to_string()), Rank::Told, None);
                    model.retain(|one| (one.0, one.1) != (of, key));
                    model.push((of, key, number));
                    if model.len() > 16 {
                        model.remove(0);
                    }
                }
                Step::Forget(of, key) => {
                    memory.forget(realm(of), &key.to_string());
                    model.retain(|one| (one.0, one.1) != (of, key));
                }
            }
            prop_assert_eq!(memory.len(), model.len());
        }
        for of in 0..3 {
            for key in 0..40 {
                let expected = model.iter().find(|one| (one.0, one.1) == (of, key));
                let found = memory.find(realm(of), &key.to_string(), now);
                let name = found.and_then(|person| person.identity.user_name.clone());
                prop_assert_eq!(name, expected.map(|one| one.2.to_string()));
            }
        }
    }
}
