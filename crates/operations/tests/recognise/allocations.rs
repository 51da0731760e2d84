//! Recognition allocates nothing, whatever the request holds.

use cairn_operations::{Sight, Table, recognise};

use crate::request::Request;

#[test]
fn recognition_allocates_nothing() {
    let requests = [
        Request::of("POST /2015-03-31/functions/f/invocations?Qualifier=x").signed("lambda"),
        Request::of("GET /portals/arn:aws:a/b/c/browserSettings").signed("workspaces-web"),
        Request::of("GET /imports/i").signed("lex").with("user-agent", "a b api/lex-models"),
        Request::of("POST /").signed("dynamodb").with("x-amz-target", "DynamoDB_20120810.GetItem"),
        Request::of("POST /").signed("sns").form("Action=Publish&Version=2010-03-31&Message=hello"),
        Request::of("POST /service/GraniteServiceVersion20100801/operation/PutMetricData")
            .signed("monitoring")
            .with("smithy-protocol", "rpc-v2-cbor"),
        Request::of("PUT /bucket/a%20key?partNumber=1&uploadId=u").signed("s3"),
        Request::of("GET /").signed("no-such-service"),
    ];
    let table = Table::built_in();
    for request in &requests {
        let (method, target) = request.line.split_once(' ').unwrap();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let look = || {
            let sight = Sight::of(method, path, query, request, request.body.as_bytes());
            std::hint::black_box(recognise(&table, &sight.seen()));
        };
        // The first look compiles the routes of the signing name.
        look();
        let counted = allocation_counter::measure(look);
        assert_eq!(counted.count_total, 0, "{request:?}");
    }
}

#[test]
fn the_counter_counts() {
    assert!(allocation_counter::measure(|| drop(std::hint::black_box(vec![1_u8]))).count_total > 0);
}
