//! Every condition operator against present, absent, several and malformed values.

use cairn_access::{AccessRequest, Context, Policies, Policy, PolicyKind, Principal, evaluate};

/// The condition block, the request's facts, and whether the block holds.
type Case = (&'static str, &'static [(&'static str, &'static str)], bool);

#[test]
fn condition_blocks_hold_as_iam_says() {
    let failures: Vec<String> = CASES.iter().filter_map(check).collect();
    println!("{} condition cases", CASES.len());
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn check((block, facts, expected): &Case) -> Option<String> {
    let text = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{block}}}}}"#
    );
    let policy = match Policy::parse(PolicyKind::Identity, &text) {
        Ok(policy) => policy,
        Err(error) => return Some(format!("{block}: {error}")),
    };
    let mut context = Context::default();
    for (key, value) in *facts {
        context = context.with(key, *value);
    }
    let principal = Principal::User {
        account: "111122223333".parse().unwrap(),
        name: "mia".to_owned(),
        path: "/".to_owned(),
        id: "AIDAMIA".to_owned(),
    };
    let request = AccessRequest {
        principal: &principal,
        action: "s3:GetObject",
        resource: "arn:aws:s3:::b/k",
        resource_account: "111122223333".parse().unwrap(),
        context,
    };
    let held = evaluate(&Policies { identity: &[policy], ..Policies::default() }, &request).is_allowed();
    (held != *expected).then(|| format!("{block} with {facts:?}: held {held}, expected {expected}"))
}

const CASES: &[Case] = &[
    // StringEquals and its kin.
    (r#"{"StringEquals":{"k":"a"}}"#, &[("k", "a")], true),
    (r#"{"StringEquals":{"k":"a"}}"#, &[("K", "a")], true),
    (r#"{"StringEquals":{"K":"a"}}"#, &[("k", "a")], true),
    (r#"{"StringEquals":{"k":"a"}}"#, &[("k", "A")], false),
    (r#"{"StringEquals":{"k":["a","b"]}}"#, &[("k", "b")], true),
    (r#"{"StringEquals":{"k":["a","b"]}}"#, &[("k", "c")], false),
    (r#"{"StringEquals":{"k":"a"}}"#, &[], false),
    (r#"{"StringEquals":{"k":"a*"}}"#, &[("k", "abc")], false),
    (r#"{"StringEquals":{"k":"a*"}}"#, &[("k", "a*")], true),
    (r#"{"StringEquals":{"k":""}}"#, &[("k", "")], true),
    (r#"{"StringEquals":{"k":""}}"#, &[], false),
    (r#"{"StringEquals":{"k":5}}"#, &[("k", "5")], true),
    (r#"{"StringEquals":{"k":true}}"#, &[("k", "true")], true),
    (r#"{"StringNotEquals":{"k":"a"}}"#, &[("k", "b")], true),
    (r#"{"StringNotEquals":{"k":"a"}}"#, &[("k", "a")], false),
    (r#"{"StringNotEquals":{"k":["a","b"]}}"#, &[("k", "b")], false),
    (r#"{"StringNotEquals":{"k":["a","b"]}}"#, &[("k", "c")], true),
    (r#"{"StringNotEquals":{"k":"a"}}"#, &[], true),
    (r#"{"StringEqualsIgnoreCase":{"k":"aBc"}}"#, &[("k", "AbC")], true),
    (r#"{"StringEqualsIgnoreCase":{"k":"é"}}"#, &[("k", "É")], true),
    (r#"{"StringEqualsIgnoreCase":{"k":"a"}}"#, &[("k", "b")], false),
    (r#"{"StringNotEqualsIgnoreCase":{"k":"a"}}"#, &[("k", "A")], false),
    (r#"{"StringNotEqualsIgnoreCase":{"k":"a"}}"#, &[], true),
    // StringLike.
    (r#"{"StringLike":{"k":"a*c"}}"#, &[("k", "abbbc")], true),
    (r#"{"StringLike":{"k":"a*c"}}"#, &[("k", "ac")], true),
    (r#"{"StringLike":{"k":"a*c"}}"#, &[("k", "acd")], false),
    (r#"{"StringLike":{"k":"a?c"}}"#, &[("k", "abc")], true),
    (r#"{"StringLike":{"k":"a?c"}}"#, &[("k", "ac")], false),
    (r#"{"StringLike":{"k":"?"}}"#, &[("k", "é")], true),
    (r#"{"StringLike":{"k":"*"}}"#, &[("k", "")], true),
    (r#"{"StringLike":{"k":"*"}}"#, &[], false),
    (r#"{"StringLike":{"k":"A*"}}"#, &[("k", "abc")], false),
    (r#"{"StringLike":{"k":"*a*b*c*"}}"#, &[("k", "xxaxxbxxcxx")], true),
    (r#"{"StringLike":{"k":"*a*b*c*"}}"#, &[("k", "xxbxxaxxcxx")], false),
    (r#"{"StringNotLike":{"k":"a*"}}"#, &[("k", "abc")], false),
    (r#"{"StringNotLike":{"k":"a*"}}"#, &[("k", "b")], true),
    (r#"{"StringNotLike":{"k":"a*"}}"#, &[], true),
    // Variables.
    (r#"{"StringEquals":{"k":"${aws:username}"}}"#, &[("k", "mia")], true),
    (r#"{"StringEquals":{"k":"${aws:username}"}}"#, &[("k", "max")], false),
    (r#"{"StringEquals":{"k":"${AWS:UserName}"}}"#, &[("k", "mia")], true),
    (r#"{"StringLike":{"k":"home/${aws:username}/*"}}"#, &[("k", "home/mia/x")], true),
    (r#"{"StringLike":{"k":"${other}"}}"#, &[("k", "abc"), ("other", "*")], false),
    (r#"{"StringLike":{"k":"${other}"}}"#, &[("k", "*"), ("other", "*")], true),
    (r#"{"StringEquals":{"k":"${missing}"}}"#, &[("k", "a")], false),
    (r#"{"StringNotEquals":{"k":"${missing}"}}"#, &[("k", "a")], true),
    (r#"{"StringEquals":{"k":"${missing, 'a'}"}}"#, &[("k", "a")], true),
    (r#"{"StringEquals":{"k":"${aws:username, 'a'}"}}"#, &[("k", "a")], false),
    (r#"{"StringLike":{"k":"a${*}c"}}"#, &[("k", "a*c")], true),
    (r#"{"StringLike":{"k":"a${*}c"}}"#, &[("k", "abc")], false),
    (r#"{"StringLike":{"k":"a${?}c"}}"#, &[("k", "a?c")], true),
    (r#"{"StringLike":{"k":"a${?}c"}}"#, &[("k", "abc")], false),
    (r#"{"StringEquals":{"k":"${$}{x}"}}"#, &[("k", "${x}")], true),
    (r#"{"StringEquals":{"k":"$5"}}"#, &[("k", "$5")], true),
    (r#"{"StringEquals":{"k":"${two}"}}"#, &[("k", "a"), ("two", "a"), ("two", "b")], false),
    // Numbers.
    (r#"{"NumericEquals":{"k":"10"}}"#, &[("k", "10.0")], true),
    (r#"{"NumericEquals":{"k":10}}"#, &[("k", "10")], true),
    (r#"{"NumericEquals":{"k":[1,2]}}"#, &[("k", "2")], true),
    (r#"{"NumericEquals":{"k":"10"}}"#, &[("k", "ten")], false),
    (r#"{"NumericEquals":{"k":"10"}}"#, &[("k", "NaN")], false),
    (r#"{"NumericNotEquals":{"k":"10"}}"#, &[("k", "11")], true),
    (r#"{"NumericNotEquals":{"k":"10"}}"#, &[("k", "10")], false),
    (r#"{"NumericNotEquals":{"k":"10"}}"#, &[], true),
    (r#"{"NumericLessThan":{"k":"10"}}"#, &[("k", "9")], true),
    (r#"{"NumericLessThan":{"k":"10"}}"#, &[("k", "10")], false),
    (r#"{"NumericLessThanEquals":{"s3:max-keys":"10"}}"#, &[("s3:max-keys", "10")], true),
    (r#"{"NumericLessThanEquals":{"s3:max-keys":"10"}}"#, &[("s3:max-keys", "1000")], false),
    (r#"{"NumericGreaterThan":{"k":"-1.5"}}"#, &[("k", "-1")], true),
    (r#"{"NumericGreaterThanEquals":{"k":"10"}}"#, &[("k", "10")], true),
    (r#"{"NumericGreaterThanEquals":{"k":"10"}}"#, &[], false),
    // Dates.
    (r#"{"DateEquals":{"k":"2026-03-02T08:00:00Z"}}"#, &[("k", "2026-03-02T09:00:00+01:00")], true),
    (r#"{"DateEquals":{"k":"2026-03-02"}}"#, &[("k", "2026-03-02T00:00:00Z")], true),
    (r#"{"DateEquals":{"k":"0"}}"#, &[("k", "1970-01-01T00:00:00Z")], true),
    (r#"{"DateNotEquals":{"k":"0"}}"#, &[("k", "1")], true),
    (r#"{"DateLessThan":{"k":"2026-03-02T08:00:00Z"}}"#, &[("k", "2026-03-02T07:59:59Z")], true),
    (r#"{"DateLessThan":{"k":"2026-03-02T08:00:00Z"}}"#, &[("k", "2026-03-02T08:00:00Z")], false),
    (r#"{"DateLessThanEquals":{"k":"2026-03-02T08:00:00Z"}}"#, &[("k", "2026-03-02T08:00:00Z")], true),
    (r#"{"DateGreaterThan":{"k":"2026-03-02T08:00:00Z"}}"#, &[("k", "2026-03-02T08:00:01Z")], true),
    (r#"{"DateGreaterThanEquals":{"k":"2026-03-02T08:00:00Z"}}"#, &[("k", "yesterday")], false),
    // Booleans given as text and as JSON.
    (r#"{"Bool":{"aws:SecureTransport":"false"}}"#, &[("aws:SecureTransport", "false")], true),
    (r#"{"Bool":{"aws:SecureTransport":false}}"#, &[("aws:SecureTransport", "false")], true),
    (r#"{"Bool":{"aws:SecureTransport":"FALSE"}}"#, &[("aws:SecureTransport", "False")], true),
    (r#"{"Bool":{"aws:SecureTransport":"true"}}"#, &[("aws:SecureTransport", "false")], false),
    (r#"{"Bool":{"aws:SecureTransport":"false"}}"#, &[], false),
    (r#"{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}"#, &[], true),
    (
        r#"{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}"#,
        &[("aws:MultiFactorAuthPresent", "true")],
        false,
    ),
    // Binary.
    (r#"{"BinaryEquals":{"k":"QUJD"}}"#, &[("k", "QUJD")], true),
    (r#"{"BinaryEquals":{"k":"QUJD"}}"#, &[("k", "QUJE")], false),
    (r#"{"BinaryEquals":{"k":"QUJD"}}"#, &[("k", "not base64")], false),
    // Addresses.
    (r#"{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#, &[("aws:SourceIp", "203.0.113.9")], true),
    (r#"{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#, &[("aws:SourceIp", "203.0.114.9")], false),
    (r#"{"IpAddress":{"aws:SourceIp":"203.0.113.9"}}"#, &[("aws:SourceIp", "203.0.113.9")], true),
    (r#"{"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}}"#, &[("aws:SourceIp", "8.8.8.8")], true),
    (r#"{"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}}"#, &[("aws:SourceIp", "::1")], false),
    (r#"{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#, &[("aws:SourceIp", "::ffff:203.0.113.9")], true),
    (r#"{"IpAddress":{"aws:SourceIp":"2001:db8::/32"}}"#, &[("aws:SourceIp", "2001:db8:1::5")], true),
    (r#"{"IpAddress":{"aws:SourceIp":"2001:db8::/32"}}"#, &[("aws:SourceIp", "2001:db9::5")], false),
    (r#"{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#, &[], false),
    (r#"{"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#, &[("aws:SourceIp", "8.8.8.8")], true),
    (
        r#"{"NotIpAddress":{"aws:SourceIp":["203.0.113.0/24","8.8.8.8/32"]}}"#,
        &[("aws:SourceIp", "8.8.8.8")],
        false,
    ),
    (r#"{"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#, &[], true),
    // ARNs.
    (
        r#"{"ArnEquals":{"k":"arn:aws:sns:us-east-1:111122223333:t"}}"#,
        &[("k", "arn:aws:sns:us-east-1:111122223333:t")],
        true,
    ),
    (r#"{"ArnEquals":{"k":"arn:aws:sns:*:*:t"}}"#, &[("k", "arn:aws:sns:us-east-1:111122223333:t")], true),
    (
        r#"{"ArnLike":{"k":"arn:aws:cloudtrail:*:111122223333:trail/*"}}"#,
        &[("k", "arn:aws:cloudtrail:eu-west-1:111122223333:trail/a/b:c")],
        true,
    ),
    (r#"{"ArnLike":{"k":"arn:*:1:1:1:r"}}"#, &[("k", "arn:aws:s3:1:1:1:r")], false),
    (r#"{"ArnLike":{"k":"arn:aws:s3:::b/*"}}"#, &[("k", "no arn")], false),
    (
        r#"{"ArnLike":{"k":"arn:aws:iam::${aws:PrincipalAccount}:role/*"}}"#,
        &[("k", "arn:aws:iam::111122223333:role/x")],
        true,
    ),
    (r#"{"ArnLike":{"k":"*"}}"#, &[("k", "arn:aws:iam::1:role/x")], true),
    (r#"{"ArnNotEquals":{"k":"arn:aws:iam::1:role/x"}}"#, &[("k", "arn:aws:iam::1:role/x")], false),
    (r#"{"ArnNotLike":{"k":"arn:aws:iam::1:role/*"}}"#, &[("k", "arn:aws:iam::2:role/x")], true),
    (r#"{"ArnNotLike":{"k":"arn:aws:iam::1:role/*"}}"#, &[], true),
    // Presence.
    (r#"{"Null":{"k":"true"}}"#, &[], true),
    (r#"{"Null":{"k":"true"}}"#, &[("k", "")], false),
    (r#"{"Null":{"k":"false"}}"#, &[("k", "x")], true),
    (r#"{"Null":{"k":"false"}}"#, &[], false),
    (r#"{"Null":{"k":["true","false"]}}"#, &[], true),
    (r#"{"StringEqualsIfExists":{"k":"a"}}"#, &[], true),
    (r#"{"StringEqualsIfExists":{"k":"a"}}"#, &[("k", "b")], false),
    (r#"{"StringNotEqualsIfExists":{"k":"a"}}"#, &[("k", "a")], false),
    (r#"{"NumericLessThanIfExists":{"k":"5"}}"#, &[], true),
    // Keys with several values.
    (
        r#"{"ForAllValues:StringEquals":{"aws:TagKeys":["a","b"]}}"#,
        &[("aws:TagKeys", "a"), ("aws:TagKeys", "b")],
        true,
    ),
    (
        r#"{"ForAllValues:StringEquals":{"aws:TagKeys":["a","b"]}}"#,
        &[("aws:TagKeys", "a"), ("aws:TagKeys", "c")],
        false,
    ),
    (r#"{"ForAllValues:StringEquals":{"aws:TagKeys":["a","b"]}}"#, &[], true),
    (
        r#"{"ForAllValues:StringNotEquals":{"aws:TagKeys":["a"]}}"#,
        &[("aws:TagKeys", "b"), ("aws:TagKeys", "c")],
        true,
    ),
    (
        r#"{"ForAllValues:StringNotEquals":{"aws:TagKeys":["a"]}}"#,
        &[("aws:TagKeys", "b"), ("aws:TagKeys", "a")],
        false,
    ),
    (
        r#"{"ForAnyValue:StringEquals":{"aws:TagKeys":["a","b"]}}"#,
        &[("aws:TagKeys", "c"), ("aws:TagKeys", "b")],
        true,
    ),
    (r#"{"ForAnyValue:StringEquals":{"aws:TagKeys":["a","b"]}}"#, &[("aws:TagKeys", "c")], false),
    (r#"{"ForAnyValue:StringEquals":{"aws:TagKeys":["a","b"]}}"#, &[], false),
    (
        r#"{"ForAnyValue:StringNotEquals":{"aws:TagKeys":["a"]}}"#,
        &[("aws:TagKeys", "a"), ("aws:TagKeys", "b")],
        true,
    ),
    (r#"{"ForAnyValue:StringNotEquals":{"aws:TagKeys":["a"]}}"#, &[("aws:TagKeys", "a")], false),
    (r#"{"ForAnyValue:StringNotEquals":{"aws:TagKeys":["a"]}}"#, &[], false),
    (r#"{"ForAnyValue:StringEqualsIfExists":{"aws:TagKeys":["a"]}}"#, &[], true),
    (
        r#"{"ForAllValues:StringLike":{"aws:TagKeys":["team/*"]}}"#,
        &[("aws:TagKeys", "team/a"), ("aws:TagKeys", "team/b")],
        true,
    ),
    // Blocks are joined by AND, keys too.
    (r#"{"StringEquals":{"a":"1","b":"2"}}"#, &[("a", "1"), ("b", "2")], true),
    (r#"{"StringEquals":{"a":"1","b":"2"}}"#, &[("a", "1")], false),
    (r#"{"StringEquals":{"a":"1"},"Bool":{"b":"true"}}"#, &[("a", "1"), ("b", "true")], true),
    (r#"{"StringEquals":{"a":"1"},"Bool":{"b":"true"}}"#, &[("a", "1"), ("b", "false")], false),
    (r#"{}"#, &[], true),
    // What the principal tells; a request cannot claim otherwise.
    (r#"{"StringEquals":{"aws:PrincipalAccount":"111122223333"}}"#, &[("aws:PrincipalAccount", "9")], true),
    (r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:user/mia"}}"#, &[], true),
    (r#"{"StringEquals":{"aws:PrincipalType":"User"}}"#, &[], true),
    (r#"{"StringEquals":{"aws:userid":"AIDAMIA"}}"#, &[], true),
    (r#"{"Bool":{"aws:PrincipalIsAWSService":"false"}}"#, &[], true),
    (r#"{"StringEquals":{"aws:ResourceAccount":"111122223333"}}"#, &[], true),
    (r#"{"Null":{"aws:PrincipalServiceName":"true"}}"#, &[], true),
];
