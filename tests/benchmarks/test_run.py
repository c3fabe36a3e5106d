"""The benchmarks run, and measure each thing they say they do. What they find is for no test to judge."""

import importlib.util
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest


@pytest.fixture
def run(monkeypatch):
    folder = Path(__file__).parent
    monkeypatch.syspath_prepend(folder)
    spec = importlib.util.spec_from_file_location("benchmarks_run", folder / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_ratio_is_the_middle_of_the_rounds_own_ratios(run):
    assert run.middle_ratio([2.0, 9.0, 4.0], [1.0, 3.0, 1.0]) == 3.0


def test_what_needs_no_disk_is_measured_under_the_names_that_have_goals(run, tmp_path):
    bench = run.Bench(tmp_path, scale=0.0001)

    for part in (bench.bytes_and_words, bench.seals, bench.shares):
        part()

    assert set(bench.found) == {"decode_vs_orjson", "encode_vs_orjson", "seal_us"}
    assert set(bench.found) < set(run.GOALS)
    assert all(value > 0 for value in bench.beside.values())


def test_a_store_is_filled_with_commands_and_keys_and_weighed_against_what_it_says(run, tmp_path):
    bench = run.Bench(tmp_path, scale=0.0001)

    bench.growth_size_and_audit()

    assert set(bench.found) == {"append_growth", "bytes_over_payload", "verify_us", "verify_mb"}
    with closing(sqlite3.connect(tmp_path / "large.db")) as database:
        (receipts,) = database.execute("SELECT count(*) FROM receipts").fetchone()
        (keys,) = database.execute("SELECT count(DISTINCT position) FROM keys").fetchone()
        (records, cases) = database.execute("SELECT count(*), count(DISTINCT stream) FROM records").fetchone()
    assert receipts == records == bench.beside["records_verified"]
    assert keys >= 96
    assert cases >= 96
