"""Dependencies point one way: core <- record <- ledger, store <- cases <- follow, nats, cli."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHELVES = ("src", "src/adapters", "projections", "plugins/*/src")

# Each package with what it may import: ours, and other people's. "*" is all of ours.
MAY_IMPORT = {
    "ihs_domain": ("", "attrs"),
    "ihs_record": ("ihs_domain", "attrs cattrs msgspec"),
    "ihs_ledger": ("", "cryptography"),
    "ihs_store": ("ihs_record ihs_ledger", "attrs cryptography eventsourcing msgspec psycopg"),
    "ihs_cases": ("ihs_domain ihs_record ihs_ledger ihs_store", "attrs"),
    "ihs_follow": ("ihs_domain ihs_record ihs_ledger ihs_store ihs_cases", "attrs"),
    "ihs_nats": ("ihs_domain ihs_record ihs_store ihs_cases ihs_follow", "attrs cryptography msgspec nats"),
    "ihs_cli": ("*", "attrs click"),
    "ihs_projections": ("ihs_domain", "attrs"),
    "ihs_utah_r512_100": ("ihs_domain", "attrs"),
    "ihs_new_mexico": ("ihs_domain", "attrs"),
    "ihs_sample_instruments": ("", ""),
    "ihs_echo": ("ihs_domain ihs_follow", "attrs"),
    "ihs_subscriber": ("", "nats"),
}

# The core reads no clock, no random number, no file and no network.
OUTSIDE_WORLD = {
    *("asyncio", "multiprocessing", "subprocess", "threading"),
    *("http", "logging", "socket", "ssl", "urllib"),
    *("io", "os", "pathlib", "shutil", "sqlite3", "tempfile"),
    *("random", "secrets", "time"),
}
CLOCKS_AND_DICE = {"now", "utcnow", "today", "uuid1", "uuid4"}


def packages() -> dict[str, Path]:
    """Every package that ships, by its import name."""
    found = (init.parent for shelf in SHELVES for init in ROOT.glob(f"{shelf}/*/__init__.py"))
    return {folder.name: folder for folder in found}


def imports(source: str) -> Iterator[tuple[int, str]]:
    """The line and the first name of everything imported, also late, by type checkers only, or by a call."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name.split(".")[0]) for alias in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield node.lineno, module.split(".")[0]
            case ast.Call(
                func=ast.Attribute(attr="import_module") | ast.Name(id="import_module" | "__import__"),
                args=[ast.Constant(value=str(module)), *_],
            ):
                yield node.lineno, module.split(".")[0]


def trespasses(package: str, source: str) -> list[str]:
    ours, theirs = (set(names.split()) for names in MAY_IMPORT[package])
    allowed = ours | theirs | {package} | (set(MAY_IMPORT) if "*" in ours else set())
    strangers = ((line, name) for line, name in imports(source) if name not in sys.stdlib_module_names)
    return [f"line {line}: {package} may not import {name}" for line, name in strangers if name not in allowed]


def impurities(source: str) -> list[str]:
    """Where a core module reaches out of its own arguments."""
    found = [(line, f"import {name}") for line, name in imports(source) if name in OUTSIDE_WORLD]
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)) if name in CLOCKS_AND_DICE:
                found.append((node.lineno, f"{name}()"))
            case ast.Call(func=ast.Name(id="open")):
                found.append((node.lineno, "open()"))
    return [f"line {line}: {what}" for line, what in sorted(found)]


def in_every_module(package: str, check) -> list[str]:
    modules = sorted(packages()[package].rglob("*.py"))
    return [f"{module.relative_to(ROOT)}: {fault}" for module in modules for fault in check(module.read_text())]


def test_every_package_has_its_line_in_the_table_of_dependencies():
    assert set(packages()) == set(MAY_IMPORT)


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_a_package_imports_only_what_its_line_allows(package):
    assert in_every_module(package, lambda source: trespasses(package, source)) == []


def test_the_core_reads_no_clock_no_dice_no_file_and_no_network():
    assert in_every_module("ihs_domain", impurities) == []


def test_the_tests_of_the_core_need_nothing_but_the_core():
    support = {path.stem: path for path in (ROOT / "tests" / "support").glob("*.py")}
    ahead = [*(ROOT / "tests" / "domain").glob("*.py"), ROOT / "tests" / "conftest.py"]
    reached: dict[Path, set[str]] = {}
    while ahead:
        path = ahead.pop()
        reached[path] = {name for _, name in imports(path.read_text())}
        ahead += [support[name] for name in reached[path] & set(support) if support[name] not in reached]

    asked = {
        f"{path.relative_to(ROOT)}: {name}"
        for path, names in reached.items()
        for name in names - set(support) - set(sys.stdlib_module_names)
        if name not in {"ihs_domain", "attrs", "hypothesis", "pytest"}
    }

    assert asked == set()


def test_the_verifier_reaches_nothing_of_the_writing_side():
    reached, ahead = set(), {"ihs_ledger"}
    while ahead:
        package = ahead.pop()
        reached.add(package)
        ahead |= set(MAY_IMPORT[package][0].split()) - reached

    assert reached == {"ihs_ledger"}


@pytest.mark.parametrize("shelf", ["src", "src/adapters", "projections", "plugins", "plugins/*", "plugins/*/src"])
def test_a_shelf_is_not_a_package(shelf):
    assert list(ROOT.glob(f"{shelf}/__init__.py")) == []


def test_an_import_against_the_direction_is_found_wherever_it_stands():
    source = """
import ihs_store.sqlite
from ihs_cases import Cases
from . import neighbours
from ihs_record.names import stored
import json, nats

def late():
    import_module("ihs_cli.main")
"""

    found = trespasses("ihs_ledger", source)

    assert found == [
        "line 2: ihs_ledger may not import ihs_store",
        "line 3: ihs_ledger may not import ihs_cases",
        "line 5: ihs_ledger may not import ihs_record",
        "line 6: ihs_ledger may not import nats",
        "line 9: ihs_ledger may not import ihs_cli",
    ]


def test_a_clock_a_die_and_a_file_in_the_core_are_found():
    source = "from pathlib import Path\nday = date.today()\nname = uuid4()\ntext = open('x').read()\n"

    assert impurities(source) == [
        "line 1: import pathlib",
        "line 2: today()",
        "line 3: uuid4()",
        "line 4: open()",
    ]
