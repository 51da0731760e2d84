"""The page docs/organization-errors.md, from what CloudTrail said to the accounts of an organization."""

from server import ROOT

PAGE = ROOT / "docs" / "organization-errors.md"
HEAD = """# What CloudTrail says to the accounts of an organization

Written by `conformance/test_organization_trails.py` (`UPDATE_EXPECT=1 make conformance`), which fails when this page is stale: every row is a call that boto3 made to a server with an organization, in this order. Checks come in this order too: the request's form, then what CloudTrail may ask in the caller's name, then the organization, then the trail, then its bucket, key, topic and log group; where two things are wrong at once (×), the first is told. The account that manages the organization is *management*; *administrator* is a member that is CloudTrail's delegated administrator, *member* one that is not, *outsider* an account of no organization.

AWS documents which errors there are, and two of the messages; the others are ours. `ConflictException` has no row: an organization, its members and its trails are settled once the call that changes them is answered. It is what a caller gets whose change others overtook sixteen times in a row (`crates/control/tests/control/concurrent.rs`).

"""


def page(rows):
    parts = [HEAD]
    for heading in dict.fromkeys(row.heading for row in rows):
        parts.append(f"## {heading}\n\n| who | call | answer | message |\n| --- | --- | --- | --- |\n")
        parts += [
            f"| {row.who} | {row.call} | {row.code} | {row.message.replace('|', '&#124;')} |\n" for row in rows if row.heading == heading
        ]
        parts.append("\n")
    return "".join(parts).rstrip() + "\n"
