//! What names an operation outright, protocol by protocol.

use cairn_wire::recognise::Protocol;

use crate::request::{Request, check};

#[test]
fn the_last_dot_of_a_target_ends_its_prefix() {
    let post =
        |service: &str, target: &str| Request::of("POST /").signed(service).with("x-amz-target", target);
    check(&post("dynamodb", "DynamoDB_20120810.GetItem"), "target dynamodb GetItem");
    check(&post("dynamodb", "DynamoDBStreams_20120810.GetRecords"), "target dynamodbstreams GetRecords");
    let long = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents";
    check(&post("cloudtrail", long), "target cloudtrail LookupEvents");
    let codestar = "com.amazonaws.codestar.connections.CodeStar_connections_20191201.ListConnections";
    check(&post("codestar-connections", codestar), "target codestar-connections ListConnections");
    check(&post("kms", "trentservice.Decrypt"), "target kms Decrypt");
    check(&post("timestream", "Timestream_20181101.WriteRecords"), "target timestream-write WriteRecords");
    check(&post("timestream", "Timestream_20181101.Query"), "target timestream-query Query");
    check(&post("dynamodb", "DynamoDB_20120810.NoSuchThing"), "unknown");
    check(&post("dynamodb", "GetItem"), "unknown");
    // The signed name decides: S3 does not look at targets.
    check(&post("s3", "DynamoDB_20120810.GetItem"), "s3");
    check(&post("sns", "DynamoDB_20120810.GetItem"), "unknown");
}

#[test]
fn cbor_names_its_operation_in_the_path() {
    let request = Request::of("POST /service/GraniteServiceVersion20100801/operation/PutMetricData")
        .signed("monitoring")
        .with("smithy-protocol", "rpc-v2-cbor");
    check(&request, "cbor-path cloudwatch PutMetricData");
    assert_eq!(request.recognise().protocol, Protocol::Cbor);
    let elsewhere = Request { line: "POST /base/service/Nothing/operation/Either".to_owned(), ..request };
    check(&elsewhere, "unknown");
}

#[test]
fn actions_are_told_apart_by_version() {
    let call = |service: &str, form: &str| Request::of("POST /").signed(service).form(form);
    check(&call("sns", "Action=Publish&Version=2010-03-31"), "action sns Publish");
    let elb = "elasticloadbalancing";
    check(&call(elb, "Action=DescribeLoadBalancers&Version=2012-06-01"), "action elb DescribeLoadBalancers");
    check(
        &call(elb, "Action=DescribeLoadBalancers&Version=2015-12-01"),
        "action elbv2 DescribeLoadBalancers",
    );
    check(&call("ses", "Action=SendEmail&Version=2010-12-01"), "action ses SendEmail");
    check(&call("sqs", "Action=SendMessage&Version=2012-11-05"), "action sqs SendMessage");
    check(&call("sqs", "Action=SendMessage&Version=2011-10-01"), "action-of-other-version sqs SendMessage");
    let monitoring = "Action=ListMetrics&Version=2010-08-01";
    check(&call("monitoring", monitoring), "action cloudwatch ListMetrics");
    let formation = "Action=ListStacks&Version=2010-05-15";
    check(&call("cloudformation", formation), "action cloudformation ListStacks");
    let ec2 = call("ec2", "Action=RunInstances&Version=2013-10-15");
    check(&ec2, "action-of-other-version ec2 RunInstances");
    assert_eq!(ec2.recognise().protocol, Protocol::Ec2Query);
    let get = Request::of("GET /?Action=ListUsers&Version=2010-05-08").signed("iam");
    check(&get, "action iam ListUsers");
    // Escapes hide nothing.
    check(&call("sns", "%41ction=%50ublish&Version=2010-03-31"), "action sns Publish");
    check(&call("sns", "Action=NoSuchThing&Version=2010-03-31"), "unknown");
}

#[test]
fn routes_name_the_operations_of_rest_services() {
    let lambda = |line: &str| Request::of(line).signed("lambda");
    check(&lambda("GET /2015-03-31/functions"), "route lambda ListFunctions");
    check(&lambda("GET /2015-03-31/functions/"), "route lambda ListFunctions");
    check(&lambda("GET /2015-03-31/functions/f"), "route lambda GetFunction");
    check(&lambda("POST /2015-03-31/functions/f%3A1/invocations?Qualifier=x"), "route lambda Invoke");
    let untagged = "route lambda UntagResource by default or lambda-microvms UntagResource";
    check(&lambda("DELETE /2017-03-31/tags/arn%3Aaws?tagKeys=a&tagKeys=b"), untagged);
    check(&lambda("PATCH /2015-03-31/functions/f"), "unknown");
    check(&lambda("GET /nothing/like/it"), "unknown");
    let route53 = Request::of("POST /2013-04-01/hostedzone/Z1/rrset/").signed("route53");
    check(&route53, "route route53 ChangeResourceRecordSets");
    assert_eq!(route53.recognise().protocol, Protocol::RestXml);
    // What follows `{X+}` in a template.
    let portals = |line: &str| Request::of(line).signed("workspaces-web");
    let arn = "arn:aws:workspaces-web:us-east-1:111122223333:portal/p";
    check(&portals(&format!("GET /portals/{arn}")), "route workspaces-web GetPortal");
    let settings = format!("PUT /portals/{arn}/browserSettings?browserSettingsArn=a");
    check(&portals(&settings), "route workspaces-web AssociateBrowserSettings");
    // Query parameters that the template fixes.
    let import = Request::of("POST /restapis?mode=import").signed("apigateway");
    check(&import, "route apigateway ImportRestApi");
    check(&Request::of("POST /restapis").signed("apigateway"), "route apigateway CreateRestApi");
    let escaped = Request::of("POST /%40connections/c").signed("execute-api");
    check(&escaped, "route apigatewaymanagementapi PostToConnection");
}

#[test]
fn what_shares_a_name_with_s3_has_paths_of_its_own() {
    let s3 = |line: &str| Request::of(line).signed("s3");
    check(&s3("GET /bucket/key?tagging"), "s3");
    check(&s3("GET /v20180820/configuration/publicAccessBlock"), "route s3control GetPublicAccessBlock");
    check(&s3("GET /v20180820/nothing/like/it"), "unknown");
    check(&Request::of("PUT /bucket/key").signed("s3express"), "s3");
    let outposts = Request::of("GET /S3Outposts/ListEndpoints").signed("s3-outposts");
    check(&outposts, "route s3outposts ListEndpoints");
    let control = Request::of("GET /v20180820/bucket/b").signed("s3-outposts");
    check(&control, "route s3control GetBucket");
    let answer = Request::of("POST /WriteGetObjectResponse").signed("s3-object-lambda");
    check(&answer, "route s3 WriteGetObjectResponse");
    check(&Request::of("GET /buckets").signed("s3tables"), "route s3tables ListTableBuckets");
}

#[test]
fn every_form_of_signature_names_its_service() {
    let path = "/2015-03-31/functions";
    let v4a = "AWS4-ECDSA-P256-SHA256 Credential=AKID/20261125/lambda/aws4_request, SignedHeaders=host";
    check(&Request::of(&format!("GET {path}")).with("authorization", v4a), "route lambda ListFunctions");
    let slashed = "AWS4-HMAC-SHA256 Credential=a/key/20261125/us-east-1/lambda/aws4_request,Signature=0";
    check(&Request::of(&format!("GET {path}")).with("authorization", slashed), "route lambda ListFunctions");
    let presigned = "X-Amz-Credential=AKID%2F20261125%2Fus-east-1%2Flambda%2Faws4_request";
    check(&Request::of(&format!("GET {path}?{presigned}")), "route lambda ListFunctions");
    check(&Request::of("GET /b/k").with("authorization", "AWS AKID:signature"), "s3");
    check(&Request::of("GET /b/k?AWSAccessKeyId=AKID&Signature=s&Expires=1"), "s3");
    // Signature version 2 with an action is no S3.
    let domains = "GET /?Action=ListDomains&Version=2009-04-15&AWSAccessKeyId=AKID&Signature=s";
    check(&Request::of(domains), "action sdb ListDomains");
    check(&Request::of("GET /").signed("no-such-service"), "unknown");
    check(
        &Request::of("POST /").signed("email").form("Action=SendEmail&Version=2010-12-01"),
        "action ses SendEmail",
    );
}
