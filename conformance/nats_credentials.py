"""Operator, account and user of a NATS server with decentralized authentication, made as `nsc` makes them."""

import base64
import hashlib
import json
import secrets
import time

import nkeys

PREFIXES = {"operator": nkeys.PREFIX_BYTE_OPERATOR, "account": nkeys.PREFIX_BYTE_ACCOUNT, "user": nkeys.PREFIX_BYTE_USER}


class Key:
    """An nkey of one kind."""

    def __init__(self, kind):
        self.seed = nkeys.encode_seed(secrets.token_bytes(32), PREFIXES[kind])
        self.pair = nkeys.from_seed(bytearray(self.seed))
        self.public = self.pair.public_key.decode()


def server_config():
    """Returns the configuration of a server that lets one user in, and the user's credentials file."""
    operator, account, user = Key("operator"), Key("account"), Key("user")
    limits = {"subs": -1, "data": -1, "payload": -1}
    account_limits = limits | {"imports": -1, "exports": -1, "wildcards": True, "conn": -1, "leaf": -1}
    operator_token = token(operator, operator.public, "operator", {"type": "operator", "version": 2})
    account_token = token(operator, account.public, "account", {"limits": account_limits, "type": "account", "version": 2})
    user_token = token(account, user.public, "user", limits | {"pub": {}, "sub": {}, "type": "user", "version": 2})
    config = f"operator: {operator_token}\nresolver: MEMORY\nresolver_preload: {{{account.public}: {account_token}}}\n"
    credentials = (
        f"-----BEGIN NATS USER JWT-----\n{user_token}\n------END NATS USER JWT------\n\n"
        f"-----BEGIN USER NKEY SEED-----\n{user.seed.decode()}\n------END USER NKEY SEED------\n"
    )
    return config, credentials


def token(issuer, subject, name, claims):
    """Returns a JWT that the issuer signed."""
    body = {"iat": int(time.time()), "iss": issuer.public, "name": name, "sub": subject, "nats": claims}
    digest = hashlib.new("sha512_256", json.dumps(body, separators=(",", ":")).encode()).digest()
    body["jti"] = base64.b32encode(digest).decode().rstrip("=")
    parts = [encoded(json.dumps(part, separators=(",", ":")).encode()) for part in ({"typ": "JWT", "alg": "ed25519-nkey"}, body)]
    signature = issuer.pair.sign(".".join(parts).encode())
    return ".".join([*parts, encoded(signature)])


def encoded(part):
    return base64.urlsafe_b64encode(part).decode().rstrip("=")
