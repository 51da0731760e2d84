//! Services that share a name and know the same request.

use crate::request::{Request, check};

#[test]
fn hints_break_ties_and_what_is_left_is_named() {
    let tie = Request::of("GET /imports/i").signed("lex");
    check(&tie, "route lexv2-models DescribeImport by default or lex-models GetImport");
    let tagged = |agent: &str| tie.clone().with("user-agent", agent);
    let sdk = "aws-sdk-js/3.1168.0 ua/2.1 os/linux lang/js api/lex-model-building-service#3.1168.0 m/E,n";
    check(&tagged(sdk), "route lex-models GetImport by user-agent");
    check(
        &tagged("aws-sdk-rust/1.3.1 api/lexmodelsv2/1.2"),
        "route lexv2-models DescribeImport by user-agent",
    );
    check(
        &tagged("aws-cli/2.31.0 md/command#lex-models.get-import"),
        "route lex-models GetImport by user-agent",
    );
    check(&tie.clone().with("x-amz-user-agent", sdk), "route lex-models GetImport by user-agent");
    let named = Request { line: "GET /imports/i?x-id=GetImport".to_owned(), ..tie.clone() };
    check(&named, "route lex-models GetImport by operation-hint");
    let host = tie.clone().with("host", "models.lex.us-east-1.amazonaws.com");
    check(&host, "route lex-models GetImport by host");
    let host = tie.clone().with("host", "models-v2-lex.us-east-1.amazonaws.com");
    check(&host, "route lexv2-models DescribeImport by host");
    // A hint at something else breaks nothing.
    check(
        &tagged("api/s3#3 md/command#s3api.get-object"),
        "route lexv2-models DescribeImport by default or lex-models GetImport",
    );
}

#[test]
fn hints_break_nothing_that_is_no_tie() {
    let request = Request::of("GET /2015-03-31/functions?x-id=DeleteFunction").signed("lambda");
    check(&request.with("user-agent", "api/s3#3"), "route lambda ListFunctions");
}

#[test]
fn the_service_that_is_called_like_its_name_comes_first() {
    let form = "Action=DescribeDBInstances&Version=2014-10-31";
    let others = "or docdb DescribeDBInstances or neptune DescribeDBInstances";
    let tie = Request::of("POST /").signed("rds").form(form);
    check(&tie, &format!("action rds DescribeDBInstances by default {others}"));
    let neptune = tie.with("user-agent", "aws-sdk-java/2.40 api/Neptune#2.40");
    check(&neptune, "action neptune DescribeDBInstances by user-agent");
}
