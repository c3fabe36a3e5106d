"""The page of clauses: each with what carries it out, and the tests that show it; and where one of these is missing."""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any, Final, NamedTuple

from pages import GENERATED, ROOT, said, table

from ihs_cases.editions import installed
from ihs_cli.clauses import carried_out
from ihs_domain.editions import Edition
from ihs_domain.places import CARRIES, Table, places
from ihs_domain.rules import Rule

TESTS: Final = ROOT / "tests" / "clauses"


class Unreadable(Exception):
    """A mark of a clause that cannot be read without running it: says file and line."""


class Shown(NamedTuple):
    """A test, and the clause it shows."""

    edition: str
    cite: str
    file: str
    test: str

    @property
    def sentence(self) -> str:
        """The test's name as a sentence."""
        return self.test.removeprefix("test_").replace("_", " ")


def shown_by(path: Path) -> list[Shown]:
    """The tests of a file and the clauses they show, in order. Raises Unreadable."""
    tree = ast.parse(path.read_text())
    texts = dict(_texts(tree))
    found = [
        _shown(mark, test.name, texts, path)
        for test in ast.walk(tree)
        if isinstance(test, ast.FunctionDef | ast.AsyncFunctionDef)
        for mark in filter(_is_mark, test.decorator_list)
    ]
    marks = [node for node in ast.walk(tree) if _is_mark(node)]
    if len(marks) != len(found):
        raise Unreadable(f"{path.name}: a clause is marked elsewhere than on a test: mark each test with its own")
    return found


def _texts(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """The names that a module gives to texts, one by one or several at once."""
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                given = [*zip(names, values, strict=False)]
            case ast.Assign(targets=[name], value=value) | ast.AnnAssign(target=name, value=value):
                given = [(name, value)]
            case _:
                continue
        for one in given:
            match one:
                case ast.Name(id=name), ast.Constant(value=str(text)):
                    yield name, text


def _is_mark(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Attribute(attr="mark"), attr="clause")):
            return True
    return False


def _shown(mark: Any, test: str, texts: dict[str, str], path: Path) -> Shown:
    match mark:
        case ast.Call(args=[cite], keywords=[ast.keyword(arg="edition", value=edition)]):
            read = [_text(one, texts) for one in (edition, cite)]
            if None not in read:
                return Shown(*read, file=path.name, test=test)
    raise Unreadable(
        f"{path.name}:{mark.lineno}: give the cite and edition= as texts, or by names of texts in this file"
    )


def _text(node: ast.expr, texts: dict[str, str]) -> str | None:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.Name(id=name):
            return texts.get(name)
    return None


def shown(folder: Path = TESTS) -> list[Shown]:
    """The tests of all clauses, file by file."""
    return [one for path in sorted(folder.glob("test_*.py")) for one in shown_by(path)]


# What is missing


class Gap(NamedTuple):
    """What a clause lacks."""

    edition: str
    cite: str
    lacks: str


def gaps(editions: Iterable[Edition], tests: Iterable[Shown]) -> Iterator[Gap]:
    """What clauses lack: a test, how they bear on the record, and what carries that out."""
    tested = {(one.edition, one.cite) for one in tests}
    for edition in editions:
        for rule in edition.rules:
            lacks = [*_lacks(edition, rule), *(["a test"] if (edition.id, rule.cite) not in tested else [])]
            yield from (Gap(edition.id, rule.cite, one) for one in lacks)


def _lacks(edition: Edition, rule: Rule) -> Iterator[str]:
    here = {place.table for place in places(edition, rule.cite)}
    if not here:
        yield "a place"
    if not rule.bears:
        yield "how it bears on the record"
    yield from (f"a {bears}" for bears in rule.bears if here and CARRIES[bears].isdisjoint(here))
    if rule.bears:
        announced = frozenset[str]().union(*(CARRIES[bears] for bears in rule.bears))
        unsaid = here - announced - {Table.RECORDS}  # what a gate or a duty asks may well say who records it
        yield from (f"a word on its {table} in bears" for table in sorted(unsaid))


def marked_in_vain(editions: Iterable[Edition], tests: Iterable[Shown]) -> list[Shown]:
    """The tests whose clause no register holds."""
    there = {(edition.id, rule.cite) for edition in editions for rule in edition.rules}
    return [one for one in tests if (one.edition, one.cite) not in there]


# The page


def clauses() -> Iterator[str]:
    """The page of clauses."""
    tests = shown()
    yield from ("# Clauses", "", GENERATED, "", *_CLAUSES)
    for edition in installed().editions:
        yield from (f"## {edition.id}", "", *about(edition), "", source(edition), "")
        yield from table("clause | in our words | bears as | carried out | shown by", _rows(edition, tests))


def about(edition: Edition) -> Iterator[str]:
    """Where and when an edition is in force."""
    last = edition.in_force_until
    until = f"to {last}, the last day it is known to be in force" if last else "on, with no end known"
    kept = "A practice: it is kept beside the rules, and never refuses. " if edition.practice else ""
    yield f"{kept}Jurisdiction `{edition.jurisdiction}`, calendar of {edition.zone}."
    yield f"In force from {edition.in_force_from} {until}."


def source(edition: Edition) -> str:
    """What the module says that defines an edition, the deepest that holds it: it names the source."""
    ours = [module for name, module in list(sys.modules.items()) if name.startswith("ihs_")]
    holding = [module for module in ours if any(thing is edition for thing in vars(module).values())]
    return said(max(holding, key=lambda module: module.__name__.count("."))) if holding else ""


def _rows(edition: Edition, tests: list[Shown]) -> Iterator[tuple[str, ...]]:
    for rule in edition.rules:
        showing = [one for one in tests if (one.edition, one.cite) == (edition.id, rule.cite)]
        carried = [_in_code(line) for line in carried_out(edition, rule.cite)]
        yield (
            _whole(rule.cite),
            rule.says,
            ", ".join(rule.bears) or "not said yet",
            "<br>".join(carried) or "nothing yet",
            "<br>".join(_by_file(showing)) or "no test yet",
        )


def _whole(cite: str) -> str:
    """A cite that a page does not break, nor take for a link."""
    return f"`{cite}`"


def _in_code(line: str) -> str:
    """A line of what carries out a clause, the event it names in code."""
    return re.sub(r"^(refuses|only found in|on record by) (\w+)", r"\1 `\2`", line)


def _by_file(tests: list[Shown]) -> Iterator[str]:
    for file, of_file in groupby(tests, key=lambda one: one.file):
        yield from (one.sentence for one in of_file)
        yield f"([{file}](../tests/clauses/{file}))"


_CLAUSES: Final = (
    "Every clause of each edition that is installed: what it says in our words, how it bears on the record, what",
    "carries it out, and the tests that show it. Each of these tests runs a second time with its clause taken out of",
    "the edition, and must then fail.",
    "",
    "*Bears as*: a *gate* refuses a decision, and is only found in what happened; a *finding* never refuses; a *duty*",
    "falls due; a *notice* is a duty to tell somebody; a *record* is a fact that can be put on record; *may* is",
    "permitted, and optional. [How a rule bears on the record](explanation/in-home-services.md) says more.",
    "",
    "What the state of a case itself forbids, whatever the edition, is on the page of [rules](reference/rules.md).",
    "`ihs rules explain CITE` says the same of one clause, and with `--store` which entries it touches.",
    "",
)
