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
fn nothing_disguises_a_signed_call_of_s3() {
    for line in ["DELETE /payroll/2026.csv", "GET /payroll", "POST /payroll/2026.csv", "PUT /"] {
        let call = |service: &str, query: &str| Request::of(&format!("{line}?{query}")).signed(service);
        check(&call("iam", "Action=ListUsers&Version=2010-05-08"), "unknown");
        check(&call("s3", "Action=ListUsers&Version=2010-05-08"), "s3");
        check(&call("sqs", "Action=ReceiveMessage&Version=2012-11-05"), "unknown");
        check(&call("no-such-service", "Action=ListUsers&Version=2010-05-08"), "unknown");
        let target = "DynamoDB_20120810.ListTables";
        check(&call("dynamodb", "").with("x-amz-target", target), "unknown");
        check(&call("no-such-service", "").with("x-amz-target", target), "unknown");
        let form = Request::of(line).signed("iam").form("Action=ListUsers&Version=2010-05-08");
        check(&form.with("smithy-protocol", "rpc-v2-cbor"), "unknown");
    }
    let get = Request::of("GET /").signed("dynamodb").with("x-amz-target", "DynamoDB_20120810.ListTables");
    check(&get, "unknown");
    let deletion = Request::of("POST /?%64elete&Action=ListUsers&Version=2010-05-08").signed("iam");
    check(&deletion, "unknown");
    // The path of a queue is no bucket's.
    let queue = Request::of("POST /111122223333/orders").signed("sqs");
    check(&queue.clone().form("Action=SendMessage&Version=2012-11-05"), "action sqs SendMessage");
    check(&queue.with("x-amz-target", "AmazonSQS.SendMessage"), "target sqs SendMessage");
}

#[test]
fn two_names_name_nothing() {
    let listing = "POST /?Action=ListUsers&Version=2010-05-08";
    check(
        &Request::of(listing).signed("iam").form("Action=ListUsers&Version=2010-05-08"),
        "action iam ListUsers",
    );
    let key = "Action=CreateAccessKey&UserName=admin&Version=2010-05-08";
    check(&Request::of(listing).signed("iam").form(key), "unknown");
    check(&Request::of(listing).form(key), "unknown");
    check(&Request::of(listing).signed("s3").form(key), "s3");
    let tables =
        Request::of("POST /").signed("dynamodb").with("x-amz-target", "DynamoDB_20120810.ListTables");
    check(&tables.form("Action=DeleteTable&Version=2012-08-10"), "unknown");
}

#[test]
fn what_stores_serve_through_s3_is_what_it_says() {
    let post = Request::of("POST /").signed("s3");
    check(&post.clone().form("Action=CreateAccessKey&Version=2010-05-08"), "action iam CreateAccessKey");
    check(&post.clone().form("Action=AssumeRole&Version=2011-06-15"), "action sts AssumeRole");
    check(&post.form("Action=CreateAccessKey"), "s3");
    check(&Request::of("GET /?Action=ListUsers&Version=2010-05-08").signed("s3"), "s3");
    let upload = Request::of("POST /?Action=ListUsers&Version=2010-05-08").signed("s3");
    check(&upload.with("content-type", "multipart/form-data; boundary=b"), "s3");
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
