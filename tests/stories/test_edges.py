"""Example d3: periods over holidays, a practice that changes while cases run, and the last money of a year."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest

from tests.conftest import StartNats
from tests.intake.builders import STADTILM
from tests.review.builders import PARAMETERS
from tests.review.road import BUDGET_2025
from tests.stories.ministry import APPROVER, BUDGET, OFFICER, SECOND_APPROVER, Ministry, Refused, ministry
from tests.stories.steps import (
    a_project,
    assessed,
    committed,
    dispatched,
    in_review,
    letter_of,
    proposed,
    refused,
    reserved,
    reserved_cents,
)

GERA, BAD_SALZUNGEN, ARNSTADT, ERFURT, JENA = "16052000", "16063003", "16070004", "16051000", "16053000"
SERVED_ON_WORKING_DAYS = (
    PARAMETERS.replace("service_on_working_day = false", "service_on_working_day = true")
    .replace('version = "2024-07"', 'version = "2026-01"')
    .replace("in_force_on = 2024-07-01", "in_force_on = 2026-01-28")
)
BUDGET_2026 = BUDGET_2025 | {"year": 2026, "authorisations": [{"year": 2027, "cents": 6_000_000_00}]}
OLD_PRACTICE_ENDS, NEW_PRACTICE = date(2026, 2, 27), date(2026, 3, 2)


@pytest.fixture
def begin(tmp_path_factory: pytest.TempPathFactory, start_nats: StartNats) -> Iterator[Any]:
    """A ministry that begins on the day that a story says."""
    running: list[Any] = []

    def on(day: date) -> Ministry:
        running.append(ministry(tmp_path_factory.mktemp("edges"), start_nats(), day))
        return running[-1].__enter__()

    yield on
    for it in running:
        it.__exit__(None, None, None)


# ---- Periods -------------------------------------------------------------------------------------------------------

NOTICES = [
    # dispatched on, for, at the court of its seat, counts as served on, an action until, final on, by other parameters
    ("2024-12-27", STADTILM, "Weimar", "2024-12-30", "2025-01-30", "2025-01-31"),
    ("2025-03-14", GERA, "Gera", "2025-03-18", "2025-04-22", "2025-04-23"),
    ("2026-01-27", BAD_SALZUNGEN, "Meiningen", "2026-01-31", "2026-03-02", "2026-03-03"),
    ("2026-01-28", ARNSTADT, "Weimar", "2026-02-02", "2026-03-02", "2026-03-03"),
    ("2026-02-27", JENA, "Gera", "2026-03-03", "2026-04-07", "2026-04-08"),
]


def test_periods_end_after_weekends_and_holidays_and_the_letter_names_the_court_of_the_seat(begin: Any) -> None:
    house = begin(date(2024, 12, 2))
    house.act("review/publish-policy", SECOND_APPROVER, {"texts": [SERVED_ON_WORKING_DAYS]})
    cases = dict[str, str]()
    for dispatched_on, town, court, served_on, remedy_ends_on, _ in NOTICES:
        house.turn_to(date.fromisoformat(dispatched_on))
        starts_on, ends_on = f"{dispatched_on[:4]}-12-31", "2027-06-30"
        year = int(dispatched_on[:4])
        case = cases[town] = in_review(house, town, a_project(year, starts_on=starts_on, ends_on=ends_on))
        refused(house, case)
        assert dispatched(house, case) == (served_on, remedy_ends_on), dispatched_on
        assert f"Verwaltungsgericht{court}" in letter_of(house, case)
    house.turn_to(date(2026, 4, 7))
    assert "decision-became-final" not in house.happened("review", cases[JENA])
    # The clock comes late to all of them, and each date is that of the law.
    house.turn_to(date(2026, 4, 20))
    for _, town, _, _, _, final_on in NOTICES:
        assert house.facts("review", cases[town], "decision-became-final")["final_on"] == final_on, town


# ---- The practice changes ------------------------------------------------------------------------------------------


def test_what_counts_is_the_practice_of_the_day_of_the_decision(begin: Any) -> None:
    house = begin(date(2026, 2, 2))
    house.act("review/open-budget", BUDGET, BUDGET_2026)
    by_item: dict[str, str] = {}
    for town, item in ((STADTILM, "document-management"), (ARNSTADT, "e-invoicing"), (GERA, "2c"), (JENA, "2f")):
        by_item[item] = in_review(house, town, a_project(2026, item=item, title=f"Vorhaben zu {item}"))
        assessed(house, by_item[item])
    decided, waiting, interfaces, training = by_item.values()
    for case in (decided, waiting, interfaces):
        proposed(house, case)
        reserved(house, case, 2026)
    earlier = practice_of(house, decided)
    house.turn_to(OLD_PRACTICE_ENDS)
    house.act("review/approve-grant", APPROVER, case=decided)
    assert (committed(house, 2026), reserved_cents(house, 2026)) == ({2026: 44_800_00}, {2026: 89_600_00})

    # From March on only interfaces and training are granted; what was decided in February goes out and stays.
    house.turn_to(NEW_PRACTICE)
    assert dispatched(house, decided) == ("2026-03-06", "2026-04-07")
    for case in (waiting, interfaces):
        with pytest.raises(Refused, match="practice-changed-since-proposal"):
            house.act("review/approve-grant", APPROVER, case=case)
        assert house.facts("review", case, "practice-changed-since-proposal")["noticed_on"] == "2026-03-02"
    assert (committed(house, 2026), reserved_cents(house, 2026)) == ({2026: 44_800_00}, {})
    for case in (interfaces, training):
        proposed(house, case)
        reserved(house, case, 2026)
        house.act("review/approve-grant", APPROVER, case=case)
        grant = house.facts("review", case, "grant-approved")["grant"]
        assert grant["basis"]["practice_sha256"] == practice_of(house, case) != earlier
    assert committed(house, 2026) == {2026: 3 * 44_800_00}
    with pytest.raises(Refused, match="item-closed"):
        proposed(house, waiting)

    # It waits, it is looked at again, the town is heard, and it is refused by a decision that can be contested.
    hold = {"reason": "practice-closed", "text": "Nur 2c und 2f.", "resubmission_on": "2026-03-16"}
    house.act("review/put-on-hold", OFFICER, hold, case=waiting)
    with pytest.raises(Refused, match="case-is-on-hold"):
        house.act("review/propose-refusal", OFFICER, {"reasons": ["Nur 2c und 2f."]}, case=waiting)
    house.turn_to(date(2026, 3, 16))
    assert house.facts("review", waiting, "case-resubmitted")["due_on"] == "2026-03-16"
    house.act("review/resume-case", OFFICER, {"reason": "Die Praxis bleibt."}, case=waiting)
    house.act("review/propose-refusal", OFFICER, {"reasons": ["Nur 2c und 2f."]}, case=waiting)
    heard = {"about": "refusal", "announced": "Bewilligt werden nur noch Ziffer 2c und 2f."}
    house.act("review/open-hearing", OFFICER, heard, case=waiting)
    assert house.facts("review", waiting, "hearing-opened")["deadline"]["ends_on"] == "2026-03-30"
    with pytest.raises(Refused, match="hearing-running"):
        house.act("review/refuse-grant", APPROVER, case=waiting)
    house.turn_to(date(2026, 3, 31))
    house.act("review/refuse-grant", APPROVER, case=waiting)
    assert dispatched(house, waiting) == ("2026-04-04", "2026-05-04")
    house.turn_to(date(2026, 4, 8))
    assert house.facts("review", decided, "decision-became-final")["final_on"] == "2026-04-08"


def test_whoever_applies_for_a_closed_item_is_warned_and_never_refused_by_intake(begin: Any) -> None:
    house = begin(NEW_PRACTICE)
    case = in_review(house, STADTILM, a_project(2026, item="document-management", starts_on="2026-04-01"))
    found = house.read(f"/review/cases/{case}")["application"]["findings"]
    assert ("item-closed", "warning") in [(it["code"], it["severity"]) for it in found]
    proposal = {"grounds": ["item-closed"], "reasons": ["Bewilligt werden nur noch Ziffer 2c und 2f."]}
    house.act("review/propose-formal-rejection", OFFICER, proposal, case=case)
    with pytest.raises(Refused, match="attempt-refused"):
        house.act("review/reject-formally", (OFFICER[0], APPROVER[1]), case=case)
    house.act("review/reject-formally", APPROVER, case=case)
    assert house.facts("review", case, "application-rejected-formally")["rejected_on"] == "2026-03-02"

    # Its notice comes back, goes out again, and becomes final by the calendar alone.
    assert dispatched(house, case) == ("2026-03-06", "2026-04-07")
    house.act("review/record-service-failure", OFFICER, {"reason": "returned"}, case=case)
    house.turn_to(date(2026, 3, 16))
    assert dispatched(house, case) == ("2026-03-20", "2026-04-20")
    told = house.read(f"/intake/cases/{case}/status")
    assert told["code"] == "rejected-formally"
    assert "Ablehnung als unzulässig ist am 16.03.2026 an Sie versandt" in told["next_step"]
    house.turn_to(date(2026, 6, 1))  # weeks late
    assert house.facts("review", case, "decision-became-final")["final_on"] == "2026-04-21"
    assert house.happened("review", case).count("decision-became-final") == 1
    assert house.read(f"/review/cases/{case}")["rejection"]["final_on"] == "2026-04-21"
    assert "alsunzulässig" in letter_of(house, case)


def practice_of(house: Ministry, case: str) -> str:
    """The hash of the practice under which a grant is proposed."""
    return house.read(f"/review/cases/{case}")["proposal"]["practice_sha256"]


# ---- The last money of a year --------------------------------------------------------------------------------------


def test_of_two_who_want_the_last_25_000_euros_at_once_one_gets_15_000(begin: Any) -> None:
    house = begin(date(2026, 2, 2))
    house.act("review/open-budget", BUDGET, BUDGET_2026)
    sizes = {ERFURT: 9_975_000_00, STADTILM: 15_000_00, ARNSTADT: 15_000_00, GERA: 30_000_00}
    cases = dict[str, str]()
    for town, cents in sizes.items():
        case = cases[town] = in_review(house, town, a_project(2026, cents * 10 // 8, title=f"Vorhaben {town}"))
        assessed(house, case)
        proposed(house, case)
    reserved(house, cases[ERFURT], 2026)
    house.act("review/approve-grant", APPROVER, case=cases[ERFURT])
    house.act("review/approve-grant", SECOND_APPROVER, case=cases[ERFURT])
    assert committed(house, 2026) == {2026: 9_975_000_00}
    with pytest.raises(Refused, match="funds-not-available"):
        reserved(house, cases[GERA], 2026)
    refusal = house.facts("review", cases[GERA], "funds-reservation-refused")
    assert (refusal["by_year"], refusal["free"]) == (
        [{"cents": 30_000_00, "year": 2026}],
        [{"cents": 25_000_00, "year": 2026}],
    )

    def reserve(case: str) -> str:
        try:
            reserved(house, case, 2026)
        except Refused as refusal:
            return refusal.code
        return "reserved"

    with ThreadPoolExecutor(2) as two:
        at_once = two.map(reserve, (cases[STADTILM], cases[ARNSTADT]))
        assert sorted(at_once) == ["funds-not-available", "reserved"]
    assert reserved_cents(house, 2026) == {2026: 15_000_00}
    waits = house.read("/review/waiting-list")["items"]
    assert sorted(it["proposed_cents"] for it in waits) == [15_000_00, 30_000_00]
