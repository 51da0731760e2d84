use proptest::prelude::*;

use super::*;

fn entry() -> impl Strategy<Value = Entry> {
    let origin = prop::sample::select(vec![Origin::Call, Origin::Delivery, Origin::Import]);
    let event = prop::collection::vec(any::<u8>(), 0..200);
    (any::<u64>(), any::<i64>(), "[0-9]{12}", "[a-z0-9-]{2,32}", origin, event).prop_map(
        |(revision, received_ms, account, region, origin, event)| Entry {
            revision,
            received_ms,
            account: account.parse().unwrap(),
            region: region.parse().unwrap(),
            origin,
            event,
        },
    )
}

fn sample() -> Entry {
    Entry {
        revision: 0x0102,
        received_ms: -2,
        account: "123456789012".parse().unwrap(),
        region: "eu-west-1".parse().unwrap(),
        origin: Origin::Delivery,
        event: b"{}".to_vec(),
    }
}

#[test]
fn the_layout_is_the_documented_one() {
    let mut expected = vec![1, 1];
    expected.extend([2, 1, 0, 0, 0, 0, 0, 0]);
    expected.extend([0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
    expected.extend(b"123456789012\x09eu-west-1{}");
    assert_eq!(sample().encode(), expected);
}

#[test]
fn damage_is_named() {
    let check = |at: usize, byte: u8, expected: &str| {
        let mut bytes = sample().encode();
        bytes[at] = byte;
        assert_eq!(
            Entry::decode(&bytes).unwrap_err().to_string(),
            format!("read a journal entry: {expected}")
        );
    };
    check(0, 0, "its version is unknown; a newer Cairn wrote it");
    check(0, 2, "its version is unknown; a newer Cairn wrote it");
    check(1, 3, "its origin is unknown");
    check(18, b'x', "its account is not twelve digits");
    check(29, 0xff, "its account is not twelve digits");
    check(30, 200, "its Region is cut off");
    check(30, 0, "its Region is not a Region name");
    check(31, b'E', "its Region is not a Region name");
}

#[test]
fn every_cut_before_the_event_is_refused() {
    let bytes = sample().encode();
    let head = bytes.len() - sample().event.len();
    for length in 0..bytes.len() {
        assert_eq!(Entry::decode(&bytes[..length]).is_ok(), length >= head, "{length} bytes");
    }
}

proptest! {
    #[test]
    fn what_was_encoded_is_decoded(entry in entry()) {
        prop_assert_eq!(Entry::decode(&entry.encode()).unwrap(), entry);
    }

    #[test]
    fn what_decodes_encodes_to_the_same_bytes(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        if let Ok(entry) = Entry::decode(&bytes) {
            prop_assert_eq!(entry.encode(), bytes);
        }
    }

    #[test]
    fn a_damaged_entry_never_panics_and_never_changes_silently(
        entry in entry(), at in any::<prop::sample::Index>(), byte in any::<u8>(),
    ) {
        let mut bytes = entry.encode();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(read) = Entry::decode(&bytes) {
            prop_assert_eq!(read.encode(), bytes);
        }
    }
}
