use proptest::prelude::*;

use super::*;

/// The seed of RFC 6238's appendix.
fn rfc() -> Seed {
    Seed::from_bytes(b"12345678901234567890")
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn code(text: &str) -> Code {
    Code::parse(text).unwrap()
}

/// RFC 6238, appendix B, the last six of the eight digits.
#[test]
fn codes_are_those_of_the_rfc() {
    for (second, expected) in [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ] {
        assert!(rfc().code(step(at(second))) == code(expected), "{second}");
    }
}

/// RFC 4648, section 10, without padding; and the RFC's seed as authenticators show it.
#[test]
fn seeds_are_written_in_base32() {
    for (bytes, text) in [
        ("", ""),
        ("f", "MY"),
        ("fo", "MZXQ"),
        ("foo", "MZXW6"),
        ("foob", "MZXW6YQ"),
        ("fooba", "MZXW6YTB"),
        ("foobar", "MZXW6YTBOI"),
        ("12345678901234567890", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"),
    ] {
        assert_eq!(Seed::from_bytes(bytes.as_bytes()).to_base32(), text);
    }
}

#[test]
fn a_code_counts_once_and_for_a_moment() {
    let (seed, now) = (rfc(), at(1_111_111_111));
    let here = step(now);
    for (drift, used, offset, accepted) in [
        (0, 0, 0, true),
        (0, 0, -1, true),
        (0, 0, 1, true),
        (0, 0, -2, false),
        (0, 0, 2, false),
        (0, here, 0, false),
        (0, here, 1, true),
        (0, here - 1, 0, true),
        (5, 0, 5, true),
        (5, 0, 0, false),
        (-5, 0, -6, true),
    ] {
        let of = here.checked_add_signed(offset).unwrap();
        let found = seed.accepts(seed.code(of), now, drift, used);
        assert_eq!(found, accepted.then_some(of), "drift {drift}, used {used}, offset {offset}");
    }
}

#[test]
fn two_codes_in_a_row_tell_where_the_clock_stands() {
    let (seed, now) = (rfc(), at(1_111_111_111));
    let here = step(now);
    let pair = |offset: i64| [offset - 1, offset].map(|by| seed.code(here.checked_add_signed(by).unwrap()));
    for offset in [0, 1, -3, 21, -19] {
        let expected =
            Synchronized { drift_steps: offset, used_step: here.checked_add_signed(offset).unwrap() };
        assert_eq!(seed.synchronize(pair(offset), now, None), Some(expected), "{offset}");
    }
    assert_eq!(seed.synchronize(pair(22), now, None), None);
    assert_eq!(seed.synchronize(pair(-20), now, None), None);
    let [first, second] = pair(0);
    assert_eq!(seed.synchronize([second, first], now, None), None, "the wrong way round");
    assert_eq!(seed.synchronize([first, first], now, None), None);
    assert_eq!(seed.synchronize(pair(0), now, Some(here)), None, "used before");
    assert!(seed.synchronize(pair(0), now, Some(here - 1)).is_some());
}

#[test]
fn codes_are_six_digits_and_never_shown() {
    for text in ["", "12345", "1234567", "12345a", "+12345", " 12345", "１２"] {
        assert_eq!(Code::parse(text), None, "{text:?}");
    }
    assert_eq!(format!("{:?} {:?}", code("000000"), rfc()), "Code(hidden) Seed(hidden)");
}

proptest! {
    #[test]
    fn any_text_is_a_code_or_none(text in ".{0,12}") {
        let digits = text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit());
        prop_assert_eq!(Code::parse(&text).is_some(), digits);
    }

    #[test]
    fn what_is_accepted_lies_after_what_was_used(seed in any::<[u8; 40]>(), second in 0_i64..4_000_000_000,
        drift in -40_i64..40, used in 0_u64..200_000_000, typed in 0_u32..1_000_000) {
        let seed = Seed::from_bytes(&seed);
        if let Some(found) = seed.accepts(Code(typed), at(second), drift, used) {
            prop_assert!(found > used && seed.code(found) == Code(typed));
        }
    }
}
