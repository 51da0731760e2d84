//! What matches, what does not, and what is no pattern: tables.

use cairn_pattern::{Explanation, Pattern};

#[track_caller]
fn check(pattern: &str, event: &str, expected: bool) {
    let parsed = Pattern::parse(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"));
    assert_eq!(parsed.matches(event.as_bytes()).expect("an event"), expected, "{pattern}\n{event}");
    let explained = parsed.explain(event.as_bytes()).expect("an event");
    assert_eq!(explained == Explanation::Matches, expected, "{pattern}\n{event}\n{explained:?}");
}

/// Checks values of one field `f`, each given as JSON.
#[track_caller]
fn check_values(conditions: &str, matching: &[&str], other: &[&str]) {
    for (values, expected) in [(matching, true), (other, false)] {
        for value in values {
            check(&format!(r#"{{"f": {conditions}}}"#), &format!(r#"{{"f": {value}}}"#), expected);
        }
    }
}

#[test]
fn plain_values() {
    check_values(
        r#"["a", 5, true, null]"#,
        &[r#""a""#, "5", "true", "null", "5.0", "50e-1"],
        &[r#""A""#, r#""5""#, "6", "false", r#""true""#, r#""null""#, r#""""#, "[]", "{}"],
    );
    check_values(r#"[""]"#, &[r#""""#], &["null", "[]", r#"" ""#]);
    check_values(r#"[{"exactly": "a"}]"#, &[r#""a""#], &[r#""b""#, "1"]);
    check_values(r#"["a\u00e9\"b"]"#, &[r#""aé\"b""#, r#""a\u00e9\u0022b""#], &[r#""aé""#]);
}

#[test]
fn numbers() {
    check_values("[300]", &["300", "300.0", "3.0e2", "300.0000001"], &[r#""300""#, "300.00001", "-300"]);
    check_values("[123456789012]", &["123456789012"], &["123456789013", r#""123456789012""#]);
    check_values("[18446744073709551615]", &["18446744073709551615"], &["18446744073709551614"]);
    check_values(r#"[{"numeric": ["=", 3.018e2]}]"#, &["301.8"], &["301.9", r#""301.8""#]);
    check_values(
        r#"[{"numeric": [">", 0, "<=", 5]}]"#,
        &["0.000001", "5", "5.0"],
        &["0", "5.000001", "null"],
    );
    check_values(r#"[{"numeric": [">=", -1]}]"#, &["-1", "5e9"], &["-1.1", "5000000001", "1e300"]);
    check_values(r#"[{"numeric": ["<", 10]}]"#, &["-5e9", "9.999999"], &["10", "-6e9"]);
    check_values(r#"[{"anything-but": 5}]"#, &["6", r#""5""#, "null", "true"], &["5", "5.0"]);
    check_values(r#"[{"anything-but": [5, 6.5]}]"#, &["7"], &["5", "6.50"]);
}

#[test]
fn texts() {
    check_values(r#"[{"prefix": "ab"}]"#, &[r#""ab""#, r#""abc""#], &[r#""a""#, r#""Ab""#, "1"]);
    check_values(r#"[{"prefix": ""}]"#, &[r#""""#, r#""x""#], &["1", "null"]);
    check_values(r#"[{"suffix": "yz"}]"#, &[r#""yz""#, r#""xyz""#], &[r#""z""#, "true"]);
    check_values(r#"[{"prefix": {"equals-ignore-case": "aB"}}]"#, &[r#""ABc""#, r#""ab""#], &[r#""ba""#]);
    check_values(r#"[{"suffix": {"equals-ignore-case": "YZ"}}]"#, &[r#""xyZ""#], &[r#""zy""#]);
    check_values(r#"[{"equals-ignore-case": "Ärger"}]"#, &[r#""ÄRGER""#, r#""ärger""#], &[r#""arger""#, "1"]);
    check_values(r#"[{"wildcard": "*/lib/*.so"}]"#, &[r#""/usr/lib/m.so""#], &[r#""/usr/bin/m.so""#, "5"]);
    check_values(r#"[{"wildcard": "a\\*"}]"#, &[r#""a*""#], &[r#""ab""#]);
}

#[test]
fn anything_but_texts() {
    check_values(
        r#"[{"anything-but": "a"}]"#,
        &[r#""b""#, r#""A""#, "1", "null", r#"["a", "b"]"#],
        &[r#""a""#, r#"["a"]"#, "[]", "{}"],
    );
    check_values(r#"[{"anything-but": ["a", "b"]}]"#, &[r#""c""#], &[r#""a""#, r#""b""#]);
    check_values(r#"[{"anything-but": {"prefix": "in"}}]"#, &[r#""out""#, "7"], &[r#""into""#]);
    check_values(r#"[{"anything-but": {"prefix": ["in", "x"]}}]"#, &[r#""out""#], &[r#""into""#, r#""xy""#]);
    check_values(r#"[{"anything-but": {"suffix": "in"}}]"#, &[r#""out""#], &[r#""begin""#]);
    check_values(
        r#"[{"anything-but": {"suffix": ["in", ".x"]}}]"#,
        &[r#""out""#],
        &[r#""begin""#, r#""a.x""#],
    );
    check_values(r#"[{"anything-but": {"equals-ignore-case": "In"}}]"#, &[r#""inn""#], &[r#""IN""#]);
    check_values(
        r#"[{"anything-but": {"equals-ignore-case": ["In", "b"]}}]"#,
        &[r#""c""#],
        &[r#""IN""#, r#""B""#],
    );
    check_values(r#"[{"anything-but": {"wildcard": "*/lib/*"}}]"#, &[r#""/bin/x""#], &[r#""/lib/x""#]);
    check_values(
        r#"[{"anything-but": {"wildcard": ["*lib*", "a*"]}}]"#,
        &[r#""/bin""#],
        &[r#""/lib""#, r#""a""#],
    );
}

#[test]
fn addresses() {
    check_values(r#"[{"cidr": "10.0.0.0/24"}]"#, &[r#""10.0.0.33""#], &[r#""10.0.1.0""#, r#""aws""#, "10"]);
    check_values(r#"[{"cidr": "2001:db8::/32"}]"#, &[r#""2001:DB8::1""#], &[r#""2001:db9::1""#]);
    check_values(r#"["2001:db8::1"]"#, &[r#""2001:db8:0:0::1""#, r#""2001:db8::1""#], &[r#""2001:db8::2""#]);
    check_values(r#"["10.0.0.1"]"#, &[r#""10.0.0.1""#], &[r#""10.0.0.10""#]);
    check_values(r#"["10.0.0"]"#, &[r#""10.0.0""#], &[r#""10.0.0.0""#]);
}

#[test]
fn presence_and_absence() {
    check_values(r#"[{"exists": true}]"#, &["1", "null", r#""""#, "[0]"], &["{}", "[]", r#"{"g": 1}"#]);
    check_values(r#"[{"exists": false}]"#, &["{}", "[]", r#"{"g": 1}"#], &["1", "null", "[0]"]);
    check_values(r#"[{"exists": false}, "a"]"#, &["{}", r#""a""#], &[r#""b""#]);
    check(r#"{"a": {"b": [{"exists": false}]}}"#, r#"{}"#, true);
    check(r#"{"a": {"b": [{"exists": false}]}}"#, r#"{"a": {"b": {"c": 1}}}"#, true);
    check(r#"{"a": [{"exists": false}], "b": [1]}"#, r#"{"b": 1, "c": 2}"#, true);
    // Asked of the element that the fields before it by name have settled on.
    check(r#"{"d": {"a": [1], "b": [{"exists": false}]}}"#, r#"{"d": [{"a": 1}, {"b": 2}]}"#, true);
    check(r#"{"d": {"a": [1], "b": [{"exists": false}]}}"#, r#"{"d": [{"a": 1, "b": 2}, {"b": 2}]}"#, false);
    check(r#"{"d": {"a": [1], "b": [{"exists": false}]}}"#, r#"{"d": [{"a": 1, "b": 2}, {"a": 1}]}"#, true);
    check(r#"{"d": {"a": [{"exists": false}], "b": [1]}}"#, r#"{"d": [{"a": 1}, {"b": 1}]}"#, false);
}

#[test]
fn arrays_and_their_elements() {
    check(r#"{"a": {"x": [1], "y": [2]}}"#, r#"{"a": [{"x": 1}, {"y": 2}]}"#, false);
    check(r#"{"a": {"x": [1], "y": [2]}}"#, r#"{"a": [{"x": 0}, {"x": 1, "y": 2}]}"#, true);
    check(r#"{"a": {"x": [1]}, "b": {"y": [2]}}"#, r#"{"a": [{}, {"x": 1}], "b": [{"y": 2}]}"#, true);
    check(r#"{"a": {"l": {"x": [1], "y": [2]}}}"#, r#"{"a": [{"l": [{"x": 1}]}, {"l": [{"y": 2}]}]}"#, false);
    check(
        r#"{"a": {"l": {"x": [1]}, "m": {"y": [2]}}}"#,
        r#"{"a": [{"l": [{"x": 1}], "m": [{"y": 2}]}]}"#,
        true,
    );
    check(
        r#"{"a": {"l": {"x": [1]}, "m": {"y": [2]}}}"#,
        r#"{"a": [{"l": [{"x": 1}]}, {"m": [{"y": 2}]}]}"#,
        false,
    );
    check(r#"{"a": {"x": [1], "y": [2]}}"#, r#"{"a": [[{"x": 1}], [{"y": 2}]]}"#, false);
    check(r#"{"a": {"x": [1], "y": [2]}}"#, r#"{"a": [[{"y": 0}, {"x": 1, "y": 2}], 7]}"#, true);
    check(r#"{"a": [1]}"#, r#"{"a": [[0, [1]], 2]}"#, true);
    check(r#"{"a": [2], "a.x": [1]}"#, r#"{"a": [{"x": 1}, 2]}"#, true);
    check(r#"{"a": ["u"], "b": ["v"]}"#, r#"{"a": ["t", "u"], "b": ["v", "w"]}"#, true);
}

#[test]
fn names_with_dots() {
    for pattern in [r#"{"a.b": [1]}"#, r#"{"a": {"b": [1]}}"#] {
        check(pattern, r#"{"a.b": 1}"#, true);
        check(pattern, r#"{"a": {"b": 1}}"#, true);
        check(pattern, r#"{"a": {"b.c": 1}}"#, false);
        check(pattern, r#"{"b": 1}"#, false);
    }
    check(r#"{"": ["x"]}"#, r#"{"": "x"}"#, true);
    check(r#"{"a": {"": ["x"]}}"#, r#"{"a": {"": "x"}}"#, true);
}

#[test]
fn alternatives() {
    let two = r#"{"s": [1], "$or": [{"a": [1]}, {"b": [1], "c": [1]}]}"#;
    check(two, r#"{"s": 1, "a": 1}"#, true);
    check(two, r#"{"s": 1, "b": 1, "c": 1}"#, true);
    check(two, r#"{"s": 1, "b": 1}"#, false);
    check(two, r#"{"a": 1}"#, false);
    let within = r#"{"$or": [{"a": [1]}, {"d": {"$or": [{"x": [1]}, {"y": [2]}]}, "e": [1]}]}"#;
    check(within, r#"{"d": {"y": 2}, "e": 1}"#, true);
    check(within, r#"{"d": {"y": 2}}"#, false);
    // The same element of an array, whichever alternative.
    let array = r#"{"d": {"k": [1], "$or": [{"x": [1]}, {"y": [1]}]}}"#;
    check(array, r#"{"d": [{"k": 1}, {"x": 1}]}"#, false);
    check(array, r#"{"d": [{"k": 1, "y": 1}, {"x": 1}]}"#, true);
    // A field of that name, as there were before alternatives.
    check(r#"{"$or": {"a": [1]}}"#, r#"{"$or": {"a": 1}}"#, true);
    check(r#"{"$or": [{"numeric": ["=", 1]}, {"prefix": "a"}]}"#, r#"{"$or": "ab"}"#, true);
    check(r#"{"$or": ["a"]}"#, r#"{"$or": "a"}"#, true);
}

#[test]
fn errors_say_where_and_what() {
    for (pattern, said) in [
        ("", "the pattern: it is not JSON: EOF while parsing a value at line 1 column 0"),
        ("{\"a\": [1],}", "trailing comma at line 1 column 11"),
        ("[]", "an object is needed"),
        ("{}", "an object without members"),
        (r#"{"a": {}}"#, "at `a`: an object without members"),
        (r#"{"a": []}"#, "at `a`: an array without values"),
        (r#"{"a": "x"}"#, "at `a`: an object or an array of values is needed"),
        (r#"{"a": {"b": [[1]]}}"#, "at `a.b[0]`: an array cannot be a value"),
        (
            r#"{"a": [{"prefixx": "x"}]}"#,
            "at `a[0].prefixx`: there is no match type `prefixx`; there are exactly,",
        ),
        (r#"{"a": [{}]}"#, "at `a[0]`: one match type"),
        (r#"{"a": ["x", {"prefix": "x", "suffix": "y"}]}"#, "at `a[1]`: one match type"),
        (r#"{"a": [{"prefix": 1}]}"#, "at `a[0].prefix`: a text is needed"),
        (r#"{"a": [{"prefix": {"suffix": "x"}}]}"#, "at `a[0].prefix.suffix`: `equals-ignore-case` alone"),
        (r#"{"a": [{"exists": 1}]}"#, "at `a[0].exists`: `true` or `false`"),
        (r#"{"a": [{"cidr": "10.0.0.0"}]}"#, "at `a[0].cidr`: an address block"),
        (r#"{"a": [{"wildcard": "a**"}]}"#, "at `a[0].wildcard`: two asterisks"),
        (r#"{"a": [{"wildcard": "a\\b"}]}"#, "at `a[0].wildcard`: a backslash"),
        (r#"{"a": [{"numeric": 5}]}"#, "at `a[0].numeric`: an operator and a number"),
        (r#"{"a": [{"numeric": [">"]}]}"#, "an operator and a number"),
        (r#"{"a": [{"numeric": ["!=", 1]}]}"#, "an operator and a number"),
        (r#"{"a": [{"numeric": ["<", 1, ">", 0]}]}"#, "an operator and a number"),
        (r#"{"a": [{"numeric": [">", 1, "<", 1]}]}"#, "no number is above"),
        (r#"{"a": [{"numeric": [">", 5000000001]}]}"#, "a number from -5e9"),
        (r#"{"a": [{"anything-but": ["x", 1]}]}"#, "at `a[0].anything-but`: a text, a number, or an array"),
        (r#"{"a": [{"anything-but": null}]}"#, "a text, a number, or an array"),
        (r#"{"a": [{"anything-but": []}]}"#, "an array without values"),
        (r#"{"a": [{"anything-but": {"prefix": ""}}]}"#, "a text that is not empty"),
        (
            r#"{"a": [{"anything-but": {"numeric": ["=", 1]}}]}"#,
            "at `a[0].anything-but.numeric`: `anything-but` takes",
        ),
        (r#"{"a": [1], "a": [2]}"#, "at `a`: this field is asked about twice"),
        (r#"{"a.b": [1], "a": {"b": [2]}}"#, "at `a.b`: this field is asked about twice"),
        (r#"{"a": [1], "$or": [{"a": [1]}, {"b": [1]}]}"#, "at `a`: this field is asked about twice"),
        (r#"{"$or": [{"a": [1]}]}"#, "at `$or[0].a`: there is no match type `a`; were alternatives meant"),
        (r#"{"$or": [{"a": [1]}, {"b": [1]}, [{"c": [1]}]]}"#, "at `$or[0].a`: there is no match type"),
    ] {
        let error = Pattern::parse(pattern).expect_err(pattern).to_string();
        assert!(error.contains(said), "{pattern}\n{error}");
    }
}

#[test]
fn limits_hold() {
    let or = |name: &str| {
        let all: Vec<String> = (0..10).map(|value| format!(r#"{{"{name}{value}": [1]}}"#)).collect();
        format!("[{}]", all.join(","))
    };
    let three = format!(
        r#"{{"a": {{"$or": {}}}, "b": {{"$or": {}}}, "c": {{"$or": {}}}}}"#,
        or("x"),
        or("y"),
        or("z")
    );
    assert!(Pattern::parse(&three).is_ok(), "1000 combinations");
    let four = format!(r#"{{"d": {{"$or": {}}}, {}"#, or("w"), three.trim_start_matches('{'));
    assert!(Pattern::parse(&four).unwrap_err().to_string().contains("more than 1000 combinations"));

    let fields: Vec<String> = (0..101).map(|field| format!(r#""f{field}": [1]"#)).collect();
    let many = format!("{}, {}}}", three.trim_end_matches('}').to_owned() + "}", fields.join(","));
    assert!(
        Pattern::parse(&many).unwrap_err().to_string().contains("more than 100000 fields together"),
        "{many}"
    );

    let values: Vec<String> = (0..4001).map(|value| value.to_string()).collect();
    let values = |count: usize| format!(r#"{{"a": [{}]}}"#, values[..count].join(","));
    assert!(Pattern::parse(&values(4000)).is_ok());
    assert!(Pattern::parse(&values(4001)).unwrap_err().to_string().contains("more than 4000 values"));

    let long = format!(r#"{{"a": ["{}"]}}"#, "x".repeat(64 << 10));
    assert!(Pattern::parse(&long).unwrap_err().to_string().contains("longer than 65536 bytes"));
    let deep = format!("{}[1]{}", r#"{"a":"#.repeat(200), "}".repeat(200));
    assert!(Pattern::parse(&deep).unwrap_err().to_string().contains("recursion limit"));
}

#[test]
fn what_is_no_event_is_told_and_depth_that_nobody_asks_for_does_not_matter() {
    let pattern = Pattern::parse(r#"{"a": [1]}"#).unwrap();
    for event in ["", "1", "[]", "{", "{} {}", r#"{"a": 1"#, "{\"a\": \"\u{1}\"}"] {
        assert!(pattern.matches(event.as_bytes()).is_err(), "{event}");
    }
    assert!(pattern.matches(b"{\"a\": \"\xff\"}").is_err());
    let deep =
        |name: &str| format!(r#"{{"{name}": {}{}, "a": 1}}"#, "[".repeat(100_000), "]".repeat(100_000));
    assert!(pattern.matches(deep("other").as_bytes()).unwrap());
    assert!(pattern.matches(deep("a").as_bytes()).is_err());
}

#[test]
fn a_large_array_takes_no_square_of_its_size() {
    let pattern =
        Pattern::parse(r#"{"d": {"a": [1], "b": [1], "c": [{"exists": false}], "e": [1]}}"#).unwrap();
    let items = vec![r#"{"a":1,"b":1,"e":0}"#; 50_000].join(",");
    let event = format!(r#"{{"d": [{items}]}}"#);
    let begun = std::time::Instant::now();
    assert!(!pattern.matches(event.as_bytes()).unwrap());
    // Squared it would be 2.5e9 steps, minutes in a debug build.
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
}
