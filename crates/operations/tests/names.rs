//! How records call operations and their services.

#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use cairn_operations::{Table, api_version, event_name, event_source, global_region, versioned_name};

#[track_caller]
fn check(service: &str, operation: &str, source: &str, name: &str) {
    let table = Table::built_in();
    let id = table.find(service, operation).unwrap();
    let (service, operation) = (table.service(id).unwrap(), table.operation(id).unwrap());
    let found = (event_source(service), event_name(service, operation));
    assert_eq!((found.0.as_str(), &*found.1), (&*format!("{source}.amazonaws.com"), name));
}

#[test]
fn lambda_dates_its_older_operations() {
    for name in [
        "AddPermission20150331v2",
        "CreateAlias20150331",
        "CreateEventSourceMapping20150331",
        "CreateFunction20150331",
        "DeleteFunction20150331",
        "DeleteFunctionConcurrency20171031",
        "GetFunction20150331v2",
        "GetFunctionConfiguration20150331v2",
        "GetPolicy20150331v2",
        "ListFunctions20150331",
        "ListVersionsByFunction20150331",
        "PublishLayerVersion20181031",
        "PublishVersion20150331",
        "PutFunctionConcurrency20171031",
        "RemovePermission20150331v2",
        "TagResource20170331v2",
        "UntagResource20170331v2",
        "UpdateFunctionCode20150331v2",
        "UpdateFunctionConfiguration20150331v2",
    ] {
        let operation = name.split("20").next().unwrap();
        check("lambda", operation, "lambda", name);
    }
    for name in [
        "AddLayerVersionPermission",
        "CreateCodeSigningConfig",
        "CreateFunctionUrlConfig",
        "Invoke",
        "InvokeAsync",
        "InvokeWithResponseStream",
        "PutFunctionEventInvokeConfig",
        "PutProvisionedConcurrencyConfig",
        "PutRuntimeManagementConfig",
    ] {
        check("lambda", name, "lambda", name);
    }
}

#[test]
fn cloudfront_names_its_version_when_asked() {
    check("cloudfront", "UpdateDistribution", "cloudfront", "UpdateDistribution");
    let table = Table::built_in();
    let versioned = |service: &str, operation: &str| {
        let id = table.find(service, operation).unwrap();
        versioned_name(table.service(id).unwrap(), table.operation(id).unwrap())
    };
    let expected = Some("CreateInvalidation2020_05_31".to_owned());
    assert_eq!(versioned("cloudfront", "CreateInvalidation"), expected);
    assert_eq!(versioned("route53", "ListHostedZones"), None);
}

#[test]
fn the_account_is_named_where_s3_control_blocks_public_access() {
    check("s3control", "GetPublicAccessBlock", "s3", "GetAccountPublicAccessBlock");
    check("s3control", "PutPublicAccessBlock", "s3", "PutAccountPublicAccessBlock");
    check("s3control", "DeletePublicAccessBlock", "s3", "DeleteAccountPublicAccessBlock");
    check("s3control", "CreateJob", "s3", "CreateJob");
}

#[test]
fn sources_follow_the_signing_name_with_exceptions() {
    check("cloudwatch", "PutMetricAlarm", "monitoring", "PutMetricAlarm");
    check("resourcegroupstaggingapi", "GetResources", "tagging", "GetResources");
    check("rds-data", "ExecuteStatement", "rdsdata", "ExecuteStatement");
    check("wisdom", "GetAssistant", "qconnect", "GetAssistant");
    check("qconnect", "GetAssistant", "qconnect", "GetAssistant");
    check("bedrock-runtime", "InvokeModel", "bedrock", "InvokeModel");
    check("bedrock-agent-runtime", "InvokeAgent", "bedrock", "InvokeAgent");
    check("dynamodbstreams", "GetRecords", "dynamodb", "GetRecords");
    check("marketplace-catalog", "ListEntities", "marketplacecatalog", "ListEntities");
    check("marketplace-agreement", "GetAgreementTerms", "agreement-marketplace", "GetAgreementTerms");
    check(
        "connect-contact-lens",
        "ListRealtimeContactAnalysisSegments",
        "contact-lens",
        "ListRealtimeContactAnalysisSegments",
    );
    check("connectparticipant", "SendMessage", "participant-connect", "SendMessage");
    check("pinpoint", "GetApp", "pinpoint", "GetApp");
    check("mgh", "ListProgressUpdateStreams", "migrationhub", "ListProgressUpdateStreams");
    check("mq", "CreateBroker", "amazonmq", "CreateBroker");
    check("pricing", "GetProducts", "pricelist", "GetProducts");
    check(
        "servicecatalog-appregistry",
        "CreateApplication",
        "servicecatalog-appregistry",
        "CreateApplication",
    );
    check("servicecatalog", "CreateProduct", "servicecatalog", "CreateProduct");
    check("chime-sdk-voice", "ListPhoneNumbers", "chime-sdk-voice", "ListPhoneNumbers");
    check("chime-sdk-messaging", "CreateChannel", "chime", "CreateChannel");
    check("sso", "ListAccounts", "sso", "ListAccounts");
    check("sso-oidc", "CreateToken", "sso", "CreateToken");
    check("opensearch", "CreateDomain", "es", "CreateDomain");
    check("sesv2", "SendEmail", "ses", "SendEmail");
    check("application-insights", "CreateApplication", "application-insights", "CreateApplication");
    check("s3tables", "ListTableBuckets", "s3tables", "ListTableBuckets");
    check("elbv2", "CreateLoadBalancer", "elasticloadbalancing", "CreateLoadBalancer");
}

#[test]
fn few_services_record_their_version_and_some_have_one_region() {
    let table = Table::built_in();
    let versions: Vec<_> = table
        .services()
        .iter()
        .filter_map(|service| Some(format!("{} {}", service.name, api_version(service)?)))
        .collect();
    let expected = [
        "appmesh 2019-01-25",
        "cloudfront 2020_05_31",
        "dynamodb 2012-08-10",
        "dynamodbstreams 2012-08-10",
        "efs 2015-02-01",
        "elb 2012-06-01",
        "elbv2 2015-12-01",
        "logs 20140328",
        "route53 2013-04-01",
    ];
    assert_eq!(versions, expected);
    let region = |name: &str| {
        let service = table.services().iter().find(|service| service.name == name).unwrap();
        global_region(service)
    };
    assert_eq!(region("iam"), Some("us-east-1"));
    assert_eq!(region("globalaccelerator"), Some("us-west-2"));
    assert_eq!((region("ec2"), region("waf-regional"), region("wafv2")), (None, None, None));
}
