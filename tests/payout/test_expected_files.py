"""Files that the treasury owes: due on TARGET days, missed once, even after days of downtime, and late when they come late."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from pydantic import ValidationError

from services.payout import expectation
from services.payout.expectation import (
    AcknowledgementReasonMissing,
    AcknowledgeOverdueFile,
    AlarmAcknowledged,
    ExpectFile,
    FileArrived,
    FileExpected,
    FileKind,
    FileNotOverdue,
    FileOverdue,
    MissFile,
    NoteArrival,
    NotExpected,
    OverdueFileAcknowledged,
)
from services.payout.file_calendar import SHIPPED, calendar_of
from shared.calendar import is_target_day, local_date, local_instant, target_days_after
from shared.decider import replace
from shared.identity import SYSTEM, Role
from tests.conftest import StartNats
from tests.payout.builders import sealed_value
from tests.payout.messages import camt_053
from tests.payout.road import MONDAY, Road, on_the_road
from tests.payout.test_desk import lay
from tests.scenario import Scenario, acting
from tests.servers import wait_until
from tests.service import Place

DUE = datetime(2025, 8, 4, 16, tzinfo=UTC)
ASKED = ExpectFile(
    kind=FileKind.ANSWER, title="Antwort", account="land", about="FS1", due_at=DUE, rule="bis 18 Uhr (angenommen)"
)
EXPECTED = FileExpected(
    kind=FileKind.ANSWER, title="Antwort", account="land", about="FS1", due_at=DUE, rule="bis 18 Uhr (angenommen)"
)
OVERDUE = FileOverdue(kind=FileKind.ANSWER, account="land", about="FS1", due_at=DUE)
OUR_IBAN = b"DE65820000000082001589"


def given(*history: Any) -> Scenario[Any, Any, Any]:
    return Scenario(expectation.decider, history)


def clock(at: datetime) -> Any:
    return replace(acting(SYSTEM, Role.SYSTEM), now=at)


# ---- The noun --------------------------------------------------------------------------------------------------------


def test_a_file_is_expected_once_whatever_the_calendar_says_later() -> None:
    given().when(ASKED).then(EXPECTED)
    given(EXPECTED).when(replace(ASKED, due_at=DUE + timedelta(days=1))).then()


def test_it_is_missed_at_its_instant_and_only_once() -> None:
    given(EXPECTED).when(MissFile(), clock(DUE - timedelta(seconds=1))).then()
    given(EXPECTED).when(MissFile(), clock(DUE)).then(OVERDUE)
    given(EXPECTED, OVERDUE).when(MissFile(), clock(DUE + timedelta(days=9))).then()


@pytest.mark.parametrize("missed", [False, True])
@pytest.mark.parametrize(("minutes", "late"), [(-1, False), (0, False), (1, True)])
def test_what_comes_is_late_by_its_own_instant_not_by_when_the_clock_looked(
    missed: bool, minutes: int, late: bool
) -> None:
    history = [EXPECTED, OVERDUE] if missed else [EXPECTED]
    came = given(*history).when(NoteArrival(arrived_at=DUE + timedelta(minutes=minutes), sha256="a" * 64))
    assert came.then_one(FileArrived).late is late


def test_what_came_is_neither_missed_nor_comes_a_second_time() -> None:
    came = given(EXPECTED).when(NoteArrival(arrived_at=DUE)).then_one(FileArrived)
    given(EXPECTED, came).when(MissFile(), clock(DUE + timedelta(days=1))).then()
    given(EXPECTED, came).when(NoteArrival(arrived_at=DUE + timedelta(days=1))).then()


WORDS = sealed_value("acknowledgement.a1")
ACKNOWLEDGE = AcknowledgeOverdueFile(acknowledgement="a1", sealed_reason=WORDS)


def cashier(person: str = "p-cashier") -> Any:
    return replace(acting(person, Role.TREASURY), now=DUE + timedelta(days=1))


def acknowledged() -> OverdueFileAcknowledged:
    return given(EXPECTED, OVERDUE).when(ACKNOWLEDGE, cashier()).then_one(OverdueFileAcknowledged)


def test_an_alarm_is_acknowledged_once_with_who_and_why() -> None:
    done = acknowledged()
    assert (done.acknowledged_by, done.sealed_reason, done.about) == ("p-cashier", WORDS, "FS1")
    given(EXPECTED, OVERDUE, done).when(ACKNOWLEDGE, cashier()).then()
    with pytest.raises(AlarmAcknowledged, match="p-cashier"):
        given(EXPECTED, OVERDUE, done).when(replace(ACKNOWLEDGE, acknowledgement="a2"), cashier("p-second"))
    with pytest.raises(AcknowledgementReasonMissing):
        given(EXPECTED, OVERDUE).when(replace(ACKNOWLEDGE, sealed_reason=None), cashier())


def test_an_acknowledged_file_is_still_owed_and_comes_late() -> None:
    done = acknowledged()
    given(EXPECTED, OVERDUE, done).when(MissFile(), clock(DUE + timedelta(days=9))).then()
    came = given(EXPECTED, OVERDUE, done).when(NoteArrival(arrived_at=DUE + timedelta(days=2)))
    late = came.then_one(FileArrived)
    assert late.late
    given(EXPECTED, OVERDUE, done, late).when(ACKNOWLEDGE, cashier()).then()


def test_what_is_no_alarm_is_not_acknowledged() -> None:
    arrived = given(EXPECTED).when(NoteArrival(arrived_at=DUE)).then_one(FileArrived)
    for history in ((EXPECTED,), (EXPECTED, OVERDUE, arrived)):
        with pytest.raises(FileNotOverdue):
            given(*history).when(ACKNOWLEDGE, cashier())


@pytest.mark.parametrize("command", [MissFile(), NoteArrival(arrived_at=DUE), ACKNOWLEDGE])
def test_nothing_is_missed_that_nobody_expects(command: Any) -> None:
    with pytest.raises(NotExpected):
        given().when(command)


# ---- The calendar ----------------------------------------------------------------------------------------------------


def due(handed_over: datetime, execution_on: date, format: str = "iso20022") -> dict[str, str]:
    found = calendar_of(SHIPPED).of_batch("FS1", format, "land", handed_over, execution_on)
    return {it.kind: f"{it.due_at:%Y-%m-%d %H:%M}" for it in found}


def test_an_answer_is_due_on_the_evening_of_its_business_day_and_the_booking_at_noon_of_the_next() -> None:
    assert due(MONDAY, MONDAY.date()) == {"answer": "2025-08-04 16:00", "booking": "2025-08-05 10:00"}


def test_what_is_handed_over_after_the_cut_off_before_easter_is_due_after_it() -> None:
    thursday = local_instant(date(2026, 4, 2), time(15, 1))
    assert due(thursday, date(2026, 4, 2)) == {"answer": "2026-04-07 16:00", "booking": "2026-04-08 10:00"}


def test_what_is_typed_by_hand_is_answered_by_its_booking_alone() -> None:
    assert due(MONDAY, MONDAY.date(), "manual") == {"booking": "2025-08-11 10:00"}


@pytest.mark.parametrize("format", ["hkr-xml", "hkr-csv"])
def test_the_cash_system_owes_an_acknowledgement_and_a_file_of_bookings(format: str) -> None:
    assert due(MONDAY, MONDAY.date(), format).keys() == {"answer", "booking"}


def test_the_statement_of_a_day_is_due_on_the_morning_of_the_next_business_day(tmp_path: Path) -> None:
    assert not calendar_of(SHIPPED).after_statement("land", date(2025, 12, 23), "iso20022")
    (booked,) = calendar_of(SHIPPED).of_movement("land", date(2025, 12, 23), "iso20022")
    assert (booked.about, booked.due_at) == ("2025-12-23", datetime(2025, 12, 24, 8, tzinfo=UTC))
    (after_friday,) = calendar_of(daily(tmp_path)).after_statement("land", date(2025, 12, 23), "iso20022")
    assert not calendar_of(daily(tmp_path)).follows_movements
    assert (after_friday.about, after_friday.due_at) == ("2025-12-24", datetime(2025, 12, 29, 8, tzinfo=UTC))
    assert "29.12.2025, 09:00 Uhr" in after_friday.rule


@drawn(handed_over=st.datetimes(datetime(2019, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC)))
def test_nothing_is_due_on_a_day_without_settlement_nor_before_it_was_handed_over(handed_over: datetime) -> None:
    execution_on = target_days_after(local_date(handed_over), 0)
    for it in calendar_of(SHIPPED).of_batch("FS1", "iso20022", "land", handed_over, execution_on):
        assert is_target_day(local_date(it.due_at))
        assert it.due_at > handed_over


def test_a_calendar_that_expects_nothing_after_a_file_is_refused(tmp_path: Path) -> None:
    text = SHIPPED.read_text("utf-8")
    (tmp_path / "calendar.toml").write_text(text.replace('formats = ["manual"]', "formats = []"))
    with pytest.raises(ValidationError, match="manual"):
        calendar_of(tmp_path / "calendar.toml")


@pytest.mark.parametrize(("kind", "begins"), [("statement", "execution"), ("booking", "movement")])
def test_a_statement_is_owed_for_a_day_and_nothing_else_is(kind: str, begins: str, tmp_path: Path) -> None:
    text = SHIPPED.read_text("utf-8")
    row = '\n[[expected]]\nkind = "{}"\ntitle = "X"\nformats = ["iso20022"]\nbegins = "{}"\ntarget_days = 1\nat = 09:00:00\nsource = "X"\n'
    (tmp_path / "calendar.toml").write_text(text + row.format(kind, begins))
    with pytest.raises(ValidationError, match="Kontoauszug"):
        calendar_of(tmp_path / "calendar.toml")


# ---- The house -------------------------------------------------------------------------------------------------------


@pytest.fixture
def place(tmp_path: Path, start_nats: StartNats) -> Iterator[Place]:
    nats = start_nats()
    yield Place(folder=tmp_path, nats=nats)
    nats.stop()


def handed_over(road: Road) -> str:
    road.assign(case := uuid4().hex)
    road.request("d1", case)
    return road.transmitted(road.ordered("d1", case))


def standing(road: Road) -> dict[str, str]:
    road.service.settled()
    return {it["kind"]: it["status"] for it in road.read("/payout/expected-files")["items"]}


def becomes(road: Road, **kinds: str) -> None:
    wait_until(lambda: standing(road) == kinds, f"{kinds}")


def happened(road: Road, topic: str) -> int:
    road.service.settled()
    rows = road.service.house.store.recorder.rows(0, 1_000)
    return sum(row.topic.startswith(topic) for row in rows)


def test_what_comes_in_time_is_expected_and_came(place: Place) -> None:
    with on_the_road(place) as road:
        handed_over(road)
        becomes(road, answer="awaited", booking="awaited")
        assert [it["kind"] for it in road.read("/payout/deadlines")["items"]] == ["expected-file"] * 2
        road.answered()
        becomes(road, answer="arrived", booking="arrived")
        place.turn_to(MONDAY + timedelta(days=9))
        becomes(road, answer="arrived", booking="arrived")
        assert happened(road, "payout.file-overdue") == 0
        assert road.read("/payout/deadlines")["items"] == []


def test_silence_is_an_alarm_once_after_days_of_downtime_too_and_what_comes_then_is_late(place: Place) -> None:
    with on_the_road(place) as road:
        batch = handed_over(road)
        becomes(road, answer="awaited", booking="awaited")
        place.turn_to(DUE + timedelta(seconds=1))
        becomes(road, answer="overdue", booking="awaited")
        desk = road.ask("p-cashier", "/payout/", headers={"Accept": "text/html"}).text
        assert "Überfällige Dateien" in desk
        assert f"/payout/batches/{batch}" in desk
    place.turn_to(MONDAY + timedelta(days=9))
    for _ in range(2):
        with on_the_road(place) as road:
            becomes(road, answer="overdue", booking="overdue")
            assert happened(road, "payout.file-overdue") == 2
    with on_the_road(place) as road:
        assert road.read("/payout/open")["files_overdue"] == 2
        assert road.read(f"/payout/batches/{batch}")["silent"] == ["answer", "booking"]
        told = road.ask("p-cashier", f"/payout/batches/{batch}", headers={"Accept": "text/html"}).text
        assert "Ausgang ungewiss" in told
        assert "foerderstrom_files_overdue 2.0" in road.clients["p-operator"].get("/metrics").text
        assert road.read("/payout/payments")["items"][0]["status"] == "batched", "silence is no refusal"
        road.answered()
        becomes(road, answer="late", booking="late")
        assert road.read(f"/payout/batches/{batch}")["silent"] == []
        page = road.ask("p-cashier", "/payout/expected-files?status=late", headers={"Accept": "text/html"}).text
        assert "verspätet eingegangen" in page
        assert road.read("/payout/open")["files_overdue"] == 0


def test_an_acknowledged_alarm_leaves_the_desk_and_answers_nothing(place: Place) -> None:
    with on_the_road(place) as road:
        batch = handed_over(road)
        becomes(road, answer="awaited", booking="awaited")
        place.turn_to(DUE + timedelta(seconds=1))
        becomes(road, answer="overdue", booking="awaited")
        one = f"/payout/expected-files/answer-{batch}"
        html = {"Accept": "text/html"}
        assert "Alarm quittieren" in road.ask("p-cashier", one, headers=html).text
        reason = {"reason": "Die Landeskasse sucht die Datei."}
        refused = road.act("p-orderer", f"{one}/acknowledgement", reason)
        assert (refused.status_code, refused.json()["code"]) == (403, "role-not-allowed")
        early = road.act("p-cashier", f"/payout/expected-files/booking-{batch}/acknowledgement", reason)
        assert (early.status_code, early.json()["code"]) == (409, "file-not-overdue")
        road.done("p-cashier", f"{one}/acknowledgement", reason)
        becomes(road, answer="acknowledged", booking="awaited")
        told = road.read(one)
        assert (told["acknowledged_by"], told["reason"], told["arrived_at"]) == ("p-cashier", reason["reason"], None)
        assert road.read("/payout/open")["files_overdue"] == 0
        assert road.read(f"/payout/batches/{batch}")["silent"] == ["answer"], "nobody answered"
        assert road.read("/payout/payments")["items"][0]["status"] == "batched"
        page = road.ask("p-auditor", one, headers=html).text
        assert "Die Landeskasse sucht die Datei." in page
        again = road.act("p-cashier", f"{one}/acknowledgement", reason)
        assert (again.status_code, again.json()["code"]) == (409, "alarm-acknowledged")
        assert "quittiert von p-cashier" in road.ask("p-auditor", "/payout/expected-files", headers=html).text
        road.answered()
        becomes(road, answer="late", booking="arrived")
        assert road.read(one)["acknowledged_by"] == "p-cashier", "the alarm stays in the history"
        assert happened(road, "payout.overdue-file-acknowledged") == 1


def statement_of(day: str, number: int) -> bytes:
    return camt_053(message=f"M-{number}", number=number, on=day)


def daily(folder: Path) -> Path:
    """The calendar of a treasury that writes a statement on every TARGET day."""
    file = folder / "daily.toml"
    file.write_text(SHIPPED.read_text("utf-8").replace('begins = "movement"', 'begins = "statement"'))
    return file


def about(road: Road) -> dict[str, str]:
    road.service.settled()
    return {it["about"]: it["status"] for it in road.read("/payout/expected-files")["items"]}


def test_a_treasury_that_sent_a_statement_owes_the_next_and_its_silence_is_seen(place: Place) -> None:
    with on_the_road(place, file_calendar=daily(place.folder)) as road:
        lay(road, "a.xml", statement_of("2025-08-01", 1))
        wait_until(lambda: about(road) == {"2025-08-04": "awaited"}, "der Auszug vom Montag")
        place.turn_to(datetime(2025, 8, 5, 7, tzinfo=UTC))
        wait_until(lambda: about(road) == {"2025-08-04": "overdue"}, "er bleibt aus")
        lay(road, "c.xml", statement_of("2025-08-05", 3))
        wait_until(
            lambda: about(road) == {"2025-08-04": "overdue", "2025-08-06": "awaited"}, "mit Lücke fehlt er weiter"
        )
        lay(road, "b.xml", statement_of("2025-08-04", 2))
        wait_until(lambda: about(road) == {"2025-08-04": "late", "2025-08-06": "awaited"}, "er kommt nach")
        lay(road, "d.xml", statement_of("2025-08-07", 4))
        wait_until(
            lambda: about(road) == {"2025-08-04": "late", "2025-08-06": "arrived", "2025-08-08": "awaited"},
            "die Reihe geht ohne Lücke weiter",
        )


def test_where_nothing_was_booked_no_statement_is_owed_and_where_a_payment_was_its_silence_is_seen(
    place: Place,
) -> None:
    with on_the_road(place) as road:
        lay(road, "a.xml", statement_of("2025-08-01", 1))
        place.turn_to(datetime(2025, 8, 5, 7, 1, tzinfo=UTC))
        assert standing(road) == {}, "on Monday nothing was booked, and no statement came"
        handed_over(road)
        road.answered()
        becomes(road, answer="arrived", booking="arrived", statement="awaited")
        (day,) = [it["about"] for it in road.read("/payout/expected-files")["items"] if it["kind"] == "statement"]
        place.turn_to(datetime(2025, 8, 6, 7, 1, tzinfo=UTC))
        becomes(road, answer="arrived", booking="arrived", statement="overdue")
        lay(road, "b.xml", statement_of(day, 2))
        becomes(road, answer="arrived", booking="arrived", statement="late")
        place.turn_to(datetime(2025, 8, 20, 7, 1, tzinfo=UTC))
        becomes(road, answer="arrived", booking="arrived", statement="late")


def test_an_account_without_statements_owes_none(place: Place) -> None:
    with on_the_road(place) as road:
        handed_over(road)
        road.answered()
        becomes(road, answer="arrived", booking="arrived")
        place.turn_to(MONDAY + timedelta(days=9))
        becomes(road, answer="arrived", booking="arrived")
        assert happened(road, "payout.file-overdue") == 0


def test_the_lists_are_the_same_when_they_are_made_anew(place: Place) -> None:
    with on_the_road(place) as road:
        lay(road, "a.xml", statement_of("2025-08-01", 1))
        handed_over(road)
        road.answered()
        becomes(road, answer="arrived", booking="arrived", statement="awaited")
        names = ("expectations", "arrivals", "to-expect", "movements", "following", "series", "batches", "due")
        views, follower = road.service.house.views, road.service.house.view_follower
        before = {name: views.find(name).entries for name in names}
        assert not before["arrivals"]
        assert not before["to-expect"]
        assert not before["movements"]
        follower.rebuild()
        wait_until(lambda: follower.idle, "die Listen")
        assert {name: views.find(name).entries for name in names} == before
