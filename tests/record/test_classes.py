"""What every event class must be, for its bytes to be true to it."""

import importlib
import pkgutil
from datetime import date, datetime
from enum import StrEnum
from types import NoneType
from typing import Annotated, get_args, get_origin, get_type_hints

import attrs
import pytest
from attrs import frozen

import ihs_domain
from ihs_domain.recording import EntryCorrected
from ihs_domain.terms import (
    CASE_IDS,
    ActorId,
    AgencyId,
    AgreementId,
    Amendment,
    CaseId,
    Cite,
    Code,
    Decision,
    Digest,
    DocumentId,
    EditionId,
    Event,
    Happening,
    Jurisdiction,
    Month,
    Narrative,
    PartId,
    RegisterId,
    UnderNarrative,
    UnderPerson,
    Version,
)
from ihs_record import patterns
from ihs_record.fields import open_fields, sealed_fields
from ihs_record.names import NAMES, STORED_AS, UPCASTS, WORDS
from ihs_record.shapes import open_shape

# Nothing in an open part can identify a person: ids say nothing outside the record, and the rest is vocabulary.
IDS = {*CASE_IDS, ActorId, AgencyId, AgreementId, CaseId, DocumentId, PartId, RegisterId}
OPEN = {
    *IDS,
    *patterns.NUMBERS,
    Cite,
    Code,
    Digest,
    EditionId,
    Jurisdiction,
    Month,
    bool,
    int,
    date,
    datetime,
    NoneType,
}

each_class = pytest.mark.parametrize("cls", STORED_AS, ids=lambda cls: cls.__name__)


def kinds(hint):
    """Every kind of value that a hint lets in, value classes opened up."""
    if get_origin(hint) is Annotated:
        sealed = [mark for mark in hint.__metadata__ if isinstance(mark, (UnderNarrative, UnderPerson))]
        return set() if sealed else kinds(get_args(hint)[0])
    if hint == Event:
        return set()
    if get_args(hint):
        return {kind for inner in get_args(hint) if inner is not ... for kind in kinds(inner)}
    if isinstance(hint, type) and attrs.has(hint):
        return {kind for inner in get_type_hints(hint, include_extras=True).values() for kind in kinds(inner)}
    return {hint}


def is_open(kind):
    return kind in OPEN or (isinstance(kind, type) and issubclass(kind, StrEnum))


@each_class
def test_no_open_field_can_identify_a_person(cls):
    assert {kind for kind in kinds(cls) if not is_open(kind)} == set()


def test_a_class_with_a_name_in_an_open_field_is_found_out():
    @frozen
    class NameSaid(Happening):
        name: str

    @frozen
    class NamesSaid(Happening):
        said: tuple[NameSaid, ...]

    assert {kind for kind in kinds(NamesSaid) if not is_open(kind)} == {str}
    with pytest.raises(TypeError, match="cannot be stored open"):
        open_shape(NamesSaid)


def test_a_narrative_within_a_value_class_is_found_out():
    @frozen
    class Remark:
        words: Narrative = None

    @frozen
    class RemarkMade(Happening):
        remark: Remark

    with pytest.raises(TypeError, match="cannot be stored open"):
        open_shape(RemarkMade)


@each_class
def test_every_open_field_is_one_that_the_stored_bytes_are_held_to(cls):
    if cls is not EntryCorrected:  # its shape depends on what it holds; the event within is held to its own
        shape = open_shape(cls).pattern

        assert (shape.fullmatch(b"{}") is None) == bool(open_fields(cls))
        assert shape.fullmatch(b'{"unheard-of":1}') is None


@each_class
def test_a_field_is_stored_by_its_own_name_and_read_without_being_changed(cls):
    for a in attrs.fields(cls):
        assert (a.alias, a.init, a.converter) == (a.name, True, None)
        assert not a.name.startswith("_")
        assert "." not in a.name


@each_class
def test_a_class_can_be_built_from_its_stored_fields_alone(cls):
    assert not hasattr(cls, "__attrs_post_init__")
    assert [a.name for a in attrs.fields(cls) if a.validator is not None] == []


@each_class
def test_a_sealed_field_may_be_left_out(cls):
    defaults = {a.name: a.default for a in attrs.fields(cls)}

    assert [field.name for field in sealed_fields(cls) if defaults[field.name] is not None] == []


@each_class
def test_a_field_sealed_under_a_person_names_an_open_field_of_that_event(cls):
    assert {f.named_by for f in sealed_fields(cls) if f.named_by} <= set(open_fields(cls))


def every_event():
    for module in pkgutil.iter_modules(ihs_domain.__path__, "ihs_domain."):
        for cls in vars(importlib.import_module(module.name)).values():
            if isinstance(cls, type) and issubclass(cls, (Happening, Decision, Amendment)):
                yield cls


def test_every_event_has_one_stored_name_for_today():
    assert set(every_event()) - {Happening, Decision, Amendment} == set(STORED_AS)
    assert len(WORDS) == len(STORED_AS)


def test_a_stored_name_is_the_word_and_a_version():
    for name, cls in NAMES.items():
        assert name.rpartition(".v")[0] == cls.__name__
        assert name.rpartition(".v")[2].isdecimal()


def test_an_old_name_leads_to_a_name_of_today_and_is_none_itself():
    assert UPCASTS.keys() & NAMES.keys() == set()


def test_only_amendments_name_an_entry_of_their_own_case_as_their_target():
    assert {cls.__name__ for cls in STORED_AS if issubclass(cls, Amendment)} == {"EntryCorrected", "EntryVoided"}
    assert get_type_hints(Amendment)["entry"] is Version
