"""`ihs plugins`: what is plugged in; a broken plugin is listed, and nothing else breaks."""

import pytest
from typed import entry

BROKEN = {
    "raises": ("raise RuntimeError('no licence')", "RuntimeError: no licence"),
    "leaves": ("raise SystemExit(3)", "SystemExit: 3"),
    "lacks": ("import no_such_module_anywhere", "ModuleNotFoundError: No module named 'no_such_module_anywhere'"),
    "misspells": ("", "AttributeError: module 'ihs_broken' has no attribute 'EDITIONS'"),
    "brings something else": ("EDITIONS = [1]", "TypeError: it brings something that is no edition"),
}


def test_plugins_are_listed_with_distribution_version_and_origin(ihs):
    answer = ihs("plugins")

    groups = [line.partition(":")[0] for line in answer.lines if not line.startswith(" ")]
    assert groups == ["ihs_domain.editions", "ihs_domain.instruments", "ihs_domain.projections", "ihs_domain.sinks"]
    assert answer.lines[1].startswith("  utah-r512-100  ihs-utah-r512-100 0.0.1  ihs_utah_r512_100:EDITIONS (/")
    assert (answer.code, answer.err) == (0, "")


@pytest.mark.parametrize("group", ["ihs_domain.editions", "ihs_domain.sinks"])
@pytest.mark.parametrize("source, why", [BROKEN[name] for name in ("raises", "leaves", "lacks", "misspells")])
def test_a_plugin_that_does_not_load_is_listed_as_broken_with_the_reason(ihs, plug, group, source, why):
    plug(group, source)

    answer = ihs("plugins")

    [broken] = [line for line in answer.lines if "broken: " in line]
    assert broken.startswith("  broken  ihs-broken 1.2  ihs_broken:EDITIONS")
    assert why in broken
    assert any("utah-r512-100" in line and "broken" not in line for line in answer.lines)
    assert answer.code == 1


@pytest.mark.parametrize("source", [source for source, _ in BROKEN.values()], ids=BROKEN)
def test_a_broken_plugin_of_editions_is_told_and_the_others_go_on(ihs, plug, live, write, source):
    plug("ihs_domain.editions", source)

    answer = ihs("record", "cases.db", write(entry()).name)

    assert answer.lines[0] == "day.jsonl:1 recorded c2 k1@2 ContactMade"
    assert answer.err == "ihs: the editions of broken are left out, for they do not load: see ihs plugins\n"
    assert answer.code == 0


def test_editions_that_overlap_are_told_in_one_line(ihs, plug, live):
    plug("ihs_domain.editions", "from ihs_utah_r512_100 import EDITIONS")

    answer = ihs("findings", "cases.db")

    assert (answer.code, answer.out) == (1, "")
    assert answer.err.startswith("ihs: utah-r512-100@2003-09-03 and utah-r512-100@2003-09-03 overlap: ")
    assert answer.err.count("\n") == 1


A_FINDING_EDITION = """
from datetime import date
from ihs_domain.contacting import ContactMade
from ihs_domain.editions import Edition
from ihs_domain.rules import Rule

RULE = Rule("Z-1", "a contact is made by two")

def by_two(case, entry):
    '''Two workers are there.'''

EDITIONS = Edition("z", "us-zz", "UTC", date(2020, 1, 1), rules=(RULE,), gates={ContactMade: ((by_two, RULE),)})
"""


def test_a_gate_before_a_happening_is_explained_as_one_that_only_finds(ihs, plug):
    plug("ihs_domain.editions", A_FINDING_EDITION)

    assert ihs("rules", "explain", "Z-1").lines == [
        "Z-1",
        "  a contact is made by two",
        "  in force 2020-01-01 with no known end in z@2020-01-01 (us-zz)",
        "    only found in ContactMade: Two workers are there",
    ]
