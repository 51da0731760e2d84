use cairn_signin::Token;
use http::Request;
use proptest::prelude::*;

use super::*;
use crate::clock::SystemIds;

fn head(target: &str, headers: &[(&str, &str)]) -> Head {
    let mut request = Request::builder().uri(target).header("host", "localhost:8585");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Head::of(&request.body(()).unwrap().into_parts().0)
}

fn open(target: &str, headers: &[(&str, &str)]) -> Option<Head> {
    let head = head(target, headers);
    let carried = Carried::parse(&head).ok()?;
    let claim = SessionClaim { id: Token::new(&SystemIds).id(), region: carried.region.clone() };
    Some(carried.into_head(head, claim))
}

#[test]
fn what_is_left_is_what_a_client_would_have_sent() {
    let sent = [
        ("cookie", "cairn-session-8585=x"),
        ("x-cairn-csrf", "y"),
        ("origin", "http://localhost:8585"),
        ("sec-fetch-site", "same-origin"),
        ("authorization", "AWS4-HMAC-SHA256 Credential=AKIA/20260101/eu-west-1/s3/aws4_request"),
        ("x-amz-security-token", "z"),
        ("content-type", "application/json"),
        ("x-amz-target", "T.Op"),
        ("user-agent", "Mozilla/5.0"),
    ];
    let opened = open("/_cairn/console/call/cloudtrail/eu-central-1/a%2Fb/?c=d", &sent).unwrap();
    assert_eq!((opened.path.as_str(), opened.query.as_str()), ("/a%2Fb/", "c=d"));
    let names: Vec<&str> = opened.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["host", "content-type", "x-amz-target", "user-agent", "authorization"]);
    let scope = opened.header("authorization").unwrap();
    assert!(scope.contains("/eu-central-1/cloudtrail/aws4_request"), "{scope}");
    assert!(opened.session.is_some());
}

#[test]
fn what_is_no_call_is_refused() {
    for target in [
        "/_cairn/console/call/",
        "/_cairn/console/call/s3",
        "/_cairn/console/call/s3/us-east-1",
        "/_cairn/console/call/S3/us-east-1/",
        "/_cairn/console/call/s3%2F/us-east-1/",
        "/_cairn/console/call//us-east-1/",
        "/_cairn/console/call/s3/nowhere at all/",
        "/_cairn/console/call/s3/us-east-1/_cairn/console/session",
        "/_cairn/console/call/s3/us-east-1/_cairn/console/call/s3/us-east-1/",
        "/_cairn/console/call/s3/us-east-1/?X-Amz-Credential=AKIA/20260101/us-east-1/iam/aws4_request",
        "/_cairn/console/call/s3/us-east-1/?a=b&x%2Damz-algorithm=AWS4-HMAC-SHA256",
        "/_cairn/console/call/s3/us-east-1/?AWSAccessKeyId=AKIA",
    ] {
        let Ok(uri) = target.parse::<http::Uri>() else { continue };
        assert!(open(&uri.to_string(), &[]).is_none(), "{target}");
    }
    assert!(open("/_cairn/console/call/s3/us-east-1/", &[]).is_some());
}

proptest! {
    #[test]
    fn no_path_leads_back_into_the_console(
        service in "[a-z0-9-]{0,70}", path in "[A-Za-z0-9/_.%-]{0,60}", query in "[A-Za-z0-9=&%-]{0,60}",
    ) {
        let target = format!("/_cairn/console/call/{service}/us-east-1/{path}?{query}");
        if let Some(opened) = open(&target, &[]) {
            prop_assert_eq!(&opened.path, &format!("/{path}"));
            prop_assert!(!opened.path.starts_with(BASE));
            let signed = cairn_wire::recognise::Sight::of("GET", &opened.path, &opened.query, &opened, b"");
            prop_assert_eq!(signed.signing_name(), Some(service.as_str()));
        }
    }
}
