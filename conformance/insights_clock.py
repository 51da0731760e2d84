"""A server's clock that goes on as ever until a test moves it, and clients that sign by it."""

import calendar
import datetime
import json
import time

import botocore.auth
from clients import Clients
from disturbances import Clock
from waiting import wait_for

# How long a minute waits for its events, and how often it is looked whether it is over.
GRACE_S = 15 + 1


class Minutes(Clock):
    """The clock of a server, moved forward by seconds and minutes."""

    def __init__(self, server, file, behind=0):
        """Begins `behind` seconds in the past, at the fiftieth second of a minute."""
        super().__init__(server, file)
        self._server = server
        self.offset = -behind
        self.until_second(50)

    def now(self):
        """Returns the server's time, in seconds since 1970."""
        return time.time() + self.offset

    def forward(self, seconds):
        self.offset += int(seconds)
        self._set(self.offset)

    def judged(self, minutes=0):
        """Lets minutes pass, and waits until everything is judged that is over, and the history shows what was found."""
        # Two at a time: a longer leap is a machine that stood still, of which nothing is told.
        while minutes > 2:
            self.judged(2)
            minutes -= 2
        self.forward(60 * minutes)
        due = int(self.now() - GRACE_S) // 60 * 60 - 60

        def is_judged():
            told = json.load(self._server.page("readyz"))["insights"]
            if told["lag"] or told["waiting"] or told["stale"] or told["closed"] is None:
                return False
            closed = calendar.timegm(time.strptime(told["closed"], "%Y-%m-%dT%H:%M:%SZ"))
            assert closed < self.now(), "the server has read another time than this clock's"
            return closed >= due

        wait_for(is_judged, "all minutes that are over are judged", limit=40)
        self._history_is_current()

    def _history_is_current(self):
        """Waits until the history shows a call of this moment, and so all that is before it in the journal."""
        cloudtrail = Clients(self._server).boto("cloudtrail")
        marker = cloudtrail.describe_trails()["ResponseMetadata"]["RequestId"]
        named = [{"AttributeKey": "EventName", "AttributeValue": "DescribeTrails"}]

        def shows_it():
            newest = cloudtrail.lookup_events(LookupAttributes=named)["Events"]
            return any(json.loads(event["CloudTrailEvent"])["requestID"] == marker for event in newest)

        wait_for(shows_it, "the history shows all that was recorded", limit=40)

    def until_second(self, second):
        """Moves on to a second of a minute: of this one, or of the next if that is over."""
        self.forward((second - self.now()) % 60)

    def sign(self, monkeypatch):
        """Has this process sign by the server's clock, for signatures are held against it."""

        def now(remove_tzinfo=True):
            at = datetime.datetime.fromtimestamp(self.now(), datetime.timezone.utc)
            return at.replace(tzinfo=None) if remove_tzinfo else at

        monkeypatch.setattr(botocore.auth, "get_current_datetime", now)
