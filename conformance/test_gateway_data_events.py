"""Data events of forwarded calls: recorded where a selector asks for the resource, nowhere else, without what is said."""

import json

import pytest
from emulators import Moto, running
from gateway_world import before, data_selector

SECRET = "5ecret-that-no-event-holds"


@pytest.fixture(scope="module")
def moto():
    with running(Moto) as moto:
        yield moto


@pytest.fixture(scope="module")
def gateway(moto):
    with before(moto.endpoint) as gateway:
        yield gateway


def select(gateway, *wanted):
    """Selects management events, and data events of types or of resources whose ARNs begin so."""
    selectors = [{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}]
    for data_type, begins in wanted:
        selector = data_selector(data_type)
        if begins:
            selector["FieldSelectors"].append({"Field": "resources.ARN", "StartsWith": [begins]})
        selectors.append(selector)
    gateway.own.boto("cloudtrail").put_event_selectors(TrailName="all", AdvancedEventSelectors=selectors)


def data_events(gateway, source, last):
    """Returns the data events of a service, once the last of its calls is told of: a management event."""
    gateway.events.named(last, eventSource=source)
    return [event for event in gateway.events.all() if event["eventSource"] == source and event["eventCategory"] == "Data"]


def test_only_what_is_selected_by_its_arn_is_recorded(gateway):
    select(gateway, ("AWS::SQS::Queue", "arn:aws:sqs:us-east-1:123456789012:wanted"))
    sqs = gateway.client("sqs")
    for name in ("wanted", "other"):
        url = sqs.create_queue(QueueName=name)["QueueUrl"]
        sqs.send_message(QueueUrl=url, MessageBody=SECRET)
        sqs.receive_message(QueueUrl=url)
    sqs.delete_queue(QueueUrl=url)
    found = data_events(gateway, "sqs.amazonaws.com", "DeleteQueue")
    assert [event["eventName"] for event in found] == ["SendMessage", "ReceiveMessage"]
    arn = "arn:aws:sqs:us-east-1:123456789012:wanted"
    for event in found:
        assert event["resources"] == [{"accountId": "123456789012", "type": "AWS::SQS::Queue", "ARN": arn}]
        assert event["managementEvent"] is False
    assert found[0]["requestParameters"]["messageBody"] == "HIDDEN_DUE_TO_SECURITY_REASONS"


def test_items_are_told_by_their_keys(gateway):
    select(gateway, ("AWS::DynamoDB::Table", None))
    dynamodb = gateway.client("dynamodb")
    dynamodb.create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    item = {"id": {"S": "o-1"}, "card": {"S": SECRET}}
    dynamodb.put_item(TableName="orders", Item=item)
    dynamodb.get_item(TableName="orders", Key={"id": {"S": "o-1"}})
    dynamodb.transact_write_items(TransactItems=[{"Put": {"TableName": "orders", "Item": item}}])
    dynamodb.query(
        TableName="orders", KeyConditionExpression="id = :i", ExpressionAttributeValues={":i": {"S": SECRET}}
    )
    dynamodb.delete_table(TableName="orders")
    found = data_events(gateway, "dynamodb.amazonaws.com", "DeleteTable")
    shown = {event["eventName"]: event["requestParameters"] for event in found}
    assert shown["PutItem"] == {"tableName": "orders", "key": {"id": "o-1"}, "item": ["card", "id"]}
    assert shown["GetItem"] == {"tableName": "orders", "key": {"id": "o-1"}}
    put = {"operation": "Put", "tableName": "orders", "key": {"id": "o-1"}, "items": ["card", "id"]}
    assert shown["TransactWriteItems"]["requestItems"] == [put]
    assert shown["Query"] == {"tableName": "orders", "keyConditionExpression": "id = :i"}
    assert all(event["apiVersion"] == "2012-08-10" and event["responseElements"] is None for event in found)
    assert {event["resources"][0]["ARN"] for event in found} == {"arn:aws:dynamodb:us-east-1:123456789012:table/orders"}


def test_messages_and_records_are_never_told(gateway):
    select(gateway, ("AWS::SNS::Topic", None), ("AWS::Kinesis::Stream", None), ("AWS::KinesisFirehose::DeliveryStream", None))
    sns, kinesis = gateway.client("sns"), gateway.client("kinesis")
    topic = sns.create_topic(Name="alerts")["TopicArn"]
    sns.publish(TopicArn=topic, Message=SECRET, Subject=SECRET[:20])
    sns.delete_topic(TopicArn=topic)
    (published,) = data_events(gateway, "sns.amazonaws.com", "DeleteTopic")
    assert published["resources"][0]["ARN"] == topic
    assert set(published["responseElements"]) == {"messageId"}
    kinesis.create_stream(StreamName="clicks", ShardCount=1)
    kinesis.put_record(StreamName="clicks", Data=SECRET.encode(), PartitionKey="p")
    kinesis.put_records(StreamName="clicks", Records=[{"Data": SECRET.encode(), "PartitionKey": "p"}])
    kinesis.delete_stream(StreamName="clicks")
    found = data_events(gateway, "kinesis.amazonaws.com", "DeleteStream")
    assert [event["eventName"] for event in found] == ["PutRecord", "PutRecords"]
    assert found[0]["requestParameters"] == {"streamName": "clicks", "partitionKey": "p"}


def test_nothing_that_was_said_is_anywhere(gateway):
    text = gateway.events.text()
    assert "SendMessage" in text and SECRET not in text
    for name in ("Publish", "PutRecords", "PutItem"):
        assert f'"eventName":"{name}"' in text, f"{name} was not recorded at all"


def test_an_exchange_is_explained_as_it_is_recorded(gateway, tmp_path):
    """`cairn explain` and the gateway make one event of one exchange, but for ids and times."""
    select(gateway, ("AWS::SQS::Queue", None))
    sqs, sent = gateway.client("sqs"), {}
    url = sqs.create_queue(QueueName="explained")["QueueUrl"]
    sqs.meta.events.register("before-send", lambda request, **_: sent.update(request=request))
    answer = sqs.send_message(QueueUrl=url, MessageBody=SECRET)
    request, body = sent["request"], sent["request"].body
    response = answer["ResponseMetadata"]
    text = body.decode() if isinstance(body, bytes) else body
    document = {
        "peer": "127.0.0.1",
        "request": {
            "method": request.method,
            "target": "/",
            "headers": [["Host", gateway.endpoint.split("://")[1]]]
            + [[name, value.decode() if isinstance(value, bytes) else value] for name, value in request.headers.items()],
            "body": text,
        },
        "response": {
            "status": response["HTTPStatusCode"],
            "headers": list(response["HTTPHeaders"].items()),
            "body": json.dumps({"MessageId": answer["MessageId"], "MD5OfMessageBody": answer["MD5OfMessageBody"]}),
        },
    }
    file = tmp_path / "exchange.json"
    file.write_text(json.dumps(document))
    explained = json.loads(gateway.server.command("explain", str(file)))
    assert (explained["service"], explained["operation"], explained["rule"]) == ("sqs", "SendMessage", "target")
    recorded = gateway.events.named("SendMessage", requestID=response["RequestId"])
    differs = {"eventID", "eventTime", "userIdentity", "additionalEventData"}
    keep = lambda event: {name: value for name, value in event.items() if name not in differs}
    assert keep(explained["event"]) == keep(recorded)
