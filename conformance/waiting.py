"""Waits for conditions, never for a time."""

import time

# Limits are for an idle machine; other tests run beside.
PATIENCE = 2


def wait_for(condition, what, limit=15.0, pause=0.05):
    """Returns the first true value of `condition()`; fails, naming `what`, once `PATIENCE` times `limit` seconds have passed."""
    limit *= PATIENCE
    end = time.monotonic() + limit
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {limit} seconds: {what}")
        time.sleep(pause)
