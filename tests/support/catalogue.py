"""Writes the catalogues in docs from the code: `.uv/bin/uv run python tests/support/catalogue.py`."""

import importlib
import json
import pkgutil
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from enum import StrEnum
from itertools import groupby
from types import NoneType, UnionType
from typing import Annotated, Any, Final, NewType, Union, get_args, get_origin

import attrs
from pages import DOCS, GENERATED, ROOT, said, table

import faults
from clauses import about, clauses, source
from ihs_cases import contact_files, instrument_files
from ihs_cases.editions import installed
from ihs_cases.errors import CasesError
from ihs_cli.clauses import asked
from ihs_domain.approving import ExceptionGranted
from ihs_domain.closing import case_is_open
from ihs_domain.edition_checks import BadEdition
from ihs_domain.editions import ALWAYS, WHENEVER, EditionNotAtHand
from ihs_domain.gates import Refused
from ihs_domain.instruments import InstrumentError
from ihs_domain.owing import OWN_TERMS, DutyFails
from ihs_domain.roles import NotAnActor
from ihs_domain.standard_checks import BadStandard
from ihs_domain.terms import Amendment, Decision, Event, Introduced, Reported, UnderNarrative, UnderPerson, Unopened
from ihs_domain.waiving import a_duty_rests_on_its_clause
from ihs_domain.working_days import BadCalendar
from ihs_follow import checkpoints, follower  # noqa: F401 - so that their errors are known
from ihs_follow.sink import NotThisRecord
from ihs_follow.views import NotAViewFile
from ihs_ledger.bundle import BundleRefused
from ihs_ledger.note import NoteRefused
from ihs_ledger.tree import TreeDamaged
from ihs_ledger.verify import NotAKey
from ihs_nats.errors import TellingError
from ihs_record.errors import RecordError
from ihs_record.fields import hints
from ihs_record.names import COMPUTING, NAMES
from ihs_record.row import DraftRefused, PartsDamaged
from ihs_store.errors import StoreError
from ihs_subscriber import SubscriberError

ABSENT: Final = (NoneType, Unopened, ...)
PLAIN: Final = {str: "text", int: "whole number", bool: "true or false", date: "day", datetime: "instant"}


# Events


def value(hint: Any) -> str:
    """What may be written in a field of this type, in words."""
    if hint == Event:
        return 'an event, `{"record": its name, "with": its fields}`'
    if isinstance(hint, NewType):
        return _named(hint)
    if get_origin(hint) is Annotated:
        return _marked(hint)
    if get_args(hint):
        return _composed(get_origin(hint), [value(one) for one in get_args(hint) if one not in ABSENT])
    return PLAIN.get(hint) or f"[{hint.__name__}](#{hint.__name__.lower()})"


def _composed(origin: Any, inner: list[str]) -> str:
    if origin in {Union, UnionType}:
        return " or ".join(inner)
    if origin is dict:
        return f"object, {' to '.join(inner)}"
    return f"list of {inner[0]}{', each once' if origin is frozenset else ''}"


def _named(hint: NewType) -> str:
    """`SafetyPlanId` is a safety plan id, `Code` a code."""
    return re.sub(r"(?<!^)(?=[A-Z])", " ", hint.__name__).lower()


def _marked(hint: Any) -> str:
    inner = value(get_args(hint)[0])
    for mark in hint.__metadata__:
        if isinstance(mark, Introduced):
            return f"new {inner}"
        if isinstance(mark, UnderNarrative):
            return f"{inner}, **sealed** under a key of its own"
        if isinstance(mark, UnderPerson):
            return f"{inner}, **sealed** under the key of `{mark.named_by}`"
    return inner


def _fields(cls: type[Any]) -> Iterator[tuple[str, str, str]]:
    for a in attrs.fields(cls):
        if a.name == "reported":
            continue
        hint = hints(cls)[a.name]
        nullable = get_origin(hint) in {Union, UnionType} and NoneType in get_args(hint)
        must = "yes, may be null" if nullable else "yes"
        yield f"`{a.name}`", value(hint), must if a.default is attrs.NOTHING else ""


def _kind(cls: type[Any]) -> str:
    return "Amendment" if issubclass(cls, Amendment) else "Decision" if issubclass(cls, Decision) else "Happening"


def _event(name: str, cls: type[Any]) -> Iterator[str]:
    yield from (f"### {cls.__name__}", "", f"{_kind(cls)}, stored as `{name}`. {said(cls)}", "")
    yield from table("field | value | needed", _fields(cls))


def used(cls: type[Any]) -> Iterator[type[Any]]:
    """The lists of values and the compound values that the fields of a class speak of."""
    for hint in hints(cls).values():
        for found in _classes(hint):
            yield found
            if attrs.has(found):
                yield from used(found)


def _classes(hint: Any) -> Iterator[type[Any]]:
    if hint == Event:
        return
    if get_args(hint):
        for inner in get_args(hint):
            yield from _classes(inner)
    elif isinstance(hint, type) and (attrs.has(hint) or issubclass(hint, StrEnum)):
        yield hint


def _value_of_its_own(cls: type[Any]) -> Iterator[str]:
    yield from (f"### {cls.__name__}", "", said(cls), "")
    if attrs.has(cls):
        yield from table("field | value | needed", _fields(cls))
    else:
        yield from (", ".join(f"`{member}`" for member in cls), "")


def events() -> Iterator[str]:
    """The page of events."""
    yield from ("# Events", "", GENERATED, "", *_EVENTS)
    for module, named in groupby(NAMES.items(), lambda item: item[1].__module__):
        yield from (f"## {module.rpartition('.')[2].capitalize()}", "", said(importlib.import_module(module)), "")
        for name, cls in named:
            yield from _event(name, cls)
    yield from ("## Values", "", "The lists of values and the compound values that fields speak of.", "")
    spoken_of = {c for cls in (*NAMES.values(), *COMPUTING.values()) for c in used(cls)}
    for cls in sorted(spoken_of, key=lambda c: c.__name__):
        yield from _value_of_its_own(cls)
    yield from ("## What events are computed from", "", *_COMPUTING)
    for word, cls in COMPUTING.items():
        yield from (f"### {word}", "", said(cls), "", *table("field | value | needed", _fields(cls)))


_COMPUTING: Final = (
    "Where the core works out the event, people put this on record in its place: `record` and `with` take it like an",
    "event. What stands on record afterwards is the event that came of it.",
    "",
)


_EVENTS: Final = (
    "Everything that can be put on record, by slice. Why a decision may be refused and a happening may not:",
    "[Why a happening is never refused](../explanation/happenings.md).",
    "",
    "In a JSONL line, `record` takes the name of the event without its version, and `with` takes its fields. A field",
    "that is not needed may be left out. A *new* id is brought into the case by this event; any other id of a person,",
    "threat, plan and so on must be on record in the case already. Every decision may also carry `reported`, a",
    f"[{Reported.__name__}](#{Reported.__name__.lower()}), where it was taken outside this software.",
    "",
)


# Rules


def _editions() -> Iterator[tuple[str, ...]]:
    for edition in installed().editions:
        anchor = edition.id.replace("@", "")
        yield f"[{edition.id}](../clauses.md#{anchor})", " ".join(about(edition)), source(edition)


def _of_the_house() -> Iterator[tuple[str, str]]:
    without = ", ".join(f"`{cls.__name__}`" for cls in WHENEVER)
    yield f"every decision but {without}", asked(case_is_open)
    for cls, rows in ALWAYS.items():
        yield from ((f"`{cls.__name__}`", asked(gate)) for gate, *_ in rows)
    yield f"`{ExceptionGranted.__name__}`", asked(a_duty_rests_on_its_clause)


def rules() -> Iterator[str]:
    """The page of rules."""
    yield from ("# Rules", "", GENERATED, "", *_RULES)
    yield from table("edition | in force | source", _editions())
    yield from ("## Under every edition", "", "What the state of a case itself forbids. No clause is cited.", "")
    yield from table("refuses | what is asked", _of_the_house())
    yield from ("Duties that an entry sets itself:", "", *(f"- {said(rule)}" for rule in OWN_TERMS), "")


_RULES: Final = (
    "The editions that are installed. Their clauses, and what carries each out, are on the page of",
    "[clauses](../clauses.md). An act is judged by the edition in force on its own day, in the jurisdiction's",
    "calendar. On a day that no edition covers, nothing is cited, and the receipt's edition is empty.",
    "",
)


# Instruments


def instruments() -> Iterator[str]:
    """The page of the format of files that define instruments, from their schema."""
    whole = instrument_files.schema()
    yield from ("# Files that define instruments", "", GENERATED, "", *_INSTRUMENTS, whole["description"], "")
    yield from _objects(whole)
    for name, inner in whole["$defs"].items():
        yield from (f"## {name.capitalize()}", "", inner["description"], "")
        if "properties" in inner:
            yield from _objects(inner)
        elif "enum" in inner:
            yield from (_one_of(inner), "")


def _objects(whole: Mapping[str, Any]) -> Iterator[str]:
    rows = (
        (f"`{name}`", _taken(one), "yes" if name in whole["required"] else "", one["description"])
        for name, one in whole["properties"].items()
        if not name.startswith("$")
    )
    yield from table("key | value | needed | says", rows)


def _taken(one: Mapping[str, Any]) -> str:
    """What a key of the schema takes, in words."""
    if "$ref" in one:
        name = one["$ref"].rpartition("/")[2]
        return f"[{name}](#{name})"
    if "anyOf" in one:
        return _taken(one["anyOf"][0])
    if "enum" in one:
        return _one_of(one)
    kind = one["type"][0] if isinstance(one["type"], list) else one["type"]
    if kind == "array":
        return f"list of {_taken(one['items'])}"
    if kind == "object":
        return f"object, [code](#code) to {_taken(one['additionalProperties'])}"
    return {"integer": "whole number", "boolean": "true or false", "string": "day"}[kind]


def _one_of(one: Mapping[str, Any]) -> str:
    return ", ".join(f"`{value}`" for value in one["enum"] if value is not None)


_INSTRUMENTS: Final = (
    "An instrument is one JSON file: what is asked, what each answer weighs, and what comes of it. The schema, JSON",
    "Schema 2020-12, is `src/adapters/ihs_cases/instrument.schema.json`; `ihs instruments schema` prints it. How to",
    "write and load one: [Load your own instrument](../how-to/load-your-own-instrument.md).",
    "",
)


# Errors

ROOTS: Final[Mapping[type[Exception], str]] = {
    Refused: "A decision, or an id, that may not go on record",
    CasesError: "Asking the cases",
    RecordError: "Events that do not fit",
    StoreError: "The store",
    DraftRefused: "A record that breaks the format",
    PartsDamaged: "Stored sealed parts",
    TreeDamaged: "The tree",
    NotAKey: "Verifying",
    NoteRefused: "Signed notes and verifier keys",
    BundleRefused: "Bundles",
    NotAnActor: "Actors",
    BadEdition: "Editions",
    EditionNotAtHand: "Editions at hand",
    DutyFails: "Duties",
    InstrumentError: "Instruments",
    BadStandard: "Contact standards",
    BadCalendar: "Calendars",
    NotAViewFile: "Views",
    NotThisRecord: "Following",
    TellingError: "Telling agencies",
    SubscriberError: "Receiving, for agencies",
}
INSIDE: Final = frozenset(
    {"AlreadyRecorded", "CommitFailed", "CommitLost", "Found", "LookAgain", "Misfit", "Misfits"}
    | {"NotAtHand", "NotParts"}
)
"""Errors that never leave the package they are raised in."""


def below(root: type[Exception]) -> Iterator[type[Exception]]:
    """An error and all that are a kind of it, each once, by name: the order of imports is no order."""
    children = sorted(root.__subclasses__(), key=lambda child: child.__name__)
    everything = [root, *(found for child in children for found in below(child))]
    yield from dict.fromkeys(everything)


def shipped() -> Iterator[Any]:
    """Every module of every package that others call, imported; the command line ends its own way."""
    for shelf in ("src", "src/adapters", "projections", "plugins/*/src"):
        for init in ROOT.glob(f"{shelf}/*/__init__.py"):
            if init.parent.name == "ihs_cli":
                continue
            yield importlib.import_module(init.parent.name)
            for one in pkgutil.iter_modules([str(init.parent)], f"{init.parent.name}."):
                if not one.name.endswith("__main__"):
                    yield importlib.import_module(one.name)


def errors_defined() -> set[str]:
    """The names of all errors that callers may meet."""
    found = (thing for module in shipped() for thing in vars(module).values())
    ours = (e for e in found if isinstance(e, type) and issubclass(e, Exception) and e.__module__.startswith("ihs_"))
    return {error.__name__ for error in ours if not error.__name__.startswith("_")}


def errors() -> Iterator[str]:
    """The page of errors."""
    yield from ("# Errors and exit codes", "", GENERATED, "", *_ERRORS)
    for root, heading in ROOTS.items():
        yield from (f"## {heading}", "", f"From `{root.__module__}`." if root is not CasesError else _CASES, "")
        rows = ((f"`{e.__name__}`", f"`{e.__bases__[0].__name__}`", said(e)) for e in below(root))
        yield from table("error | is a | when", rows)


_CASES: Final = "From `ihs_cases.errors`, which also names the others that recording can raise."
_ERRORS: Final = (
    "Every error says what is wrong and what to do instead. No message holds a name, a narrative or anything else that",
    "is sealed; ids of things in the case may stand in it.",
    "",
    "## Outcomes",
    "",
    "| outcome | what came back | what is on record | what to do |",
    "|---|---|---|---|",
    "| OK | a `Receipt` | the entry, once; with `again` it was there before | go on |",
    "| NO | any error but the two below | nothing | read it: ask differently, or not at all |",
    "| NO, for now | `StoreBusy` | nothing | ask again |",
    "| UNKNOWN | `OutcomeUnknown` | the entry, or nothing | ask again with the same command id |",
    "",
    "A command that recorded nothing is not remembered: its id may be used again.",
    "",
    "## Exit codes",
    "",
    "| code | meaning |",
    "|---|---|",
    "| 0 | done |",
    "| 1 | something was refused or found wrong |",
    "| 2 | asked wrongly: an option, or a store, key file, case or agency that is not there |",
    "",
)

PAGES: Final[Mapping[str, Callable[[], Iterator[str]]]] = {
    "reference/events": events,
    "reference/rules": rules,
    "reference/instruments": instruments,
    "reference/errors": errors,
    "reference/faults": faults.page,
    "clauses": clauses,
}


def page(name: str) -> str:
    """One page as it should stand in docs."""
    return "\n".join(PAGES[name]()).rstrip() + "\n"


if __name__ == "__main__":
    for name in PAGES:
        (DOCS / f"{name}.md").write_text(page(name))
    (DOCS / "reference" / "contact-standard.schema.json").write_text(
        json.dumps(contact_files.schema(), indent=2) + "\n"
    )
