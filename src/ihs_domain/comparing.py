"""Comparing a case as it was known at two moments, or entry by entry: what was told, amended, changed and found."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from itertools import zip_longest
from typing import Any, Final

from attrs import fields, frozen, has

from ihs_domain.case import Case, fold
from ihs_domain.history import NOTHING, Entry, History, Line, account, effective
from ihs_domain.judge import Finding

NOT_TOLD: Final = frozenset({"approving.authors"})
"""Of the state of a case: who made each entry, which the entries themselves say."""
UNAMENDED: Final = (0, 0)


@frozen
class Changed:
    """One thing in the state of a case that came to be another: at its place, such as `safety.threats.T1`.

    None is what was not there, or is there no longer.
    """

    at: str
    before: Any
    after: Any


@frozen
class Compared:
    """What came between two histories of one case, the second of which knows more.

    *told* is what came on record; *turned* are the lines of entries, of these or of before, that something amends now;
    *found* and *settled* are the findings that are new, and those that are no longer there.
    """

    told: tuple[Entry[Any], ...]
    turned: tuple[Line, ...]
    changed: tuple[Changed, ...]
    found: tuple[Finding, ...]
    settled: tuple[Finding, ...]


Judge = Callable[[History], Iterable[Finding]]
"""What is found in a history."""


def compared(before: History, after: History, judge: Judge) -> Compared:
    """What came between *before* and *after*, of which the record of the first is the beginning."""
    return _compared(before, after, tuple(judge(before)), tuple(judge(after)))


def replayed(history: History, judge: Judge, as_of: date | None = None) -> Iterator[Compared]:
    """What each entry on a history's record changed when it was put there, one after the other."""
    before, found = NOTHING, tuple(judge(NOTHING))
    for n, entry in enumerate(history.record, 1):
        after = before.and_then(entry) if as_of is None else effective(history.record[:n], as_of=as_of)
        found_now = tuple(judge(after))
        yield _compared(before, after, found, found_now)
        before, found = after, found_now


def _compared(before: History, after: History, was: tuple[Finding, ...], now: tuple[Finding, ...]) -> Compared:
    return Compared(
        told=after.record[len(before.record) :],
        turned=tuple(_turned(before, after)),
        changed=tuple(_changes(_spread(fold(before)), _spread(fold(after)))),
        found=_more(now, was),
        settled=_more(was, now),
    )


def _turned(before: History, after: History) -> Iterator[Line]:
    lines = zip_longest(account(before.record), account(after.record))
    return (line for past, line in lines if line[1:] != (past[1:] if past else UNAMENDED))


def _more(these: tuple[Finding, ...], than: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Those that the others do not have, each as often as they have it less."""
    left = Counter(map(_itself, than))
    left.subtract(map(_itself, these))
    more: list[Finding] = []
    for finding in reversed(these):
        if left[_itself(finding)] < 0:
            left[_itself(finding)] += 1
            more.append(finding)
    return tuple(reversed(more))


def _itself(finding: Finding) -> tuple[Any, ...]:
    objection = finding.objection
    return finding.version, finding.day, objection.says, objection.about, objection.cites, objection.edition


# The state of a case, place by place


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Changed]:
    for at in dict.fromkeys((*before, *after)):
        was, now = before.get(at), after.get(at)
        if was != now:
            yield Changed(at, was, now)


def _spread(case: Case) -> dict[str, Any]:
    """Every value that a state holds, by its place: of an object by its field, of a mapping by its key."""
    return {at: value for slice_ in fields(Case) for at, value in _within(slice_.name, getattr(case, slice_.name))}


def _within(at: str, value: Any) -> Iterator[tuple[str, Any]]:
    if at in NOT_TOLD:
        return
    if has(type(value)):
        for field in fields(type(value)):
            yield from _within(f"{at}.{field.name}", getattr(value, field.name))
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _within(f"{at}.{_name(key)}", frozenset() if inner is None else inner)  # it is there, of nobody
    else:
        yield at, value


def _name(key: Any) -> str:
    """A key in words: what is proposed to be erased stands under a class, an entry and an order."""
    if isinstance(key, tuple):
        return " ".join(map(_name, key))
    return key.__name__ if isinstance(key, type) else str(key)
