"""Makes drawn calls of the five accounts against a server, judges every answer, and makes a failure small."""

import dataclasses
import datetime
import hashlib
import json
import random
import re

from isolation_calls import MODELS, NOBODY, PAGES, REGIONS, Actor, Line
from isolation_ledger import FORMS, Ledger, tokens
from isolation_random import MANAGED, READS, SOURCES, Drawer, Op
from isolation_world import ACCOUNTS, ADMINISTRATOR, FIVE, LETTERS, PARTNERS, SYMBOL, Furnisher, Unresolved, World
from server import Server

PAGES_NAMED = ("NextToken", "Marker", "NextMarker", "NextContinuationToken", "NextKeyMarker", "NextUploadIdMarker")
IMPORT = "POST /_cairn/import"
UNSERVED = ("InvalidAction", "UnknownOperationException", "NotImplemented")
# Names that are one for all accounts: that one is taken is no secret.
GLOBAL = re.compile(r"\.(bucket|object|upload|account|accountalias|canonical|ciphertext)\b")
CHANGING = re.compile(
    rb"\d{4}-\d\d-\d\dT[\d:.]+Z?|\d{8}T\d{6}Z|<HostId>[^<]*</HostId>|<RequestId>[^<]*</RequestId>|\b1[78]\d{8}(?:\.\d+)?\b"
)
FINGERPRINT = re.compile(rb'"Fingerprint":"([0-9a-f]{32})"')


@dataclasses.dataclass
class Finding:
    """Something that must not be."""

    op: Op
    what: str

    def __str__(self):
        return f"{self.op}\n    {self.what}"


class Isolation:
    """A server with its accounts furnished, and everything that is known about who knows what."""

    def __init__(self, seed, corrupt=None):
        """`corrupt` changes raw answers, so that tests can see that a leak is found."""
        self.seed, self.corrupt = seed, corrupt
        self.world, self.ledger = World(seed), Ledger(ACCOUNTS.values())
        for symbol, value in self.world.values.items():
            self.ledger.own(ACCOUNTS[symbol[0]], *tokens(value.encode()) - set(ACCOUNTS.values()))
        self.actors, self.findings = {"nobody": NOBODY}, []
        self.calls = self.twins = 0
        self.drawer = Drawer(random.Random(seed), self.world, [])
        # What each member's events can tell since it joined, and which accounts may look at them.
        self.since, self.lookers = {}, {ACCOUNTS["M"]}
        # What accounts have brought into their own histories, under whatever names.
        self.imported = set()

    def __enter__(self):
        others = [account for letter, account in ACCOUNTS.items() if letter != "M"]
        self.server = Server(account_id=ACCOUNTS["M"], accounts=",".join(others))
        # Root users have no keys before somebody with the data directory makes them, while no server runs.
        self.server.start()
        self.server.stop()
        for letter in FIVE:
            self.add(self.keys(f"{letter}.root", ACCOUNTS[letter], "--root"))
        self.server.start()
        self.line = Line(self.server.endpoint)
        for letter in ACCOUNTS:
            self.enrol(letter)
        furnisher = Furnisher(self.world, self.demand)
        for letter in ACCOUNTS:
            furnisher.furnish(letter, self.actors[f"{letter}.admin"])
        self.guests()
        self.organize(furnisher)
        self.history_ids()
        self.drawer.actors = [name for name in self.actors if name[0] in FIVE or name == "nobody"]
        self.before = {letter: self.state(letter) for letter in ACCOUNTS}
        return self

    def __exit__(self, kind, *_):
        if kind is None and not self.findings:
            self.server.allowed |= {"log file delivery deferred", "digest deferred", "transparency log deferred"}
            self.server.close()
        else:
            self.server.kill()

    # Who calls.

    def enrol(self, letter):
        """Finds the administrator's keys of an account, and makes sessions of three kinds."""
        account = ACCOUNTS[letter]
        admin = self.keys(f"{letter}.admin", account)
        user = self.demand(admin, "iam", "GetUser", {}).told["User"]["UserId"]
        self.ledger.own(account, user)
        self.add(dataclasses.replace(admin, principal=(account, user)))
        if letter == "S":
            self.ledger.publish(self.demand(admin, "iam", "ListPolicies", {"Scope": "AWS", "MaxItems": 1000}).raw)
            return
        admin = self.actors[admin.name]
        self.session(f"{letter}.session", admin, "GetSessionToken", {})
        name = self.world.mark(f"{letter}.federated")
        policy = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
        self.session(f"{letter}.federated", admin, "GetFederationToken", {"Name": name, "Policy": policy}, (name,))
        role = self.world.mark(f"{letter}.power")
        trust = json.dumps({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}]})  # fmt: skip
        made = self.demand(admin, "iam", "CreateRole", {"RoleName": role, "AssumeRolePolicyDocument": trust}).told["Role"]
        self.demand(admin, "iam", "AttachRolePolicy", {"RoleName": role, "PolicyArn": ADMINISTRATOR})
        session = self.world.mark(f"{letter}.power.session")
        asked = {"RoleArn": made["Arn"], "RoleSessionName": session}
        self.session(f"{letter}.role", admin, "AssumeRole", asked, (made["RoleId"], session))

    def keys(self, name, account, *options):
        """Returns who has the keys that the command line gives."""
        exported = self.server.command("env", *options, "--account-id", account)
        keys = dict(line.removeprefix("export ").split("=", 1) for line in exported.splitlines())
        self.ledger.own(account, keys["AWS_ACCESS_KEY_ID"], keys["AWS_SECRET_ACCESS_KEY"])
        return Actor(name, account, keys["AWS_ACCESS_KEY_ID"], keys["AWS_SECRET_ACCESS_KEY"], principal=(account,))

    def session(self, name, by, operation, asked, principal=None, account=None):
        given = self.demand(by, "sts", operation, asked).told["Credentials"]
        account = account or by.account
        self.ledger.own(account, given["AccessKeyId"])
        self.ledger.tell(by.account, [given["AccessKeyId"]])
        principal = by.principal if principal is None else (account, *principal)
        self.add(Actor(name, account, given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], principal))

    def add(self, actor):
        self.actors[actor.name] = actor

    def guests(self):
        """Lets each partner assume the role that is shared with it."""
        for letter, (partner, *_) in PARTNERS.items():
            name = self.world.mark(f"{letter}.guest")
            asked = self.world.resolve({"RoleArn": f"${{{letter}.rolearn.shared}}", "RoleSessionName": name})
            role = self.world.value(f"{letter}.roleid.shared")
            self.ledger.tell(ACCOUNTS[partner], [role, ACCOUNTS[letter]])
            self.session(f"{letter}.guest", self.actors[f"{partner}.admin"], "AssumeRole", asked, (role, name), ACCOUNTS[letter])

    def organize(self, furnisher):
        """Makes the two organizations, and says what their members may know of each other."""
        furnisher.organization("C", self.actors["C.admin"])
        made = furnisher.organization("M", self.actors["M.admin"])
        self.since[ACCOUNTS["M"]] = self.standing("M") | tokens(json.dumps(made, default=str).encode())
        manager, account = self.actors["M.admin"], ACCOUNTS["M"]
        # Who is invited is told which organization it is, and who manages it.
        told = tokens(json.dumps(made, default=str).encode()) | {account}
        for letter in "AB":
            member = self.actors[f"{letter}.admin"]
            self.ledger.tell(ACCOUNTS[letter], told)
            self.ledger.tell(account, [member.account])
            target = {"Target": {"Type": "ACCOUNT", "Id": member.account}}
            invited = self.demand(manager, "organizations", "InviteAccountToOrganization", target)
            handshake = invited.told["Handshake"]["Id"]
            self.ledger.tell(member.account, [handshake, *tokens(invited.raw)])
            accepted = self.demand(member, "organizations", "AcceptHandshake", {"HandshakeId": handshake})
            self.ledger.tell(account, tokens(accepted.body))
            self.since[member.account] = self.standing(letter)
        furnisher.units(manager)
        furnisher.units(self.actors["C.admin"])
        trail = furnisher.organization_trail(manager)
        for letter in "AB":
            self.ledger.tell(ACCOUNTS[letter], tokens(json.dumps(trail).encode()))

    def delegate(self, letter):
        """Lets a member administer CloudTrail for the organization: it learns who else is in it."""
        account, manager = ACCOUNTS[letter], self.actors["M.admin"]
        self.demand(manager, "cloudtrail", "RegisterOrganizationDelegatedAdmin", {"MemberAccountId": account})
        self.ledger.tell(account, tokens(self.demand(manager, "organizations", "ListAccounts", {}).raw))
        self.lookers.add(account)

    def standing(self, letter):
        """Returns what an account's events tell whoever calls: its callers, its trails and where they deliver."""
        callers = [actor for actor in self.actors.values() if actor.account == ACCOUNTS[letter]]
        told = {ACCOUNTS[letter], self.world.value(f"{letter}.canonical")}
        told |= {self.world.mark(f"{letter}.{what}") for what in ("power", "power.session", "federated", "guest")}
        told |= {self.world.mark(f"{letter}.secret.{variant}.prefix") for variant in ("open", "hidden", "spare1")}
        told |= {identifier for actor in callers for identifier in (actor.key, *actor.principal)}
        named = [value for symbol, value in self.world.values.items() if re.match(rf"{letter}\.(trail|bucket|role\.shared|roleid\.shared)", symbol)]
        return told | tokens(" ".join(named).encode())

    def history_ids(self):
        """Takes an event's id of each account, for others to name."""
        for letter in FIVE:
            told = self.demand(self.actors[f"{letter}.admin"], "cloudtrail", "LookupEvents", {"MaxResults": 50}).told
            self.world.values[f"{letter}.eventid.open"] = told["Events"][-1]["EventId"]

    # Calls.

    def demand(self, actor, service, operation, parameters, **how):
        """Makes a call that must succeed and whose answer must be clean."""
        answer, leaks = self.judged(actor, service, operation, parameters, **how)
        assert answer.ok, f"{actor.name} {operation} {parameters}: {answer.raw}"
        assert leaks == [], f"{actor.name} {operation} {parameters}: {leaks}"
        return answer

    def judged(self, actor, service, operation, parameters, also=frozenset(), presign=False, region=REGIONS[0]):
        if service != PAGES and MODELS[service].operation_model(operation).auth_type == "none":
            actor = NOBODY
        answer = self.line.call(actor, service, operation, parameters, region, presign)
        if self.corrupt:
            self.corrupt(self, actor, operation, answer)
        self.calls += 1
        # Cairn's own pages are about nobody else's things.
        named, owners = self.ledger.sent(actor.account, answer.sent, actor.principal, service != PAGES)
        if not actor.account:
            # What nobody sends, and nobody's bucket is about, is recorded in the server's own account.
            owners.add(ACCOUNTS["M"])
            self.ledger.tell(ACCOUNTS["M"], named)
        self.ledger.recorded(answer.request_id, owners, named)
        body = answer.sent.split(b"\n", 1)[1]
        for account in owners:
            self.ledger.tell(account, [answer.request_id, hashlib.md5(body).hexdigest()])
        # Nobody knows what it has just sent, and nothing else.
        if operation == "ListPublicKeys":
            # A Region's keys sign the digests of all accounts.
            self.ledger.publish(b" ".join(FINGERPRINT.findall(answer.body)))
        looks = actor.account in self.lookers and service == PAGES and "organization" in operation
        shown = also | named if not actor.account else also | self.members_events() if looks else also
        leaks = self.ledger.leaks(actor.account, answer.raw, shown, self.since.keys() if looks else ())
        told = tokens(answer.raw) if answer.ok else set()
        for account in (owners | {actor.account}) & self.since.keys():
            # The server's own account has what nobody sent, whole.
            own = account == (actor.account or ACCOUNTS["M"])
            if not (own and operation.startswith(IMPORT)):
                self.since[account] |= named if own else self.ledger.between(actor.account, account, named)
            elif in_time(body):
                self.since[account] |= named
            self.since[account] |= {answer.request_id, actor.account, *actor.principal}
            # What changes nothing is recorded without its answer, but for sessions; so are Cairn's own pages.
            if service == "sts" or not (service == PAGES or operation.startswith(READS)):
                self.since[account] |= told if own else self.ledger.between(actor.account, account, told)
        if also and actor.account and not answer.code.startswith("AccessDenied"):
            # It stands in the caller's own history from now on.
            self.ledger.tell(actor.account, also)
        if also and told:
            for account in owners & self.targets(operation, parameters):
                self.ledger.tell(account, self.ledger.between(actor.account, account, told))
        return answer, leaks

    def targets(self, operation, parameters):
        """Returns whose things a call is done to; what it takes from is not among them."""
        to = {name: value for name, value in parameters.items() if name not in SOURCES.get(operation, ())}
        named = tokens(json.dumps(to, default=repr).encode())
        return {self.ledger.owners.get(name) for name in named}

    def members_events(self):
        """Returns what the organization's manager may see of its members: what their events can hold since they joined."""
        ids = {token for token, owner in self.ledger.owners.items() if owner in self.since and token.count("-") == 4}
        keys = {value for symbol, value in self.world.values.items() if ".key." in symbol}
        return (ids - keys).union(*self.since.values())

    def perform(self, op):
        """Makes a drawn call and keeps what is wrong with its answer."""
        try:
            parameters = self.world.resolve(op.parameters)
        except Unresolved:
            return None
        parameters = parameters.encode() if isinstance(parameters, str) else parameters
        operation = self.world.resolve(op.operation)
        actor = self.actors[op.actor]
        answer, leaks = self.judged(actor, op.service, operation, parameters, self.rights(op, actor), op.presign, op.region)
        for token, owner, where in leaks:
            whose = next((letter for letter, account in ACCOUNTS.items() if account == owner), owner)
            self.findings.append(Finding(op, f"shows {token} of {whose} to {actor.account}, status {answer.status}: …{where!r}…"))
        if op.service != PAGES and not op.presign and answer.code in UNSERVED and op.operation in self.drawer.operations[op.service]:
            self.drawer.unserved(op.service, op.operation)
        self.invite(op, parameters, answer)
        self.keep_pages(op, answer)
        self.compare(op, actor, answer)
        if op.operation.startswith(IMPORT) and answer.ok:
            self.imported |= {(actor.account, symbol) for symbol in symbols(op)}
        return answer

    def invite(self, op, parameters, answer):
        """Lets an account know what the invitation says that it has got."""
        if op.operation == "InviteAccountToOrganization" and answer.ok:
            manager = self.actors[f"{op.actor[0]}.admin"]
            organization = self.demand(manager, "organizations", "DescribeOrganization", {})
            invited = parameters["Target"]["Id"]
            if invited in self.ledger.known:
                self.ledger.tell(invited, tokens(answer.raw) | tokens(organization.body))

    def rights(self, op, actor):
        """Returns what a call may show of another account's things because that account lets its caller in."""
        if not actor.account or actor.name.endswith(".guest"):
            return frozenset()
        shown = set()
        text = f"{op.operation} {op.parameters}"
        for letter, partners in PARTNERS.items():
            if actor.account not in {ACCOUNTS[partner] for partner in partners}:
                continue
            value = self.world.value
            body = self.world.mark(f"{letter}.secret.shared.body")
            if op.service == "s3" and f"{letter}.bucket.shared" in text:
                shown |= {value(f"{letter}.account"), value(f"{letter}.canonical"), body, hashlib.md5(body.encode()).hexdigest()}
                shown |= tokens(value(f"{letter}.object.shared").encode())
            if op.service in ("kms", "s3") and re.search(rf"{letter}\.(key|keyarn|alias|aliasarn|ciphertext)\.shared", text):
                shown |= {value(f"{letter}.account"), value(f"{letter}.key.shared"), value(f"{letter}.material.shared")}
            if op.service == "sts" and f"{letter}.rolearn.shared" in text and actor.account == ACCOUNTS[partners[0]]:
                shown |= {value(f"{letter}.account"), value(f"{letter}.roleid.shared")}
        if op.service == "sts" and op.operation == "GetAccessKeyInfo":
            # Any key's account is told to who has the key's id, as on AWS.
            shown |= {self.world.value(f"{symbol[0]}.account") for symbol in symbols(op) if ".accesskey." in symbol}
        return frozenset(shown)

    def keep_pages(self, op, answer):
        """Remembers what goes on with a list, for whoever comes next."""
        for name in PAGES_NAMED:
            token = answer.told.get(name)
            if isinstance(token, str) and token:
                self.world.values[f"call.{op.index}.{name}"] = token
                self.drawer.pages.append(f"${{call.{op.index}.{name}}}")
                del self.drawer.pages[:-30]

    # What is there and what is not must look the same to who has no right to know.

    def compare(self, op, actor, answer):
        """Makes a call once more, about things that are not there, and compares the answers."""
        own = next((letter for letter, account in ACCOUNTS.items() if account == actor.account), None)
        foreign = {symbol for symbol in symbols(op) if symbol[0] != own and symbol[1] == "."}
        is_page = op.service == PAGES
        if is_page:
            managed = MANAGED["M"] if actor.account in self.lookers else MANAGED.get(own, "")
            foreign = {symbol for symbol in foreign if symbol[0] not in managed and (actor.account, symbol) not in self.imported}
        if not foreign or "shared" in str(foreign) or (not is_page and any(map(GLOBAL.search, foreign))):
            return
        # What was done is not done again; what was only looked at is, and what was imported.
        imports = op.operation.startswith(IMPORT)
        if imports and any(".eventid." in symbol for symbol in symbols(op) - foreign):
            # Under the id of an event that the account has, anything is a repetition.
            return
        if answer.status < 400 and not (imports or op.operation.startswith("GET" if is_page else READS)):
            return
        if op.operation == "GetAccessKeyInfo":
            return
        absent = {symbol: other(self.world.value(symbol), f"{self.seed}/{op.index}/{symbol[0]}", is_page) for symbol in foreign}
        instead = lambda text: self.world.resolve(SYMBOL.sub(lambda hit: absent.get(hit[1], hit[0]), text))  # noqa: E731
        parameters = op.parameters
        if isinstance(parameters, str):
            parameters = instead(parameters).encode()
        elif not isinstance(parameters, bytes):
            parameters = json.loads(SYMBOL.sub(lambda hit: absent.get(hit[1], hit[0]), json.dumps(parameters, default=repr)))
            parameters = self.world.resolve(parameters)
        twin, _ = self.judged(actor, op.service, instead(op.operation), parameters, presign=op.presign, region=op.region)
        self.twins += 1
        # What is answered well tells of the caller's own, which goes on meanwhile.
        if answer.status != twin.status or ((imports or answer.status >= 400) and masked(answer.body, is_page) != masked(twin.body, is_page)):
            told = f"{answer.status} {answer.body[:300]!r}\n    and of what is not there\n    {twin.status} {twin.body[:300]!r}"
            self.findings.append(Finding(op, f"tells what is there: of it\n    {told}"))

    # Nothing of an account changes by what others do.

    def state(self, letter):
        """Reads everything of an account that its own drawn calls leave alone."""
        admin, world = self.actors[f"{letter}.admin"], self.world
        told = {}

        def read(service, operation, **parameters):
            answer = self.demand(admin, service, operation, world.resolve(parameters))
            told[f"{operation} {parameters}"] = masked(answer.body)

        for variant in ("hidden",) if letter == "S" else ("open", "hidden"):
            of = lambda kind: f"${{{letter}.{kind}.{variant}}}"  # noqa: B023, E731
            read("iam", "GetUser", UserName=of("user"))
            read("iam", "ListUserPolicies", UserName=of("user"))
            read("iam", "ListUserTags", UserName=of("user"))
            read("iam", "ListGroupsForUser", UserName=of("user"))
            read("iam", "ListAccessKeys", UserName=of("user"))
            read("iam", "GetUserPolicy", UserName=of("user"), PolicyName=of("inline"))
            read("iam", "GetRolePolicy", RoleName=of("role"), PolicyName=of("inline"))
            read("iam", "ListAttachedRolePolicies", RoleName=of("role"))
            read("iam", "GetPolicy", PolicyArn=of("policyarn"))
            read("kms", "DescribeKey", KeyId=of("alias"))
            read("kms", "GetKeyPolicy", KeyId=of("key"))
            read("kms", "ListGrants", KeyId=of("key"))
            read("s3", "GetBucketPolicy", Bucket=of("bucket"))
            read("s3", "GetBucketTagging", Bucket=of("bucket"))
            read("s3", "ListObjectsV2", Bucket=of("bucket"), Prefix="o/")
            read("s3", "ListMultipartUploads", Bucket=of("bucket"))
            read("s3", "GetObject", Bucket=of("bucket"), Key=of("object"))
            read("cloudtrail", "GetTrail", Name=of("trail"))
            read("cloudtrail", "GetEventSelectors", TrailName=of("trail"))
            read("cloudtrail", "ListTags", ResourceIdList=[of("trailarn")])
            status = self.demand(admin, "cloudtrail", "GetTrailStatus", world.resolve({"Name": of("trail")})).told
            told[f"logging {variant}"] = status["IsLogging"], status.get("StopLoggingTime")
        return told

    def sweep(self):
        """Reads everything that each account has, so that an id which two were shown comes to light; compares its state."""
        for letter in ACCOUNTS:
            admin = f"{letter}.admin"
            for region in REGIONS:
                for service, operation in ENUMERATIONS:
                    if region == REGIONS[0] or service in REGIONAL:
                        self.perform(Op(-1, admin, service, operation, b"" if service == PAGES else {}, region=region))
                self.history(letter, region)
            after = self.state(letter)
            for name, was in self.before[letter].items():
                if after[name] != was:
                    self.findings.append(Finding(Op(-1, admin, "any", "any", {}), f"{letter} changed: {name}: {was!r} became {after[name]!r}"))

    def history(self, letter, region):
        """Reads the whole event history of an account in a Region."""
        token = {}
        while True:
            answer = self.perform(Op(-1, f"{letter}.admin", "cloudtrail", "LookupEvents", {"MaxResults": 50, **token}, region=region))
            if not (next_token := answer.told.get("NextToken")):
                return
            token = {"NextToken": next_token}

    # Runs.

    def run(self, count, sweep_every=1500):
        """Makes `count` drawn calls; ends with the first findings."""
        made = []
        for index in range(count):
            op = self.drawer.draw(index)
            made.append(op)
            self.perform(op)
            if self.findings:
                return made
            if index % sweep_every == sweep_every - 1:
                self.sweep()
        self.sweep()
        return made

    def replay(self, ops):
        for op in ops:
            self.perform(op)
            if self.findings:
                return True
        self.sweep()
        return bool(self.findings)


ENUMERATIONS = (
    ("iam", "ListUsers"), ("iam", "ListRoles"), ("iam", "ListGroups"), ("iam", "ListPolicies"), ("iam", "GetAccountSummary"),
    ("iam", "ListAccountAliases"), ("kms", "ListKeys"), ("kms", "ListAliases"), ("s3", "ListBuckets"),
    ("cloudtrail", "ListTrails"), ("cloudtrail", "DescribeTrails"), ("organizations", "DescribeOrganization"),
    ("organizations", "ListHandshakesForAccount"), (PAGES, "GET /_cairn/tlog"),
)  # fmt: skip
REGIONAL = ("cloudtrail", "kms", PAGES)


def symbols(op):
    """Returns what a call names."""
    return {hit[1] for hit in SYMBOL.finditer(f"{op.operation} {json.dumps(op.parameters, default=repr)}")}


def in_time(body):
    """Tells whether what is imported happened since the members joined, or may have."""
    days = re.findall(rb"\d{4}-\d\d-\d\dT|\[\d\d/\w{3}/\d{4}:", body)
    now = datetime.datetime.now(datetime.UTC)
    return any(day.decode() in (f"{now:%Y-%m-%dT}", f"{now:[%d/%b/%Y:}") for day in days)


def other(text, chance, accounts_too=False):
    """Returns a name of the same form that nothing has; the account in it stays, unless accounts are named for themselves."""
    if accounts_too and text in ACCOUNTS.values():
        return f"9{random.Random(chance).randrange(10**11):011}"
    draw = random.Random(chance)

    def instead(hit):
        token = hit[0].decode()
        if token.isdigit():
            return hit[0]
        head = 2 if token.startswith("zx") else token.index("-") + 1 if token[0] in "orphc" and "-" in token[:4] else 4 if token.startswith("A") else 0
        letters = LETTERS if token.startswith("zx") else "ABCDEFGHIJ234567" if token.startswith("A") else "0123456789abcdef"
        return (token[:head] + "".join(one if one in "-/" else draw.choice(letters) for one in token[head:])).encode()

    return FORMS.sub(instead, text.encode()).decode()


def masked(body, accounts_too=False):
    """Returns an answer without what differs between two equal calls: names, ids, times; accounts, where they were changed."""
    return CHANGING.sub(b"#", FORMS.sub(lambda hit: hit[0] if hit[0].isdigit() and not accounts_too else b"@", body))


def smallest(ops, fails):
    """Returns fewest calls that still fail: leaves out halves, quarters … for as long as something can be left out."""
    last = [ops[-1]]
    if fails(last):
        return last
    size = max(1, len(ops) // 2)
    while size:
        at = 0
        while at < len(ops):
            fewer = ops[:at] + ops[at + size :]
            if fewer and fails(fewer):
                ops = fewer
            else:
                at += size
        size //= 2
    return ops

