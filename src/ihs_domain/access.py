"""Who may read a case: nobody, but for a ground that stands on record on that day.

A worker is known by the id they act under. Whoever is a person of the case is known by their id in the register: two
cases may call two people by one id, so that an id of the case opens nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from attrs import evolve, field, frozen

from ihs_domain.assigning import DesigneeNamed, WorkerAssigned, WorkerUnassigned
from ihs_domain.history import Entry, History, by_day
from ihs_domain.looking import MAY_BREAK, AccessGround, Given, Held, Post, Why
from ihs_domain.opening import CaseOpened, CourtOrderEnded, CourtOrderReceived, PartyNamed
from ihs_domain.persons import IdentificationWithdrawn, PersonIdentified
from ihs_domain.restricting import RecordSealed, RecordUnsealed, hidden_from, lifts
from ihs_domain.roles import WORKERS, Actor, Role
from ihs_domain.teaming import TeamFormed, TeamMemberAdded, TeamMemberLeft
from ihs_domain.terms import ActorId, CaseId, Code, OrderId, PersonId


class Asked(NamedTuple):
    """A case that is asked for, what for, on which local day, and the first and last instant of it that are meant."""

    case: CaseId
    day: date
    first: datetime
    last: datetime
    purpose: Code | None = None


@frozen
class Reader:
    """Who asks to read, and what their own access stream says of them."""

    actor: Actor
    held: Held = field(factory=Held)


class Grant(NamedTuple):
    """They may read: on which ground, by which entries of the case and of their own stream.

    Left out is what is kept from any person *without*. With *copy_for* it is that person's copy: ihs_domain.copying.
    """

    ground: AccessGround
    basis: frozenset[int]
    held: frozenset[int] = frozenset()
    without: frozenset[PersonId] = frozenset()
    copy_for: PersonId | None = None


class Denial(NamedTuple):
    """They may not, and why; where a court closed the record to what they ask for, by which orders."""

    why: Why
    seals: frozenset[Code] = frozenset()


NO_GROUND: Final = Denial(Why.NO_GROUND)


class Party(NamedTuple):
    """A party to the court's case, for whom, and the entry that names them."""

    role: Role
    of: PersonId | None
    version: int


@frozen
class Involved:
    """Who stands how to a case, each with the version of the entry that says so."""

    workers: dict[ActorId, int] = field(factory=dict)
    designees: dict[ActorId, tuple[date, int]] = field(factory=dict)
    region: tuple[Code, int] | None = None
    parties: dict[PersonId, Party] = field(factory=dict)
    orders: dict[OrderId, tuple[date, int]] = field(factory=dict)
    ended: frozenset[OrderId] = frozenset()
    team: dict[PersonId, int] = field(factory=dict)
    family_agreed: int = 0
    seals: dict[Code, frozenset[Code]] = field(factory=dict)

    def sealed_for(self, purpose: Code | None) -> Denial | None:
        """What is said of this purpose where a court closed the record to it."""
        seals = frozenset(order for order, open_for in self.seals.items() if purpose not in open_for)
        return Denial(Why.SEALED, seals) if seals else None


def worker_assigned(involved: Involved, entry: Entry[WorkerAssigned]) -> Involved:
    return evolve(involved, workers={**involved.workers, entry.event.worker: entry.version})


def worker_unassigned(involved: Involved, entry: Entry[WorkerUnassigned]) -> Involved:
    return evolve(involved, workers=_without(involved.workers, entry.event.worker))


def designee_named(involved: Involved, entry: Entry[DesigneeNamed]) -> Involved:
    named = entry.event.until or date.max, entry.version
    return evolve(involved, designees={**involved.designees, entry.event.designee: named})


def case_opened(involved: Involved, entry: Entry[CaseOpened]) -> Involved:
    return evolve(involved, region=(entry.event.region, entry.version))


def party_named(involved: Involved, entry: Entry[PartyNamed]) -> Involved:
    said = entry.event
    return evolve(involved, parties={**involved.parties, said.party: Party(said.role, said.of, entry.version)})


def order_received(involved: Involved, entry: Entry[CourtOrderReceived]) -> Involved:
    if entry.event.order in involved.ended:
        return involved
    order = entry.event.until or date.max, entry.version
    return evolve(involved, orders={**involved.orders, entry.event.order: order})


def order_ended(involved: Involved, entry: Entry[CourtOrderEnded]) -> Involved:
    order = entry.event.order
    return evolve(involved, orders=_without(involved.orders, order), ended=involved.ended | {order})


def team_formed(involved: Involved, entry: Entry[TeamFormed]) -> Involved:
    team = {**involved.team, **dict.fromkeys(entry.event.members, entry.version)}
    agreed = entry.version if entry.event.helped_by else involved.family_agreed
    return evolve(involved, team=team, family_agreed=agreed)


def member_added(involved: Involved, entry: Entry[TeamMemberAdded]) -> Involved:
    return evolve(involved, team={**involved.team, entry.event.member: entry.version})


def member_left(involved: Involved, entry: Entry[TeamMemberLeft]) -> Involved:
    return evolve(involved, team=_without(involved.team, entry.event.member))


def record_sealed(involved: Involved, entry: Entry[RecordSealed]) -> Involved:
    return evolve(involved, seals={**involved.seals, entry.event.order: entry.event.open_for})


def record_unsealed(involved: Involved, entry: Entry[RecordUnsealed]) -> Involved:
    return evolve(involved, seals=_without(involved.seals, entry.event.order)) if lifts(entry) else involved


def _without(entries: Mapping[Any, Any], key: object) -> dict[Any, Any]:
    return {k: value for k, value in entries.items() if k != key}


STEPS: Final[Mapping[type, Callable[[Involved, Entry[Any]], Involved]]] = {
    WorkerAssigned: worker_assigned,
    WorkerUnassigned: worker_unassigned,
    DesigneeNamed: designee_named,
    CaseOpened: case_opened,
    PartyNamed: party_named,
    CourtOrderReceived: order_received,
    CourtOrderEnded: order_ended,
    TeamFormed: team_formed,
    TeamMemberAdded: member_added,
    TeamMemberLeft: member_left,
    RecordSealed: record_sealed,
    RecordUnsealed: record_unsealed,
}
involved_on: Final = by_day(Involved(), STEPS)
"""Who stands how to a case at the end of a day."""


def known_as(history: History) -> dict[str, dict[PersonId, int]]:
    """Whom the case calls by which ids, by their id in the register, each with the entry that says so.

    In order of recording: who is who is known from an entry on, it is not done on a day.
    """
    known: dict[PersonId, tuple[str, int]] = {}
    for entry in sorted(history.of_any(PersonIdentified, IdentificationWithdrawn), key=lambda e: e.version):
        said = entry.event
        if isinstance(said, PersonIdentified):
            known[said.known_as] = said.person, entry.version
        else:
            known.pop(said.known_as, None)
    found: dict[str, dict[PersonId, int]] = {}
    for person, (registered, version) in known.items():
        found.setdefault(registered, {})[person] = version
    return found


class Standing(NamedTuple):
    """What a ground is held against: who is involved, as whom the case knows the reader, and what is asked."""

    involved: Involved
    known: Mapping[PersonId, int]
    reader: Reader
    asked: Asked

    def grant(self, ground: AccessGround, *basis: int, held: int = 0, copy_for: PersonId | None = None) -> Grant:
        """A grant on these entries; what is kept from the reader, as the case knows them, is left out."""
        own = frozenset({held} if held else ())
        return Grant(ground, frozenset(basis), own, frozenset(self.known), copy_for)


GroundRule = Callable[[Standing], Grant | None]


def is_assigned(at: Standing) -> Grant | None:
    """A worker reads the cases they are assigned to."""
    version = at.involved.workers.get(at.reader.actor.id)
    return None if version is None else at.grant(AccessGround.ASSIGNED, version)


def is_designee(at: Standing) -> Grant | None:
    """Who was named to act in a supervisor's place reads that case while they are."""
    until, version = at.involved.designees.get(at.reader.actor.id, (date.min, 0))
    return at.grant(AccessGround.DESIGNEE, version) if version and at.asked.day <= until else None


def supervises(at: Standing) -> Grant | None:
    """A supervisor reads the cases of the workers, and of the regions, that they were given to supervise."""
    for held, given in _posts(at, Post.SUPERVISOR):
        if given.worker is not None and given.worker in at.involved.workers:
            return at.grant(AccessGround.SUPERVISES_THE_WORKER, at.involved.workers[given.worker], held=held)
        if at.involved.region is not None and at.involved.region[0] == given.region:
            return at.grant(AccessGround.SUPERVISES_THE_REGION, at.involved.region[1], held=held)
    return None


def audits(at: Standing) -> Grant | None:
    """An auditor reads any case, whole."""
    held = next((version for version, _ in _posts(at, Post.AUDITOR)), None)
    return None if held is None else at.grant(AccessGround.AUDITOR, held=held)


def _posts(at: Standing, post: Post) -> Iterator[tuple[int, Given]]:
    given = at.reader.held.given
    return ((v, one) for v, one in given.items() if one.post is post and one.stands_on(at.asked.day))


def is_party(at: Standing) -> Grant | None:
    """The agency's attorney and a child's guardian ad litem read the case that names them."""
    named = _named(at)
    return None if named is None else at.grant(AccessGround.PARTY, named[1].version, at.known[named[0]])


def is_the_court(at: Standing) -> Grant | None:
    """A court reads the case that names it, while an order of it stands."""
    order = next((version for until, version in at.involved.orders.values() if at.asked.day <= until), None)
    named = _named(at)
    if named is None or order is None:
        return None
    return at.grant(AccessGround.COURT, named[1].version, at.known[named[0]], order)


def is_counsel(at: Standing) -> Grant | None:
    """Counsel for a parent reads what that parent may have a copy of."""
    named = _named(at)
    if named is None or named[1].of is None:
        return None
    return at.grant(AccessGround.COUNSEL, named[1].version, at.known[named[0]], copy_for=named[1].of)


def _named(at: Standing) -> tuple[PersonId, Party] | None:
    """The reader as a party to the case, in the role they ask in."""
    parties = ((person, at.involved.parties.get(person)) for person in sorted(at.known))
    role = at.reader.actor.role
    return next(((person, party) for person, party in parties if party is not None and party.role is role), None)


def is_on_the_team(at: Standing) -> Grant | None:
    """Who is on the team reads a copy, once the family helped form it and agreed what the others may know."""
    member = next((person for person in sorted(at.known) if person in at.involved.team), None)
    if member is None or not at.involved.family_agreed:
        return None
    entries = (at.involved.team[member], at.known[member], at.involved.family_agreed)
    return at.grant(AccessGround.TEAM, *entries, copy_for=member)


def broke_the_glass(at: Standing) -> Grant | None:
    """In an emergency one case stands open for an hour to whoever opened it."""
    glasses = at.reader.held.glasses.items()
    if not glasses:
        return None  # asked of everybody who is denied
    mine = ((v, g) for v, g in glasses if g.case == at.asked.case and g.by == at.reader.actor)
    held = next((v for v, g in mine if g.open_between(at.asked.first, at.asked.last)), None)
    return None if held is None else at.grant(AccessGround.BREAK_GLASS, held=held)


ON_THE_TEAM: Final = (
    *(Role.TEAM_MEMBER, Role.PARENT, Role.PROVIDER, Role.NATURAL_HELPER, Role.REFERENT, Role.SPECIALIST),
)
OWN: Final[Mapping[Role, tuple[GroundRule, ...]]] = {
    **dict.fromkeys((*sorted(WORKERS), Role.CPS_WORKER), (is_assigned,)),
    **dict.fromkeys((Role.SUPERVISOR, Role.CPS_SUPERVISOR), (supervises,)),
    Role.DESIGNEE: (is_designee,),
    Role.AUDITOR: (audits,),
    **dict.fromkeys((Role.ASSISTANT_ATTORNEY_GENERAL, Role.GUARDIAN_AD_LITEM), (is_party,)),
    Role.COURT: (is_the_court,),
    Role.PARENTS_COUNSEL: (is_counsel,),
    **dict.fromkeys(ON_THE_TEAM, (is_on_the_team,)),
}
GROUNDS: Final[Mapping[Role, tuple[GroundRule, ...]]] = {
    role: (*rules, *([broke_the_glass] if role in MAY_BREAK else [])) for role, rules in OWN.items()
}
"""The grounds on which each role may read. A role that is not here reads nothing: an administrator keeps the books."""


def may_read(history: History, reader: Reader, asked: Asked) -> Grant | Denial:
    """Whether *reader* may read the case, by its whole *history* as it was known."""
    known = history.once(known_as).get(reader.actor.id, {})
    return decided(Standing(involved_on(history, asked.day), known, reader, asked))


def decided(at: Standing) -> Grant | Denial:
    """The first ground on which they may read; none is found where a court closed the record to their purpose."""
    if (sealed := at.involved.sealed_for(at.asked.purpose)) is not None:
        return sealed
    for rule in GROUNDS.get(at.reader.actor.role, ()):
        grant = rule(at)
        if grant is not None:
            return grant
    return NO_GROUND


class CouldRead(NamedTuple):
    """Somebody who could read a case, in which role, and by what."""

    actor: Actor
    grant: Grant


def could_read(history: History, held: Mapping[ActorId, Held], asked: Asked) -> Iterator[CouldRead]:
    """Everybody who could read the case then: may_read, asked of every actor that its history or *held* names."""
    involved = involved_on(history, asked.day)
    named = {*involved.workers, *involved.designees, *map(ActorId, history.once(known_as)), *held}
    for actor in (Actor.as_recorded(id_, role) for id_ in sorted(named) for role in GROUNDS):
        answer = may_read(history, Reader(actor, held.get(actor.id, Held())), asked)
        if isinstance(answer, Grant):
            yield CouldRead(actor, answer)


def left_to(record: Iterable[Entry[Any]], grant: Grant) -> list[Entry[Any]]:
    """What of a *record* a grant leaves to its reader: all but what is kept from them, as the case knows them."""
    entries = list(record)
    hidden = frozenset[int]().union(*(hidden_from(entries, person) for person in grant.without))
    return [e for e in entries if e.version not in hidden] if hidden else entries
