"""Many at once: threads and processes that record in one case and in many."""

import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from at_once import together
from rehearsal import ASKED, UTAH, WORKER, live

from ihs_cases.cases import Cases
from ihs_domain.household import PersonJoined, Relation

THREADS, EACH = 8, 6

RECORD = """
import sys
from datetime import date
from rehearsal import ASKED, UTAH, WORKER
from ihs_cases.cases import Cases
from ihs_domain.household import PersonJoined, Relation

url, who = sys.argv[1:]
with Cases.open(url, rules=UTAH) as cases:
    print("ready", flush=True)
    sys.stdin.readline()
    for n in range(6):
        mother = PersonJoined("p-m", Relation.MOTHER, name="Mo Made-Up")
        say = {"actor": WORKER, "occurred": date(2015, 1, 5)}
        for case in ("one", "own-" + who):
            cases.record(ASKED, **say, case_id=case, command_id=f"{who}-{n}-{case}")
            cases.record(mother, **say, case_id=case, command_id=f"{who}-{n}-{case}-m")
        cases.record(ASKED, **say, case_id="one", command_id=f"all-{n}")
"""


def recorder(cases, who):
    """Records in the case of all and in one of its own, and some commands that everyone asks."""

    def job():
        say = {"actor": WORKER, "occurred": date(2015, 1, 5)}
        for n in range(EACH):
            event = PersonJoined("p-m", Relation.MOTHER, name="Mo Made-Up") if n else ASKED
            cases.record(ASKED, **say, case_id="one", command_id=f"{who}-{n}")
            cases.record(event, **say, case_id=f"own-{who}", command_id=f"{who}-{n}-own")
            cases.record(ASKED, **say, case_id="one", command_id=f"all-{n}")

    return job


def assert_dense(cases):
    rows = cases.store.read(0, limit=10_000)
    assert [row.position for row in rows] == list(range(1, len(rows) + 1))
    for stream in {row.stream for row in rows}:
        assert [row.version for row in rows if row.stream == stream] == list(
            range(1, 1 + sum(row.stream == stream for row in rows))
        )
    commands = Counter(row.command for row in rows)
    assert set(commands.values()) == {1}
    assert sum(row.name == "EditionLoaded.v1" for row in rows) == 1
    assert rows[0].name == "EditionLoaded.v1"
    return commands


def test_threads_recording_in_one_case_and_in_many_all_land_once(tmp_path):
    with live(tmp_path) as cases:
        raised = together(*(recorder(cases, who) for who in range(THREADS)))

        assert raised == []
        assert len(assert_dense(cases)) == 1 + THREADS * EACH * 2 + EACH


def test_threads_that_ask_the_same_command_get_one_receipt(tmp_path):
    with live(tmp_path) as cases:
        receipts = []
        say = {"actor": WORKER, "occurred": date(2015, 1, 5), "case_id": "k1", "command_id": "same"}

        raised = together(*[lambda: receipts.append(cases.record(ASKED, **say))] * THREADS)

        assert raised == []
        assert [(r.version, r.position) for r in receipts] == [(1, 2)] * THREADS
        assert sum(not r.again for r in receipts) == 1


@pytest.mark.slow
def test_processes_recording_in_one_case_and_in_many_all_land_once(tmp_path):
    with live(tmp_path) as cases:
        processes = [
            subprocess.Popen(
                [sys.executable, "-W", "error", "-c", RECORD, str(cases.store.address), str(who)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={"PYTHONPATH": str(Path(__file__).parents[1] / "support")},
                text=True,
            )
            for who in range(4)
        ]
        for process in processes:
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            process.stdin.write("go\n")
            process.stdin.flush()
        said = [process.communicate() for process in processes]

        assert [(p.returncode, err) for p, (_, err) in zip(processes, said, strict=True)] == [(0, "")] * 4
        assert len(assert_dense(cases)) == 1 + 4 * 6 * 4 + 6
        assert cases.case_ids() == ["one", "own-0", "own-1", "own-2", "own-3"]
        assert cases.history("one", opened=True).of(PersonJoined)[0].event.name == "Mo Made-Up"


def test_threads_with_an_expected_version_win_once(tmp_path):
    with live(tmp_path) as cases:
        say = {"actor": WORKER, "occurred": date(2015, 1, 5), "case_id": "k1"}
        cases.record(ASKED, **say, command_id="first")

        raised = together(
            *(
                lambda who=who: cases.record(ASKED, **say, command_id=f"c{who}", expected_version=1)
                for who in range(THREADS)
            )
        )

        assert Counter(type(error).__name__ for error in raised) == {"Conflict": THREADS - 1}
        assert {error.current for error in raised} == {2}
        assert len(cases.history("k1")) == 2


def test_a_second_opening_of_the_same_store_sees_what_the_first_recorded(tmp_path):
    with live(tmp_path) as one, Cases.open(str(tmp_path / "live.db"), rules=UTAH) as other:
        one.record(ASKED, case_id="k1", actor=WORKER, occurred=date(2015, 1, 5), command_id="a")

        assert other.record(ASKED, case_id="k1", actor=WORKER, occurred=date(2015, 1, 5), command_id="b").version == 2
        assert len(one.history("k1")) == 2
