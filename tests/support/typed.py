"""Types `ihs` commands in this process, and writes lines for them."""

import json
from pathlib import Path
from typing import Any, NamedTuple

from click.testing import CliRunner

import ihs_cli
from ihs_cli.main import main

ALDER = Path(ihs_cli.__file__).with_name("alder.jsonl")


class Answer(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def type_(*args: object, given: str | bytes | None = None) -> Answer:
    """What `ihs` answers. Anything but an exit code is a crash, and fails the test."""
    typed = CliRunner().invoke(main, [str(arg) for arg in args], input=given)
    if typed.exception is not None and not isinstance(typed.exception, SystemExit):
        raise typed.exception
    return Answer(typed.exit_code, typed.stdout, typed.stderr)


def entry(id_: str = "c2", /, *, without: tuple[str, ...] = (), **changes: Any) -> dict[str, Any]:
    """A line that fits the live case k1, changed where a test says so."""
    line = {
        "id": id_,
        "case": "k1",
        "record": "ContactMade",
        "actor": "w-12",
        "role": "practitioner",
        "occurred": "2015-01-09T15:00:00-07:00",
        "with": {"mode": "phone", "whom": []},
    }
    return {key: value for key, value in (line | changes).items() if key not in without}


REQUEST = entry("c1", record="ServicesRequested", **{"with": {"jurisdiction": "us-ut", "source": "school"}})


def withdrawal() -> list[dict[str, Any]]:
    """The diary up to the day before closing, then the family withdraws with a threat unmanaged."""
    lines = [json.loads(line) for line in ALDER.read_text().splitlines()]
    closing = next(n for n, line in enumerate(lines) if line["id"] == "alder-051")
    return [*lines[:closing], {**lines[closing], "with": {"reason": "family-withdrew"}}]
