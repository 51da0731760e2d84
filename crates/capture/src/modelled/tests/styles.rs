//! Names, times, secrets and bodies of single services.

use cairn_operations::Table;
use cairn_wire::recognise::Protocol;
use serde_json::{Value, json};

use super::{Sent, recorded};
use crate::body_policy::{ERROR_BYTES_MAX, PARAMETERS_BODY_BYTES_MAX};
use crate::modelled::ModelledCall;
use crate::{Keep, ServiceCall, body_policy};

fn call(service: &str, operation: &str, protocol: Protocol) -> ModelledCall {
    let table = Table::built_in();
    ModelledCall::new(&table, table.find(service, operation).unwrap(), protocol).unwrap()
}

/// Checks both sides of a record; `target` is path and query.
fn check(call: &ModelledCall, target: &str, sent: &str, answered: &str, expected: &Value) {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let request =
        Sent { path: path.to_owned(), query: query.to_owned(), body: sent.into(), ..Sent::default() };
    let answer = Sent { body: answered.into(), ..Sent::default() };
    let record = recorded(call, &request, 200, &answer);
    let found = json!([record.request_parameters, record.response_elements]);
    assert_eq!(found, *expected, "{}", call.event_name);
}

#[test]
fn names_and_times_are_those_of_the_service() {
    check(
        &call("ce", "CreateAnomalyMonitor", Protocol::Json),
        "/",
        r#"{"AnomalyMonitor":{"MonitorName":"m","MonitorType":"DIMENSIONAL"}}"#,
        r#"{"MonitorArn":"a"}"#,
        &json!([{"AnomalyMonitor": {"MonitorName": "m", "MonitorType": "DIMENSIONAL"}}, {"MonitorArn": "a"}]),
    );
    check(
        &call("ecs", "CreateCluster", Protocol::Json),
        "/",
        r#"{"clusterName":"c","settings":[],"configuration":{}}"#,
        r#"{"cluster":{"clusterName":"c","tags":[],"unheardOf":1}}"#,
        &json!([{"clusterName": "c", "settings": [], "configuration": {}}, {"cluster": {"clusterName": "c", "tags": []}}]),
    );
    check(
        &call("codebuild", "BatchDeleteBuilds", Protocol::Json),
        "/",
        r#"{"ids":["a"]}"#,
        "{}",
        &json!([{"ids": ["a"]}, null]),
    );
    let snapshot = "Action=CreateDBSnapshot&DBSnapshotIdentifier=s&DBInstanceIdentifier=i";
    check(
        &call("rds", "CreateDBSnapshot", Protocol::Query),
        "/",
        snapshot,
        "<CreateDBSnapshotResponse><CreateDBSnapshotResult><DBSnapshot><Port>3306</Port><Encrypted>false</Encrypted>\
         <SnapshotCreateTime>2023-07-10T12:24:29.004Z</SnapshotCreateTime></DBSnapshot></CreateDBSnapshotResult>\
         </CreateDBSnapshotResponse>",
        &json!([
            {"dBSnapshotIdentifier": "s", "dBInstanceIdentifier": "i"},
            {"port": 3306, "encrypted": false, "snapshotCreateTime": "Jul 10, 2023 12:24:29 PM"},
        ]),
    );
    check(
        &call("acm", "RequestCertificate", Protocol::Json),
        "/",
        r#"{"DomainName":"example.com"}"#,
        r#"{"CertificateArn":"arn"}"#,
        &json!([{"domainName": "example.com"}, {"certificateArn": "arn"}]),
    );
    check(
        &call("cloudwatch", "DescribeAlarmHistory", Protocol::Json),
        "/",
        r#"{"StartDate":1688990879,"AlarmName":"a"}"#,
        "",
        &json!([{"startDate": "Jul 10, 2023, 12:07:59 PM", "alarmName": "a"}, null]),
    );
    check(
        &call("eks", "ListNodegroups", Protocol::RestJson),
        "/clusters/my%20one/node-groups?maxResults=5&X-Amz-Signature=s",
        "",
        "",
        &json!([{"clusterName": "my one", "maxResults": 5}, null]),
    );
}

#[test]
fn secrets_go_as_the_service_has_them_go() {
    check(
        &call("iam", "CreateServiceSpecificCredential", Protocol::Query),
        "/",
        "Action=A&UserName=u&ServiceName=codecommit.amazonaws.com",
        "<CreateServiceSpecificCredentialResponse><CreateServiceSpecificCredentialResult><ServiceSpecificCredential>\
         <ServicePassword>hunter22</ServicePassword><UserName>u</UserName></ServiceSpecificCredential>\
         </CreateServiceSpecificCredentialResult></CreateServiceSpecificCredentialResponse>",
        &json!([
            {"userName": "u", "serviceName": "codecommit.amazonaws.com"},
            {"serviceSpecificCredential": {"userName": "u"}},
        ]),
    );
    check(
        &call("redshift", "CreateCluster", Protocol::Query),
        "/",
        "Action=A&ClusterIdentifier=c&MasterUserPassword=hunter22",
        "",
        &json!([{"clusterIdentifier": "c", "masterUserPassword": cairn_event::HIDDEN}, null]),
    );
}

/// Whoever holds a long body leaves out its long texts.
#[test]
fn what_is_missing_of_a_body_is_told() {
    let call = call("lambda", "CreateFunction", Protocol::RestJson);
    let body = br#"{"FunctionName":"f","Role":"r","Code":{"ZipFile":null}}"#.to_vec();
    let request = Sent { path: "/2015-03-31/functions".to_owned(), body, length: 800_290, ..Sent::default() };
    let record = recorded(&call, &request, 201, &Sent { body: b"{}".to_vec(), ..Sent::default() });
    let event: Value = serde_json::from_slice(&record.to_bytes()).unwrap();
    assert_eq!(event["requestParameters"]["functionName"], "f");
    let told = &event["additionalEventData"]["requestBody"];
    let expected =
        json!({"omitted": "long texts", "originalSize": 800_290, "reason": "requestBody too large"});
    assert_eq!(*told, expected);
}

#[test]
fn bodies_are_kept_where_they_are_recorded() {
    let (whole, errors) =
        (Keep::Always { bytes_max: PARAMETERS_BODY_BYTES_MAX }, Keep::OnError { bytes_max: ERROR_BYTES_MAX });
    for (service, operation, protocol, request, response) in [
        ("ecs", "CreateCluster", Protocol::Json, whole, whole),
        ("ecs", "ListClusters", Protocol::Json, whole, errors),
        ("logs", "DeleteLogGroup", Protocol::Json, whole, errors),
        ("lambda", "CreateFunction", Protocol::RestJson, whole, whole),
        ("lambda", "DeleteFunction", Protocol::RestJson, Keep::Nothing, errors),
        ("lambda", "Invoke", Protocol::RestJson, Keep::Nothing, errors),
        ("lambda", "InvokeWithResponseStream", Protocol::RestJson, Keep::Nothing, errors),
        ("bedrock-agentcore", "InvokeCodeInterpreter", Protocol::RestJson, whole, errors),
        ("qbusiness", "Chat", Protocol::RestJson, Keep::Nothing, errors),
        ("kinesis", "SubscribeToShard", Protocol::Json, whole, errors),
        ("glacier", "UploadArchive", Protocol::RestJson, Keep::Nothing, errors),
        ("route53", "CreateHostedZone", Protocol::RestXml, whole, whole),
        ("ec2", "RunInstances", Protocol::Ec2Query, whole, whole),
    ] {
        let policy = body_policy(&ServiceCall::Modelled(call(service, operation, protocol)));
        assert_eq!((policy.request, policy.response), (request, response), "{service} {operation}");
    }
}
