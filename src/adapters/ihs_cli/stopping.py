"""Commands that go on until somebody ends them."""

import signal
from threading import Event


def stopping() -> Event:
    """An event that Ctrl-C, or a request to end, sets."""
    stop = Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: stop.set())
    return stop
