//! Calls without a signature.

use cairn_operations::Table;

use crate::request::{Request, check};

const JSON: &str = "application/json";

#[test]
fn targets_and_actions_say_what_they_are() {
    let target = "AWSCognitoIdentityProviderService.InitiateAuth";
    check(&Request::of("POST /").with("x-amz-target", target), "target cognito-idp InitiateAuth");
    let form = "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=a";
    check(&Request::of("POST /").form(form), "action sts AssumeRoleWithWebIdentity");
    check(
        &Request::of("POST /").form("Action=RunInstances&Version=2014-02-01"),
        "action-of-other-version ec2 RunInstances",
    );
    check(&Request::of("POST /").form("Action=Nothing&Version=2014-02-01"), "unknown");
    check(&Request::of("POST /").form("Action=SendMessage"), "unknown");
}

#[test]
fn routes_count_only_with_something_that_speaks_for_them() {
    let token = Request::of("POST /token").with("content-type", JSON);
    check(&token, "route sso-oidc CreateToken");
    // A bucket can be called so, and be sent a form.
    check(&Request::of("POST /token").with("content-type", "multipart/form-data; boundary=b"), "s3");
    check(&Request::of("GET /assignment/accounts"), "s3");
    let portal = Request::of("GET /assignment/accounts").with("x-amz-sso_bearer_token", "t");
    check(&portal, "route sso ListAccounts");
    let spaces = Request::of("POST /v1/spaces").with("authorization", "Bearer t");
    check(&spaces, "route codecatalyst ListSpaces");
    let model = Request::of("POST /model/m/converse").with("authorization", "Bearer t");
    check(&model, "route bedrock-runtime Converse");
    check(&Request::of("POST /model/m/converse"), "s3");
}

#[test]
fn nothing_disguises_an_anonymous_call_of_s3() {
    let get = Request::of("GET /bucket/key");
    check(&get.clone().with("x-amz-target", "DynamoDB_20120810.GetItem"), "s3");
    check(&get.clone().with("host", "data.mediastore.us-east-1.amazonaws.com"), "s3");
    check(&get.clone().with("user-agent", "x api/mediastore-data#3.1"), "s3");
    check(&get.with("authorization", "Bearer t"), "s3");
    check(&Request::of("GET /bucket/key?Action=ListUsers&Version=2010-05-08"), "s3");
    check(&Request::of("GET /").with("x-amz-target", "DynamoDB_20120810.GetItem"), "s3");
    let put = Request::of("PUT /bucket/key").form("Action=ListUsers&Version=2010-05-08");
    check(&put.with("smithy-protocol", "rpc-v2-cbor"), "s3");
}

#[test]
fn routes_without_a_scope_begin_with_a_word() {
    let table = Table::built_in();
    let services = table.services().iter().filter(|service| service.protocol.is_rest());
    for operation in services.flat_map(|service| &service.operations).filter(|own| own.scopeless) {
        assert!(!operation.path.starts_with("/{"), "{}: any bucket would do", operation.name);
    }
}

#[test]
fn what_says_nothing_is_anonymous_s3() {
    check(&Request::of("GET /bucket/key"), "s3");
    check(&Request::of("GET /"), "s3");
    check(&Request::of("OPTIONS /bucket/key"), "s3");
}
