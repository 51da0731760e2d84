//! Calls without a signature.

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
fn hosts_and_user_agents_speak_for_routes() {
    let list = Request::of("GET /2015-03-31/functions");
    check(&list.clone().with("host", "lambda.us-east-1.amazonaws.com"), "route lambda ListFunctions");
    check(&list.clone().with("user-agent", "x api/lambda#3.1"), "route lambda ListFunctions");
    check(&list.clone().with("host", "localhost:4566"), "s3");
    // A bucket called like a service.
    check(&list.with("host", "lambda.s3.us-east-1.amazonaws.com"), "s3");
}

#[test]
fn what_says_nothing_is_anonymous_s3() {
    check(&Request::of("GET /bucket/key"), "s3");
    check(&Request::of("GET /"), "s3");
    check(&Request::of("OPTIONS /bucket/key"), "s3");
}
