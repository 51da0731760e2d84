"""Calls drawn by chance from the service models: every operation, with arguments that name things of the caller's own
account, of others, and things that are not there."""

import dataclasses
import datetime
import json
import re

from isolation_calls import MODELS, PAGES, QUERIES, REGIONS, SERVICES
from isolation_world import ADMINISTRATOR, FIVE, STRANGER, document

# What a member names, by `service.operation.member`; the first line that fits counts.
NAMED = [(re.compile(pattern), kinds) for pattern, kinds in (
    (r"\.(NextToken|Marker|ContinuationToken|KeyMarker|UploadIdMarker|VersionIdMarker)$", ("page",)),
    (r"^cloudtrail\..*\.(Name|TrailName|trailNameList|InsightSource)$", ("trail", "trailarn", "trailarn")),
    (r"^cloudtrail\..*\.(ResourceId|ResourceIdList|ResourceArn)$", ("trailarn",)),
    (r"^cloudtrail\..*\.S3BucketName$", ("bucket",)),
    (r"^cloudtrail\..*\.KmsKeyId$", ("keyarn", "aliasarn", "key")),
    (r"^cloudtrail\..*\.CloudWatchLogsRoleArn$", ("rolearn",)),
    (r"^cloudtrail\..*\.AttributeValue$", ("user", "accesskey", "trail", "bucket", "eventid", "role")),
    (r"^cloudtrail\..*AccountId$", ("account",)),
    (r"^iam\..*\.UserName$", ("user",)),
    (r"^iam\..*\.RoleName$", ("role",)),
    (r"^iam\..*\.GroupName$", ("group",)),
    (r"^iam\..*\.(PolicyArn|PermissionsBoundary)$", ("policyarn",)),
    (r"^iam\.CreatePolicy\.PolicyName$", ("policy",)),
    (r"^iam\..*\.PolicyName$", ("inline", "policy")),
    (r"^iam\..*\.AccessKeyId$", ("accesskey",)),
    (r"^iam\..*\.AccountAlias$", ("accountalias",)),
    (r"^iam\..*\.(Arn|.*Arn|EntityArn)$", ("rolearn", "userarn", "policyarn")),
    (r"^kms\..*\.(KeyId|SourceKeyId|DestinationKeyId|TargetKeyId)$", ("keyarn", "aliasarn", "key", "alias")),
    (r"^kms\..*\.AliasName$", ("alias",)),
    (r"^kms\..*\.GrantId$", ("grant",)),
    (r"^kms\..*\.(GranteePrincipal|RetiringPrincipal)$", ("userarn", "rolearn")),
    (r"^kms\..*\.CiphertextBlob$", ("ciphertext",)),
    (r"^s3\..*\.Bucket$", ("bucket",)),
    (r"^s3\..*\.(Key|Prefix|StartAfter)$", ("object",)),
    (r"^s3\..*\.CopySource$", ("bucket", "object")),
    (r"^s3\..*\.UploadId$", ("upload",)),
    (r"^s3\..*Owner$", ("account",)),
    (r"^s3\..*\.(SSEKMSKeyId|KMSMasterKeyID|KmsKeyArn)$", ("keyarn", "aliasarn")),
    (r"^sts\..*\.RoleArn$", ("rolearn",)),
    (r"^sts\..*\.AccessKeyId$", ("accesskey",)),
    (r"^sts\..*\.arn$", ("policyarn",)),
    (r"^organizations\..*\.(AccountId|Account)$", ("account",)),
    (r"^organizations\..*\.(TargetId|ResourceId|ChildId|Id)$", ("account", "ou", "orgroot", "scp")),
    (r"^organizations\..*\.(ParentId|SourceParentId|DestinationParentId|RootId)$", ("orgroot", "ou")),
    (r"^organizations\..*\.OrganizationalUnitId$", ("ou",)),
    (r"^organizations\..*\.PolicyId$", ("scp",)),
    (r"^organizations\..*\.HandshakeId$", ("handshake",)),
    (r"^organizations\..*\.CreateAccountRequestId$", ("creation",)),
)]  # fmt: skip
# What is written into members that name nothing.
TEXTS = {
    "PolicyDocument": document({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}),
    "AssumeRolePolicyDocument": document({"Effect": "Allow", "Principal": {"AWS": "${@.account}"}, "Action": "sts:AssumeRole"}),
    "CloudWatchLogsLogGroupArn": "arn:aws:logs:us-east-1:${@.account}:log-group:any:*",
    "SnsTopicName": "arn:aws:sns:us-east-1:${@.account}:any",
    "ServicePrincipal": "cloudtrail.amazonaws.com", "Email": "${*}@example.com", "VersionId": "v1", "Path": "/", "PathPrefix": "/",
    "EventSource": "s3.amazonaws.com", "RoleSessionName": "${*}", "PolicyId": "p-FullAWSAccess",
    "Content": document({"Effect": "Allow", "Action": "*", "Resource": "*"}),
}  # fmt: skip
READS = ("Get", "List", "Describe", "Lookup", "Head", "Generate", "Encrypt", "Decrypt", "Assume", "Verify", "Simulate", "Select")
# Calls that would take the world itself apart when its owner makes them: they have tests of their own.
ENDS_THE_WORLD = {
    ("organizations", name)
    for name in ("LeaveOrganization", "DeleteOrganization", "CloseAccount", "RemoveAccountFromOrganization", "DisablePolicyType",
                 "DetachPolicy", "AttachPolicy", "CreateAccount", "CreateGovCloudAccount", "AcceptHandshake", "DisableAWSServiceAccess",
                 "DeletePolicy", "DeleteOrganizationalUnit", "RegisterDelegatedAdministrator", "EnableAllFeatures", "MoveAccount",
                 "InviteAccountToOrganization")
} | {("cloudtrail", "RegisterOrganizationDelegatedAdmin"), ("cloudtrail", "DeregisterOrganizationDelegatedAdmin")}  # fmt: skip
# What would end it without naming anything, or by the account's own right, by who could do so.
NEVER = {
    "MC": ("LeaveOrganization", "DeleteOrganization"), "AB": ("LeaveOrganization",),
    "D": ("CreateOrganization", "AcceptHandshake", "DeclineHandshake"),
}  # fmt: skip
MANAGED = {"M": "MAB", "C": "C"}
# What a call takes from, which may be a third account's.
SOURCES = {"CopyObject": ("CopySource",), "UploadPartCopy": ("CopySource",), "ReEncrypt": ("SourceKeyId", "CiphertextBlob")}
# How old what is imported is, seconds: before the members joined, before the event history begins, and not yet.
AGES = (0, 0, 3600, 40 * 86_400, 100 * 86_400, -3600)
OWN_PAGES = (
    "GET /_cairn/tail?last={count}&follow=false", "GET /_cairn/tail?from={count}&follow=false&positions=true",
    "GET /_cairn/tlog", "GET /_cairn/tlog?trail={trail}", "GET /_cairn/proof?event-id={eventid}",
    "GET /_cairn/proof?event-id={eventid}&trail={trail}", "POST /_cairn/proof",
    "POST /_cairn/import?format=cloudtrail", "POST /_cairn/import?format=access-log",
    "GET /_cairn/tail?last={count}&follow=false&organization=true", "POST /_cairn/organization/events",
    "GET /_cairn/tail?last=400&follow=false&organization=true&account={account}",
    "GET /_cairn/tail?from=0&follow=false&positions=true&organization=true&unit={ou}",
    "GET /_cairn/metrics", "GET /_cairn/readyz", "GET /_cairn/healthz", "GET /_cairn/", "GET /_cairn/console",
)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Op:
    """A call as it can be made again on another server: its names are symbols."""

    index: int
    actor: str
    service: str
    operation: str
    parameters: object
    presign: bool = False
    region: str = REGIONS[0]

    def __str__(self):
        shown = self.parameters.decode("utf-8", "replace") if isinstance(self.parameters, bytes) else json.dumps(self.parameters, default=str)
        how = f"{' (presigned)' if self.presign else ''}{f' ({self.region})' if self.region != REGIONS[0] else ''}"
        return f"#{self.index} {self.actor} {self.service} {self.operation} {shown}{how}"


class Drawer:
    """Draws calls. What a server says that it does not serve is drawn no more."""

    def __init__(self, chance, world, actors):
        self.chance, self.world, self.actors = chance, world, actors
        self.operations = {service: sorted(MODELS[service].operation_names) for service in SERVICES}
        self.pages = []

    def unserved(self, service, operation):
        self.operations[service].remove(operation)

    def draw(self, index):
        actor = self.chance.choice(self.actors)
        served = [service for service in SERVICES if len(self.operations[service]) > 2]
        service = self.chance.choice([*served * 3, PAGES, PAGES])
        # The account M hears of what nobody sends; so nobody speaks of what M must not hear of in S3 alone.
        letter = actor[0] if actor != "nobody" else self.chance.choice(FIVE) if service == "s3" else "M"
        region = self.chance.choice(REGIONS) if self.chance.random() < 0.2 else REGIONS[0]
        if service == PAGES:
            return dataclasses.replace(self.page(index, actor, letter), region=region)
        never = next((names for letters, names in NEVER.items() if letter in letters), ())
        operation = self.chance.choice([name for name in self.operations[service] if name not in never])
        model = MODELS[service].operation_model(operation)
        draft = Draft(self, letter, service, operation, actor)
        parameters = draft.value(model.input_shape, "") if model.input_shape else {}
        presign = service in ("s3", *QUERIES) and self.chance.random() < 0.2
        return Op(index, actor, service, operation, parameters, presign, region)

    def page(self, index, actor, letter):
        draft = Draft(self, letter, PAGES, "", actor)
        named = {kind: draft.symbol((kind,)) for kind in ("account", "eventid", "ou")}
        path = self.chance.choice(OWN_PAGES).format(
            count=self.chance.choice((1, 30, 400)), trail=draft.symbol(("trailarn", "trail")), **named
        )
        body = b""
        if path == "POST /_cairn/organization/events":
            body = json.dumps(self.asked(draft))
        elif path.startswith("POST"):
            at = datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=self.chance.choice(AGES))
            body = draft.access_log_line(at) if path.endswith("access-log") else json.dumps(draft.event(at))
        return Op(index, actor, PAGES, path, body, path.startswith("GET") and self.chance.random() < 0.1)

    def asked(self, draft):
        """Draws what is asked of an organization's events."""
        asked = {"MaxResults": self.chance.choice((1, 50))}
        drawn = {
            "Accounts": [draft.symbol(("account",))],
            "OrganizationalUnits": [draft.symbol(("ou", "orgroot"))],
            "NextToken": self.chance.choice(self.pages) if self.pages else "none",
            "LookupAttributes": [self.chance.choice(LOOKED_UP)(draft)],
        }
        return asked | {name: value for name, value in drawn.items() if self.chance.random() < 0.3}


def attribute(name, *kinds):
    return lambda draft: {"AttributeKey": name, "AttributeValue": draft.symbol(kinds)}


LOOKED_UP = (
    attribute("EventId", "eventid"), attribute("Username", "user"), attribute("AccessKeyId", "accesskey"),
    attribute("ResourceName", "bucket", "role", "trail"),
)  # fmt: skip


class Draft:
    """The arguments of one call."""

    def __init__(self, drawer, letter, service, operation, actor):
        self.chance, self.world, self.pages = drawer.chance, drawer.world, drawer.pages
        self.letter, self.service, self.operation = letter, service, operation
        self.reads = operation.startswith(READS)
        ends = (service, operation) in ENDS_THE_WORLD
        out_of_bounds = {letter, STRANGER.get(letter), *(MANAGED.get(letter, "") if ends else "")}
        others = [other for other in FIVE if other not in out_of_bounds]
        self.at_home = actor != "nobody" and not ends
        # Whose things the call is about, mostly: one account's, so that its names fit together.
        self.about = letter if self.at_home and self.chance.random() < 0.3 else self.chance.choice(others)
        self.source = self.chance.choice(others) if self.chance.random() < 0.5 else self.about

    def value(self, shape, member, depth=0):
        kind = shape.type_name
        if kind == "structure":
            return self.structure(shape, member, depth)
        if kind == "list":
            return [self.value(shape.member, member, depth + 1) for _ in range(self.chance.choice((1, 1, 2)))] if depth < 6 else []
        if kind == "map":
            return {self.plain("Key"): self.value(shape.value, "Value", depth + 1)} if depth < 6 else {}
        if kind == "boolean":
            return self.chance.random() < 0.5
        if kind in ("integer", "long"):
            sizes = ("MaxResults", "MaxItems", "Limit", "MaxKeys", "MaxUploads", "MaxParts")
            return self.chance.choice((1, 1, 2, 50)) if member in sizes else self.chance.choice((1, 7, 900, 3600))
        if kind in ("float", "double"):
            return 1.5
        if kind == "timestamp":
            return (datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=self.chance.choice((-3000, -1, 3000)))).isoformat()
        if getattr(shape, "enum", None):
            return self.chance.choice(shape.enum)
        return self.text(member)

    def structure(self, shape, member, depth):
        if depth > 6 or getattr(shape, "is_eventstream", False) or getattr(shape, "is_document_type", False):
            return {}
        filled = {}
        for name, inner in shape.members.items():
            often = 0.75 if self.kinds(name) else 0.2
            if name in shape.required_members or self.chance.random() < often / (depth + 1):
                # A length that is not the body's only makes the server wait for the rest.
                if not getattr(inner, "is_eventstream", False) and name != "ContentLength":
                    filled[name] = self.value(inner, name if inner.type_name != "structure" else member, depth + 1)
        return filled

    def kinds(self, member):
        path = f"{self.service}.{self.operation}.{member}"
        return next((kinds for pattern, kinds in NAMED if pattern.search(path)), None)

    def text(self, member):
        if member in SOURCES.get(self.operation, ()):
            return self.taken(member)
        kinds = self.kinds(member)
        if kinds is None or (self.chance.random() < 0.03 and "page" not in kinds):
            return self.plain(member)
        if kinds == ("page",):
            return self.chance.choice(self.pages) if self.pages else "none"
        if "policyarn" in kinds and self.about == self.letter and self.chance.random() < 0.2:
            return ADMINISTRATOR
        return self.symbol(kinds)

    def symbol(self, kinds):
        """Picks a thing of one of the kinds: of the account that the call is about, at times of another."""
        letter = self.letter if self.at_home and self.chance.random() < 0.1 else self.about
        changes = letter == self.letter and not self.reads and self.service != PAGES
        variants = ("spare1", "spare2") if changes else ("open", "open", "spare1", "shared", "kept")
        if letter == self.letter and self.reads:
            variants += ("hidden",)
        choices = [f"{letter}.{kind}.{variant}" for kind in kinds for variant in variants]
        choices += [f"{letter}.{kind}" for kind in kinds]
        there = [symbol for symbol in choices if self.world.has(symbol)]
        return "${" + self.chance.choice(there) + "}" if there else self.plain("")

    def taken(self, member):
        """Picks what a call takes from."""
        self.about, about = self.source, self.about
        kinds = self.kinds(member)
        picked = "/".join(self.symbol((kind,)) for kind in kinds) if member == "CopySource" else self.symbol(kinds)
        self.about = about
        return picked

    def event(self, at):
        """Draws an event to import."""
        return {
            "eventVersion": "1.11", "eventID": self.symbol(("eventid",)), "recipientAccountId": self.symbol(("account",)),
            "eventTime": f"{at:%Y-%m-%dT%H:%M:%SZ}", "eventSource": "iam.amazonaws.com", "eventName": "CreateUser",
            "awsRegion": self.chance.choice(REGIONS), "eventType": "AwsApiCall", "userIdentity": {"type": "Root"},
            "userAgent": self.plain(""), "requestParameters": {"userName": self.symbol(("user",))},
        }  # fmt: skip

    def access_log_line(self, at):
        """Draws a line of a server access log."""
        owner, bucket, key = (self.symbol((kind,)) for kind in ("canonical", "bucket", "object"))
        who = self.chance.choice((self.symbol(("userarn",)), self.symbol(("canonical",)), "-"))
        operation = self.chance.choice(("REST.GET.OBJECT", "REST.PUT.OBJECT", "REST.PUT.BUCKET", "REST.COPY.OBJECT"))
        target = f"/{bucket}" if operation.endswith("BUCKET") else f"/{bucket}/{key}"
        return (
            f"{owner} {bucket} [{at:%d/%b/%Y:%H:%M:%S} +0000] 192.0.2.3 {who} 3E57427F3EXAMPLE {operation} {key} "
            f'"{operation.split(".")[1].replace("COPY", "PUT")} {target} HTTP/1.1" 200 - - 12 20 19 "-" "{self.plain("")}" - host SigV4 '
            "ECDHE-RSA-AES128-GCM-SHA256 AuthHeader s3.us-west-2.amazonaws.com TLSv1.2 - -"
        )

    def plain(self, member):
        fresh = self.world.mark(f"fresh.{self.chance.random()}")
        text = TEXTS.get(member, "${*}").replace("${*}", fresh)
        return text.replace("${@.", "${" + self.about + ".")
