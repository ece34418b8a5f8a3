from collections import Counter
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake import municipality
from services.intake.municipality import Kind, shipped

TODAY = date(2025, 5, 12)
BEFORE = date(2023, 12, 31)
AFTER = date(2024, 1, 1)


def test_the_register_holds_605_municipalities_17_districts_and_42_associations() -> None:
    kinds = Counter(it.kind for it in shipped().existing(TODAY))
    assert kinds[Kind.MUNICIPALITY] + kinds[Kind.TOWN] + kinds[Kind.INDEPENDENT_CITY] == 605
    assert (kinds[Kind.INDEPENDENT_CITY], kinds[Kind.DISTRICT], kinds[Kind.ASSOCIATION]) == (5, 17, 42)


def test_before_the_mergers_of_2024_there_were_624_municipalities_and_43_associations() -> None:
    kinds = Counter(it.kind for it in shipped().existing(BEFORE))
    assert kinds[Kind.MUNICIPALITY] + kinds[Kind.TOWN] + kinds[Kind.INDEPENDENT_CITY] == 624
    assert kinds[Kind.ASSOCIATION] == 43


def test_the_inhabitants_of_all_municipalities_sum_to_those_of_the_land() -> None:
    municipal = [it for it in shipped().existing(TODAY) if it.kind not in {Kind.DISTRICT, Kind.ASSOCIATION}]
    assert sum(it.inhabitants or 0 for it in municipal) == 2_122_335


@pytest.mark.parametrize(
    ("key", "name", "inhabitants"),
    [
        ("16070048", "Stadt Stadtilm", 8_408),
        ("16070028", "Amt Wachsenburg", 7_967),
        ("16051000", "Stadt Erfurt", 215_675),
        ("16070", "Ilm-Kreis", 106_775),
        ("16076", "Landkreis Greiz", 95_563),
        ("160705009", "Verwaltungsgemeinschaft Riechheimer Berg", 4_098),
    ],
)
def test_a_body_is_found_by_its_key(key: str, name: str, inhabitants: int) -> None:
    found = shipped().find(key, TODAY)
    assert found
    assert (found.full_name, found.inhabitants) == (name, inhabitants)


@pytest.mark.parametrize("key", ["", "16", "99999999", "Stadtilm", "16070048 ", "../16070048"])
def test_a_key_that_nobody_has_finds_nobody(key: str) -> None:
    assert shipped().find(key, TODAY) is None
    assert shipped().successors(key, TODAY) == []


@pytest.mark.parametrize("name", ["Elxleben", "Eichenberg", "Lehesten"])
def test_two_bodies_of_one_name_are_told_apart_by_their_district(name: str) -> None:
    districts = [it.district for it in shipped().existing(TODAY) if it.name == name]
    assert len(districts) == len(set(districts)) == 2


def test_a_dissolved_municipality_exists_to_its_last_day_and_names_its_successor() -> None:
    assert shipped().find("16076004", BEFORE)
    assert shipped().find("16076004", AFTER) is None
    assert [it.key for it in shipped().successors("16076004", AFTER)] == ["16076094"]
    assert shipped().successors("16076004", BEFORE) == []


def test_a_new_municipality_does_not_exist_before_its_first_day() -> None:
    assert shipped().find("16076094", BEFORE) is None
    assert shipped().find("16076094", AFTER)


def test_a_municipality_that_was_divided_has_two_successors() -> None:
    assert {it.full_name for it in shipped().successors("16064055", AFTER)} == {
        "Stadt Dingelstädt",
        "Stadt Mühlhausen/Thüringen",
    }


def test_a_dissolved_association_is_succeeded_by_the_municipality_that_serves_its_members() -> None:
    assert [it.full_name for it in shipped().successors("160615012", AFTER)] == ["Uder"]


def test_a_renamed_association_keeps_its_key() -> None:
    before, after = shipped().find("160765004", BEFORE), shipped().find("160765004", AFTER)
    assert before
    assert after
    assert (before.name, after.name) == ("Wünschendorf/Elster", "Ländereck")


@given(st.dates(date(2019, 1, 1), date(2030, 12, 31)))
def test_on_every_day_a_key_means_at_most_one_body(on: date) -> None:
    keys = [it.key for it in shipped().existing(on)]
    assert len(keys) == len(set(keys))


@given(st.dates(AFTER, date(2030, 12, 31)))
def test_everything_dissolved_leads_to_somebody_who_exists(on: date) -> None:
    gone = {it.key for it in shipped().existing(BEFORE)} - {it.key for it in shipped().existing(on)}
    assert len(gone) == 22
    for key in gone:
        heirs = shipped().successors(key, on)
        assert heirs
        assert all(shipped().find(it.key, on) == it for it in heirs)


def test_the_facts_that_ship_are_never_edited_because_a_history_rests_on_them() -> None:
    # What is learned later is recorded as an event; a changed fact here would change what was known in the past.
    facts = Path(municipality.__file__).with_name("municipalities.csv").read_bytes()
    assert sha256(facts).hexdigest() == "c35fabc115182f1e690f334bbed07a54eb7217a6dfea8999aa66445a1126f9c6"
