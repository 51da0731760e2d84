"""docs/gateway-comparison.md: the same calls, recorded by MiniStack's own recorder and by the gateway before it."""

import dataclasses

import gateway_calls
import gateway_s3_calls
from server import ROOT

PAGE = ROOT / "docs" / "gateway-comparison.md"
CALLS = 300

# What MiniStack has and CloudTrail's own calls are not.
SERVICES = (
    "iam", "sts", "cognito-idp", "cognito-identity", "kms", "secretsmanager", "acm", "sqs", "sns", "kinesis", "firehose", "events",
    "scheduler", "pipes", "stepfunctions", "kafka", "dynamodb", "rds", "docdb", "elasticache", "athena", "glue", "opensearch", "ec2",
    "autoscaling", "elbv2", "ecs", "ecr", "eks", "batch", "lambda", "emr", "bedrock", "efs", "backup", "transfer", "route53",
    "cloudfront", "apigateway", "apigatewayv2", "appsync", "wafv2", "servicediscovery", "cloudwatch", "logs", "ssm", "cloudformation",
    "config", "inspector2", "resource-groups", "resourcegroupstaggingapi", "budgets", "codebuild", "ses", "sesv2", "appconfig", "iot",
)  # fmt: skip

# What is judged, in the order of the table.
FIELDS = ("an event at all", "name and source", "error as told", "identity", "resource", "read-only", "no secret")

# Who makes the calls; each makes those of every third service.
CALLERS = ("administrator", "user", "role session")

HEAD = """# The gateway beside another recorder

Written by `conformance/test_gateway_comparison.py` (`UPDATE_EXPECT=1 make conformance`), which fails when this page is stale. The same {calls} calls with boto3 {boto3} to MiniStack {ministack}, of {services} services, {failed} of which fail, through the gateway: recorded by MiniStack's own recorder (`CLOUDTRAIL_RECORDING=1`) and by Cairn before it. A cell tells how many calls have it right, of those that have it at all.

- *name and source*: as CloudTrail names the call (`GetFunction20150331v2`, `PutBucketLifecycle`).
- *error as told*: a code where the client was told of an error, and none where it was not.
- *identity*: the ARN that MiniStack's `GetCallerIdentity` answers to the same caller. A third of the services are called by an administrator, a user and a role's session each.
- *resource*: where CloudTrail lists what the call was about, it is in the list. {resources} calls are about a bucket, an object, a key, a table, a queue, a topic, a stream or a role.
- *no secret*: nothing that the client sent as secret is in the event; {secrets} calls send one.

"""


@dataclasses.dataclass
class Judged:
    """A call, and which of the fields each recorder has right; a field that the call does not have is missing."""

    step: object
    failed: bool
    right: dict


def steps():
    """Returns the calls: those of the services in turn, then of S3, as many as the page says."""
    tables = {table.service: table for table in gateway_calls.TABLES}
    found = [step for service in SERVICES for step in tables[service].steps]
    return found + gateway_s3_calls.S3.steps[: CALLS - len(found)]


def page(judged, versions):
    services = len({call.step.service for call in judged})
    has = lambda field: sum(field in call.right["Cairn"] for call in judged)
    head = HEAD.format(
        calls=len(judged), services=services, failed=sum(call.failed for call in judged), resources=has("resource"),
        secrets=has("no secret"), **versions,
    )  # fmt: skip
    recorders = ("MiniStack's recorder", "Cairn")
    lines = ["| | " + " | ".join(recorders) + " |", "| --- | --- | --- |"]
    for field in FIELDS:
        cells = [score(judged, recorder, field) for recorder in recorders]
        lines.append(f"| {field} | " + " | ".join(cells) + " |")
    return head + "\n".join(lines) + "\n"


def score(judged, recorder, field):
    asked = [call.right[recorder][field] for call in judged if field in call.right[recorder]]
    return f"{sum(asked)} of {len(asked)}"
