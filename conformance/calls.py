"""What the calls of a client came to, for tests that demand that every operation and every error is tried."""


class Calls:
    """Which operations of a service succeeded, and with which codes they were refused."""

    def __init__(self, service):
        self.service = service
        self.answered, self.refused = set(), set()

    def of(self, client):
        """Notes the calls of a client from now on; returns it."""
        client.meta.events.register(f"after-call.{self.service}", self._note)
        return client

    def _note(self, http_response, parsed, model, **_):
        if http_response.status_code == 200:
            self.answered.add(model.name)
        else:
            self.refused.add((model.name, parsed["Error"]["Code"]))
