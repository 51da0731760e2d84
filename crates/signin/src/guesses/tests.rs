use super::*;

const HERE: &str = "198.51.100.7";

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

fn attempt(user: &str, from: &str) -> Attempt {
    Attempt::new("111122223333", Some(user), from.parse().unwrap())
}

/// Returns how long the next attempt has to wait after `wrong` in a row, each as early as it may be.
fn wait_of(wrong: u32) -> u64 {
    let guesses = Guesses::default();
    let mut now = 0;
    for _ in 0..wrong {
        while let Err(TooEarly { seconds }) = guesses.begin(&attempt("maya", HERE), at(now)) {
            now += i64::try_from(seconds).unwrap();
        }
    }
    guesses.begin(&attempt("maya", HERE), at(now)).err().map_or(0, |early| early.seconds)
}

#[test]
fn each_wrong_attempt_makes_the_next_wait_longer() {
    for (wrong, seconds) in
        [(0, 0), (4, 0), (5, 31), (6, 61), (7, 121), (8, 241), (9, 481), (10, 901), (20, 901)]
    {
        assert_eq!(wait_of(wrong), seconds, "after {wrong}");
    }
}

#[test]
fn a_right_attempt_forgets_the_name_and_not_the_address() {
    let guesses = Guesses::default();
    for user in 0..30 {
        let tried = attempt(&format!("user-{user}"), HERE);
        guesses.begin(&tried, at(0)).unwrap();
        if user == 10 {
            guesses.right(&tried, at(0));
        }
    }
    // One of thirty was right and counts for nothing; one more is allowed.
    guesses.begin(&attempt("another", HERE), at(0)).unwrap();
    assert!(guesses.begin(&attempt("yet-another", HERE), at(0)).is_err());
    guesses.begin(&attempt("yet-another", "203.0.113.9"), at(0)).unwrap();
}

#[test]
fn attempts_that_ask_for_a_code_don_t_count() {
    let guesses = Guesses::default();
    for _ in 0..100 {
        guesses.begin(&attempt("maya", HERE), at(0)).unwrap();
        guesses.undecided(&attempt("maya", HERE), at(0));
    }
}

#[test]
fn attempts_at_once_are_all_counted_before_one_is_decided() {
    let guesses = Guesses::default();
    let begun = (0..20).filter(|_| guesses.begin(&attempt("maya", HERE), at(0)).is_ok()).count();
    assert_eq!(begun, 5);
}

#[test]
fn an_hour_after_the_last_attempt_all_is_forgotten() {
    let guesses = Guesses::default();
    for _ in 0..5 {
        guesses.begin(&attempt("maya", HERE), at(0)).unwrap();
    }
    assert!(guesses.begin(&attempt("maya", HERE), at(10)).is_err());
    guesses.begin(&attempt("maya", HERE), at(3_600)).unwrap();
    guesses.begin(&attempt("maya", HERE), at(3_600)).unwrap();
}

#[test]
fn nobody_makes_codes_wait_by_what_he_types_at_the_sign_in() {
    let guesses = Guesses::default();
    let typed = [("", "AIDAMAYA\0code"), ("", "code AIDAMAYA"), ("code AIDAMAYA", "")];
    for (account, user) in typed {
        let attempt = Attempt::new(account, Some(user), HERE.parse().unwrap());
        (0..5).for_each(|_| guesses.begin(&attempt, at(0)).unwrap());
    }
    let code = Attempt::of_code("AIDAMAYA");
    assert_eq!((0..20).filter(|_| guesses.begin(&code, at(0)).is_ok()).count(), 5);
}

#[test]
fn a_household_is_one_address() {
    let key = |address: &str| attempt("x", address).address;
    assert_eq!(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff::9"));
    assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
    assert_eq!(key("::ffff:198.51.100.7"), key(HERE));
}

#[test]
fn memory_is_bounded() {
    let guesses = Guesses::default();
    for index in 0..u32::try_from(KEPT_MAX).unwrap() {
        let from = std::net::Ipv4Addr::from(index).to_string();
        guesses.begin(&attempt(&format!("user-{index}"), &from), at(i64::from(index) / 1_000)).unwrap();
    }
    let kept = guesses.kept().tries.len();
    assert!((KEPT_MAX - ROOM..=KEPT_MAX).contains(&kept), "{kept}");
}

#[test]
fn nobody_is_forgotten_for_many_others_who_were_tried_less() {
    let guesses = Guesses::default();
    let mut now = 0;
    for _ in 0..8 {
        while let Err(TooEarly { seconds }) = guesses.begin(&attempt("maya", HERE), at(now)) {
            now += i64::try_from(seconds).unwrap();
        }
    }
    // Thirty names from each network are free.
    for index in 0..u32::try_from(KEPT_MAX).unwrap() * 2 {
        let from = std::net::Ipv6Addr::from(u128::from(index / 30) << 64).to_string();
        guesses.begin(&attempt(&format!("user-{index}"), &from), at(now + 1)).unwrap();
    }
    assert!(guesses.check(&attempt("maya", HERE), at(now + 2)).is_err());
    assert!(guesses.kept().tries.len() <= KEPT_MAX);
}
