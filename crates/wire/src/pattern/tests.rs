use proptest::prelude::*;

use crate::cloudtrail::Operation;
use crate::shape::Shape;

use super::Pattern;

/// Finds the pattern of a top-level member of some request.
fn pattern_of(operation: Operation, name: &str) -> Pattern {
    let Shape::Structure(members) = operation.model().input else { panic!("an input is a structure") };
    let member = members.iter().find(|member| member.name == name).unwrap();
    match member.shape {
        Shape::Text { pattern: Some(pattern), .. } => *pattern,
        other => panic!("{name} has no pattern: {other:?}"),
    }
}

#[test]
fn the_model_s_patterns_match_whole_values() {
    let (uri, source, name, prompt, statement, token) = (
        (Operation::StartQuery, "DeliveryS3Uri"),
        (Operation::ListInsightsMetricData, "EventSource"),
        (Operation::CreateChannel, "Name"),
        (Operation::GenerateQuery, "Prompt"),
        (Operation::StartQuery, "QueryStatement"),
        (Operation::ListQueries, "NextToken"),
    );
    for ((operation, member), value, matches) in [
        (uri, "s3://abc", true),
        (uri, "s3://a.b-c/", true),
        (uri, "s3://abc/prefix/é", true),
        (uri, "s3://abc/line\nend", false),
        (uri, "s3://abc-", false),
        (uri, "s3://ab", false),
        (uri, "S3://abc", false),
        (uri, "xs3://abc", false),
        (source, "s3.amazonaws.com", true),
        (source, "my_service-1.amazonaws.com", true),
        (source, ".amazonaws.com", false),
        (source, "s3xamazonaws.com", false),
        (source, "s3.amazonaws.com.evil", false),
        (name, "a.b_c-9", true),
        (name, "a b", false),
        (name, "", false),
        (prompt, "~ tilde\nand line", true),
        (prompt, "é", false),
        (statement, "SELECT\n1", true),
        (token, "a\nb", false),
        (token, "", true),
    ] {
        assert_eq!(pattern_of(operation, member).matches(value), matches, "{member} {value:?}");
    }
}

proptest! {
    #[test]
    fn a_bucket_uri_agrees_with_a_plain_reading(bucket in "[a-c.\\-A]{0,70}", rest in "(/[a-z/]{0,5})?") {
        let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase());
        let plain = bucket.len() >= 3
            && bucket.len() <= 63
            && bucket.chars().all(|c| c.is_ascii_lowercase() || c == '.' || c == '-')
            && edge(bucket.chars().next())
            && edge(bucket.chars().last());
        let pattern = pattern_of(Operation::StartQuery, "DeliveryS3Uri");
        prop_assert_eq!(pattern.matches(&format!("s3://{bucket}{rest}")), plain);
    }
}
