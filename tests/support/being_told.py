"""What an agency was told, read from the messages as they would be sent, and a case with something to tell."""

import json
from datetime import date, timedelta
from typing import Any

from rehearsal import ASKED, Desk

from ihs_cases.cases import Cases
from ihs_domain.agencies import AgreementMade, Disclosure, DisclosuresMade, DisclosureWithheld
from ihs_domain.assessing import NeedIdentified
from ihs_domain.household import PersonJoined, Relation
from ihs_domain.opening import Authority, CaseOpened
from ihs_domain.releasing import Kind, ReleaseSigned
from ihs_domain.requesting import Ground, ServicesAccepted
from ihs_domain.serving import ReferralSent
from ihs_follow.follower import Follower
from ihs_follow.telling import Teller
from ihs_nats.source import AgencySource
from ihs_nats.wire import START, Outgoing, ResumeKey

BOTH = frozenset({Kind.REFERRAL, Kind.PLAN_GOALS})


def tell(cases: Cases, chunk: int = 1000) -> Teller:
    """A teller that began at the beginning and decided all that is on record."""
    teller = Teller(cases)
    Follower(cases, teller, chunk).catch_up()
    return teller


def messages(cases: Cases, agency: str = "wasatch", after: ResumeKey = START) -> list[Outgoing]:
    return list(AgencySource(cases, agency).after(after))


def decided(cases: Cases, agency: str = "wasatch") -> list[tuple[str, int, str]]:
    """Every disclosure on record for an agency: what, which entry, which part."""
    return [(str(one.what), one.entry, one.part) for one in disclosures(cases, agency)]


def disclosures(cases: Cases, agency: str = "wasatch") -> list[Disclosure]:
    made = [e.event for e in cases.recorder.entries(f"agency/{agency}") if isinstance(e.event, DisclosuresMade)]
    return [one for event in made for one in event.disclosures]


def kept_back(cases: Cases, agency: str = "wasatch") -> list[tuple[int, str]]:
    found = [e.event for e in cases.recorder.entries(f"agency/{agency}")]
    return [(said.entry, said.part) for said in found if isinstance(said, DisclosureWithheld)]


def replayed(sent: list[Outgoing]) -> dict[str, dict[str, Any]]:
    """What an agency holds that did as each message said, by its pseudonym of the entry."""
    holds: dict[str, dict[str, Any]] = {}
    for message in sent:
        if message.what == "retract":
            holds.pop(message.entry, None)
        else:
            holds[message.entry] = json.loads(message.data)
    return holds


def agree(desk: Desk, agency: str = "wasatch", asks: frozenset[Kind] = BOTH, until: date | None = None) -> None:
    desk.put(AgreementMade(agency, asks, "treatment", until), case=None, agency_id=agency)


def release(
    name: str = "R1", agency: str = "wasatch", kinds: frozenset[Kind] = BOTH, until: date = date(2015, 12, 31)
) -> ReleaseSigned:
    return ReleaseSigned(name, "p-m", frozenset({"p-1"}), agency, "treatment", kinds, until)


def referral(name: str = "RF1", agency: str = "wasatch") -> ReferralSent:
    return ReferralSent(name, "N1", agency, frozenset({"p-1"}))


def open_case(desk: Desk, case: str = "k1") -> None:
    """An open case with a mother, a child p-1 and its need N1: versions 1 to 6."""
    for event in (
        ASKED,
        ServicesAccepted(frozenset({Ground.THREAT_NOT_MANAGED})),
        CaseOpened(Authority.VOLUNTARY, "salt-lake"),
        PersonJoined("p-m", Relation.MOTHER, name="Mo Made-Up"),
        PersonJoined("p-1", Relation.CHILD, name="Kid Made-Up"),
        NeedIdentified("N1", "counselling", of="p-1"),
    ):
        desk.put(event, case=case)


def next_day(desk: Desk, days: int = 1) -> None:
    """Let days go by, and something come on record that tells nobody anything."""
    desk.now += timedelta(days=days)
    desk.put(ASKED, case="another")
