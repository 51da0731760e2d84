//! Form parameters by their shape, from `Tags.member.1.Key=team` to nested values.

use std::borrow::Cow;
use std::collections::BTreeMap;

use cairn_operations::{Kind, Member, ShapeId, Shapes};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::scalar;

/// Parameters whose names have more parts are not read; EC2's own have at most eight.
const PARTS_MAX: usize = 32;
/// More parameters are not read.
const PARAMETERS_MAX: usize = 20_000;

/// How a service names its parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// As the query protocol does.
    Query,
    /// As EC2 does: capital letters first, and lists without `member`.
    Ec2,
}

/// The parameters of a call, by the parts of their names.
#[derive(Debug, Default)]
pub(super) struct Form {
    text: Text,
    below: BTreeMap<String, Self>,
}

/// The value that was sent under a name.
#[derive(Debug, Default)]
enum Text {
    #[default]
    Unsent,
    Sent(String),
    /// Several different ones. Which of them counts differs between services: they tell nothing.
    Contradictory,
}

impl Text {
    fn read(&self) -> Option<&str> {
        match self {
            Self::Sent(text) => Some(text),
            Self::Unsent | Self::Contradictory => None,
        }
    }
}

impl Form {
    /// Reads the parameters of a query string and a form body; none of too many, as one that is not read may
    /// contradict one that is.
    pub(super) fn parse(query: &str, body: &str) -> Self {
        let mut form = Self::default();
        let pairs = query.split('&').chain(body.trim_ascii().split('&')).filter(|pair| !pair.is_empty());
        if pairs.clone().nth(PARAMETERS_MAX).is_some() {
            return form;
        }
        for pair in pairs {
            let (name, text) = pair.split_once('=').unwrap_or((pair, ""));
            if let (Some(name), Some(text)) = (decode(name), decode(text)) {
                form.insert(&name, text.into_owned());
            }
        }
        form
    }

    fn insert(&mut self, name: &str, text: String) {
        if name.split('.').count() > PARTS_MAX {
            return;
        }
        let mut at = self;
        for part in name.split('.') {
            at = at.below.entry(part.to_owned()).or_default();
        }
        match &at.text {
            Text::Unsent => at.text = Text::Sent(text),
            Text::Sent(other) if *other == text => {}
            Text::Sent(_) | Text::Contradictory => at.text = Text::Contradictory,
        }
    }

    /// Reads the parameters of a shape.
    pub(super) fn structure(
        &self,
        shapes: &Shapes,
        members: &[Member],
        dialect: Dialect,
    ) -> Map<String, Value> {
        let mut read = Map::new();
        for member in members {
            if let Some(value) = self.member(shapes, member, dialect) {
                read.insert(member.name.clone(), value);
            }
        }
        read
    }

    fn member(&self, shapes: &Shapes, member: &Member, dialect: Dialect) -> Option<Value> {
        let named = match dialect {
            Dialect::Query => Cow::from(member.on_wire()),
            Dialect::Ec2 => match &member.query_name {
                Some(name) => Cow::from(name),
                None => Cow::from(capitalized(member.on_wire())),
            },
        };
        // A flattened list may take the name of its items.
        let of_items = match &shapes.get(member.shape)?.kind {
            Kind::List { item_name: Some(name), .. } if member.flattened => self.below.get(name),
            _ => None,
        };
        let sent = of_items.or_else(|| self.below.get(&*named)).or_else(|| self.formerly(member))?;
        sent.value(shapes, member.shape, dialect)
    }

    /// Finds a list or map of SQS under the name that it had when SQS spoke this protocol: in the singular, and
    /// entries by their operation.
    fn formerly(&self, member: &Member) -> Option<&Self> {
        if !member.flattened {
            return None;
        }
        match member.name.strip_suffix('s')? {
            "Entrie" => {
                let mut named = self.below.iter().filter(|(name, _)| name.ends_with("BatchRequestEntry"));
                named.next().map(|(_, sent)| sent)
            }
            "Action" => self.below.get("ActionName"),
            "Tag" | "tag" => self.below.get("Tag"),
            one => self.below.get(one),
        }
    }

    fn value(&self, shapes: &Shapes, shape: ShapeId, dialect: Dialect) -> Option<Value> {
        match &shapes.get(shape)?.kind {
            Kind::Structure { members, .. } => {
                let read = self.structure(shapes, members, dialect);
                (!self.below.is_empty()).then_some(Value::Object(read))
            }
            Kind::List { item, item_name, .. } => {
                let wrapped = self.below.get("member");
                let wrapped = wrapped.or_else(|| self.below.get(item_name.as_deref()?));
                let items = wrapped.unwrap_or(self).numbered();
                Some(Value::Array(
                    items.into_iter().filter_map(|sent| sent.value(shapes, *item, dialect)).collect(),
                ))
            }
            Kind::Map { value, key_name, value_name, .. } => {
                let (key, of) =
                    (key_name.as_deref().unwrap_or("key"), value_name.as_deref().unwrap_or("value"));
                let entries = self.below.get("entry").unwrap_or(self).numbered().into_iter();
                let entries = entries.filter_map(|entry| {
                    let named =
                        |name: &str, other: &str| entry.below.get(name).or_else(|| entry.below.get(other));
                    // SQS called them so.
                    let key = named(key, "Name").or_else(|| entry.below.get("Key"))?.text.read()?.to_owned();
                    Some((key, named(of, "Value")?.value(shapes, *value, dialect)?))
                });
                Some(Value::Object(entries.collect()))
            }
            kind => scalar::of_text(kind, self.text.read()?),
        }
    }

    /// Returns what is below numbers, in their order.
    fn numbered(&self) -> Vec<&Self> {
        let items = self.below.iter().filter_map(|(index, sent)| Some((index.parse().ok()?, sent)));
        let mut items: Vec<(u64, &Self)> = items.collect();
        items.sort_by_key(|(index, _)| *index);
        items.into_iter().map(|(_, sent)| sent).collect()
    }
}

/// Returns a name as EC2 sends it.
fn capitalized(name: &str) -> String {
    let mut letters = name.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// Decodes `+` and percent escapes of a form field; nothing when it is no text.
fn decode(text: &str) -> Option<Cow<'_, str>> {
    if text.contains('+') {
        let spaced = text.replace('+', " ");
        return Some(Cow::Owned(percent_decode_str(&spaced).decode_utf8().ok()?.into_owned()));
    }
    percent_decode_str(text).decode_utf8().ok()
}

#[cfg(test)]
mod tests {
    use cairn_operations::Table;
    use serde_json::{Value, json};

    use super::super::decoded::structure;
    use super::{Dialect, Form};

    fn check(service: &str, operation: &str, body: &str, expected: &Value) {
        let table = Table::built_in();
        let id = table.find(service, operation).unwrap();
        let shapes = table.shapes(id);
        let (members, _) = structure(&shapes, table.operation(id).unwrap().input).unwrap();
        let dialect = if service == "ec2" { Dialect::Ec2 } else { Dialect::Query };
        let found = Form::parse("", body).structure(&shapes, members, dialect);
        assert_eq!(Value::Object(found), *expected, "{body}");
    }

    #[test]
    fn forms_of_clients_are_read() {
        check(
            "elbv2",
            "ModifyTargetGroupAttributes",
            "Action=A&TargetGroupArn=arn&Attributes.member.2.Key=b&Attributes.member.1.Key=a%20+c\
             &Attributes.member.10.Key=z&Unknown=x",
            &json!({"TargetGroupArn": "arn", "Attributes": [{"Key": "a  c"}, {"Key": "b"}, {"Key": "z"}]}),
        );
        check(
            "rds",
            "DescribeDBInstances",
            "Filters.Filter.1.Name=engine&Filters.Filter.1.Values.Value.1=mysql&MaxRecords=20",
            &json!({"Filters": [{"Name": "engine", "Values": ["mysql"]}], "MaxRecords": 20}),
        );
        check(
            "ec2",
            "RunInstances",
            "ImageId=ami-1&MinCount=1&SecurityGroup.1=sg&BlockDeviceMapping.1.Ebs.Encrypted=true&SubnetId=",
            &json!({
                "ImageId": "ami-1", "MinCount": 1, "SecurityGroups": ["sg"], "SubnetId": "",
                "BlockDeviceMappings": [{"Ebs": {"Encrypted": true}}],
            }),
        );
        check(
            "cloudformation",
            "CreateStack",
            "Capabilities=&StackName=a",
            &json!({"Capabilities": [], "StackName": "a"}),
        );
        // Two values of one name tell nothing, and one that is sent twice is one.
        check(
            "sns",
            "Publish",
            "Message=a&Subject=s&Message=b&Message=a&Subject=%73&TopicArn=t",
            &json!({"Subject": "s", "TopicArn": "t"}),
        );
        let many = format!("Message=m{}", "&x=1".repeat(super::PARAMETERS_MAX));
        check("sns", "Publish", &many, &json!({}));
        // A name with too many parts is left out, and a name that is a value and more is both.
        check(
            "sns",
            "Publish",
            &format!("Message=m&Message.a=b&{}=1", "a.".repeat(40)),
            &json!({"Message": "m"}),
        );
    }

    #[test]
    fn forms_of_sqs_are_read_as_it_once_took_them() {
        check(
            "sqs",
            "CreateQueue",
            "QueueName=q&Attribute.1.Name=DelaySeconds&Attribute.1.Value=5&Tag.1.Key=t&Tag.1.Value=v",
            &json!({"QueueName": "q", "Attributes": {"DelaySeconds": "5"}, "tags": {"t": "v"}}),
        );
        check(
            "sqs",
            "SendMessageBatch",
            "SendMessageBatchRequestEntry.1.Id=a&SendMessageBatchRequestEntry.1.MessageBody=m\
             &SendMessageBatchRequestEntry.1.MessageAttribute.1.Name=n\
             &SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.StringValue=s",
            &json!({"Entries": [{"Id": "a", "MessageBody": "m", "MessageAttributes": {"n": {"StringValue": "s"}}}]}),
        );
        check(
            "sqs",
            "GetQueueAttributes",
            "QueueUrl=u&AttributeName.1=All",
            &json!({"QueueUrl": "u", "AttributeNames": ["All"]}),
        );
    }
}
