"""How every command looks and ends."""

import shlex
from pathlib import Path

import click
import pytest
from typed import entry

from ihs_cases import Cases
from ihs_cli.main import main
from ihs_sample_instruments import INSTRUMENTS


def commands(command=main, path=()):
    """Every command there is to type."""
    yield path, command
    if isinstance(command, click.Group):
        ctx = click.Context(command)
        for name in command.list_commands(ctx):
            yield from commands(command.get_command(ctx, name), (*path, name))


EVERY = {" ".join(("ihs", *path)): (path, command) for path, command in commands()}


@pytest.mark.parametrize("path, command", EVERY.values(), ids=EVERY)
def test_help_is_short_and_gives_one_example(ihs, path, command):
    answer = ihs(*path, "--help")

    assert answer.out.count("Example: ihs ") == 1
    assert len(answer.lines) <= 38  # one screen
    assert (answer.code, answer.err) == (0, "")


CONTACT = '{"name": "some", "levels": ["any"], "amounts": [{"name": "visits", "per": "month", "contacts": {"any": 1}}]}'

# What runs a server, or needs one, is typed where there is one.
TRIED_BESIDE = {("store", "clock-corrected"), ("projections", "retry"), ("projections", "skip")}
"""What takes a wrong clock or a parked case: see test_projections.py."""
ALONE = {
    name: typed
    for name, typed in EVERY.items()
    if typed[0][:1] not in {("demo",), ("nats",)} and typed[0] not in TRIED_BESIDE
}


BECAUSE = {"reason": "same-address"}
REGISTER = (
    *(("p-" + n, "PersonRegistered", {"person": "p-" + n}) for n in "5678"),
    ("p-5", "PersonsMerged", {"person": "p-5", "duplicate": "p-6", **BECAUSE}),
    ("p-7", "PersonIdentified", {"person": "p-7", "case": "alder", "known_as": "A-f", **BECAUSE}),
)
COVER = {"worker": "w-44", "since": "2015-05-01T17:00:00-06:00", "until": "2015-05-02T08:00:00-06:00"}


def on_record_before():
    """What the examples of `ihs person` and `ihs oncall` speak of."""
    now = {"occurred": "2015-05-14", "recorded_at": "2015-05-14T23:03:00Z"}
    for n, (person, record, fields) in enumerate(REGISTER):
        yield entry(f"r{n}", without=("case",), person=person, record=record, **now, **{"with": fields})
    cover = {"agency": "cyfd-region", "record": "OnCallCovered", "with": COVER}
    yield entry("cover", without=("case",), **now, **cover)


@pytest.mark.parametrize("path, command", ALONE.values(), ids=ALONE)
def test_the_example_works(ihs, alder, write, path, command):
    if path[:1] in {("person",), ("oncall",)}:
        ihs("record", "cases.db", write(*on_record_before()))
    if path in {("access", "end"), ("access", "review")}:
        give = ("--post", "auditor", "--actor", "a-1", "--role", "administrator")
        ihs("access", "give", "cases.db", "s-3", *give)
        broken = ("--reason", "child-in-danger", "--actor", "w-9", "--role", "practitioner")
        ihs("access", "break-glass", "cases.db", "alder", *broken)
    write().rename("monday.jsonl")
    if path == ("instruments", "check"):
        Path("risk-2026.json").write_text((INSTRUMENTS / "risk.json").read_text())
    if path == ("schema", "check"):
        ihs("schema", "export", "schemas")
    alder.with_name("contact.json").write_text(CONTACT)
    [example] = [line for line in command.help.splitlines() if "Example: " in line]
    if path == ("store", "restore"):
        ihs("store", "backup", alder, "saved.db")
    if path in {("store", "init"), ("store", "restore")}:
        alder.unlink()
        alder.with_name(alder.name + ".key").unlink()
    elif path[:1] == ("audit",):
        alder.with_name("agency.vkey").write_text(ihs("audit", "key", alder).out)
        if path == ("audit", "check"):
            ihs("audit", "export", alder, "alder", "--to", "alder.bundle")
        ihs("audit", "checkpoint", alder, "--to", "kept")

    answer = ihs(*shlex.split(example.partition("ihs ")[2]))

    assert (answer.code, answer.err) == (0, "")


@pytest.mark.parametrize("typed", [(), ("store",), ("case",), ("rules",), ("instruments",)])
def test_a_command_typed_alone_shows_its_help(ihs, typed):
    answer = ihs(*typed)

    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("Usage: ihs")


FILES = "sqlite:///relative.db, sqlite:////absolute.db, a path"
ON_A_SERVER = "postgresql://USER@HOST/DATABASE"
MISTYPED = {
    "no command": (("tell",), "ihs: No such command 'tell'. (ihs --help shows how)"),
    "no option": (
        ("store", "info", "a.db", "--loud"),
        "ihs store info: No such option '--loud'. (ihs store info --help shows how)",
    ),
    "no store": (("case", "show"), "ihs case show: Missing argument 'STORE'. (ihs case show --help shows how)"),
    "no database": (
        ("store", "info", "postgresql://x:s3cret@x"),
        f"ihs: the address names no database: write {ON_A_SERVER}?schema=SCHEMA, with % codes for signs of its own",
    ),
    "no schema": (
        ("store", "info", "postgresql://x/db?schema=One"),
        "ihs: the address names no schema: use small letters, digits and _, at most 63 of them",
    ),
    "no key file": (
        ("store", "init", "postgresql://x/db"),
        "ihs: a store on a server has no key file beside it: name one, or set IHS_KEY_FILE",
    ),
    "no address": (
        ("store", "info", "ftp://x"),
        f"ihs: the address names no store: write {FILES}, or {ON_A_SERVER}",
    ),
}


@pytest.mark.parametrize("typed, why", MISTYPED.values(), ids=MISTYPED)
def test_what_is_mistyped_is_told_in_one_line(ihs, typed, why):
    assert ihs(*typed) == (2, "", f"{why}\n")


@pytest.fixture
def failing(monkeypatch):
    """A defect: an error nobody foresaw, with a name in its words."""

    def fail(self):
        raise RuntimeError("Zuleika Alder")

    monkeypatch.setattr(Cases, "case_ids", fail)


def test_an_error_nobody_foresaw_is_one_line_without_details(ihs, live, failing):
    answer = ihs("findings", "cases.db")

    hidden = "(no details shown: they may hold personal data); run with IHS_TRACE=1 to see them"
    assert answer == (1, "", f"ihs: internal error: RuntimeError {hidden}\n")


def test_the_details_are_shown_to_who_asks_for_them(ihs, live, failing, monkeypatch):
    monkeypatch.setenv("IHS_TRACE", "1")

    with pytest.raises(RuntimeError, match="Zuleika"):
        ihs("findings", "cases.db")


def test_an_error_nobody_foresaw_while_recording_says_where_and_what_was_recorded(ihs, live, write, monkeypatch):
    file = write(entry("a"), entry("b"))
    record = Cases.record

    def fail_on_b(self, event, **said):
        if said["command_id"] == "b":
            raise RuntimeError("Zuleika Alder")
        return record(self, event, **said)

    monkeypatch.setattr(Cases, "record", fail_on_b)

    answer = ihs("record", "cases.db", file.name)

    assert answer.code == 1
    assert answer.err.startswith("stopped after day.jsonl:2: 1 recorded, ")
    assert "Zuleika" not in answer.err


def test_info_says_what_kind_of_store_it_is_and_where_it_stands(ihs, alder):
    told = ihs("store", "info", "cases.db", "--format", "json").json

    assert len(told["root"]) == 64
    assert {key: told[key] for key in ("store", "kind", "format", "position", "recorded_at", "cases", "agencies")} == {
        "store": "REHEARSAL",
        "kind": "rehearsal",
        "format": 1,
        "position": 55,
        "recorded_at": "2015-05-14T23:03:00+00:00",
        "cases": 1,
        "agencies": 2,
    }
    text = dict(line.split(maxsplit=1) for line in ihs("store", "info", "cases.db").lines[1:])
    assert text["root"] == told["root"]
