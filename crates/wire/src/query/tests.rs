use proptest::prelude::*;

use super::*;

#[test]
fn parameters_come_from_query_and_body() {
    let parameters = Parameters::parse(
        "Version=2011-06-15&Flag",
        b"Action=GetCallerIdentity&Name=a+b%2Bc&Name=second\r\n",
    )
    .unwrap();
    assert_eq!(parameters.action(), Some("GetCallerIdentity"));
    assert_eq!(parameters.value("Version"), Some("2011-06-15"));
    assert_eq!(parameters.value("Flag"), Some(""));
    assert_eq!(parameters.value("Name"), Some("a b+c"));
    assert_eq!(parameters.iter().count(), 5);
    assert_eq!(Parameters::parse("", b"").unwrap().action(), None);
}

#[test]
fn parameters_have_limits() {
    for (query, body, error) in [
        (String::new(), vec![b'a'; BODY_BYTES_MAX + 1], ParametersError::TooLong),
        ("a=1&".repeat(PARAMETERS_MAX + 1), Vec::new(), ParametersError::TooMany),
        ("a=%FF".to_owned(), Vec::new(), ParametersError::NotText),
        (String::new(), vec![0xff], ParametersError::NotText),
    ] {
        assert_eq!(Parameters::parse(&query, &body), Err(error));
    }
}

#[test]
fn answers_are_sts_xml() {
    let identity = CallerIdentity { arn: "arn:aws:iam::1:user/a&b", user_id: "AIDA", account: "1" };
    assert_eq!(
        caller_identity_body(identity, "r"),
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
         <GetCallerIdentityResult><Arn>arn:aws:iam::1:user/a&amp;b</Arn><UserId>AIDA</UserId>\
         <Account>1</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>r</RequestId>\
         </ResponseMetadata></GetCallerIdentityResponse>"
    );
    assert_eq!(
        error_body(QueryErrorCode::InvalidAction, "<x>", "r"),
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>\
         <Code>InvalidAction</Code><Message>&lt;x&gt;</Message></Error><RequestId>r</RequestId></ErrorResponse>"
    );
    assert!(error_body(QueryErrorCode::InternalFailure, "", "r").contains("<Type>Receiver</Type>"));
    assert_eq!(
        ec2_error_body(QueryErrorCode::InvalidAction, "<x>", "r"),
        "<Response><Errors><Error><Code>InvalidAction</Code><Message>&lt;x&gt;</Message></Error></Errors>\
         <RequestID>r</RequestID></Response>"
    );
}

proptest! {
    #[test]
    fn no_parameters_panic(query in ".{0,60}", body in prop::collection::vec(any::<u8>(), 0..120)) {
        if let Ok(parameters) = Parameters::parse(&query, &body) {
            prop_assert!(parameters.iter().count() <= PARAMETERS_MAX);
        }
    }

    #[test]
    fn messages_stay_inside_their_element(message in ".{0,60}") {
        let body = error_body(QueryErrorCode::AccessDenied, &message, "r");
        prop_assert_eq!(body.matches("</Message>").count(), 1);
        prop_assert!(!body.chars().any(|c| c < ' ' && !"\t\n".contains(c)));
    }
}
