//! What is refused as a policy, and the words for it.

use cairn_access::{
    ADMINISTRATOR_ACCESS, AccessRequest, Context, Outcome, Policies, Policy, PolicyError, PolicyKind,
    Principal, evaluate,
};

/// The kind, the document, and the refusal; an empty refusal means that it is read.
type Case = (PolicyKind, &'static str, &'static str);

#[test]
fn documents_are_read_wholly_or_refused() {
    let failures: Vec<String> = CASES.iter().filter_map(check).collect();
    println!("{} policy documents", CASES.len());
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn check((kind, document, expected): &Case) -> Option<String> {
    let found = match Policy::parse(*kind, document) {
        Ok(_) => String::new(),
        Err(error) => format!("{}: {}", error.place, error.problem),
    };
    (found != *expected).then(|| format!("{document}\n  found    {found}\n  expected {expected}"))
}

const ID: PolicyKind = PolicyKind::Identity;
const RES: PolicyKind = PolicyKind::Resource;

const CASES: &[Case] = &[
    (ID, ADMINISTRATOR_ACCESS, ""),
    (ID, r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#, ""),
    (
        ID,
        r#"{"Version":"2008-10-17","Id":"x","Statement":[{"Sid":"a","Effect":"Allow","Action":["s3:*"],"Resource":["*"]}]}"#,
        "",
    ),
    (
        ID,
        r#"{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/${"}]}"#,
        "",
    ),
    (
        RES,
        r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::b"}}"#,
        "",
    ),
    (
        RES,
        r#"{"Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/r","Service":["a.amazonaws.com"]},"Action":"s3:*","Resource":"arn:aws:s3:::b"}}"#,
        "",
    ),
    (ID, "", "the document: it is not valid JSON: EOF while parsing a value at line 1 column 0"),
    (ID, "[]", "the document: an object is needed"),
    (ID, r#"{"Version":"2012-10-17"}"#, "Statement: it is missing"),
    (ID, r#"{"Version":"2012-10-17","Statement":[]}"#, "Statement: at least one statement is needed"),
    (ID, r#"{"Version":"2012-10-18","Statement":[]}"#, "Version: it must be 2012-10-17 or 2008-10-17"),
    (ID, r#"{"Version":2012,"Statement":[]}"#, "Version: a text is needed"),
    (ID, r#"{"statement":[]}"#, "statement: the member is unknown"),
    (ID, r#"{"Statement":[7]}"#, "Statement[0]: an object is needed"),
    (
        ID,
        r#"{"Statement":{"Effect":"allow","Action":"s3:*","Resource":"*"}}"#,
        "Statement.Effect: it must be Allow or Deny",
    ),
    (ID, r#"{"Statement":{"Action":"s3:*","Resource":"*"}}"#, "Statement.Effect: it is missing"),
    (ID, r#"{"Statement":{"Effect":"Allow","Resource":"*"}}"#, "Statement.Action: it is missing"),
    (ID, r#"{"Statement":{"Effect":"Allow","Action":"s3:*"}}"#, "Statement.Resource: it is missing"),
    (
        ID,
        r#"{"Statement":[{"Effect":"Allow","Action":[],"Resource":"*"}]}"#,
        "Statement[0].Action: at least one value is needed",
    ),
    (
        ID,
        r#"{"Statement":[{"Effect":"Allow","Action":["s3:*",3],"Resource":"*"}]}"#,
        "Statement[0].Action[1]: a text is needed",
    ),
    (
        ID,
        r#"{"Statement":{"Effect":"Allow","Action":"GetObject","Resource":"*"}}"#,
        "Statement.Action: an action is * or service:name, where the name may hold * and ?",
    ),
    (
        ID,
        r#"{"Statement":{"Effect":"Allow","Action":"s*:Get","Resource":"*"}}"#,
        "Statement.Action: an action is * or service:name, where the name may hold * and ?",
    ),
    (
        ID,
        r#"{"Statement":{"Effect":"Allow","Action":"s3:*","NotAction":"s3:*","Resource":"*"}}"#,
        "Statement: Action and NotAction exclude each other",
    ),
    (
        ID,
        r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"bucket"}}"#,
        "Statement.Resource: an ARN has six parts: arn:partition:service:region:account:resource",
    ),
    (
        ID,
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/${aws:username"}}"#,
        "Statement.Resource: it opens a policy variable and never closes it",
    ),
    (
        ID,
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/${}"}}"#,
        "Statement.Resource: it has a policy variable without a name",
    ),
    (
        ID,
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/${a,b}"}}"#,
        "Statement.Resource: the default of a policy variable must stand in single quotes",
    ),
    (
        ID,
        r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","Principal":"*"}}"#,
        "Statement.Principal: an identity-based policy names no principal",
    ),
    (
        ID,
        r#"{"Statement":{"Effect":"Deny","Effect":"Allow","Action":"s3:*","Resource":"*"}}"#,
        "the document: it is not valid JSON: the member Effect is given twice at line 1 column 46",
    ),
    (
        ID,
        r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","Conditions":{}}}"#,
        "Statement.Conditions: the member is unknown",
    ),
    (
        ID,
        r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringIs":{"a":"b"}}}}"#,
        "Statement.Condition.StringIs.a: the condition operator StringIs is unknown",
    ),
    (
        ID,
        r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"ForSome:StringEquals":{"a":"b"}}}}"#,
        "Statement.Condition.ForSome:StringEquals.a: the condition operator ForSome:StringEquals is unknown",
    ),
    (
        ID,
        r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"NullIfExists":{"a":"true"}}}}"#,
        "Statement.Condition.NullIfExists.a: Null asks whether a key is there: it takes no prefix and no IfExists",
    ),
    (
        ID,
        r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"a":{"b":"c"}}}}}"#,
        "Statement.Condition.StringEquals.a: a text, number or boolean, or a list of them, is needed",
    ),
    (
        ID,
        r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"a":[]}}}}"#,
        "Statement.Condition.StringEquals.a: at least one value is needed",
    ),
    (
        ID,
        r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"aws:SourceIp":"x","AWS:sourceip":"y"}}}}"#,
        "Statement.Condition.StringEquals.AWS:sourceip: the key is given twice",
    ),
    (
        ID,
        r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"NumericEquals":{"a":"ten"}}}}"#,
        "Statement.Condition.NumericEquals.a: a number is needed",
    ),
    (
        ID,
        r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"NumericEquals":{"a":"inf"}}}}"#,
        "Statement.Condition.NumericEquals.a: a number is needed",
    ),
    (
        ID,
        r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Bool":{"a":"yes"}}}}"#,
        "Statement.Condition.Bool.a: true or false is needed",
    ),
    (
        ID,
        r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"IpAddress":{"a":"10.0.0.0/33"}}}}"#,
        "Statement.Condition.IpAddress.a: an IP address or a CIDR block is needed, such as 203.0.113.0/24",
    ),
    (
        ID,
        r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"IpAddress":{"a":"10.0.0.0/+8"}}}}"#,
        "Statement.Condition.IpAddress.a: an IP address or a CIDR block is needed, such as 203.0.113.0/24",
    ),
    (
        ID,
        r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"DateLessThan":{"a":"soon"}}}}"#,
        "Statement.Condition.DateLessThan.a: a date is needed, such as 2026-03-02T08:14:55Z, or seconds since 1970",
    ),
    (
        ID,
        r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"BinaryEquals":{"a":"!"}}}}"#,
        "Statement.Condition.BinaryEquals.a: base64 is needed",
    ),
    (
        ID,
        r#"{"Statement":{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"aws:SorceVpc":"x"}}}}"#,
        "Statement.Condition.StringEquals.aws:SorceVpc: it is none of AWS's aws: condition keys",
    ),
    (
        ID,
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::${aws:usrname}"}}"#,
        "Statement.Resource: it has a policy variable that is none of AWS's aws: keys",
    ),
    (ID, r#"{"Statement":{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3"}}"#, ""),
    (
        RES,
        r#"{"Statement":{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3"}}"#,
        "Statement.Resource: an ARN has six parts: arn:partition:service:region:account:resource",
    ),
    (
        ID,
        r#"{"Statement":{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws"}}"#,
        "Statement.Resource: an ARN has six parts: arn:partition:service:region:account:resource",
    ),
    (
        ID,
        r#"{"Statement":{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s*:::b"}}"#,
        "Statement.Resource: an ARN's service must be named in full",
    ),
    (
        ID,
        r#"{"Statement":{"Sid":"a b","Effect":"Deny","Action":"s3:*","Resource":"*"}}"#,
        "Statement.Sid: it holds other characters than letters and digits",
    ),
    (
        RES,
        r#"{"Statement":{"Sid":"a b","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::b"}}"#,
        "",
    ),
    (
        ID,
        r#"{"Statement":[{"Sid":"a","Effect":"Deny","Action":"s3:*","Resource":"*"},{"Sid":"a","Effect":"Deny","Action":"s3:*","Resource":"*"}]}"#,
        "Statement[1].Sid: another statement has the same",
    ),
    (
        PolicyKind::Trust,
        r#"{"Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}}"#,
        "",
    ),
    (
        PolicyKind::Trust,
        r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Resource":"*"}}"#,
        "Statement.Resource: a role trust policy names no resource",
    ),
    (
        PolicyKind::Trust,
        r#"{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole"}}"#,
        "Statement.Principal: it is missing",
    ),
    (
        PolicyKind::Boundary,
        r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}}"#,
        "Statement.Principal: a permissions boundary names no principal",
    ),
    (
        PolicyKind::Session,
        r#"{"Statement":{"Effect":"Deny","NotPrincipal":"*","Action":"s3:*","Resource":"*"}}"#,
        "Statement.NotPrincipal: a session policy names no principal",
    ),
    (
        PolicyKind::Organization,
        r#"{"Statement":{"Effect":"Deny","NotAction":"s3:*","NotResource":"arn:aws:s3:::b","Condition":{"Null":{"aws:PrincipalArn":"true"}}}}"#,
        "",
    ),
    (
        RES,
        r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#,
        "Statement.Principal: it is missing",
    ),
    (
        RES,
        r#"{"Statement":{"Effect":"Allow","Principal":"mia","Action":"s3:*","Resource":"*"}}"#,
        "Statement.Principal: it must be * or an object with the members AWS, Service or Federated",
    ),
    (
        RES,
        r#"{"Statement":{"Effect":"Allow","Principal":{},"Action":"s3:*","Resource":"*"}}"#,
        "Statement.Principal: at least one principal is needed",
    ),
    (
        RES,
        r#"{"Statement":{"Effect":"Allow","Principal":{"AWS":[]},"Action":"s3:*","Resource":"*"}}"#,
        "Statement.Principal: at least one principal is needed",
    ),
    (
        RES,
        r#"{"Statement":{"Effect":"Allow","Principal":{"AWS":"mia"},"Action":"s3:*","Resource":"*"}}"#,
        "Statement.Principal.AWS: a principal is *, an account id, or the ARN of an account, user, role or session",
    ),
    (
        RES,
        r#"{"Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/*"},"Action":"s3:*","Resource":"*"}}"#,
        "Statement.Principal.AWS: wildcards are not allowed in a principal's ARN",
    ),
    (
        RES,
        r#"{"Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::11112222333:root"},"Action":"s3:*","Resource":"*"}}"#,
        "Statement.Principal.AWS: the ARN's account is not twelve digits",
    ),
    (
        RES,
        r#"{"Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:group/g"},"Action":"s3:*","Resource":"*"}}"#,
        "Statement.Principal.AWS: the ARN is of no account, user, role or session",
    ),
    (
        RES,
        r#"{"Statement":{"Effect":"Allow","Principal":{"Service":"*"},"Action":"s3:*","Resource":"*"}}"#,
        "Statement.Principal.Service: a service is named by its DNS name, such as cloudtrail.amazonaws.com",
    ),
    (
        RES,
        r#"{"Statement":{"Effect":"Deny","Principal":{"CanonicalUser":"79a5"},"Action":"s3:*","Resource":"*"}}"#,
        "Statement.Principal.CanonicalUser: canonical user ids are not supported: name the account or the user",
    ),
    (
        RES,
        r#"{"Statement":{"Effect":"Allow","NotPrincipal":{"AWS":"111122223333"},"Action":"s3:*","Resource":"*"}}"#,
        "Statement.NotPrincipal: it is supported with the effect Deny only",
    ),
    (
        RES,
        r#"{"Statement":{"Effect":"Deny","Principal":"*","NotPrincipal":"*","Action":"s3:*","Resource":"*"}}"#,
        "Statement: Principal and NotPrincipal exclude each other",
    ),
];

#[test]
fn long_and_deep_documents_are_refused() {
    let long = format!(r#"{{"Id":"{}","Statement":[]}}"#, "x".repeat(Policy::BYTES_MAX));
    let error = Policy::parse(PolicyKind::Identity, &long).unwrap_err();
    assert_eq!(error.to_string(), "read the policy: the document: it is longer than 20480 bytes");
    let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    let error = Policy::parse(PolicyKind::Identity, &deep).unwrap_err();
    assert!(error.problem.contains("recursion limit"), "{error}");
}

/// What a service control policy in force makes of an action, beside one that allows all.
fn in_force(statement: &str) -> Result<Outcome, PolicyError> {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#);
    let strict = Policy::parse(PolicyKind::Organization, &text);
    assert!(strict.is_err(), "{text}: nobody may write it here");
    let all = |kind| Policy::parse(kind, ADMINISTRATOR_ACCESS).unwrap();
    let mut level = vec![Policy::parse_in_force(&text)?];
    if statement.contains("Deny") {
        level.push(all(PolicyKind::Organization));
    }
    let account = "111122223333".parse().unwrap();
    let principal = Principal::Root { account };
    let request = AccessRequest {
        principal: &principal,
        action: "s3:GetObject",
        resource: "arn:aws:s3:::b/k",
        resource_account: account,
        context: Context::default(),
    };
    let policies =
        Policies { identity: &[all(PolicyKind::Identity)], organization: &[level], ..Policies::default() };
    Ok(evaluate(&policies, &request).outcome)
}

#[test]
fn a_policy_in_force_means_what_iam_makes_of_it() {
    for (operator, value, holds) in [
        ("StringEquals", "x", false),
        ("StringNotEquals", "x", true),
        ("StringEqualsIfExists", "x", true),
        ("StringNotEqualsIfExists", "x", true),
        ("ForAnyValue:StringEquals", "x", false),
        ("ForAllValues:StringEquals", "x", true),
        ("Null", "true", true),
        ("Null", "false", false),
    ] {
        for effect in ["Deny", "Allow"] {
            let statement = |key| {
                format!(
                    r#"{{"Effect":"{effect}","Action":"s3:*","Resource":"*","Condition":{{"{operator}":{{"{key}":"{value}"}}}}}}"#
                )
            };
            // A key that nobody knows is absent.
            let absent = in_force(&statement("aws:NewerThanCairn")).unwrap();
            assert_eq!(
                matches!(absent, Outcome::Denied(_)),
                (effect == "Deny") == holds,
                "{effect} {operator}"
            );
            // Of a key that AWS alone can tell, the worst is taken for true.
            let untold = in_force(&statement("s3:ExistingObjectTag/team")).unwrap();
            assert!(matches!(untold, Outcome::Denied(_)), "{effect} {operator}");
        }
    }
    let sid = |sid| format!(r#"{{"Sid":"{sid}","Effect":"Deny","Action":"ec2:*","Resource":"*"}}"#);
    assert!(matches!(in_force(&sid("No machines")), Ok(Outcome::Allowed(_))));
    let twice = format!("{},{}", sid("one"), sid("one"));
    assert!(matches!(in_force(&twice), Ok(Outcome::Allowed(_))));
    for nonsense in
        ["1", r#"{"Effect":"Perhaps","Action":"*","Resource":"*"}"#, r#"{"Effect":"Deny","Action":"*"}"#]
    {
        in_force(nonsense).unwrap_err();
    }
}
