"""A process whose main thread is interrupted at random moments while it and nine others append: run by a test.

It runs by itself, as what measures coverage has locks of its own, which an interrupt may leave locked.
"""

import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from random import Random

from ihs_store.asked import Asked
from ihs_store.errors import OutcomeUnknown
from ihs_store.grouping import Group
from ihs_store.port import Receipt

WITHIN = 20
EACH = 400


class Interrupted(BaseException):
    """What a signal raises, wherever the main thread is."""


armed = False
recorded, told, chance = [], [], Random(1)


def interrupt(*_):
    global armed  # noqa: PLW0603 - a handler has nothing else
    if armed:
        armed = False
        raise Interrupted


def commit(asks):
    for asked in asks:
        asked.outcome = Receipt(None, 1, 1, None, again=False, versions=())
    recorded.extend(asked.recorded_at for asked in asks)


def answered(number):
    with suppress(OutcomeUnknown):  # whoever wrote for it was interrupted while it wrote
        group.append(Asked((), None, number))


def caller(number):
    return [answered(number) for _ in range(EACH)]


def interrupted_now_and_then():
    global armed  # noqa: PLW0603
    for number in range(1, EACH):
        try:
            armed = True
            signal.setitimer(signal.ITIMER_REAL, chance.uniform(1e-6, 4e-4))
            group.append(Asked((), None, -number))
            armed = False
            told.append(-number)
        except Interrupted:
            pass


group = Group(commit)
signal.signal(signal.SIGALRM, interrupt)
with ThreadPoolExecutor(9) as callers:
    answers = [callers.submit(caller, number) for number in range(1, 10)]
    interrupted_now_and_then()
    assert [len(answer.result(WITHIN)) for answer in answers] == [EACH] * 9
assert set(told) <= {number for number in recorded if number < 0}
assert (group._led, group._queue) == (False, [])
