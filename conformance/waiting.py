"""Waits for conditions, never for a time."""

import time


def wait_for(condition, what, limit=15.0, pause=0.05):
    """Returns the first true value of `condition()`; fails, naming `what`, once `limit` seconds have passed."""
    end = time.monotonic() + limit
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {limit} seconds: {what}")
        time.sleep(pause)
