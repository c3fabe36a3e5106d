"""Which clauses somebody means by what they typed."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

from attrs import frozen

from ihs_cli.errors import Misasked
from ihs_domain.editions import RuleBook
from ihs_domain.terms import Cite

MOST_NEAR: Final = 3
NOT_BARE: Final = re.compile(r"[\s()\[\]{}]")
"""What may be left out of a cite, or put in, when it is typed."""
STEP: Final = re.compile(r"[a-z]+|[0-9]+")
RANGE: Final = re.compile(r"([0-9]+)-([0-9]+)$")


@frozen
class Meant:
    """The clauses that are meant, in order; *within*: none of that cite stands alone, and this one holds it."""

    cites: tuple[Cite, ...]
    within: bool = False


def meant(book: RuleBook, typed: str) -> Meant:
    """The clause of the cite that was *typed*, all that begin with it, or the one that holds it. Raises Misasked.

    It may be typed in other capitals, and without its spaces and brackets.
    """
    cites = sorted({Cite(rule.cite) for edition in book.editions for rule in edition.rules})
    same = [cite for cite in cites if cite == typed] or [cite for cite in cites if _bare(cite) == _bare(typed)]
    if len(same) > 1:
        raise Misasked(f"more than one clause can be meant: {', '.join(same)}: type one as it stands here")
    if found := same or [cite for cite in cites if _begins(cite, typed)]:
        return Meant(tuple(found))
    if holding := [cite for cite in cites if _begins(typed, cite) or _spans(cite, typed)]:
        return Meant((max(holding, key=len),), within=True)
    near = _nearest(typed, cites)
    instead = f"nearest: {', '.join(near)}" if near else "see ihs rules list"
    raise Misasked(f"no edition at hand has a clause of that cite; {instead}")


def _bare(cite: str) -> str:
    return NOT_BARE.sub("", cite).casefold()


def _steps(cite: str) -> list[str]:
    """The words and numbers of a cite, one below the other: `R512-100-5(1)(b)` is r, 512, 100, 5, 1, b."""
    return STEP.findall(cite.casefold())


def _begins(longer: str, shorter: str) -> bool:
    steps = _steps(shorter)
    return bool(steps) and _steps(longer)[: len(steps)] == steps


def _spans(cite: str, typed: str) -> bool:
    """Whether *cite* ends in a range, as `B.1-3` does, and *typed* is within it: `B.2`."""
    ends = RANGE.search(cite)
    if ends is None or not _begins(typed, cite[: ends.start()]):
        return False
    number = _steps(typed)[len(_steps(cite[: ends.start()])) :][:1]
    return bool(number) and number[0].isdecimal() and int(ends[1]) <= int(number[0]) <= int(ends[2])


def _nearest(typed: str, cites: Iterable[str]) -> list[str]:
    by_bare = {_bare(cite): cite for cite in cites}
    return [by_bare[bare] for bare in get_close_matches(_bare(typed), by_bare, n=MOST_NEAR)]
