"""Amending what was decided: an amendment is no way round a gate about the actor.

What happened is recorded whatever it was, so no gate about the *act* refuses an amendment: what is amiss is found in
the entry as it then stands. Who may decide a thing is another question. Whoever could not decide it could not make an
entry say that it was decided either, nor take back what somebody who could had decided.

What was decided elsewhere is only told of here. Anybody tells of it, and amends what was told: there it is found.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from attrs import evolve

from ihs_domain.case import fold
from ihs_domain.editions import Law
from ihs_domain.gates import Against, Objection, refusable
from ihs_domain.history import Entry, History, effective
from ihs_domain.ids import act_of
from ihs_domain.restricting import ORDERED, taking_back
from ihs_domain.roles import Actor
from ihs_domain.terms import ActorId, Amendment


def amended(record: Sequence[Entry[Any]], proposed: Entry[Amendment]) -> tuple[int, History]:
    """The act that *proposed* amends, and the history as it would then stand."""
    version = proposed.version or len(record) + 1
    act = act_of(proposed.event, {e.version: e for e in record})
    return act, effective([*record, proposed._replace(version=version)])


def the_actor_may_amend(
    act: int, before: History, after: History, proposed: Entry[Amendment], law: Law
) -> Iterator[Objection]:
    """What speaks against this actor amending an *act*: that it was not theirs to decide, as it is or as it will be.

    Their own decision anybody may take back. To make an entry say something else is to say it.
    """
    others = before.only(lambda e: e.version != act)
    for said in _of_version(before, act):
        if proposed.actor.id != _whose_word_it_is(before, said):
            undone = said._replace(event=taking_back(said.event))
            yield from map(_or_by_its_author, _not_theirs(undone, others, proposed.actor, law))
    for said in _of_version(after, act):
        yield from _not_theirs(said, others, proposed.actor, law)


def overruled(history: History, law: Law) -> Iterator[tuple[Entry[Any], Objection]]:
    """The amendments on a history's record of decisions reported from elsewhere, by who could not have decided them.

    Nothing is found in those of whoever took the decision, and of whoever told of it as it was told then.
    """
    by_version = {e.version: e for e in history.record}
    elsewhere = {act_of(e.event, by_version) or e.version for e in history.record if _tells_of_elsewhere(e.event)}
    for n, amendment in enumerate(history.record if elsewhere else ()):
        act = act_of(amendment.event, by_version)
        if act in elsewhere:
            before = effective(history.record[:n])
            yield from ((amendment, objection) for objection in _overrules(amendment.actor, act, before, law))


def _overrules(actor: Actor, act: int, before: History, law: Law) -> Iterator[Objection]:
    others = before.only(lambda e: e.version != act)
    for said in (e for e in before if e.version == act and _tells_of_elsewhere(e.event)):
        if actor.id not in {said.decided_by.id, _whose_word_it_is(before, said)}:
            taken_here = said._replace(event=evolve(said.event, reported=None))
            yield from (_amended_by_another(act, o) for o in _not_theirs(taken_here, others, actor, law))


def _tells_of_elsewhere(event: Any) -> bool:
    return getattr(getattr(event, "instead", event), "reported", None) is not None


def _amended_by_another(act: int, objection: Objection) -> Objection:
    remedy = f"{objection.remedy}; or have whoever took it, or told of it, amend it"
    return evolve(objection, says=f"{objection.says}, nor to amend", remedy=remedy, about=(f"@{act}",))


def _of_version(history: History, version: int) -> Iterator[Entry[Any]]:
    return (e for e in history if e.version == version and (refusable(e.event) or isinstance(e.event, ORDERED)))


def _whose_word_it_is(history: History, said: Entry[Any]) -> ActorId:
    """Who made an entry the decision that it is: whoever recorded it, or the correction that speaks for it now."""
    spoken = said.amended_by or said.version
    return next(e.actor.id for e in history.record if e.version == spoken)


def _not_theirs(said: Entry[Any], others: History, actor: Actor, law: Law) -> Iterator[Objection]:
    """What would be said against *actor*, had they proposed on that day what an entry says."""
    case = fold(others, upto=said.day)
    objections = law(said.day).objections(case, said._replace(actor=actor))
    return (o for o in objections if o.against is Against.ACTOR)


def _or_by_its_author(objection: Objection) -> Objection:
    return evolve(objection, remedy=f"{objection.remedy}; or have whoever decided it take it back")
