"""What is stored can never be rewritten: every event class keeps the promises of its name, its fields, and its sentence."""

import re
import typing
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest

from docs.generate import contracts_of, events_of, modules_of, nouns_of, sentence
from shared.contracts import Contract
from shared.decider import Event
from shared.formats import topic_of
from shared.records import field_names, is_record
from tests.architecture.reading import SERVICES
from tests.history.topics import TOPICS, known

EVENTS = [(name, it) for name in (*(f"services.{service}" for service in SERVICES), "shared") for it in events_of(name)]
CONTRACTS = [(service, it) for service in SERVICES for it in contracts_of(service)]
every_event = pytest.mark.parametrize(("package", "it"), EVENTS, ids=[it.__name__ for _, it in EVENTS])
every_contract = pytest.mark.parametrize(("publisher", "it"), CONTRACTS, ids=[it.__name__ for _, it in CONTRACTS])


def annotations(it: Any) -> Iterator[tuple[str, Any]]:
    """Every field of a record and of the records inside it, with each type that its annotation is made of."""
    hints = typing.get_type_hints(it)
    for name in field_names(it):
        for part in parts(hints[name]):
            yield f"{it.__name__}.{name}", part
            if is_record(part):
                yield from annotations(part)


def parts(annotation: Any) -> Iterator[Any]:
    yield typing.get_origin(annotation) or annotation
    for inner in typing.get_args(annotation):
        if inner is not Ellipsis and not isinstance(inner, str | int):
            yield from parts(inner)


def test_there_are_events() -> None:
    assert EVENTS
    assert CONTRACTS


@every_event
def test_an_event_is_named_after_its_service_in_kebab_case(package: str, it: type[Event]) -> None:
    owner = package.partition(".")[2] or "house"
    assert re.fullmatch(rf"{owner}\.[a-z]+(-[a-z]+)*", it.TOPIC), it.TOPIC
    assert it.VERSION >= 1


@every_event
def test_an_event_tells_in_a_sentence_what_happened(package: str, it: type[Event]) -> None:
    assert sentence(it).rstrip().endswith((".", ")", ":", "`")), sentence(it)


def test_no_two_event_classes_share_a_name_in_storage() -> None:
    counted = Counter(topic_of(it.TOPIC, it.VERSION) for _, it in EVENTS)
    assert [topic for topic, times in counted.items() if times > 1] == []


def test_every_event_class_belongs_to_a_noun() -> None:
    # a class that no decider names could be stored by mistake and never be read again
    packages = (*(f"services.{service}" for service in SERVICES), "shared")
    folded = {
        it for package in packages for module in modules_of(package) for noun in nouns_of(module) for it in noun.events
    }
    assert [it.__name__ for _, it in EVENTS if it not in folded] == []


@every_event
def test_an_event_holds_nothing_that_has_no_canonical_form(package: str, it: type[Event]) -> None:
    wrong = [
        (name, part)
        for name, part in annotations(it)
        if part in (float, complex, dict, list, set, frozenset, bytes, Any, object)
    ]
    assert wrong == []


@every_contract
def test_a_contract_is_named_after_its_publisher_and_holds_nothing_without_canonical_form(
    publisher: str, it: type[Contract]
) -> None:
    assert re.fullmatch(rf"{publisher}\.[a-z]+(-[a-z]+)*", it.CONTRACT), it.CONTRACT
    assert sentence(it)
    assert [
        name
        for name, part in annotations(it)
        if part in (float, complex, dict, list, set, frozenset, bytes, Any, object)
    ] == []


@pytest.mark.parametrize("it", [it for _, it in (*EVENTS, *CONTRACTS)], ids=lambda it: it.__name__)
def test_a_fields_name_tells_its_unit(it: type[Any]) -> None:
    for name, part in annotations(it):
        field = name.rpartition(".")[2]
        if part is date:
            assert field.endswith("_on"), f"{name} ist ein Tag und endet nicht auf _on"
        if part is datetime:
            assert field.endswith("_at") or field == "at", f"{name} ist ein Zeitpunkt und endet nicht auf _at"
        if field.endswith("cents"):
            assert part in (int, tuple), f"{name} ist kein Betrag in ganzen Cent"


def test_a_stored_name_can_never_vanish() -> None:
    assert set(TOPICS) - set(known()) == set(), (
        "Diese Ereignisse liegen womöglich in Beständen; ihre Klassen müssen bleiben."
    )


def test_every_name_in_storage_is_registered() -> None:
    assert set(known()) - set(TOPICS) == set(), "`python -m tests.history.topics` trägt neue Namen ein"
