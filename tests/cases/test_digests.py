"""The digest of an edition: the same in every process, and another for whatever else the edition says."""

import os
import subprocess
import sys

import pytest
from attrs import evolve

from ihs_cases.editions import digest, installed
from ihs_domain.acting import by_a_supervisor
from ihs_domain.agency_contact import contact_by
from ihs_domain.closing import CaseClosed, ServicesExtended, supervisor_reviews_the_ending
from ihs_domain.contacting import ContactMade
from ihs_domain.extending import while_at
from ihs_domain.working_days import Holiday, WorkingDays
from ihs_utah_r512_100 import UTAH_2003, UTAH_2010, UTAH_PRACTICE_2021
from ihs_utah_r512_100.practice_2021 import UTAH_CONTACTS_2021

SAY = "from ihs_cases.editions import digest, installed; print([digest(e) for e in installed().editions])"


def test_every_process_comes_to_the_same_digests():
    said = {
        subprocess.run(
            [sys.executable, "-c", SAY],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2", "3")
    }

    assert said == {f"{[digest(e) for e in installed().editions]}\n"}


@pytest.mark.parametrize(
    "changed",
    [
        evolve(UTAH_2010, after_closing=()),
        evolve(UTAH_2010, records={ContactMade: UTAH_2010.rules[:1]}),
        evolve(UTAH_2010, duties=UTAH_2010.duties[1:]),
        evolve(UTAH_2010, gates={}),
        evolve(UTAH_2010, gates={}, practice=True),
        evolve(UTAH_2010, finds={CaseClosed: ()}),
        evolve(UTAH_2010, after_closing=((supervisor_reviews_the_ending, UTAH_2010.rules[0]),)),
    ],
)
def test_an_edition_that_says_something_else_has_another_digest(changed):
    assert digest(changed) != digest(UTAH_2010)


def test_a_gate_made_for_another_intensity_makes_another_digest():
    same, again, other = (
        evolve(UTAH_2003, gates={ServicesExtended: ((while_at(level, by_a_supervisor), UTAH_2003.rules[0]),)})
        for level in ("intensive", "intensive", "supportive")
    )

    assert digest(same) == digest(again)
    assert digest(same) != digest(other)


HOLIDAYS = WorkingDays((Holiday("some", 5, day=1),))


@pytest.mark.parametrize(
    "changed",
    [
        evolve(UTAH_PRACTICE_2021, working_days=HOLIDAYS),
        evolve(UTAH_PRACTICE_2021, working_days=None),
        evolve(
            UTAH_PRACTICE_2021,
            duties=((contact_by(evolve(UTAH_CONTACTS_2021, on_change="later")), UTAH_PRACTICE_2021.rules[0]),),
        ),
    ],
)
def test_another_calendar_and_another_standard_make_another_digest(changed):
    same = evolve(UTAH_PRACTICE_2021, duties=((contact_by(UTAH_CONTACTS_2021), UTAH_PRACTICE_2021.rules[0]),))
    again = evolve(UTAH_PRACTICE_2021, duties=((contact_by(UTAH_CONTACTS_2021), UTAH_PRACTICE_2021.rules[0]),))

    assert digest(same) == digest(again)
    assert digest(changed) not in {digest(same), digest(UTAH_PRACTICE_2021)}
