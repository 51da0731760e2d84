//! Members that are hidden although no model marks them: what applications say to each other and to people.

use cairn_event::HIDDEN;
use cairn_wire::casing::lower_first;
use serde_json::Value;

use crate::details::Details;

/// Hides them in what is written of a call.
pub(super) fn hide(service: &str, operation: &str, details: &mut Details) {
    let rows = MEMBERS.iter().filter(|row| row.0 == service && (row.1 == "*" || names(row.1, operation)));
    for path in rows.flat_map(|row| row.2.split(' ')) {
        let (part, path) = match path.strip_prefix('>') {
            Some(path) => (&mut details.response_elements, path),
            None => (&mut details.request_parameters, path),
        };
        if let Some(part) = part {
            hide_at(part, path);
        }
    }
}

fn names(operations: &str, operation: &str) -> bool {
    operations.split(' ').any(|name| name == operation)
}

/// Hides what is at a path; a step is a member's name in the model, or `*`.
fn hide_at(value: &mut Value, path: &str) {
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    match value {
        Value::Array(items) if first == "*" => items.iter_mut().for_each(|item| below(item, rest)),
        Value::Object(members) if first == "*" => members.values_mut().for_each(|item| below(item, rest)),
        Value::Object(members) => {
            if let Some(member) = members.get_mut(&lower_first(first)) {
                below(member, rest);
            }
        }
        _ => {}
    }
}

fn below(value: &mut Value, rest: Option<&str>) {
    match rest {
        Some(path) => hide_at(value, path),
        None => *value = Value::from(HIDDEN),
    }
}

/// Service, operations, and paths in what was asked; in what was answered after `>`.
const MEMBERS: [(&str, &str, &str); 41] = [
    ("apigateway", "TestInvokeAuthorizer TestInvokeMethod", "Body Headers MultiValueHeaders StageVariables"),
    ("athena", "StartQueryExecution", "QueryString ExecutionParameters"),
    // What a machine is told at its first start: passwords and keys, as often as not.
    ("autoscaling", "CreateLaunchConfiguration", "UserData"),
    ("bedrock-agent-runtime", "AgenticRetrieveStream", "Messages"),
    ("bedrock-agent-runtime", "GenerateQuery", "QueryGenerationInput"),
    ("bedrock-agent-runtime", "OptimizePrompt", "Input"),
    ("bedrock-agent-runtime", "Rerank", "Queries Sources"),
    ("bedrock-agent-runtime", "Retrieve", "RetrievalQuery"),
    ("bedrock-runtime", "ApplyGuardrail", "Content"),
    (
        "bedrock-runtime",
        "Converse ConverseStream",
        "Messages System ToolConfig AdditionalModelRequestFields PromptVariables",
    ),
    ("bedrock-runtime", "CountTokens", "Input"),
    ("bedrock-runtime", "InvokeGuardrailChecks", "Messages"),
    ("cloudfront-keyvaluestore", "PutKey", "Value"),
    ("cloudfront-keyvaluestore", "UpdateKeys", "Puts.*.Value"),
    ("cognito-identity", "*", "Logins"),
    ("connectparticipant", "SendMessage SendEvent", "Content"),
    ("dataexchange", "SendApiAsset", "Body RequestHeaders QueryStringParameters"),
    ("events", "PutEvents PutPartnerEvents", "Entries.*.Detail"),
    ("firehose", "PutRecord", "Record"),
    ("firehose", "PutRecordBatch", "Records"),
    ("imagebuilder", "CreateImageRecipe", "additionalInstanceConfiguration.userDataOverride"),
    ("iotsitewise", "BatchPutAssetPropertyValue", "Entries.*.PropertyValues"),
    ("kinesis", "PutRecord", "Data"),
    ("kinesis", "PutRecords", "Records.*.Data"),
    (
        "lightsail",
        "CreateCloudFormationStack CreateInstances CreateInstancesFromSnapshot",
        "userData instances.*.userData",
    ),
    ("logs", "PutLogEvents", "LogEvents"),
    ("neptune-graph", "ExecuteQuery", "QueryString Parameters"),
    ("pinpoint", "SendMessages SendUsersMessages", "MessageRequest SendUsersMessageRequest"),
    (
        "pinpoint-sms-voice-v2",
        "SendMediaMessage SendNotifyTextMessage SendNotifyVoiceMessage SendRcsMessage SendTextMessage SendVoiceMessage",
        "DestinationPhoneNumber MessageBody MediaUrls RcsMessageContent TemplateVariables",
    ),
    ("polly", "SynthesizeSpeech", "Text"),
    ("rds-data", "*", "Sql SqlStatements Parameters ParameterSets"),
    ("redshift-data", "BatchExecuteStatement ExecuteStatement", "Sql Sqls Parameters"),
    ("s3vectors", "PutVectors QueryVectors", "Vectors QueryVector"),
    (
        "sagemaker-featurestore-runtime",
        "BatchWriteRecord PutRecord UpdateRecord",
        "Record Features Entries.*.Record",
    ),
    (
        "sdb",
        "BatchPutAttributes PutAttributes Select",
        "Items.*.Attributes Attributes Expected SelectExpression",
    ),
    (
        "ses",
        "SendBulkTemplatedEmail SendEmail SendRawEmail SendTemplatedEmail",
        "Source Destination.*.* Destinations DefaultTemplateData TemplateData ReplyToAddresses.* ReturnPath \
         Message.Subject.Data Message.Body.*.Data RawMessage",
    ),
    (
        "sesv2",
        "SendBulkEmail SendEmail",
        "FromEmailAddress Destination.*.* ReplyToAddresses.* FeedbackForwardingEmailAddress Content.Simple \
         Content.Raw Content.Template.TemplateData DefaultContent.Template.TemplateData BulkEmailEntries",
    ),
    (
        "sns",
        "Publish PublishBatch",
        "Message Subject MessageAttributes PhoneNumber PublishBatchRequestEntries.*.Message \
         PublishBatchRequestEntries.*.Subject PublishBatchRequestEntries.*.MessageAttributes",
    ),
    (
        "sqs",
        "SendMessage SendMessageBatch",
        "MessageBody MessageAttributes MessageSystemAttributes Entries.*.MessageBody Entries.*.MessageAttributes \
         Entries.*.MessageSystemAttributes",
    ),
    ("ssm", "*", "Value Parameters >Command.Parameters"),
    ("xray", "PutTelemetryRecords PutTraceSegments", "TelemetryRecords TraceSegmentDocuments"),
];

#[cfg(test)]
mod tests {
    use cairn_operations::{Kind, Shapes, Table};
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_at_a_path_is_hidden() {
        let mut value = json!({"topicArn": "t", "message": "m", "entries": [{"id": 1, "message": {"a": 1}}]});
        hide_at(&mut value, "Message");
        hide_at(&mut value, "Entries.*.Message");
        hide_at(&mut value, "Absent.*.Message");
        let expected = json!({"topicArn": "t", "message": HIDDEN, "entries": [{"id": 1, "message": HIDDEN}]});
        assert_eq!(value, expected);
    }

    fn leads(shapes: &Shapes, from: u32, path: &str) -> bool {
        let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
        let below: Vec<u32> = match &shapes.get(from).unwrap().kind {
            Kind::Structure { members, .. } => {
                let named = members.iter();
                let named = named.filter(|own| first == "*" || lower_first(&own.name) == lower_first(first));
                named.map(|own| own.shape).collect()
            }
            Kind::List { item, .. } if first == "*" => vec![*item],
            Kind::Map { value, .. } if first == "*" => vec![*value],
            _ => Vec::new(),
        };
        match rest {
            Some(rest) => below.into_iter().any(|shape| leads(shapes, shape, rest)),
            None => !below.is_empty(),
        }
    }

    #[test]
    fn every_path_is_one_of_its_service() {
        let table = Table::built_in();
        let mut wrong = Vec::new();
        for (service, operations, paths) in MEMBERS {
            let known = table.services().iter().find(|known| known.name == service).unwrap();
            let meant =
                known.operations.iter().filter(|own| operations == "*" || names(operations, &own.name));
            let meant: Vec<_> = meant.collect();
            assert!(
                operations == "*" || meant.len() == operations.split(' ').count(),
                "{service} {operations}"
            );
            for path in paths.split(' ') {
                let (answered, path) = path.strip_prefix('>').map_or((false, path), |path| (true, path));
                let found = meant.iter().any(|own| {
                    let shapes = table.shapes(table.find(service, &own.name).unwrap());
                    let shape = if answered { own.output } else { own.input };
                    shape.is_some_and(|shape| leads(&shapes, shape, path))
                });
                if !found {
                    wrong.push(format!("{service}: {path}"));
                }
            }
        }
        assert_eq!(wrong, Vec::<String>::new());
    }
}
