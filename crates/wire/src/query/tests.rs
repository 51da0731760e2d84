use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{Timestamp, iam, sts};

#[test]
fn parameters_come_from_query_and_body() {
    let parameters = Parameters::parse(
        "Version=2011-06-15&Flag",
        b"Action=GetCallerIdentity&Name=a+b%2Bc&Name=%61+b%2Bc\r\n",
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
        ("Action=ListUsers".to_owned(), b"Action=CreateUser".to_vec(), ParametersError::Contradictory),
        (String::new(), vec![0xff], ParametersError::NotText),
    ] {
        assert_eq!(Parameters::parse(&query, &body), Err(error));
    }
}

#[test]
fn answers_are_xml_in_the_order_of_the_model() {
    let tags = vec![iam::Tag { key: "a&b".to_owned(), value: String::new() }];
    let user = iam::User {
        path: "/".to_owned(),
        user_name: "ann".to_owned(),
        user_id: "AIDA".to_owned(),
        arn: "arn:aws:iam::123456789012:user/ann".to_owned(),
        create_date: Timestamp::from(jiff::Timestamp::UNIX_EPOCH),
        password_last_used: None,
        permissions_boundary: None,
        tags: Some(tags),
    };
    assert_eq!(
        success_body(iam::Operation::GetUser, &iam::GetUserResponse { user }, "r"),
        "<GetUserResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><GetUserResult><User>\
         <Path>/</Path><UserName>ann</UserName><UserId>AIDA</UserId>\
         <Arn>arn:aws:iam::123456789012:user/ann</Arn><CreateDate>1970-01-01T00:00:00Z</CreateDate>\
         <Tags><member><Key>a&amp;b</Key><Value></Value></member></Tags></User></GetUserResult>\
         <ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></GetUserResponse>"
    );
    assert_eq!(
        success_body(iam::Operation::UpdateRole, &iam::UpdateRoleResponse {}, "r"),
        "<UpdateRoleResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><UpdateRoleResult>\
         </UpdateRoleResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></UpdateRoleResponse>"
    );
    let summary = iam::GetAccountSummaryResponse {
        summary_map: Some([(iam::SummaryKeyType::Users, 2)].into_iter().collect()),
    };
    assert!(
        success_body(iam::Operation::GetAccountSummary, &summary, "r")
            .contains("<SummaryMap><entry><key>Users</key><value>2</value></entry></SummaryMap>")
    );
    assert_eq!(
        success_body(iam::Operation::DeleteUser, &iam::DeleteUserResponse {}, "r"),
        "<DeleteUserResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><ResponseMetadata>\
         <RequestId>r</RequestId></ResponseMetadata></DeleteUserResponse>"
    );
}

#[test]
fn refusals_name_whose_fault_they_are() {
    let body =
        |http_status| ErrorBody { namespace: "n", code: "C", http_status, message: "<x>", request_id: "r" };
    assert_eq!(
        body(400).render(),
        "<ErrorResponse xmlns=\"n\"><Error><Type>Sender</Type><Code>C</Code><Message>&lt;x&gt;</Message>\
         </Error><RequestId>r</RequestId></ErrorResponse>"
    );
    assert!(body(500).render().contains("<Type>Receiver</Type>"));
    assert_eq!(
        ec2_error_body(QueryErrorCode::InvalidAction, "<x>", "r"),
        "<Response><Errors><Error><Code>InvalidAction</Code><Message>&lt;x&gt;</Message></Error></Errors>\
         <RequestID>r</RequestID></Response>"
    );
}

/// Decodes a form as a call of `operation`.
fn decode<O: Operation>(operation: O, form: &str) -> Result<Value, Refusal> {
    let request = Request::decode(operation, &Parameters::parse("", form.as_bytes()).unwrap())?;
    match request.violations().is_empty() {
        true => Ok(request.parameters().clone()),
        false => Err(Refusal::new(QueryErrorCode::ValidationError, request.violations().to_string())),
    }
}

#[test]
fn forms_become_values() {
    for (form, value) in [
        ("UserName=ann&Unknown=1", json!({"UserName": "ann"})),
        (
            "UserName=ann&Tags.member.1.Key=k&Tags.member.1.Value=v&Tags.member.10.Key=z&Tags.member.10.Value=\
             &Tags.member.2.Key=b&Tags.member.2.Value=w",
            json!({"UserName": "ann", "Tags": [
                {"Key": "k", "Value": "v"}, {"Key": "b", "Value": "w"}, {"Key": "z", "Value": ""}]}),
        ),
        ("UserName=ann&Tags=", json!({"UserName": "ann", "Tags": []})),
        ("UserName=ann&UserName=%61nn", json!({"UserName": "ann"})),
        ("UserName=ann&Tags.1.Key=k", json!({"UserName": "ann"})),
    ] {
        assert_eq!(decode(iam::Operation::CreateUser, form).unwrap(), value, "{form}");
    }
    let session = decode(sts::Operation::GetSessionToken, "DurationSeconds=900").unwrap();
    assert_eq!(session, json!({"DurationSeconds": 900}));
    let version = "PolicyArn=arn:aws:iam::123456789012:policy/p&PolicyDocument=%7B%7D&SetAsDefault=true";
    assert_eq!(decode(iam::Operation::CreatePolicyVersion, version).unwrap()["SetAsDefault"], json!(true));
}

#[test]
fn what_does_not_fit_is_refused_in_aws_s_words() {
    for (form, message) in [
        (
            "",
            "1 validation error detected: Value null at 'userName' failed to satisfy constraint: Member must not be null",
        ),
        (
            "UserName=a%20b",
            "1 validation error detected: Value 'a b' at 'userName' failed to satisfy constraint: \
             Member must satisfy regular expression pattern: [\\w+=,.@-]+",
        ),
        (
            "UserName=ann&Tags.member.1.Key=k",
            "1 validation error detected: Value null at 'tags.1.member.value' failed to satisfy constraint: \
             Member must not be null",
        ),
        (
            "UserName=ann&Path=x",
            "1 validation error detected: Value 'x' at 'path' failed to satisfy constraint: Member must satisfy \
             regular expression pattern: (\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)",
        ),
    ] {
        let refusal = decode(iam::Operation::CreateUser, form).unwrap_err();
        assert_eq!((refusal.code, refusal.message.as_str()), ("ValidationError", message));
    }
    assert_eq!(
        decode(sts::Operation::GetSessionToken, "DurationSeconds=x").unwrap_err().code,
        "ValidationError"
    );
    assert!(decode(sts::Operation::GetSessionToken, "DurationSeconds=899").is_err());
}

#[test]
fn unicode_classes_take_letters_of_every_script() {
    let form = |key: &str| format!("UserName=ann&Tags.member.1.Value=v&Tags.member.1.Key={key}");
    assert!(decode(iam::Operation::TagUser, &form("Größe 日本")).is_ok());
    assert!(decode(iam::Operation::TagUser, &form("a%21")).is_err());
    assert!(decode(iam::Operation::TagUser, &form("a%0A")).is_err());
}

#[test]
fn operations_are_found_by_name() {
    for operation in iam::Operation::ALL {
        assert_eq!(iam::Operation::find(operation.name()), Some(*operation));
    }
    for name in ["", "createUser", "CreateUsers"] {
        assert_eq!(iam::Operation::find(name), None);
    }
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
        let error = ErrorBody { namespace: "n", code: "C", http_status: 400, message: &message, request_id: "r" };
        let body = error.render();
        prop_assert_eq!(body.matches("</Message>").count(), 1);
        prop_assert!(!body.chars().any(|c| c < ' ' && !"\t\n".contains(c)));
    }

    #[test]
    fn no_form_panics(names in prop::collection::vec("[A-Za-z.]{0,12}(Tags|member|entry|1|key|\\.){0,6}", 0..8)) {
        let form: Vec<String> = names.iter().map(|name| format!("{name}=1")).collect();
        let parameters = Parameters::parse("", form.join("&").as_bytes()).unwrap();
        for operation in iam::Operation::ALL {
            drop(Request::decode(*operation, &parameters));
        }
    }
}

#[test]
fn answers_are_read_as_they_were_written() {
    let created = Timestamp::from(jiff::Timestamp::UNIX_EPOCH);
    let access_key = iam::AccessKey {
        user_name: " ann ".to_owned(),
        access_key_id: "AKIAEXAMPLE000000001".to_owned(),
        status: iam::StatusType::Active,
        secret_access_key: "a/b+c".to_owned(),
        create_date: Some(created),
    };
    let body =
        success_body(iam::Operation::CreateAccessKey, &iam::CreateAccessKeyResponse { access_key }, "r");
    assert_eq!(
        response_elements(
            iam::Operation::CreateAccessKey,
            body.as_bytes(),
            Timestamp::recorded_without_comma
        ),
        Some(json!({"accessKey": {
            "userName": " ann ",
            "accessKeyId": "AKIAEXAMPLE000000001",
            "status": "Active",
            "secretAccessKey": "a/b+c",
            "createDate": "Jan 1, 1970 12:00:00 AM"
        }}))
    );
    let summary = [(iam::SummaryKeyType::Users, 2)].into_iter().collect();
    let summary = iam::GetAccountSummaryResponse { summary_map: Some(summary) };
    let body = success_body(iam::Operation::GetAccountSummary, &summary, "r");
    assert_eq!(
        read_answer(iam::Operation::GetAccountSummary, body.as_bytes()),
        Some(json!({"SummaryMap": {"Users": 2}}))
    );
    let page = iam::ListUserTagsResponse {
        tags: vec![iam::Tag { key: "a<b".to_owned(), value: String::new() }],
        is_truncated: Some(false),
        marker: None,
    };
    let body = success_body(iam::Operation::ListUserTags, &page, "r");
    assert_eq!(
        read_answer(iam::Operation::ListUserTags, body.as_bytes()),
        Some(json!({"Tags": [{"Key": "a<b", "Value": ""}], "IsTruncated": false}))
    );
    for (operation, body) in [
        (iam::Operation::ListUsers, body.as_str()),
        (iam::Operation::DeleteUser, "<DeleteUserResponse><ResponseMetadata/></DeleteUserResponse>"),
        (iam::Operation::ListUsers, "<ListUsersResponse><ListUsersResult>"),
        (iam::Operation::ListUsers, ""),
    ] {
        assert_eq!(read_answer(operation, body.as_bytes()), None, "{body}");
    }
}
