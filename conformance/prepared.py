"""What the scenarios find when they begin: buckets, a role for web identities, tokens of their issuer."""

import json
import time

from server import Server
from test_sts import ISSUER, PROVIDER, Issuer

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Federated": PROVIDER}, "Action": "sts:AssumeRoleWithWebIdentity"}],
}


def server_for(issuer):
    """Makes a server that trusts an issuer."""
    server = Server()
    keys = server.home / "keys.json"
    keys.write_text(issuer.keys())
    server._settings["sts.oidc_issuers"] = f"{ISSUER} sts.amazonaws.com {keys}"
    return server


def trails(server, clients):
    """A bucket that lets log files lie under any prefix, and one that does not."""
    s3 = clients.boto("s3")
    policy = server.command("bucket-policy", "logs", "--prefix", "PREFIX").replace("PREFIX/AWSLogs", "*AWSLogs")
    s3.create_bucket(Bucket="logs")
    s3.put_bucket_policy(Bucket="logs", Policy=policy)
    s3.create_bucket(Bucket="without-policy")


def identities(clients, issuer):
    """A role that the issuer's web identities may assume; returns tokens for `${Prepared…}`."""
    clients.boto("iam").create_role(RoleName="web", Path="/prepared/", AssumeRolePolicyDocument=json.dumps(TRUST))
    return {"WebIdentityToken": issuer.token(exp=int(time.time()) + 3600), "ExpiredToken": issuer.token(exp=1000000000)}
