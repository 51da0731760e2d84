"""A reader of transparency logs, written from the specifications and nothing else: C2SP signed-note,
tlog-checkpoint and tlog-tiles, RFC 6962 and 9162, and docs/formats/transparency-log.md for Cairn's entries."""

import base64
import hashlib

import ed25519

WIDTH = 256


def leaf(entry):
    return hashlib.sha256(b"\x00" + entry).digest()


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves):
    """The Merkle tree hash of RFC 6962, 2.1."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return node(root(leaves[:half]), root(leaves[half:]))


def open_note(note, public_key):
    """Returns origin, size and root of a checkpoint that the key signed."""
    name, key_id, key = public_key.split("+", 2)
    key = base64.b64decode(key)
    assert hashlib.sha256(f"{name}\n".encode() + key).digest()[:4].hex() == key_id, "the key's id is not its own"
    assert key[0] == 1, "not an Ed25519 key"
    text, signatures = note.split("\n\n")
    signed = f"{text}\n".encode()
    for line in signatures.strip().split("\n"):
        dash, signer, signature = line.split(" ")
        signature = base64.b64decode(signature)
        if (dash, signer, signature[:4].hex()) == ("—", name, key_id):
            assert ed25519.verify(key[1:], signed, signature[4:]), "the signature is wrong"
            origin, size, tree_root = text.split("\n")[:3]
            assert origin == name, "the key is of another log"
            return origin, int(size), base64.b64decode(tree_root)
    raise AssertionError("the key did not sign")


def numbered(number, width=WIDTH):
    text = f"{number % 1000:03}"
    while number := number // 1000:
        text = f"x{number % 1000:03}/{text}"
    return text if width == WIDTH else f"{text}.p/{width}"


class Log:
    """A log that is read through `fetch`, which returns the bytes of an object of its folder."""

    def __init__(self, fetch, public_key):
        self.fetch, self.public_key = fetch, public_key

    def checkpoint(self):
        return self.fetch("checkpoint").decode()

    def entries(self, size):
        entries = []
        for number in range((size + WIDTH - 1) // WIDTH):
            width = min(WIDTH, size - number * WIDTH)
            bundle = self.fetch(f"tile/entries/{numbered(number, width)}")
            while bundle:
                length = int.from_bytes(bundle[:2], "big")
                entries.append(bundle[2 : 2 + length])
                bundle = bundle[2 + length :]
        assert len(entries) == size
        return entries

    def check(self):
        """Checks every tile against the entries, and the entries against the signed root; returns the entries."""
        _, size, tree_root = open_note(self.checkpoint(), self.public_key)
        entries = self.entries(size)
        hashes, level = [leaf(entry) for entry in entries], 0
        assert root(hashes) == tree_root, "the entries do not come to the root"
        while hashes:
            for begin in range(0, len(hashes), WIDTH):
                part = hashes[begin : begin + WIDTH]
                place = f"tile/{level}/{numbered(begin // WIDTH, len(part))}"
                assert self.fetch(place) == b"".join(part), f"{place} is not what the entries come to"
            whole = len(hashes) // WIDTH * WIDTH
            hashes, level = [root(hashes[at : at + WIDTH]) for at in range(0, whole, WIDTH)], level + 1
        return entries

    def positions(self, size):
        """Reads where the entries came from."""
        positions = []
        for number in range((size + WIDTH - 1) // WIDTH):
            bundle = self.fetch(f"positions/{numbered(number, min(WIDTH, size - number * WIDTH))}")
            at, rest = int.from_bytes(bundle[:8], "big"), bundle[16:]
            positions.append(at)
            step, shift = 0, 0
            for byte in rest:
                step |= (byte & 0x7F) << shift
                shift += 7
                if byte < 0x80:
                    at += step
                    positions.append(at)
                    step, shift = 0, 0
        assert len(positions) == size and sorted(set(positions)) == positions
        return positions


def check_proof(proof, public_key):
    """Checks a proof of an event (docs/formats/event-proof.md, RFC 9162 2.1.3.2); returns the event."""
    assert proof["format"] == "cairn-event-proof-1"
    _, size, tree_root = open_note(proof["checkpoint"], public_key)
    index, path = proof["leafIndex"], [base64.b64decode(hash_) for hash_ in proof["path"]]
    assert size == proof["treeSize"] and index < size
    event = proof["event"].encode()
    found = leaf(hashlib.sha256(base64.b64decode(proof["salt"]) + event).digest())
    at, last = index, size - 1
    for hash_ in path:
        assert last > 0, "the path is too long"
        if at & 1 or at == last:
            found = node(hash_, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node(found, hash_)
        at, last = at >> 1, last >> 1
    assert last == 0, "the path is too short"
    assert found == tree_root, "the path leads elsewhere"
    return event

