"""The page docs/validation.md, from what both validators said."""

import importlib.metadata

from server import ROOT

PAGE = ROOT / "docs" / "validation.md"
HEAD = """# What validators find

Written by `conformance/test_validate.py` (`UPDATE_EXPECT=1 make conformance`), which fails when this page is stale. Each row is a bucket of its own with five hourly digests and ten log files, tampered with in one way. Both programs check it with the same options; a cell has the exit code and what is said besides the summary, without names and times. `aws` is `aws cloudtrail validate-logs` of AWS CLI {version}, unmodified.

`cairn validate` has three exit codes: 0, everything is as it was delivered; 1, something was changed, removed or forged; 2, not everything could be checked. Warnings change none of them.

"""


def page(rows):
    parts = [HEAD.format(version=cli_version())]
    for where in dict.fromkeys(row[0] for row in rows):
        parts.append(f"## Tampering with {where}\n\n| what | aws | cairn |\n| --- | --- | --- |\n".replace("Tampering with keys", "Keys").replace("with log file", "with a log file").replace("with digest file", "with a digest file"))
        parts += [f"| {what} | {cell(aws)} | {cell(cairn)} |\n" for of, what, aws, cairn in rows if of == where]
        parts.append("\n")
    return "".join(parts).rstrip() + "\n"


def cell(said):
    code, lines = said
    counted = [f"{line}{f' (×{lines.count(line)})' if lines.count(line) > 1 else ''}" for line in dict.fromkeys(steady(line) for line in lines)]
    return "<br>".join([f"{code}", *counted])


def steady(line):
    """Cuts what differs from run to run: names and fingerprints."""
    is_name = lambda word: word.startswith(("s3://", "2026-")) or len(word) > 30
    return " ".join("…" if is_name(word) else word for word in line.split(" "))


def cli_version():
    return importlib.metadata.version("awscli")
