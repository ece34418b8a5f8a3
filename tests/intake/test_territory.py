"""The register lives: the change records of 2024 make the register of 2024 of that of 2023, by day, never by name."""

import csv
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from services.intake import territory
from services.intake.municipality import Kind, Municipality, Register, by_key, shipped
from services.intake.territorial_change import ChangeKind, MovedCountsMissing, OfficialChange, Unit, UnknownBody
from services.intake.territory import (
    KeyTaken,
    RecordChanges,
    RegisterSpecialPurposeAssociation,
    SpecialPurposeAssociationRegistered,
    TerritorialChangeRecorded,
    Territory,
    UnknownDistrict,
    decider,
)
from shared.identity import Role
from shared.records import replace
from tests.scenario import Scenario, acting

REFERENCE = Path(__file__).parents[3] / "shared/reference-data/thueringen_gebietsaenderungen_2024.csv"
LAST, FIRST = date(2023, 12, 31), date(2024, 1, 1)
CLERK = acting("p-clerk", Role.INTAKE_CLERK, date(2024, 1, 15))
KINDS = {
    "1": ChangeKind.DISSOLUTION,
    "2": ChangeKind.PART_MOVED,
    "3": ChangeKind.KEY_CHANGE,
    "4": ChangeKind.NAME_CHANGE,
}


def official() -> Sequence[OfficialChange]:
    """The 34 records of 2024."""
    if not REFERENCE.exists():
        pytest.skip("the official list of 2024 is not on this machine")
    with REFERENCE.open(encoding="utf-8", newline="") as lines:
        return [_record(row) for row in csv.DictReader(lines)]


def _record(row: dict[str, str]) -> OfficialChange:
    day, month, year = row["wirksam_ab"].split(".")
    municipal = row["einheit"] == "Gemeinde"
    return OfficialChange(
        reference=row["kennziffer"],
        unit=Unit.MUNICIPALITY if municipal else Unit.ASSOCIATION,
        kind=KINDS[row["aenderungsart"]],
        effective_on=date(int(year), int(month), int(day)),
        old_key=row["ags_alt"] if municipal else row["ars_alt"],
        old_ars=row["ars_alt"],
        old_name=row["name_alt"],
        new_key=row["ags_neu"] if municipal else row["ars_neu"],
        new_ars=row["ars_neu"],
        new_name=row["name_neu"],
    )


def as_on(day: date) -> Register:
    """The register of one day, as if nothing were known of any later one."""
    return by_key(replace(it, begins_on=date.min, ends_on=date.max, successors=()) for it in shipped().known(day))


def facts(register: Register, on: date, **unknown: None) -> dict[str, Municipality]:
    """What is true on a day, without when it began; fields named are left out."""
    return {
        it.key: replace(it, begins_on=date.min, ends_on=date.max, successors=(), **unknown) for it in register.known(on)
    }


def folded(register: Register, records: Sequence[OfficialChange]) -> Territory:
    command = RecordChanges(records=tuple(records), sha256=64 * "a", attribution="Destatis")
    start = Territory(register=register)
    return decider.fold(decider.decide(command, start, CLERK), start)


def berga(**changes: Any) -> OfficialChange:
    record = OfficialChange(
        reference="16/2024/0013-R", unit=Unit.MUNICIPALITY, kind=ChangeKind.DISSOLUTION, effective_on=FIRST,
        old_key="16076004", old_ars="160760004004", old_name="Berga/Elster, Stadt", new_key="16076094",
        new_ars="160760094094", new_name="Berga-Wünschendorf, Stadt",
    )  # fmt: skip
    return replace(record, **changes)


def given(*history: territory.Event) -> Scenario[Any, territory.Event, Any]:
    return Scenario(decider, history)


# ---- The 34 records of 2024 ----------------------------------------------------------------------------------------


def test_the_records_of_2024_make_the_register_of_2024_of_that_of_2023() -> None:
    records = official()
    assert len(records) == 34
    after = folded(as_on(LAST), records).register
    # The list does not say who moved, and the facts that ship hold merged numbers: those have a test of their own.
    unknown: dict[str, Any] = {"inhabitants": None, "hectares": None}
    assert facts(after, FIRST, **unknown) == facts(shipped(), FIRST, **unknown)
    municipal = [it for it in after.existing(FIRST) if len(it.key) == 8]
    assert len(municipal) == 605
    assert facts(after, LAST) == facts(as_on(LAST), LAST)


def test_every_body_that_ceased_is_succeeded_as_the_facts_that_ship_say() -> None:
    after = folded(as_on(LAST), official()).register
    gone = {it.key for it in shipped().known(LAST)} - {it.key for it in shipped().known(FIRST)}
    assert len(gone) == 24
    for key in gone:
        told = {it.key for it in after.successors(key, FIRST)}
        assert told == {it.key for it in shipped().successors(key, FIRST)}, key


@over(st.data())
def test_however_many_moved_nobody_is_lost(data: st.DataObject) -> None:
    records = official()
    dissolved = [it for it in records if it.unit is Unit.MUNICIPALITY and it.kind is ChangeKind.DISSOLUTION]
    moved = {id(it): data.draw(st.integers(0, 120)) for it in dissolved}
    for key in {it.new_key for it in dissolved} - {it.key for it in shipped().known(LAST)}:
        made = shipped().find(key, FIRST)
        assert made
        *_, last = parts = [it for it in dissolved if it.new_key == key]
        moved[id(last)] += (made.inhabitants or 0) - sum(moved[id(it)] for it in parts)
    counted = [replace(it, inhabitants=moved.get(id(it)), hectares=moved.get(id(it))) for it in records]
    of = lambda key, field: sum(moved[id(it)] for it in dissolved if getattr(it, field) == key)  # noqa: E731
    end = shipped()
    before = by_key(
        it
        if it.kind not in (Kind.MUNICIPALITY, Kind.TOWN)
        else replace(it, inhabitants=_before(it, end, of), hectares=None)
        for it in as_on(LAST).known(LAST)
    )
    total = sum(it.inhabitants or 0 for it in before.existing(LAST) if len(it.key) == 8)
    after = folded(before, counted).register
    municipal = [it for it in after.existing(FIRST) if len(it.key) == 8]
    assert total == sum(it.inhabitants or 0 for it in municipal) == 2_122_335
    assert {it.key: it.inhabitants for it in municipal} == {
        it.key: it.inhabitants for it in end.existing(FIRST) if len(it.key) == 8
    }


def _before(it: Municipality, end: Register, of: Any) -> int:
    """Who lived there the day before: of a body that ceased all who moved, of one that grew all but those."""
    now = end.find(it.key, FIRST)
    return of(it.key, "old_key") if now is None else (now.inhabitants or 0) - of(it.key, "new_key")


def test_a_municipality_that_is_divided_goes_to_two_districts() -> None:
    after = folded(as_on(LAST), official()).register
    assert [(it.key, it.district) for it in after.successors("16064055", FIRST)] == [
        ("16061118", "16061"), ("16064046", "16064"),
    ]  # fmt: skip


def test_the_key_stays_and_the_regional_key_changes_with_the_association() -> None:
    after = folded(as_on(LAST), official()).register
    told = [(found.name, found.ars) for on in (LAST, FIRST) if (found := after.find("16074104", on))]
    assert told == [("Unterbodnitz", "160745007104"), ("Unterbodnitz", "160745011104")]
    served = [found.key for on in (LAST, FIRST) if (found := after.administration("16074104", on))]
    assert served == ["160745007", "160745011"]


def test_the_new_uder_is_not_the_old_one_although_it_has_its_name() -> None:
    after = folded(as_on(LAST), official()).register
    assert after.find("16061097", FIRST) is None
    assert [it.key for it in after.existing(FIRST) if it.name == "Uder"] == ["16061119"]
    assert [it.key for it in after.successors("160615012", FIRST)] == ["16061119"]
    administration = after.administration("16061002", FIRST)
    assert administration
    assert administration.key == "16061119"


def test_the_order_of_the_list_does_not_matter() -> None:
    records = official()
    assert facts(folded(as_on(LAST), records[::-1]).register, FIRST) == facts(
        folded(as_on(LAST), records).register, FIRST
    )


# ---- Recording -----------------------------------------------------------------------------------------------------


def recorded(**changes: Any) -> RecordChanges:
    return RecordChanges(records=(berga(**changes),), sha256=64 * "a", attribution="Destatis")


def test_a_change_that_the_register_knows_is_recorded_and_changes_nothing() -> None:
    it = given().when(recorded(), CLERK).then_one(TerritorialChangeRecorded)
    assert (it.ended, it.begun, it.recorded_by) == ((), (), "p-clerk")
    told = territory.heir_of(it, decider.fold([it]))
    assert told
    assert (told.key, told.full_name) == ("16076094", "Stadt Berga-Wünschendorf")


def test_the_same_record_twice_is_recorded_once() -> None:
    first = given().when(recorded(), CLERK).then_one(TerritorialChangeRecorded)
    given(first).when(recorded(), CLERK).then()


def test_a_later_merger_ends_a_body_and_adds_its_inhabitants() -> None:
    change = recorded(
        reference="16/2027/0001-R", effective_on=date(2027, 1, 1), old_key="16070028", old_ars="160700028028",
        old_name="Amt Wachsenburg", new_key="16070004", new_ars="160700004004", new_name="Arnstadt, Stadt",
    )  # fmt: skip
    it = given().when(change, CLERK).then_one(TerritorialChangeRecorded)
    after = decider.fold([it]).register
    grown, before = after.find("16070004", date(2027, 1, 1)), after.find("16070004", date(2026, 12, 31))
    assert grown
    assert before
    assert (before.inhabitants, grown.inhabitants) == (28_264, 28_264 + 7_967)
    assert after.find("16070028", date(2026, 12, 31))
    assert [it.key for it in after.successors("16070028", date(2027, 1, 1))] == ["16070004"]


def test_a_part_that_moves_needs_its_numbers_and_takes_them_along() -> None:
    part = recorded(
        kind=ChangeKind.PART_MOVED, effective_on=date(2027, 1, 1), old_key="16070028", new_key="16070004",
        old_ars="160700028028", new_ars="160700004004", new_name="Arnstadt, Stadt",
    )  # fmt: skip
    with pytest.raises(MovedCountsMissing):
        given().when(part, CLERK)
    counted = replace(part, records=(replace(part.records[0], inhabitants=12, hectares=3),))
    after = decider.fold([given().when(counted, CLERK).then_one(TerritorialChangeRecorded)]).register
    told = {it.key: it.inhabitants for it in after.known(date(2027, 1, 1))}
    assert (told["16070028"], told["16070004"]) == (7_967 - 12, 28_264 + 12)


def test_a_change_of_a_body_that_never_was_is_refused_with_its_reference() -> None:
    with pytest.raises(UnknownBody, match="16/2024/0013-R: 16999999"):
        given().when(recorded(old_key="16999999"), CLERK)


# ---- Zweckverbände -------------------------------------------------------------------------------------------------

WATER = RegisterSpecialPurposeAssociation(
    key="16070-zv-wasser", name="Zweckverband Wasser Ilmtal", district="16070", begins_on=date(2025, 1, 1)
)


def test_a_special_purpose_association_may_apply_under_a_free_key_from_its_day_on() -> None:
    it = given().when(WATER, CLERK).then_one(SpecialPurposeAssociationRegistered)
    register = decider.fold([it]).register
    found = register.find(WATER.key, date(2025, 5, 12))
    assert found
    assert found.full_name == "Zweckverband Wasser Ilmtal"
    assert register.find(WATER.key, date(2024, 12, 31)) is None
    given(it).when(WATER, CLERK).then()


def test_a_key_is_given_once_and_only_in_a_district_that_exists() -> None:
    it = given().when(WATER, CLERK).then_one(SpecialPurposeAssociationRegistered)
    with pytest.raises(KeyTaken):
        given(it).when(replace(WATER, name="Anderer Zweckverband"), CLERK)
    with pytest.raises(UnknownDistrict):
        given().when(replace(WATER, district="16999"), CLERK)
