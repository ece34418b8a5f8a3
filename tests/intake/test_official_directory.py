"""The official directory in both forms: what the register tells goes out as a file and comes back as the same bodies."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given as over
from hypothesis import settings
from hypothesis import strategies as st

from services.intake import territory
from services.intake.directory_check import directory
from services.intake.directory_difference import DifferenceKind, differences
from services.intake.municipality import Kind, Municipality, Register, shipped
from services.intake.official_directory import read
from services.intake.register_file import fingerprint
from services.intake.territorial_change import ChangeKind, OfficialChange, Unit
from services.intake.territory import (
    AcceptDirectory,
    Directory,
    DirectoryAccepted,
    DirectoryDiscarded,
    DirectoryPreviewed,
    DisappearedWithoutSuccession,
    DiscardDirectory,
    NothingPreviewed,
    OtherDirectoryPreviewed,
    PreviewDirectory,
    RecordChanges,
    RegisterChangedSincePreview,
    TerritorialChangeRecorded,
    decider,
)
from shared.identity import Role
from shared.problems import Problem
from shared.records import replace
from tests.intake import official_files
from tests.intake.official_files import Line, gv100ad, lines, packed, workbook
from tests.scenario import Scenario, acting

ON = date(2025, 1, 1)
CLERK = acting("p-clerk", Role.INTAKE_CLERK, date(2025, 3, 3))
FORMS: dict[str, Callable[[list[Line], date], bytes]] = {
    "gv100ad": gv100ad,
    "auszug-gv": workbook,
}
every_form = pytest.mark.parametrize("form", FORMS)


def read_in(content: bytes) -> Directory:
    return directory(read(content), fingerprint(content))


def as_directory(register: Register, on: date) -> dict[str, Municipality]:
    return {
        it.key: replace(it, begins_on=on, ends_on=date.max, successors=())
        for it in register.known(on)
        if it.kind is not Kind.SPECIAL_PURPOSE_ASSOCIATION
    }


def codes(content: bytes) -> set[str]:
    with pytest.raises(Problem) as refused:
        read_in(content)
    assert refused.value.status == 422
    return {it.code for it in refused.value.errors}


def changed(**of: Any) -> list[Line]:
    """The records of the day, with the one of Stadtilm changed."""
    found: list[Line] = []
    for it in lines(shipped(), ON):
        stadtilm = it.key == "16070" and it.municipality == "048"
        found.append(Line(**{**vars(it), **of}) if stadtilm else it)
    return found


def given(*history: territory.Event) -> Scenario[Any, territory.Event, Any]:
    return Scenario(decider, history)


def previewed(records: list[Line], on: date = ON) -> DirectoryPreviewed:
    it = read_in(gv100ad(records, on))
    return given().when(PreviewDirectory(directory=it), CLERK).then_one(DirectoryPreviewed)


# ---- There and back ------------------------------------------------------------------------------------------------


@every_form
def test_a_directory_tells_the_bodies_that_it_was_made_of(form: str) -> None:
    content = FORMS[form](lines(shipped(), ON), ON)
    it = read_in(content)
    assert (it.form, it.territory_on, it.sha256) == (form, ON, fingerprint(content))
    assert "Destatis" in it.attribution
    assert {one.key: one for one in it.bodies} == as_directory(shipped(), ON)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("ending", ["\r\n", "\n"])
def test_umlauts_and_columns_survive_every_encoding(encoding: str, ending: str) -> None:
    content = gv100ad(lines(shipped(), ON), ON, encoding=encoding, ending=ending)
    assert {one.key: one for one in read_in(content).bodies} == as_directory(shipped(), ON)


@settings(max_examples=15)
@over(
    st.dictionaries(
        st.sampled_from(sorted(it.key for it in shipped().existing(ON) if len(it.key) == 8)),
        st.integers(0, 999_999),
        max_size=8,
    )
)
def test_whatever_the_numbers_are_both_forms_tell_the_same(inhabitants: dict[str, int]) -> None:
    register = shipped()
    for key, count in inhabitants.items():
        known = register.body(key, ON)
        assert known
        register = register.with_body(replace(known, inhabitants=count))
    records = lines(register, ON)
    narrow, wide = read_in(gv100ad(records, ON)), read_in(workbook(records, ON))
    assert narrow.bodies == wide.bodies
    told = {it.key: it.inhabitants for it in narrow.bodies}
    assert {key: told[key] for key in inhabitants} == inhabitants


# ---- What is refused -----------------------------------------------------------------------------------------------


def test_a_file_read_in_a_wrong_encoding_and_saved_again_is_noticed() -> None:
    garbled = gv100ad(lines(shipped(), ON), ON).decode("latin-1").encode("utf-8")
    assert codes(garbled) == {"file-garbled"}


def test_a_record_of_the_wrong_length_is_told_with_its_line() -> None:
    content = gv100ad(lines(shipped(), ON), ON).replace(b"16070048", b"160700048", 1)
    with pytest.raises(Problem) as refused:
        read_in(content)
    [told] = refused.value.errors
    assert told.code == "line-length"
    assert told.message.startswith("Zeile ")


@every_form
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"code": "65"}, "unknown-kind"),
        ({"level": "70"}, "unknown-record"),
        ({"municipality": "004", "association": "0004"}, "key-twice"),
        ({"municipality": "046"}, "keys-inconsistent"),
        ({"association": "5999"}, "association-missing"),
        ({"key": "16099"}, "district-missing"),
        ({"name": ""}, "name-missing"),
    ],
)
def test_records_that_do_not_agree_are_findings(form: str, change: dict[str, str], code: str) -> None:
    assert code in codes(FORMS[form](changed(**change), ON))


def test_people_that_are_not_the_sum_of_men_and_women_are_a_finding() -> None:
    rows = [official_files.cells(it) for it in lines(shipped(), ON)]
    rows[-1][10] = 1
    assert codes(packed(rows, f"Onlineprodukt_Gemeinden{ON:%d%m%Y}")) == {"sum-differs"}


@every_form
def test_a_file_without_thuringia_is_no_directory_of_it(form: str) -> None:
    assert codes(FORMS[form]([Line(level="60", code="63", key="15001", name="Dessau")], ON)) == {"no-record"}


def test_records_of_two_days_are_two_directories() -> None:
    records = lines(shipped(), ON)
    content = gv100ad(records[:5], ON) + gv100ad(records[5:], date(2025, 2, 1))
    assert codes(content) == {"day-unreadable"}


def test_a_sheet_without_a_day_in_its_name_is_not_guessed() -> None:
    assert codes(packed([], "Onlineprodukt_Gemeinden")) == {"sheet-missing"}


@pytest.mark.parametrize("content", [b"PK\x03\x04 nothing else", b"PK\x03\x04" + 200 * b"\0"])
def test_a_zip_that_is_none_is_refused(content: bytes) -> None:
    assert codes(content) == {"file-unreadable"}


def test_a_workbook_that_inflates_beyond_reason_is_refused() -> None:
    bomb = {"xl/media/image1.bin": bytes(60_000_000)}
    assert codes(packed([], "Onlineprodukt_Gemeinden01012025", extra=bomb)) == {"file-inflates"}


def test_a_part_that_holds_more_than_it_declares_fails_its_checksum() -> None:
    text, declared = 3_000_000, 1_000
    parts = {"xl/sharedStrings.xml": b"<sst>" + text * b"x" + b"</sst>"}
    honest = packed([["60"]], "Onlineprodukt_Gemeinden01012025", extra=parts)
    size = (text + len("<sst></sst>")).to_bytes(4, "little")
    assert honest.count(size) == 2
    assert codes(honest) == {"file-inflates"}
    assert codes(honest.replace(size, declared.to_bytes(4, "little"))) == {"file-unreadable"}


def test_a_document_type_is_refused_before_its_entities_mean_anything() -> None:
    evil = b'<!DOCTYPE sst [<!ENTITY a "x">]><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&a;</t></si></sst>'
    rows = [official_files.cells(it) for it in lines(shipped(), ON)]
    assert codes(packed(rows, "Onlineprodukt_Gemeinden01012025", extra={"xl/sharedStrings.xml": evil})) == {
        "file-unreadable"
    }


# ---- Two steps -----------------------------------------------------------------------------------------------------


def test_the_facts_that_ship_differ_from_their_own_directory_in_nothing() -> None:
    it = previewed(lines(shipped(), ON))
    assert (it.begun, it.disappeared, it.previewed_by) == ((), (), "p-clerk")


def test_a_preview_tells_what_would_change_and_changes_nothing() -> None:
    it = previewed(changed(inhabitants=8_500, name="Stadtilm an der Ilm, Stadt", association="5009"))
    told = list(differences(it.begun, it.disappeared, shipped(), ON))
    of_the_town = {one.kind: (one.before, one.after) for one in told if one.key == "16070048"}
    assert of_the_town == {
        DifferenceKind.RENAMED: ("Stadtilm", "Stadtilm an der Ilm"),
        DifferenceKind.IN_OTHER_ASSOCIATION: ("160700048048", "160705009048"),
        DifferenceKind.INHABITANTS: ("8.408", "8.500"),
    }
    assert {one.key for one in told} == {"16070048", "16070", "160705009"}
    assert decider.fold([it]).register == shipped()


def test_what_is_accepted_is_so_from_its_day_on() -> None:
    it = previewed(changed(inhabitants=8_500), date(2026, 1, 1))
    accepted = given(it).when(AcceptDirectory(sha256=it.sha256), CLERK).then_one(DirectoryAccepted)
    register = decider.fold([it, accepted]).register
    told = [
        found.inhabitants for on in (date(2025, 12, 31), date(2026, 1, 1)) if (found := register.find("16070048", on))
    ]
    assert told == [8_408, 8_500]
    district = register.find("16070", date(2026, 1, 1))
    assert district
    assert district.inhabitants == 106_775 + 92
    given(it, accepted).when(AcceptDirectory(sha256=it.sha256), CLERK).then()


def test_who_disappears_needs_a_successor_first() -> None:
    without = [it for it in lines(shipped(), ON) if not (it.key == "16070" and it.municipality == "028")]
    without = [it for it in without if not (it.key == "16070" and it.association == "0028")]
    on = date(2027, 1, 1)
    it = previewed(without, on)
    assert it.disappeared == ("16070028",)
    with pytest.raises(DisappearedWithoutSuccession, match="16070028"):
        given(it).when(AcceptDirectory(sha256=it.sha256), CLERK)
    merger = OfficialChange(
        reference="16/2027/0001-R", unit=Unit.MUNICIPALITY, kind=ChangeKind.DISSOLUTION, effective_on=on,
        old_key="16070028", old_ars="160700028028", old_name="Amt Wachsenburg", new_key="16070004",
        new_ars="160700004004", new_name="Arnstadt, Stadt",
    )  # fmt: skip
    command = RecordChanges(records=(merger,), sha256=64 * "a", attribution="Destatis")
    change = given(it).when(command, CLERK).then_one(TerritorialChangeRecorded)
    with pytest.raises(RegisterChangedSincePreview):
        given(it, change).when(AcceptDirectory(sha256=it.sha256), CLERK)
    again = read_in(gv100ad(without, on))
    second = given(it, change).when(PreviewDirectory(directory=again), CLERK).then_one(DirectoryPreviewed)
    given(it, change, second).when(AcceptDirectory(sha256=second.sha256), CLERK).then_one(DirectoryAccepted)


def test_only_the_directory_that_was_looked_at_is_accepted() -> None:
    it = previewed(changed(inhabitants=8_500))
    with pytest.raises(OtherDirectoryPreviewed):
        given(it).when(AcceptDirectory(sha256=64 * "b"), CLERK)
    with pytest.raises(NothingPreviewed):
        given().when(AcceptDirectory(sha256=it.sha256), CLERK)
    put_aside = given(it).when(DiscardDirectory(sha256=it.sha256), CLERK).then_one(DirectoryDiscarded)
    with pytest.raises(NothingPreviewed):
        given(it, put_aside).when(AcceptDirectory(sha256=it.sha256), CLERK)
    given(it, put_aside).when(DiscardDirectory(sha256=it.sha256), CLERK).then()


def test_the_same_file_twice_is_previewed_once() -> None:
    it = previewed(changed(inhabitants=8_500))
    again = read_in(gv100ad(changed(inhabitants=8_500), ON))
    given(it).when(PreviewDirectory(directory=again), CLERK).then()
