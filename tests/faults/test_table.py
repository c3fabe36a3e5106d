"""The table of faults is whole: each is tried as often as it says, and nothing that it does not name."""

import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from faults import BY_NAME, FAULTS

TESTS = Path(__file__).parents[1]
MARK = re.compile(r'mark\.fault\("([^"]+)"\)')


def marked():
    """The files in which each fault is tried."""
    found = defaultdict(set)
    for file in TESTS.rglob("test_*.py"):
        for name in MARK.findall(file.read_text()):
            found[name].add(file)
    return found


def test_every_fault_of_the_table_is_tried_and_no_other():
    assert {name for name in marked() if name in BY_NAME} == {fault.name for fault in FAULTS if not fault.gap}
    assert marked().keys() <= BY_NAME.keys()


def test_a_fault_that_tests_elsewhere_try_has_as_many_of_them_as_it_says(request):
    """Where only some of the tests run, only the faults all of whose tests are among them are counted."""
    here = {item.path for item in request.session.items}
    files = marked()
    tests = Counter(
        mark.args[0]
        for item in request.session.items
        if (mark := item.get_closest_marker("fault")) and "runs" not in item.fixturenames
    )
    wrong = {
        name: (tests[name], BY_NAME[name].quick)
        for name in tests
        if files[name] <= here and not any(TESTS / "faults" in file.parents for file in files[name])
        if tests[name] != BY_NAME[name].quick
    }

    assert wrong == {}


def test_whatever_the_shim_can_break_is_broken():
    shim = Path(__file__).with_name("shim.c").read_text()
    killed = Path(__file__).with_name("test_killed.py").read_text()

    assert set(re.findall(r'kinds="(\w+)"', killed)) == {"cwtslu"}
    assert set(re.findall(r"broken\('(\w)'\)", shim)) == set("cwtslu")


@pytest.mark.faults_full
def test_no_fault_is_left_untried():
    assert {fault.name: fault.gap for fault in FAULTS if fault.gap} == {}
