"""The digest of an edition: the same in every process, and another for whatever else the edition says."""

import os
import subprocess
import sys

import pytest
from attrs import evolve

from ihs_cases.editions import digest, installed
from ihs_domain.acting import by_a_supervisor
from ihs_domain.closing import CaseClosed, ServicesExtended, supervisor_reviews_the_ending
from ihs_domain.contacting import ContactMade
from ihs_domain.extending import while_at
from ihs_utah_r512_100 import UTAH_2003, UTAH_2010

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
