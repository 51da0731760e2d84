"""Whose each identifier is, who may know it, and where bytes hide it: the judge of the isolation property.

Every name, text and tag that the tests make holds a mark, `zx` and ten letters, which stands nowhere else. Ids that
the server makes are told by their form, and belong to the account that sends them or is shown them first: an id that two accounts
are shown is told, whichever of them saw it first. An answer may hold

- what is the account's own,
- what the account itself has sent, then or before,
- what another account's calls on the account's things told it: who made them, and which things of the caller's and the
  account's own they named. Whatever else they named stands in the `requestParameters` of that one event, and nowhere else,
- what a right lets it see, which the call says (`also`),
- what is for everybody.

Anything else is a leak.
"""

import base64
import binascii
import gzip
import json
import re
import urllib.parse
import zlib

# The hashes of nothing, and the examples in messages.
PUBLIC = {"d41d8cd98f00b204e9800998ecf8427e", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
          "ou-examplerootid-exampleouid", "r-examplerootid"}  # fmt: skip
FORMS = re.compile(
    rb"zx[0-9a-v]{10}"
    rb"|\bA(?:KIA|SIA|IDA|ROA|GPA|NPA|IPA)[A-Z0-9]{12,20}\b"
    rb"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    rb"|(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{32})(?![0-9a-f])"
    rb"|(?<![0-9])[0-9]{12}(?![0-9])"
    rb"|\b(?:o-[a-z0-9]{10,32}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}|r-[0-9a-z]{4,32}"
    rb"|h-[0-9a-z]{8,32}|p-[0-9a-zA-Z_]{8,128}|car-[a-z0-9]{8,32})\b"
)
# Both records of a call across accounts carry it.
SHARED = re.compile(rb'sharedEventID\\*":\s*\\*"([0-9a-f-]{36})')
ENCODED = re.compile(rb"[A-Za-z0-9+/_-]{16,}={0,2}")
HEXADECIMAL = re.compile(rb"(?:[0-9a-fA-F]{2}){12,}")
ESCAPED = re.compile(rb"\\+u00([0-9a-fA-F]{2})")
DEPTH_MAX = 3
# Shorter runs hide no mark. Of a path so many names are looked at.
PIECE_MIN, PIECES_MAX = 16, 20
AROUND = 120


class Leak(AssertionError):
    """An answer holds what its caller has no right to see."""


def found(data):
    """Yields (identifier, where it stands) of everything in `data`, however it is encoded."""
    for layer in layers(data, DEPTH_MAX):
        for hit in FORMS.finditer(layer):
            yield hit[0].decode(), layer[max(0, hit.start() - AROUND) : hit.end() + AROUND]


def tokens(data):
    return {token for token, _ in found(data)}


def layers(data, depth):
    """Yields the bytes, and what they become when they are decoded as far as they go."""
    yield data
    if depth == 0:
        return
    inner = []
    if data[:2] == b"\x1f\x8b":
        try:
            inner.append(gzip.decompress(data))
        except (OSError, EOFError, zlib.error):
            pass
    if b"%" in data:
        inner.append(urllib.parse.unquote_to_bytes(data))
    if b"\\u00" in data:
        inner.append(ESCAPED.sub(lambda hit: bytes([int(hit[1], 16)]), data))
    for run in ENCODED.findall(data):
        for piece in pieces(run):
            inner.extend(decoded(piece))
    inner.extend(binascii.unhexlify(run) for run in HEXADECIMAL.findall(data))
    for layer in inner:
        if layer != data:
            yield from layers(layer, depth - 1)


def pieces(run):
    """Yields a run of letters, and what of it may stand behind and between the `/` of a path."""
    yield run
    parts = run.split(b"/")
    for at, part in enumerate(parts[:PIECES_MAX]):
        if len(part) >= PIECE_MIN and part != run:
            yield part
        if 0 < at < len(parts) - 1 and len(rest := b"/".join(parts[at:])) >= PIECE_MIN:
            yield rest


def decoded(run):
    """Yields what a run of letters is in base64, of either alphabet."""
    text = run.rstrip(b"=")
    padded = text + b"=" * (-len(text) % 4)
    for alphabet in (None, b"-_"):
        try:
            yield base64.b64decode(padded, altchars=alphabet, validate=True)
        except binascii.Error:
            continue


def parted(answer):
    """Returns an answer without the `requestParameters` of the records in it, and these as (id of the request, bytes)."""
    if b"requestParameters" not in answer:
        return answer, []
    taken, lines = [], []
    for line in answer.split(b"\n"):
        try:
            lines.append(json.dumps(without_parameters(json.loads(line), taken)).encode())
        except ValueError:
            lines.append(line)
    return b"\n".join(lines), taken


def without_parameters(value, taken):
    if isinstance(value, list):
        return [without_parameters(entry, taken) for entry in value]
    if not isinstance(value, dict):
        return value
    if "eventID" in value and "requestParameters" in value:
        taken.append((value.get("requestID"), json.dumps(value.pop("requestParameters")).encode()))
    if isinstance(value.get("CloudTrailEvent"), str):
        value["CloudTrailEvent"] = json.loads(value["CloudTrailEvent"])
    return {name: without_parameters(entry, taken) for name, entry in value.items()}


class Ledger:
    """What is whose, and who knows what."""

    def __init__(self, accounts):
        """Takes the ids of all accounts; of numbers with twelve digits only these are identifiers."""
        self.accounts = set(accounts)
        self.owners = {account: account for account in accounts}
        self.known = {account: set() for account in accounts}
        self.public = set(PUBLIC)
        # Of each request which other accounts have a record of it, and what it named.
        self.requests = {}

    def own(self, account, *identifiers):
        for identifier in identifiers:
            self.owners[identifier] = account

    def publish(self, data):
        """Lets everybody know what `data` holds."""
        self.public |= tokens(data)

    def tell(self, account, identifiers):
        self.known[account] |= set(identifiers)

    def sent(self, account, request, principal=(), told=True):
        """Takes down that a principal of `account` sent a request: the account knows what it sent. Where the call is
        told to those whose things it names, each of them knows who called, and what was named of the two.

        Returns what was named, and whose else it is."""
        named = tokens(request)
        if account:
            self.known[account] |= named
            for name in named - self.public:
                self.owners.setdefault(name, account)
        owners = {self.owners.get(name) for name in named} - {None, account} if told else set()
        for owner in owners:
            self.known[owner] |= self.between(account, owner, named) | set(principal)
        return named, owners

    def between(self, account, owner, identifiers):
        """Picks what two accounts may tell each other."""
        return {name for name in identifiers if self.owners.get(name) in (account, owner)}

    def recorded(self, request_id, owners, named):
        """Takes down who but the caller has a record of a request."""
        if request_id and owners:
            self.requests[request_id] = owners, named

    def leaks(self, account, answer, also=frozenset(), seen=()):
        """Returns (identifier, owner, where) of what `account` may not see in an answer; nobody's account is `None`.

        `also` has the identifiers that a right shows it beside what it knows. An answer may tell of the events of
        other accounts too, which are `seen`: what is new in it may be any of theirs."""
        self.public |= {hit.decode() for layer in layers(answer, 1) for hit in SHARED.findall(layer)}
        known = self.public | self.known.get(account, set()) | also
        told = {}

        def judge(data, granted):
            for token, where in found(data):
                if token in known or token in granted:
                    continue
                if token.isdigit() and len(token) == 12 and token not in self.accounts:
                    continue
                owner = self.owners.get(token)
                if owner is None and account and not seen:
                    self.owners[token] = owner = account
                if owner not in (None, account):
                    told.setdefault(token, (token, owner, where))

        rest, records = parted(answer)
        judge(rest, ())
        for request_id, parameters in records:
            owners, named = self.requests.get(request_id, ((), ()))
            judge(parameters, named if owners and not {account, *seen}.isdisjoint(owners) else ())
        return list(told.values())
