"""Calls as data: what is sent, and what must come of it. Every client makes the same calls in the same order."""

import dataclasses
import re

REFERENCE = re.compile(r"\$\{(?P<operation>\w+)\.(?P<path>[\w.]+)\}")


@dataclasses.dataclass(frozen=True)
class Step:
    """A call. It succeeds and `tells` at least so much, or it ends with `error`."""

    service: str
    operation: str
    input: dict
    error: str | None = None
    tells: dict = dataclasses.field(default_factory=dict)
    region: str = "us-east-1"

    @property
    def outcome(self):
        return self.error or "success"

    def __str__(self):
        return f"{self.operation} {self.outcome} {self.input}"[:200]


class Table:
    """The steps on one service, in order."""

    def __init__(self, service):
        self.service, self.steps = service, []

    def ok(self, operation, input=None, tells=None, **more):
        self.steps.append(Step(self.service, operation, input or {}, tells=tells or {}, **more))

    def no(self, operation, error, input=None, **more):
        self.steps.append(Step(self.service, operation, input or {}, error, **more))


def filled(value, answers):
    """Puts members of former answers in place of `${Operation.Path.To.Member}`."""
    if isinstance(value, dict):
        return {name: filled(entry, answers) for name, entry in value.items()}
    if isinstance(value, list):
        return [filled(entry, answers) for entry in value]
    if isinstance(value, str):
        return REFERENCE.sub(lambda found: member(answers[found["operation"]], found["path"]), value)
    return value


def member(value, path):
    for name in path.split("."):
        value = value[int(name) if isinstance(value, list) else name]
    return value


def differences(told, expected, at="answer"):
    """Yields what an answer lacks of the expected one; objects may hold more, lists may not."""
    if isinstance(expected, dict) and isinstance(told, dict):
        for name, entry in expected.items():
            yield from differences(told.get(name), entry, f"{at}.{name}")
    elif isinstance(expected, list) and isinstance(told, list) and len(told) == len(expected):
        for index, entry in enumerate(expected):
            yield from differences(told[index], entry, f"{at}[{index}]")
    elif told != expected:
        yield f"{at}: {told!r} instead of {expected!r}"
