"""SeaweedFS as it is behind the gateway, where it checks signatures and knows both styles of address; how answers are compared."""

import re
import shutil

from emulators import SeaweedFS
from gateway_requests import DOMAIN
from gateway_tap import HOP_BY_HOP

# What every answer has for itself alone.
OF_THIS_ANSWER = {"date", "x-amz-request-id", "x-amzn-requestid", "x-amz-id-2", "last-modified", "x-amz-version-id"}

# Times and identifiers inside bodies.
IN_BODIES = re.compile(
    rb"<(RequestId|LastModified|CreationDate|Initiated|UploadId|UploadIdMarker|NextUploadIdMarker|VersionId|HostId|Location)>[^<]*</\1>"
)


class Store(SeaweedFS):
    def command(self):
        command, environment = super().command()
        return [*command, f"-s3.domainName={DOMAIN}"], environment

    def reset(self):
        """Forgets everything."""
        self.stop()
        shutil.rmtree(self.home / "data")
        self.start()


def comparable(status, headers, body):
    """Returns what of an answer must be equal whenever the request is made."""
    alike, found = IN_BODIES.subn(rb"<\1/>", body) if body else (body, 0)
    # Times are told to the nanosecond, without zeros at their end.
    varies = HOP_BY_HOP | OF_THIS_ANSWER | ({"content-length"} if found else set())
    kept = {}
    for name, value in headers:
        # A client sees a header that comes twice as one.
        kept[name.lower()] = ", ".join(filter(None, (kept.get(name.lower()), value)))
    return status, {name: value for name, value in kept.items() if name not in varies}, alike
