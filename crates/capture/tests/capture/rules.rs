//! Rules that hold for the record of every exchange, stated without the code that makes records.

use serde_json::Value;

use crate::observed::Observed;

/// Members of a record in the order in which CloudTrail writes them, and whether a record always has them.
const MEMBERS: [(&str, bool); 25] = [
    ("eventVersion", true),
    ("userIdentity", true),
    ("eventTime", true),
    ("eventSource", true),
    ("eventName", true),
    ("awsRegion", true),
    ("sourceIPAddress", true),
    ("userAgent", false),
    ("errorCode", false),
    ("errorMessage", false),
    ("requestParameters", true),
    ("responseElements", true),
    ("additionalEventData", false),
    ("requestID", true),
    ("eventID", true),
    ("readOnly", true),
    ("resources", false),
    ("eventType", true),
    ("apiVersion", false),
    ("managementEvent", true),
    ("recipientAccountId", true),
    ("sharedEventID", false),
    ("vpcEndpointId", false),
    ("eventCategory", true),
    ("tlsDetails", false),
];
/// Reads whose answer is recorded all the same: they hand out keys.
const RECORDED_READS: [&str; 5] =
    ["AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "AssumeRoot", "GetSessionToken"];
/// S3 calls that may fail after they have answered 200.
const LATE: [&str; 3] = ["CompleteMultipartUpload", "CopyObject", "UploadPartCopy"];

/// Lists the rules that a record breaks.
pub(crate) fn broken(observed: &Observed) -> Vec<String> {
    let bytes = observed.record().1.to_bytes();
    let text = String::from_utf8(bytes).unwrap();
    let event: Value = serde_json::from_str(&text).unwrap();
    let mut broken = Vec::new();
    envelope(&event, &text, &mut broken);
    outcome(&event, observed, &mut broken);
    identity(&event, observed, &mut broken);
    secrets(&text, observed, &mut broken);
    match event["eventSource"].as_str().unwrap() {
        "s3.amazonaws.com" => s3(&event, observed, &mut broken),
        _ => others(&event, observed, &mut broken),
    }
    broken.into_iter().map(|rule| format!("{rule}\n    {text}")).collect()
}

fn demand(holds: bool, rule: &str, broken: &mut Vec<String>) {
    if !holds {
        broken.push(rule.to_owned());
    }
}

fn envelope(event: &Value, text: &str, broken: &mut Vec<String>) {
    let members = event.as_object().unwrap();
    for (name, always) in MEMBERS {
        demand(!always || members.contains_key(name), &format!("{name} is always there"), broken);
    }
    for name in members.keys() {
        demand(MEMBERS.iter().any(|(known, _)| known == name), &format!("{name} is a member"), broken);
    }
    // Members of nested objects may have the same names, but never before the record's own of them.
    let places: Vec<usize> = MEMBERS
        .iter()
        .filter(|(name, _)| members.contains_key(*name))
        .filter_map(|(name, _)| text.find(&format!("\"{name}\":")))
        .collect();
    demand(places.is_sorted(), "members stand in CloudTrail's order", broken);
    demand(event["eventVersion"] == "1.11", "eventVersion is 1.11", broken);
    demand(event["eventType"] == "AwsApiCall", "eventType is AwsApiCall", broken);
    let time = event["eventTime"].as_str().unwrap();
    demand(time.len() == 20 && time.ends_with('Z'), "eventTime is in whole seconds", broken);
    let management = event["eventCategory"] == "Management";
    demand(management || event["eventCategory"] == "Data", "eventCategory is Management or Data", broken);
    demand(event["managementEvent"] == management, "managementEvent agrees with eventCategory", broken);
    demand(event["resources"] != Value::Array(Vec::new()), "no empty list of resources is written", broken);
}

fn outcome(event: &Value, observed: &Observed, broken: &mut Vec<String>) {
    let name = event["eventName"].as_str().unwrap();
    let failed = event.get("errorCode").is_some();
    let late = LATE.contains(&name) && observed.status < 300;
    demand(late || failed == (observed.status >= 300), "errorCode tells a failure", broken);
    demand(failed || event.get("errorMessage").is_none(), "no errorMessage without errorCode", broken);
    let answered = !event["responseElements"].is_null();
    demand(!(failed && answered), "a failure has no responseElements", broken);
    let reads = event["readOnly"] == true && !RECORDED_READS.contains(&name);
    demand(!(reads && answered), "a read has no responseElements", broken);
    demand(event["responseElements"] != serde_json::json!({}), "an empty answer is null", broken);
    demand(event["requestParameters"] != serde_json::json!({}), "no parameters are null", broken);
}

fn identity(event: &Value, observed: &Observed, broken: &mut Vec<String>) {
    use cairn_access::{Caller, Trust};
    let (who, basis) = (&event["userIdentity"], event["additionalEventData"]["identityBasis"].as_str());
    match &observed.caller {
        Caller::Verified { access_key_id, .. } => {
            demand(basis.is_none(), "a verified identity is not remarked upon", broken);
            let names_key = access_key_id.as_ref().is_none_or(|key| who["accessKeyId"] == key.as_str());
            demand(names_key, "the signing key is named", broken);
        }
        Caller::Temporary { access_key_id, .. } => {
            demand(basis.is_none(), "a verified identity is not remarked upon", broken);
            demand(who["accessKeyId"] == access_key_id.as_str(), "the signing key is named", broken);
        }
        Caller::Claimed { .. } => demand(basis == Some("claimed"), "a claimed identity says so", broken),
        Caller::Known { trust, .. } => {
            let said = (*trust != Trust::Verified).then_some(trust.as_str());
            demand(basis == said, "an identity from elsewhere says how far it is believed", broken);
        }
        Caller::Rejected { access_key_id } => {
            let mut unknown = serde_json::json!({"type": "Unknown"});
            if let Some(key) = access_key_id {
                unknown["accessKeyId"] = key.as_str().into();
            }
            demand(*who == unknown && basis == Some("rejected"), "a refused signature names nobody", broken);
        }
        Caller::Unsigned => demand(basis == Some("none"), "an unsigned call says so", broken),
    }
}

/// Signatures and what stands for them in headers, parameters and answers.
fn secrets(text: &str, observed: &Observed, broken: &mut Vec<String>) {
    let mut secrets: Vec<String> = Vec::new();
    for name in ["authorization", "x-amz-security-token"] {
        secrets.extend(
            observed.header(name).iter().flat_map(|value| value.rsplit('=').next()).map(str::to_owned),
        );
    }
    for pair in observed.target.split(['?', '&']) {
        let (name, value) = pair.split_once('=').unwrap_or_default();
        if ["x-amz-signature", "signature", "x-amz-security-token"].contains(&name.to_lowercase().as_str()) {
            secrets.push(value.to_owned());
        }
    }
    let answer = String::from_utf8_lossy(&observed.response_body.bytes);
    for name in ["SecretAccessKey", "SessionToken"] {
        let value = answer.split_once(&format!("<{name}>")).and_then(|(_, rest)| rest.split_once('<'));
        secrets.extend(value.map(|(value, _)| value.to_owned()));
    }
    for secret in secrets.iter().filter(|secret| secret.len() >= 8) {
        demand(!text.contains(secret.as_str()), &format!("{secret} is not recorded"), broken);
    }
}

fn s3(event: &Value, observed: &Observed, broken: &mut Vec<String>) {
    let service = event["userIdentity"]["type"] == "AWSService";
    let agent = observed.header("user-agent").filter(|agent| !agent.is_empty());
    if !service {
        let wrapped = agent.map_or(Value::Null, |agent| format!("[{agent}]").into());
        demand(event["userAgent"] == wrapped, "S3 writes the user agent in brackets", broken);
        let host = observed.header("host").map_or(Value::Null, Value::from);
        demand(event["requestParameters"]["Host"] == host, "S3 writes the host among the parameters", broken);
    }
    let data = &event["additionalEventData"];
    for name in ["bytesTransferredIn", "bytesTransferredOut"] {
        demand(data[name].is_u64(), &format!("{name} is a number"), broken);
    }
    let carries = observed.header("authorization").is_some()
        || ["X-Amz-Algorithm=", "AWSAccessKeyId="].iter().any(|name| observed.target.contains(name));
    let signed = carries && !matches!(observed.caller, cairn_access::Caller::Unsigned);
    demand(signed == data.get("SignatureVersion").is_some(), "SignatureVersion tells a signature", broken);
    let resources = event["resources"].as_array().map(Vec::as_slice).unwrap_or_default();
    let of_kind = |kind: &str| resources.iter().filter(|entry| entry["type"] == kind).collect::<Vec<_>>();
    let objects = of_kind("AWS::S3::Object");
    // Management calls on an object are those that are no operation of S3.
    let selectable = event["eventCategory"] != "Data" || !objects.is_empty();
    demand(selectable, "a data event has an object that a trail can select", broken);
    let anonymous = objects.iter().all(|entry| entry.get("accountId").is_none());
    demand(anonymous, "objects name no account", broken);
    let bucket = event["requestParameters"]["bucketName"].as_str();
    let none = bucket.is_none() || event["eventName"] == "CreateBucket";
    demand(of_kind("AWS::S3::Bucket").len() == usize::from(!none), "the bucket is a resource", broken);
    if let (Some(bucket), Some(key)) = (bucket, event["requestParameters"]["key"].as_str()) {
        let arn = format!("arn:aws:s3:::{bucket}/{key}");
        demand(objects.first().is_some_and(|object| object["ARN"] == arn), "the key is the object", broken);
    }
}

fn others(event: &Value, observed: &Observed, broken: &mut Vec<String>) {
    let agent = observed.header("user-agent").map_or(Value::Null, Value::from);
    demand(event["userAgent"] == agent, "the user agent is written as sent", broken);
    let resources = event["resources"].as_array().map(Vec::as_slice).unwrap_or_default();
    if event["eventCategory"] == "Data" {
        let selectable = !resources.is_empty() && resources.iter().all(|entry| entry["type"].is_string());
        demand(selectable, "a data event has resources that a trail can select", broken);
        return;
    }
    let may = match event["eventSource"].as_str().unwrap() {
        "ssm.amazonaws.com" => resources.iter().all(|entry| entry["type"].is_null()),
        "sts.amazonaws.com" => resources.iter().all(|entry| entry["type"] == "AWS::IAM::Role"),
        "kms.amazonaws.com" => true,
        _ => resources.is_empty(),
    };
    demand(may, "no resources but those that the service's records have", broken);
}
