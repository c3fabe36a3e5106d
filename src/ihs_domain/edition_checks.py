"""Whether an edition holds together: what its author mistook is told as it is loaded, and not as a case is judged."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from inspect import Parameter, signature
from types import UnionType
from typing import TYPE_CHECKING, Any, Final, Union, get_args, get_origin, get_type_hints
from weakref import WeakValueDictionary

from ihs_domain.agencies import OnCallCovered
from ihs_domain.case import EVENTS
from ihs_domain.history import Entry, History
from ihs_domain.rules import Bears, Rule
from ihs_domain.working_days import WorkingDays

if TYPE_CHECKING:
    from ihs_domain.editions import Edition


class BadEdition(ValueError):
    """A rule book does not hold together: says which edition, in which of its tables and at what, and why.

    Where the edition comes from a plugin, the file that defines it stands before that.
    """


_HELD: Final[WeakValueDictionary[int, "Edition"]] = WeakValueDictionary()
"""The editions found to hold together: none ever changes, and each stands in several books on its way to a case."""


def held_together(edition: "Edition") -> None:
    """Raise BadEdition with the first thing that is wrong with *edition* by itself."""
    if _HELD.get(id(edition)) is edition:
        return
    for check in (_fields, _rules, _days, _tables, _register, _gates, _duties):
        for at, why in check(edition):
            raise BadEdition(f"{edition.id}: {at}: {why}")
    _HELD[id(edition)] = edition


Wrong = Iterator[tuple[str, str]]
"""What is wrong: at which place of an edition, and why."""

# What it is made of

RULESET: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
JURISDICTION: Final = re.compile(r"[a-z]{2}-[a-z0-9]{1,3}")
ZONE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9][A-Za-z0-9_+-]*)*")
"""How the name of a time zone is written. Whether there is one a file says, and is asked where cases are opened."""


def _is_day(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _written(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _tuple_of(cls: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, tuple) and all(isinstance(one, cls) for one in value)


def _is_table(value: object) -> bool:
    return isinstance(value, Mapping) and all(isinstance(rows, tuple) for rows in value.values())


def _is_record_table(value: object) -> bool:
    return isinstance(value, Mapping) and all(map(_tuple_of(Rule), value.values()))


def _is_years(value: object) -> bool:
    return value is None or (isinstance(value, int) and not isinstance(value, bool) and value > 0)


_A_TABLE: Final = "expected each event with a tuple of rows: {PlanAgreed: ((gate, RULE),)}"
_ROWS: Final = "expected a tuple of rows: ((duty, RULE),)"
MADE_OF: Final[Mapping[str, tuple[Callable[[Any], bool], str]]] = {
    "ruleset": (_written(RULESET), "expected a code: lower-case words joined by hyphens"),
    "jurisdiction": (
        _written(JURISDICTION),
        "expected a jurisdiction as ISO 3166-2 has it, in lower case: us-ut",
    ),
    "zone": (_written(ZONE), "no time zone has this name: give one such as America/Denver"),
    "in_force_from": (_is_day, "expected a day: date(2024, 7, 1)"),
    "in_force_until": (lambda value: value is None or _is_day(value), "expected a day, or None: no end is known"),
    "rules": (_tuple_of(Rule), "expected a tuple of rules: (RULE,)"),
    "gates": (_is_table, _A_TABLE),
    "finds": (_is_table, _A_TABLE),
    "duties": (lambda value: isinstance(value, tuple), _ROWS),
    "after_closing": (lambda value: isinstance(value, tuple), _ROWS),
    "records": (_is_record_table, "expected each event with a tuple of rules: {PlanSigned: (RULE,)}"),
    "practice": (lambda value: isinstance(value, bool), "expected True or False"),
    "working_days": (lambda value: value is None or isinstance(value, WorkingDays), "expected WorkingDays, or None"),
    "retention_years": (_is_years, "expected a number of years, or None: it is not on file"),
    "beside": (lambda value: isinstance(value, tuple), "expected nothing: the rule book fills it in"),
}
"""Of what each part of an edition is made; a table in Python is checked by no reader of files."""


def _fields(edition: "Edition") -> Wrong:
    return ((at, why) for at, (fits, why) in MADE_OF.items() if not fits(getattr(edition, at)))


def _rules(edition: "Edition") -> Wrong:
    for n, rule in enumerate(edition.rules):
        words: tuple[Any, ...] = (rule.cite, rule.says)
        if not all(isinstance(said, str) and said for said in words):
            yield f"rules[{n}]", 'expected how the clause is cited and what it says, in words: Rule("Y-12(1)", "...")'
        elif not _tuple_of(Bears)(rule.bears):
            yield f"rules[{n}].bears", f"of {rule.cite} expected a tuple: bears=(Bears.GATE,)"


def _days(edition: "Edition") -> Wrong:
    if edition.in_force_until is not None and edition.in_force_until < edition.in_force_from:
        yield "in_force_until", f"{edition.in_force_until} is before its first day: end it later"
    if edition.practice and edition.gates:
        yield "gates", "a practice never refuses: put them in finds"


# Its tables

TABLES: Final = {"gates": EVENTS, "finds": EVENTS, "records": (*EVENTS, OnCallCovered)}
"""The events that each table of an edition may name. Being on call is on the agency's own stream: no gate sees it."""


def _tables(edition: "Edition") -> Wrong:
    for place, _, row in _rows(edition):
        if not _is_a_row(row):
            yield place, "a row is a gate or a duty and its rules: ((gate, RULE),)"
    for table, known in TABLES.items():
        for cls in getattr(edition, table):
            if cls not in known:
                yield f"{table}[{_name(cls)}]", "it is no event of a case: name one of the vocabulary"


def _is_a_row(row: Any) -> bool:
    return isinstance(row, tuple) and bool(row) and callable(row[0]) and _tuple_of(Rule)(row[1:])


def _register(edition: "Edition") -> Wrong:
    cites = [rule.cite for rule in edition.rules]
    if twice := [cite for cite in cites if cites.count(cite) > 1]:
        yield "rules", f"{twice[0]} stands there twice: cite each clause once"
    for place, rules in resting(edition):
        for rule in rules:
            if rule not in edition.rules:
                yield place, f"it cites {rule.cite}, which its register does not hold: add it to rules"


def _name(thing: object) -> str:
    return str(getattr(thing, "__name__", thing))


Row = tuple[str, type[Any] | None, Any]
"""Where a row of a gate or a duty stands, at which event (a duty at none), and the row."""


def _rows(edition: "Edition") -> Iterator[Row]:
    for name, table in {"gates": edition.gates, "finds": edition.finds}.items():
        for cls, rows in table.items():
            yield from ((f"{name}[{_name(cls)}]", cls, row) for row in rows)
    for name, owed in {"duties": edition.duties, "after_closing": edition.after_closing}.items():
        yield from ((name, None, row) for row in owed)


def resting(edition: "Edition") -> Iterator[tuple[str, tuple[Rule, ...]]]:
    """Every place in the tables of *edition*, with the rules it rests on."""
    yield from ((place, tuple(row[1:])) for place, _, row in _rows(edition))
    yield from ((f"records[{_name(cls)}]", rules) for cls, rules in edition.records.items())


# Its gates and duties, each tried

MAKES: Final = "it makes a {0} and is none: call it, and put what it makes there"


def _gates(edition: "Edition") -> Wrong:
    for place, cls, (gate, *_) in _rows(edition):
        if cls is not None and (why := _does_not_stand_before(gate, cls)):
            yield place, f"{_name(gate)}: {why}"


def _does_not_stand_before(gate: Callable[..., Any], cls: type[Any]) -> str:
    """Why a gate cannot be asked about events of a class, as far as it says so itself; empty if it can."""
    try:
        asks = signature(gate)
        bound = asks.bind(None, None)
    except TypeError:
        return "it is not asked about a case and an entry: def gate(case, entry)"
    except ValueError:  # made by other means than Python, which does not say what it takes
        return ""
    if get_origin(asks.return_annotation) is get_origin(Callable[..., Any]):
        return MAKES.format("gate")
    takes = _events(gate, asks.parameters[[*bound.arguments][-1]])
    if not takes or any(issubclass(cls, one) for one in takes):
        return ""
    return f"it is about {' or '.join(map(_name, takes))}: put it under that event"


def _events(gate: Callable[..., Any], entry: Parameter) -> tuple[type[Any], ...]:
    """The events that a gate says its entry is of; none where it does not say."""
    try:
        hint = get_type_hints(gate).get(entry.name)
    except (NameError, TypeError, AttributeError):  # another hint of it is for a type checker alone
        hint = entry.annotation
    said = get_args(hint)[0] if get_origin(hint) is Entry else Any
    several = get_args(said) if get_origin(said) in {Union, UnionType} else (said,)
    return several if all(isinstance(one, type) and one is not Any for one in several) else ()


def _duties(edition: "Edition") -> Wrong:
    for place, cls, (duty, *_) in _rows(edition):
        if cls is None and (why := _does_not_fall_due(duty, edition.in_force_from)):
            yield place, f"{_name(duty)}: {why}"


def _does_not_fall_due(duty: Callable[..., Any], on: date) -> str:
    """Why a duty cannot be asked about a case, of which nothing is on record; empty if it can."""
    try:
        owed = duty(History(), on)
        if isinstance(owed, Iterable):
            list(owed)
            return ""
    except Exception as error:  # noqa: BLE001 - whatever goes wrong here would go wrong in a case
        failed = f"asked about a case without entries it fails with {type(error).__name__}"
        return f"{failed}: call it first, if it makes a duty"
    return MAKES.format("duty") if callable(owed) else "it comes to nothing that is owed: let it yield what is"
