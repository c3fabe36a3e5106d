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
    assert answer.lines[1].startswith("  new-mexico-ihs  ihs-new-mexico 0.1.0  ihs_new_mexico:EDITIONS (/")
    assert answer.lines[2].startswith("  utah-r512-100  ihs-utah-r512-100 0.1.0  ihs_utah_r512_100:EDITIONS (/")
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


def test_a_plugin_whose_ruleset_is_another_plugins_is_broken_and_the_other_stands(ihs, plug, live):
    plug("ihs_domain.editions", "from ihs_utah_r512_100 import EDITIONS")

    listed = ihs("plugins").lines

    [broken] = [line for line in listed if "broken: " in line]
    assert broken.startswith("  broken  ihs-broken 1.2  ihs_broken:EDITIONS (")
    assert broken.partition("ruleset: ")[2] == (
        "the plugin utah-r512-100 brings a ruleset of that name: give yours a name of its own"
    )
    assert ihs("findings", "cases.db").lines[-1] == "1 case: no findings"


WELL = """
from datetime import date
from attrs import evolve
from ihs_domain.closing import CaseClosed
from ihs_domain.editions import Edition
from ihs_domain.planning import plan_is_drafted
from ihs_domain.reviewing import plan_is_reviewed_every
from ihs_domain.rules import Rule

RULE, STRAY = Rule("Z-1", "a rule"), Rule("Z-9", "of no register")

def gate(case, entry):
    '''Something is asked.'''

EARLIER = Edition(
    "z", "us-zz", "UTC", date(2020, 1, 1), date(2020, 12, 31), rules=(RULE,), gates={CaseClosed: ((gate, RULE),)}
)
LATER = evolve(EARLIER, in_force_from=date(2021, 1, 1), in_force_until=None)
EDITIONS = (EARLIER, LATER)
"""
ILL = {
    "overlap": (
        "evolve(LATER, in_force_from=date(2020, 12, 31))",
        "z@2020-01-01 and z@2020-12-31 overlap: in_force_until of the earlier must be 2020-12-30",
    ),
    "gap": (
        "evolve(LATER, in_force_from=date(2021, 1, 2))",
        "z@2020-01-01 and z@2021-01-02 leave a gap: in_force_until of the earlier must be 2021-01-01",
    ),
    "backwards": (
        "evolve(LATER, in_force_until=date(2020, 12, 31))",
        "z@2021-01-01: in_force_until: 2020-12-31 is before its first day: end it later",
    ),
    "unregistered cite": (
        "evolve(LATER, finds={CaseClosed: ((gate, STRAY),)})",
        "z@2021-01-01: finds[CaseClosed]: it cites Z-9, which its register does not hold: add it to rules",
    ),
    "unregistered cite of a duty": (
        "evolve(LATER, after_closing=((gate, STRAY),))",
        "z@2021-01-01: after_closing: it cites Z-9, which its register does not hold: add it to rules",
    ),
    "unregistered cite of a record": (
        "evolve(LATER, records={CaseClosed: (STRAY,)})",
        "z@2021-01-01: records[CaseClosed]: it cites Z-9, which its register does not hold: add it to rules",
    ),
    "a cite twice": (
        "evolve(LATER, rules=(RULE, evolve(RULE, says='else')))",
        "z@2021-01-01: rules: Z-1 stands there twice: cite each clause once",
    ),
    "gate for an unknown event": (
        "evolve(LATER, gates={Rule: ((gate, RULE),)})",
        "z@2021-01-01: gates[Rule]: it is no event of a case: name one of the vocabulary",
    ),
    "an event by its name": (
        "evolve(LATER, gates={'CaseClosed': ((gate, RULE),)})",
        "z@2021-01-01: gates[CaseClosed]: it is no event of a case: name one of the vocabulary",
    ),
    "practice with gates": (
        "evolve(LATER, practice=True)",
        "z@2021-01-01: gates: a practice never refuses: put them in finds",
    ),
    "a comma forgotten": (
        "evolve(LATER, gates={CaseClosed: (gate, RULE)})",
        "z@2021-01-01: gates[CaseClosed]: a row is a gate or a duty and its rules: ((gate, RULE),)",
    ),
    "no jurisdiction": (
        "evolve(LATER, jurisdiction='Yonder')",
        "z@2021-01-01: jurisdiction: expected a jurisdiction as ISO 3166-2 has it, in lower case: us-ut",
    ),
    "a day in quotes": (
        "evolve(LATER, in_force_from='2021-01-01')",
        "z@2021-01-01: in_force_from: expected a day: date(2024, 7, 1)",
    ),
    "a rule alone": (
        "evolve(LATER, rules=RULE)",
        "z@2021-01-01: rules: expected a tuple of rules: (RULE,)",
    ),
    "a word alone": (
        "evolve(LATER, rules=(evolve(RULE, bears='may'),))",
        "z@2021-01-01: rules[0].bears: of Z-1 expected a tuple: bears=(Bears.GATE,)",
    ),
    "a duty that was to be called": (
        "evolve(LATER, duties=((plan_is_reviewed_every, RULE),))",
        (
            "z@2021-01-01: duties: plan_is_reviewed_every: asked about a case without entries it fails with TypeError: "
            "call it first, if it makes a duty"
        ),
    ),
    "a gate under another event": (
        "evolve(LATER, gates={CaseClosed: ((plan_is_drafted, RULE),)})",
        (
            "z@2021-01-01: gates[CaseClosed]: plan_is_drafted: it is about PlanAgreed or SupervisorAgreed or "
            "PlanFinalised: put it under that event"
        ),
    ),
    "no such zone": (
        "evolve(LATER, zone='America/Nowhere')",
        "z@2021-01-01: zone: no time zone has this name: give one such as America/Denver",
    ),
}


@pytest.mark.parametrize("later, why", ILL.values(), ids=ILL)
def test_editions_that_do_not_hold_together_are_told_with_file_edition_table_and_reason(
    ihs, plug, tmp_path, later, why
):
    plug("ihs_domain.editions", f"{WELL}\nLATER = {later}\nEDITIONS = (EARLIER, LATER)\n")

    answer = ihs("plugins")

    [broken] = [line for line in answer.lines if "broken: " in line]
    assert broken.partition("  broken: ")[2] == f"BadEdition: {tmp_path}/site/ihs_broken.py: {why}"
    assert answer.code == 1
    assert [line for line in ihs("rules", "list").lines if line.startswith("utah-r512-100@")]


def test_editions_that_follow_each_other_load(ihs, plug):
    plug("ihs_domain.editions", WELL)

    assert ihs("plugins").code == 0
    assert "z@2021-01-01 (us-zz), in force 2021-01-01 with no known end" in ihs("rules", "list").lines


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


FAILS = f"""{WELL}
from ihs_domain.requesting import ServicesDenied, ServicesRequested

def fails(case, entry):
    raise KeyError("Jane Doe")

LATER = evolve(LATER, gates=dict.fromkeys((ServicesRequested, ServicesDenied), ((fails, RULE),)))
EDITIONS = (EARLIER, LATER)
"""


def test_a_rule_that_fails_keeps_no_happening_off_the_record_and_is_told_without_its_words(ihs, plug, write):
    plug("ihs_domain.editions", FAILS)
    said = {"occurred": "2021-03-01"}
    asked = entry("c1", record="ServicesRequested", **said, **{"with": {"jurisdiction": "us-zz", "source": "school"}})
    denied = entry("c2", record="ServicesDenied", **said, **{"with": {"reasons": ["no-ground"]}})
    ihs("store", "init", "cases.db")

    answer = ihs("record", "cases.db", write(asked, denied, entry("c3", **said)).name)

    why = "this rule could not be asked, for it fails with KeyError (Z-1; z@2021-01-01)"
    instead = "      instead: have whoever keeps that edition put it right"
    assert answer.lines == [
        "day.jsonl:1 recorded c1 k1@1 ServicesRequested",
        f"    found: {why}",
        instead,
        "day.jsonl:2 refused c2 k1 ServicesDenied",
        f"    {why}",
        instead,
        "day.jsonl:3 recorded c3 k1@2 ContactMade",
        "2 recorded, 0 nothing new, 1 refused, 0 wrong",
    ]
    assert "Jane" not in answer.out + answer.err


def test_a_plugin_with_rules_for_days_on_which_anothers_are_in_force_is_broken_and_names_both(ihs, plug, live):
    plug("ihs_domain.editions", WELL.replace("us-zz", "us-ut").replace("date(202", "date(201"))

    [broken] = [line for line in ihs("plugins").lines if "broken: " in line]

    assert "utah-r512-100@2003-09-03 and z@2010-01-01 are both the rules of us-ut on 2010-01-01" in broken
    assert ihs("case", "show", live, "k1").code == 0
