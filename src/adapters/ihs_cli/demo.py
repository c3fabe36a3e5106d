"""The demonstration: an invented family's case on a real store and a real NATS server, end to end."""

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from zoneinfo import ZoneInfo

import click
from attrs import frozen

from ihs_cases.cases import Cases
from ihs_domain.duties import Duty, State
from ihs_domain.gates import Refused
from ihs_domain.roles import Actor, Role
from ihs_domain.terms import ActorId, AgencyId
from ihs_follow.follower import Follower
from ihs_follow.telling import Teller
from ihs_follow.views import Views
from ihs_ledger.verify import verify
from ihs_nats.chain import Publisher
from ihs_nats.provision import provision
from ihs_nats.server import EmbeddedServer
from ihs_nats.source import AgencySource
from ihs_nats.wire import START, Outgoing
from ihs_projections import PROJECTIONS
from ihs_projections.contacts import Contact
from ihs_projections.contacts import rows as contacts
from ihs_projections.timeline import TimelineLine
from ihs_projections.timeline import rows as timeline
from ihs_record.reading import read_said
from ihs_subscriber import Message, Subscriber

CASE: Final = "alder"
WHAT_IF: Final = "utah-r512-100@2003-09-03"
QUIET_FOR: Final = 1.0

Say = Callable[[str], object]


@frozen
class Told:
    """What came out of the telling: how many messages were decided, sent, and received, for one agency."""

    agency: str
    decided: tuple[str, ...]
    received: tuple[str, ...]
    says: tuple[str, ...]

    @property
    def once_and_in_order(self) -> bool:
        """Whether the agency holds exactly what it was told, once, in order."""
        return self.decided == self.received


def run(folder: Path, say: Say, *, kept: bool = True) -> bool:
    """Play the Alder diary in *folder*; whether everything came out as it should."""
    store = folder / "alder.db"
    say(
        "The record of how an agency kept two children safe at home: what happened, what the rules said, what was"
        "\nknown when, and what other agencies were told. Alder is an invented family in Utah;"
        f"\nits diary of 2015 is played here. The files are in {folder}"
    )
    with Cases.create(str(store), rehearsal=True) as cases:
        say("REHEARSAL: this store takes the day of recording from its input, and says so in every output.")
        _record(cases, say)
        _what_is_due(cases, say)
        _what_was_known(cases, say)
        _what_if(cases, say)
        told = _tell(cases, folder, say)
        _views(cases, folder, say)
        _timeline(cases, say)
        proven = _proof(cases, store, say)
    if kept:
        _last_words(store, say)
    else:
        say("\nTo look further, keep the files: ihs demo --keep FOLDER")
    return proven and all(one.once_and_in_order for one in told)


def diary() -> Iterable[dict[str, Any]]:
    """The Alder diary: the lines that `ihs record` takes."""
    text = resources.files("ihs_cli").joinpath("alder.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.split("\n") if line]


def _record(cases: Cases, say: Say) -> None:
    say("\n1. The diary goes on record; a decision that the rule forbids is refused, with every clause.\n")
    recorded = 0
    for line in diary():
        try:
            _put(cases, line)
            recorded += 1
        except Refused as refused:
            say(f"  {line['occurred'][:10]}  {line['record']} refused")
            for objection in refused.objections:
                say(f"      {objection}")
    say(f"\n  {recorded} entries recorded. Findings: {len(cases.findings(CASE))}.")


def _put(cases: Cases, line: dict[str, Any]) -> None:
    cases.record(
        read_said(line["record"], line["with"]),
        case_id=line.get("case"),
        agency_id=line.get("agency"),
        actor=Actor(ActorId(line["actor"]), Role(line["role"])),
        occurred=datetime.fromisoformat(line["occurred"]),
        command_id=line["id"],
        recorded_at=datetime.fromisoformat(line["recorded_at"]),
    )


def _what_is_due(cases: Cases, say: Say) -> None:
    say("\n2. What fell due, on two days: each with its clause, and what met it.")
    shown: set[str] = set()
    for day in (date(2015, 2, 10), date(2015, 5, 1)):
        say(f"\n  on {day}{', what changed since' if shown else ''}")
        for line in map(_duty, cases.duties(CASE, on=day)):
            if line not in shown:
                say(f"    {line}")
            shown.add(line)


def _duty(duty: Duty) -> str:
    subject = f" ({', '.join(duty.subject)})" if duty.subject else ""
    when = f" on {duty.met_on}" if duty.met_on else f", due {duty.due}" if duty.due else ""
    days = (
        f", {duty.late_days} day{'s' * (duty.late_days != 1)} late"
        if duty.state in {State.LATE, State.MET_LATE}
        else ""
    )
    state, cites = duty.state.partition(" ")[0], ", ".join(duty.cites) or "by its own terms"
    return f"{state:6}{duty.what}{subject}{when}{days}  [{cites}]"


def _what_was_known(cases: Cases, say: Say) -> None:
    say(
        "\n3. One month, as the agency knew it at two instants. A visit was put on record late, then its day corrected."
    )
    for as_at in (date(2015, 2, 25), date(2015, 5, 14)):
        known = contacts(CASE, cases.history(CASE, as_at=as_at))
        days = [_contact(c) for c in known if (c.day.year, c.day.month) == (2015, 2)]
        say(f"  as at {as_at}, the contacts of February: {', '.join(days)}")


def _contact(contact: Contact) -> str:
    return f"{contact.day} with {' '.join(contact.whom)}{' (corrected)' if contact.corrected else ''}"


def _what_if(cases: Cases, say: Say) -> None:
    say(f"\n4. What if the earlier edition had been in force ({WHAT_IF})? Nothing is refused; this would be found:\n")
    edition = cases.rules.edition(WHAT_IF)
    for finding in cases.findings(CASE, edition=edition):
        say(f"    {finding.day}  {finding.event}: {finding.objection}")
    for duty in cases.duties(CASE, on=date(2015, 5, 15), edition=edition):
        if duty.state is State.UNMET:
            say(f"    {_duty(duty)}")


def _tell(cases: Cases, folder: Path, say: Say) -> list[Told]:
    say("\n5. Two other agencies are told what a signed release allows, over NATS JetStream.\n")
    Follower(cases, Teller(cases)).catch_up()
    with EmbeddedServer(folder / "nats", agencies=cases.agency_ids()) as server:
        told = asyncio.run(_publish(cases, server, folder, say))
    for one in told:
        verdict = "once and in order" if one.once_and_in_order else "NOT as it should be"
        withheld = len(cases.agency(one.agency).withheld)
        say(
            f"  {one.agency}: {len(one.decided)} decided, {len(one.received)} received, {verdict};"
            f" {withheld} withheld, as no release covered it"
        )
        for line in one.says:
            say(f"      {line}")
    say("  Ids are pseudonyms of one agency: two agencies cannot join what they hold.")
    return told


async def _publish(cases: Cases, server: EmbeddedServer, folder: Path, say: Say) -> list[Told]:
    """Send everything, with the server killed after the first message and started again; then receive."""
    await provision(server.connection)
    sources = {agency: AgencySource(cases, agency) for agency in cases.agency_ids()}
    decided = {agency: list(source.after(START)) for agency, source in sources.items()}
    async with Publisher.connect(server.connection) as publisher:
        await _send(publisher, sources, until=next(m for messages in decided.values() for m in messages))
        say("  one message sent; the server is killed in the middle (SIGKILL), and started again")
        server.kill()
        sending = asyncio.create_task(_send(publisher, sources))
        await asyncio.to_thread(server.start)
        await sending
    return [await _receive(server, folder, agency, messages) for agency, messages in decided.items()]


async def _send(publisher: Publisher, sources: dict[AgencyId, AgencySource], until: Outgoing | None = None) -> None:
    for agency, source in sources.items():
        if until is None or until.agency == agency:
            last = None if until is None else until.key
            await publisher.publish(agency, source.after, source.resume_secret(), until=last)


async def _receive(server: EmbeddedServer, folder: Path, agency: str, decided: list[Outgoing]) -> Told:
    login = server.connection.agency(agency).login
    received: list[Message] = []
    file = folder / f"{agency}-told.db"
    async with Subscriber.connect(
        server.url, login.user, login.password, agency, file, on_message=received.append
    ) as subscriber:
        await subscriber.drain(idle=QUIET_FOR)
    told = [message for message in received if message.kind != "control"]
    says = tuple(f"{m.what} {m.kind}: {m.data.decode()}" for m in told)
    return Told(agency, tuple(m.id for m in decided), tuple(m.id for m in told), says)


def _views(cases: Cases, folder: Path, say: Say) -> None:
    views = Views(folder / "alder-views.db", PROJECTIONS)
    position = Follower(cases, views).catch_up()
    [case] = views.rows("current_case", CASE)
    say(
        f"\n6. The views, at position {position}: case {case.case_id}, opened {case.opened_on}, closed {case.closed_on}"
    )
    left = ", ".join(case.unmanaged) or "none"
    say(f"  ({case.ending}), held by {case.case_manager}; threats {', '.join(case.threats)}, unmanaged: {left}")
    views.close()


def _timeline(cases: Cases, say: Say) -> None:
    say("\n7. The timeline: everything put on record, for whoever reads it years later.\n")
    zone = cases.zone(CASE)
    for line in timeline(CASE, cases.history(CASE, opened=True)):
        say(f"  {_line(line, zone)}")


def _line(line: TimelineLine, zone: ZoneInfo) -> str:
    late = (line.recorded_at.astimezone(zone).date() - line.day).days if line.recorded_at else 0
    marks = [
        *([f"put on record {late} day{'s' * (late != 1)} later"] if late > 0 else []),
        *([f"corrected by @{line.corrected_by}"] if line.corrected_by else []),
        *(["after closing"] if line.after_closing else []),
    ]
    note = f"  <- {', '.join(marks)}" if marks else ""
    return f"{line.day}  @{line.version:<3} {line.actor:6} {line.event}: {line.says}{note}"


def _proof(cases: Cases, store: Path, say: Say) -> bool:
    head = cases.store.head()
    verdict = verify(store)
    proven = verdict.holds and verdict.tree == (head.position, head.root)
    holds = "holds" if proven else "DOES NOT HOLD"
    say(f"\n8. The ledger over all {head.position} records {holds}: root {head.root.hex()}")
    return proven


def _last_words(store: Path, say: Say) -> None:
    say(f"\nLook further: ihs case timeline {store} {CASE} --as-at 2015-03-01")
    say(f"              ihs duties {store} {CASE} --on 2015-02-10")


@click.command()
@click.option("--keep", type=click.Path(path_type=Path), help="Leave the files in this folder, for `ihs case ...`.")
def demo(keep: Path | None) -> None:
    """Play an invented family's case, end to end, on a real store and a real NATS server.

    Example: ihs demo --keep alder
    """
    with _folder(keep) as folder:
        if not run(folder, click.echo, kept=keep is not None):
            raise click.exceptions.Exit(1)


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with TemporaryDirectory(prefix="ihs-demo-") as folder:
            yield Path(folder)
        return
    keep.mkdir(parents=True, exist_ok=True)
    if any(keep.iterdir()):
        raise click.UsageError(f"{keep} is not empty: name a new folder")
    yield keep
