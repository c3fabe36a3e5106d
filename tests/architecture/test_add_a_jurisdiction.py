"""Who follows the page on adding a jurisdiction, and nothing else, has one that refuses and has duties fall due."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from datetime import date
from pathlib import Path

import pytest
from typed import type_

from clauses import gaps, shown
from ihs_cases import Cases
from ihs_cases.editions import installed
from ihs_cli.opening import rule_book
from ihs_domain.editions import always
from ihs_domain.gates import Refused
from ihs_domain.history import Entry, effective
from ihs_domain.household import PersonJoined, Relation
from ihs_domain.opening import Authority, CaseOpened
from ihs_domain.owing import duties
from ihs_domain.planning import PlanAgreed, PlanDrafted, PlanFinalised, SupervisorAgreed
from ihs_domain.roles import Actor, Role
from ihs_domain.teaming import Part, TeamFormed

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/how-to/add-a-jurisdiction.md"
FILE = re.compile(r"^```\w+\n(?P<text># (?P<name>\S+/\S+\.\w+)\n.*?)^```$", re.DOTALL | re.MULTILINE)
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
YONDER = "yonder-family-code@2024-07-01"
WORKER = Actor("w-1", Role.PRACTITIONER)
SUPERVISOR = Actor("s-1", Role.SUPERVISOR)
MOTHER = frozenset({"mother"})
BEGUN = (
    CaseOpened(Authority.VOLUNTARY, "coast", jurisdiction="xx-yo"),
    PersonJoined("mother", Relation.MOTHER),
    TeamFormed({"mother": Part.PARENT}, helped_by=MOTHER),
    PlanDrafted("p1", ()),
)
COMPLETED = (*BEGUN, PlanAgreed("p1", MOTHER), SupervisorAgreed("p1"), PlanFinalised("p1", "register"))
DAY = date(2024, 8, 1)


def files(page: str) -> dict[str, str]:
    """The files that the blocks of a page are, by the name in their first line."""
    return {block["name"]: block["text"] for block in FILE.finditer(page)}


def write(folder: Path, page: str) -> Path:
    """Write the files of a page, and what an installer would beside the plugin's package: where that is."""
    for name, text in files(page).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    [pyproject] = folder.glob("plugins/*/pyproject.toml")
    project = tomllib.loads(pyproject.read_text())["project"]
    site = pyproject.parent / "src"
    info = site / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Name: {project['name']}\nVersion: {project['version']}\n")
    groups = (
        "\n".join([f"[{group}]", *(f"{name} = {value}" for name, value in points.items())])
        for group, points in project["entry-points"].items()
    )
    (info / "entry_points.txt").write_text("\n".join(groups) + "\n")
    return site


@pytest.fixture
def plug(tmp_path, monkeypatch):
    """Puts the plugin of a page where it is found."""

    def plugged(page: str = PAGE.read_text()) -> None:
        monkeypatch.syspath_prepend(write(tmp_path, page))

    yield plugged
    for name in [name for name in sys.modules if name.partition(".")[0] == "ihs_yonder"]:
        del sys.modules[name]


def test_what_the_page_shows_is_what_is_typed(plug):
    plug()
    [shown] = CONSOLE.findall(PAGE.read_text())

    for block in re.split(r"^\$ ihs ", shown, flags=re.MULTILINE)[1:]:
        typed, *lines = block.splitlines()
        answer = type_(*re.findall(r'[^\s"]+', typed))

        told = [re.sub(r"\(/\S+(?=/ihs_)", "(...", line) for line in answer.lines]
        start = told.index(lines[0])
        assert (told[start : start + len(lines)], answer.code, answer.err) == (lines, 0, "")


def test_its_own_gate_refuses_by_its_own_clause(plug, tmp_path):
    plug()

    with Cases.create(str(tmp_path / "cases.db"), rules=rule_book()) as cases:
        for n, event in enumerate(BEGUN):
            receipt = cases.record(event, case_id="k1", actor=WORKER, occurred=DAY, command_id=f"c{n}")
        with pytest.raises(Refused) as refused:
            cases.record(PlanAgreed("p1"), case_id="k1", actor=WORKER, occurred=DAY, command_id="c9")
        agreed = cases.record(PlanAgreed("p1", MOTHER), case_id="k1", actor=WORKER, occurred=DAY, command_id="c9")

    assert receipt.edition == YONDER
    assert str(refused.value) == (
        f"no parent agrees to the plan (Y-12(1), {YONDER}): name the parent who does, or go on with the draft"
    )
    assert agreed.findings == ()


@pytest.mark.parametrize("months, due", [(2, date(2024, 10, 1)), (5, date(2025, 1, 1))])
def test_its_parameter_changes_the_day_on_which_a_review_is_due(plug, months, due):
    plug(PAGE.read_text().replace("plan_is_reviewed_every(2)", f"plan_is_reviewed_every({months})"))

    assert reviews(YONDER) == [due]


def test_the_same_plan_under_another_jurisdictions_parameter_is_due_on_another_day():
    assert reviews("utah-r512-100@2003-09-03") == [date(2024, 11, 1)]


def test_a_clause_left_out_of_its_register_is_told_with_the_file_it_stands_in(plug, tmp_path):
    wrong = PAGE.read_text().replace("REVIEWED, SIGNED)", "REVIEWED)")
    elsewhere = "import attrs\n\nOTHER = attrs.evolve(YONDER_2024, ruleset='other', records={})"
    plug(wrong.replace("EDITIONS = (YONDER_2024,)", f"{elsewhere}\nEDITIONS = (YONDER_2024, OTHER)"))

    answer = type_("plugins")

    [broken] = [line.partition("  broken: ")[2] for line in answer.lines if "  broken: " in line]
    assert broken == (
        f"BadEdition: {tmp_path}/plugins/yonder/src/ihs_yonder/edition_2024.py: {YONDER}: records[PlanSigned]: "
        "it cites Y-12(3), which its register does not hold: add it to rules"
    )
    assert rule_book().editions == installed().editions


def reviews(edition: str) -> list[date | None]:
    """The days on which reviews of a plan, completed on one day, are due."""
    by = [SUPERVISOR if isinstance(event, SupervisorAgreed) else WORKER for event in COMPLETED]
    acts = enumerate(zip(COMPLETED, by, strict=True), 1)
    entries = (Entry(event, DAY, n, actor, position=n) for n, (event, actor) in acts)
    owed = duties(effective(entries), always(rule_book().edition(edition)), DAY)
    return [duty.due for duty in owed if duty.what == "the plan is reviewed"]


def run_its_tests(folder: Path, page: str) -> subprocess.CompletedProcess[str]:
    """Run the tests that a page tells to write, with the project's own conftest for clauses."""
    site = write(folder, page)
    shutil.copy2(ROOT / "tests/clauses/conftest.py", folder / "tests/clauses")
    without_options = {name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"}
    asked = [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", "-c", ROOT / "pyproject.toml"]
    return subprocess.run(
        [*asked, *folder.glob("tests/clauses/test_*.py")],
        cwd=folder,
        env={**without_options, "PYTHONPATH": str(site), "PYTHONDONTWRITEBYTECODE": "1"},
        check=False,
        capture_output=True,
        text=True,
    )


def test_its_tests_pass(tmp_path):
    ran = run_its_tests(tmp_path, PAGE.read_text())

    assert (ran.returncode, ran.stdout.splitlines()[-1].partition(" in ")[0]) == (0, "8 passed"), ran.stdout


def test_its_tests_find_a_gate_that_stands_in_no_table_and_a_parameter_mistyped(tmp_path):
    page = PAGE.read_text().replace("(a_parent_agrees, PARENT_AGREES),", "").replace("_every(2)", "_every(3)")

    ran = run_its_tests(tmp_path, page)

    failed = re.findall(r"^FAILED \S+::(\w+)\[([^\]]+)\]", ran.stdout, re.MULTILINE)
    assert failed == [
        ("test_a_plan_that_no_parent_agrees_to_is_refused", "stands"),
        ("test_a_complete_plan_is_reviewed_within_two_months", "stands-65-open"),
        ("test_a_complete_plan_is_reviewed_within_two_months", "stands-66-late"),
    ]


def test_its_clauses_lack_nothing(plug, tmp_path):
    plug()

    assert [*gaps([rule_book().edition(YONDER)], shown(tmp_path / "tests/clauses"))] == []


def test_it_is_of_no_place_that_is_installed():
    assert {edition.jurisdiction for edition in installed().editions}.isdisjoint({"xx-yo"})


def test_no_other_page_holds_files_that_nothing_builds():
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]

    assert [page for page in pages if files(page.read_text())] == [PAGE]
