"""AsyncCases and its parts have every word of the plain ones, with the same arguments, and each is awaited."""

import asyncio
import inspect
from typing import Any, Final

import pytest
from rehearsal import ASKED, SUPERVISOR, WORKER

from ihs_cases import AsyncCases, Cases
from ihs_cases.access import Access
from ihs_cases.awaiting import AsyncAccess, AsyncErasing, AsyncReader
from ihs_cases.erasing import Erasing, OfCase
from ihs_cases.reading import CaseReader
from ihs_domain.assigning import WorkerAssigned
from ihs_domain.looking import RecordViewed, Seen
from ihs_domain.roles import Actor, Role
from ihs_domain.terms import Expunged

GIVES_A_PART: Final = {"reader", "keeper"}
"""What gives another part waits for nothing, and so is not awaited."""
OTHER: Final = Actor("s-9", Role.SUPERVISOR)


def words(cls: type) -> dict[str, Any]:
    """The public words of a class: its methods and properties, but not the fields it is made of."""
    said = {name: getattr(cls, name) for name in dir(cls) if not name.startswith("_")}
    return {name: one for name, one in said.items() if callable(one) or isinstance(one, property)}


@pytest.fixture
def parts(desk):
    """Each plain part of some cases, and the awaited one, by their classes."""
    awaited = AsyncCases(desk.cases)
    return {
        (Cases, AsyncCases): (desk.cases, awaited),
        (Access, AsyncAccess): (desk.cases.access, awaited.access),
        (Erasing, AsyncErasing): (desk.cases.erasing, awaited.erasing),
        (CaseReader, AsyncReader): (desk.cases.reader(WORKER), awaited.reader(WORKER)),
    }


def test_every_word_of_the_plain_parts_is_one_of_the_awaited_with_the_same_arguments(parts):
    for (plain, _), (asked, awaited) in parts.items():
        for name, word in words(plain).items():
            assert hasattr(awaited, name), f"{type(awaited).__name__} lacks {name}"
            if not isinstance(word, property):
                same = list(inspect.signature(getattr(asked, name)).parameters.values())
                assert list(inspect.signature(getattr(awaited, name)).parameters.values()) == same, name


def test_every_word_that_is_no_property_is_awaited_but_for_what_gives_another_part(parts):
    for (plain, _), (_, awaited) in parts.items():
        called = {name for name, word in words(plain).items() if not isinstance(word, property)}
        waits = {name for name in called if _is_awaited(getattr(awaited, name))}
        assert called - waits == called & GIVES_A_PART


def _is_awaited(word: Any) -> bool:
    return inspect.iscoroutinefunction(word) or inspect.isasyncgenfunction(word)


def test_every_part_of_the_plain_cases_that_has_words_has_an_awaited_one(parts):
    plain, awaited = parts[Cases, AsyncCases]
    have_words = {name for name, part in vars(plain).items() if type(part) in {Access, Erasing}}

    assert have_words == {"access", "erasing"} == have_words & vars(awaited).keys()


def test_what_is_asked_across_cases_is_awaited_answer_by_answer(desk):
    for case in ("k1", "k2"):
        desk.put(ASKED, case=case)
    desk.put(WorkerAssigned("w-12"), case="k2")

    async def asked() -> list[Any]:
        keeper = AsyncCases(desk.cases).access.keeper("os-eve", at=desk.now)
        return [one async for one in keeper.across(lambda reading: reading.worker, what=Seen.DUTIES)]

    assert asyncio.run(asked()) == [None, None]
    assert [type(e.event) for e in desk.cases.recorder.entries("access/os-eve")] == [RecordViewed, RecordViewed]


def test_a_case_is_erased_by_two_persons_who_wait_for_it(desk):
    desk.put(ASKED)
    said = {"order": "o-1", "occurred": desk.now.date(), "recorded_at": desk.now}

    async def erased() -> Any:
        erasing = AsyncCases(desk.cases).erasing
        await erasing.propose(OfCase("k1"), **said, ordered_by="judge-2", actor=SUPERVISOR, command_id="e1")
        return await erasing.erase(OfCase("k1"), **said, actor=OTHER, command_id="e2")

    assert asyncio.run(erased()).emptied == 1
    assert desk.cases.history("k1").record[0].event == Expunged("services-requested")
