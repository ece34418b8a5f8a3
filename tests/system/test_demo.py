"""The demonstration, told small: six cases, one of each kind, through the whole house, read again, searched."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deploy import simulated_calendar
from deploy.demo import NotADemonstration, run
from deploy.demo_cases import CASES, SMALL, personal_values
from deploy.demo_people import People, key_of
from deploy.demo_plan import (
    AMENDMENTS,
    RATE_BP,
    SIGNING_LIMIT_CENTS,
    ChangeKind,
    EarlyStart,
    Ending,
    PlannedCase,
    Supply,
)
from deploy.demo_report import Result, complaints, summary
from deploy.demo_year import Journal, Year, steps_of
from deploy.embedded import Embedded
from deploy.people import STAFF
from services.intake import municipality
from shared.calendar import is_working_day
from shared.money import at_rate
from shared.records import replace

AUDITOR = "p-d5q7"
READ_BY_THE_TREASURY = ("to-treasury", "received", "archive", "book")

# ---- The plan --------------------------------------------------------------------------------------------------------


def test_a_hundred_and_twenty_municipalities_and_more_apply_each_of_them_real_and_none_twice() -> None:
    found = [municipality.shipped().find(it.key, it.days.submitted) for it in CASES]
    assert len(CASES) >= 120
    assert None not in found
    assert len({it.key for it in CASES}) == len({it.label for it in CASES}) == len(CASES)
    assert {it.ending for it in CASES} == set(Ending)
    assert {it.days.approved.year for it in CASES if it.granted} == {2024, 2025, 2026}
    assert sum(bool(it.partners) for it in CASES) >= 15
    assert sum(bool(it.supply) for it in CASES) >= 10
    assert any(it.supply is Supply.AFTER_EXPIRY for it in CASES)
    assert {it.early_start for it in CASES} == set(EarlyStart)
    assert {it.change.kind for it in CASES if it.change} == set(ChangeKind)
    assert {it.ending for it in CASES if it.change} == {Ending.AWARDED}
    assert sum(it.change.kind in AMENDMENTS for it in CASES if it.change) >= 3
    assert all(
        sum(it.change.kind is kind for it in CASES if it.change) >= 2
        for kind in (ChangeKind.LAPSE, ChangeKind.REVOCATION)
    )
    assert any(it.meets_freeze and it.granted for it in CASES)
    assert any(it.meets_new_practice and it.granted for it in CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda it: it.label)
def test_a_case_goes_forwards_on_working_days(case: PlannedCase) -> None:
    days = [step.on for step in steps_of(case)]
    assert days == sorted(days)
    assert all(is_working_day(day) for day in days)


@pytest.mark.parametrize("case", [it for it in CASES if it.ending is not Ending.REFUSED], ids=lambda it: it.label)
def test_an_award_is_the_rate_of_what_is_eligible_and_paid_year_by_year(case: PlannedCase) -> None:
    assert case.awarded_cents == at_rate(sum(it.eligible_cents for it in case.lines), RATE_BP) <= case.applied_cents
    for year, cents in case.kept.items():
        assert sum(it.accepted_cents for it in case.drawdowns if it.year == year) <= cents


def test_nobody_shares_a_name_an_address_or_an_account() -> None:
    assert len(set(personal_values())) == 4 * len(CASES)
    assert sum(it.awarded_cents > SIGNING_LIMIT_CENTS for it in CASES) >= 2


def test_the_key_of_a_step_is_the_same_in_every_run_and_another_for_every_step() -> None:
    keys = [key_of(case.label, step.name) for case in CASES for step in steps_of(case)]
    assert keys == [key_of(case.label, step.name) for case in CASES for step in steps_of(case)]
    assert len(set(keys)) == len(keys)


# ---- The journal and the calendar ------------------------------------------------------------------------------------


def test_a_journal_survives_a_kill_in_the_middle_of_a_line(tmp_path: Path) -> None:
    file = tmp_path / "journal"
    Journal(file).note("stadtilm", "submit", case="c1")
    with file.open("a") as torn:
        torn.write('["stadtilm", "comp')
    Journal(file).note("stadtilm", "opine")
    journal = Journal(file)
    assert journal.fact("stadtilm", "submit", "case") == "c1"
    assert not journal.done("stadtilm", "complete")
    assert journal.done("stadtilm", "opine")


def test_a_house_that_was_off_for_a_week_goes_on_in_its_own_day(tmp_path: Path) -> None:
    file, instant = tmp_path / "calendar.json", datetime(2025, 8, 4, 7, tzinfo=UTC)
    simulated_calendar.begin(file, instant - timedelta(days=7))
    simulated_calendar.stood_still(file, datetime.now(UTC) - timedelta(days=7))
    assert abs(simulated_calendar.now(file) - (instant - timedelta(days=14))) < timedelta(seconds=5)


def test_nothing_but_an_earlier_demonstration_is_ever_emptied(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(NotADemonstration):
        run(tmp_path, cases=SMALL)
    assert (tmp_path / "thesis.txt").read_text() == "mine"


# ---- A year ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def told() -> list[str]:
    return []


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "var"


@pytest.fixture(scope="module")
def year(directory: Path, told: list[str]) -> Result:
    """The year of six cases, lived once; the house is stopped."""
    return run(directory, cases=SMALL, on_step=lambda _day, label, step: told.append(f"{label} {step}"))


@pytest.fixture(scope="module")
def auditor(directory: Path, year: Result) -> Iterator[asyncio.Runner]:
    """The house started again on the same data, as `make up` does."""
    with Embedded(directory) as house, asyncio.Runner() as runner:
        house.wait_ready(120)
        yield runner


def read(directory: Path, runner: asyncio.Runner, path: str) -> dict[str, object]:
    async def ask() -> dict[str, object]:
        ports = json.loads((directory / "status.json").read_bytes())["ports"]
        async with People(f"http://127.0.0.1:{ports['front']}") as people:
            return (await people.read(AUDITOR, path)).body

    return runner.run(ask())


@pytest.mark.slow
def test_the_year_ends_as_planned_to_the_cent(year: Result, told: list[str]) -> None:
    assert complaints(SMALL, year) == []
    assert len(told) == Year.count(SMALL)
    assert summary(year)["applications"] == {"submitted": 14, "awarded": 9, "refused": 2, "withdrawn": 2}
    assert summary(year)["changed"] == {"amended": 1, "lapsed": 1, "revoked": 1, "retracted": 1, "reduced": 1}
    assert year.trace_services >= 3


@pytest.mark.slow
def test_interest_on_money_used_late_is_demanded_and_comes_in_to_the_cent(year: Result) -> None:
    told = summary(year)["claims"]
    assert (told["demanded"], told["settled"], told["ordered"]) == (1, 1, 0), (
        "camt and pain know no order about a claim"
    )
    assert told["demanded_cents"] == told["received_cents"] > 0
    [claim] = year.claims
    for wrong in ([], [replace(claim, settled=False)], [replace(claim, received_cents=claim.received_cents - 1)]):
        assert complaints(SMALL, replace(year, claims=wrong))


@pytest.mark.slow
def test_a_treasury_that_takes_orders_about_claims_is_told_to_collect_it(tmp_path: Path) -> None:
    chosen = tuple(it for it in SMALL if it.late_use)
    result = run(tmp_path / "hkr", cases=chosen, treasury_format="hkr-xml")
    assert complaints(chosen, result) == []
    told = summary(result)["claims"]
    assert (told["demanded"], told["ordered"], told["settled"]) == (1, 1, 1)
    [claim] = result.book["claims"].values()
    assert claim["amount_cents"] == claim["received_cents"] == told["received_cents"]


@pytest.mark.slow
def test_the_second_reckoning_comes_to_the_same_cents_and_finds_no_duty_broken(year: Result) -> None:
    told = summary(year)
    assert told["budget"]["consistent"] is True
    assert told["sod"]["violations"] == 0
    assert told["sod"]["acts"] > 50
    assert {it["budget_year"] for it in told["budget"]["statement"]} == {2024, 2025, 2026}


@pytest.mark.slow
def test_another_cent_in_the_second_reckoning_and_a_broken_duty_would_be_said(year: Result) -> None:
    first, *rest = year.recount.accounts
    cent = replace(year.recount, accounts=[replace(first, paid_cents=first.paid_cents + 1), *rest])
    unbooked = replace(year.recount, settled={**year.recount.settled, 2025: 1})
    for wrong in (cent, unbooked, replace(year.recount, unread=("review.unheard-of",))):
        assert complaints(SMALL, replace(year, recount=wrong))
        assert summary(replace(year, recount=wrong))["budget"]["consistent"] is False
    broken = replace(year, recount=replace(year.recount, violations=("p-1 tat beides",)))
    assert complaints(SMALL, broken)
    assert summary(broken)["sod"]["violations"] == 1


@pytest.mark.slow
def test_a_cent_a_doubled_payment_a_missing_proof_would_be_said(year: Result) -> None:
    other = replace(year.cases["stadtilm"], settled_cents=44_799_99)
    doubled = {**year.book, "totals": {**year.book["totals"], "duplicate": 1}}
    unproved = replace(year.proof, verified=False)
    for wrong in (
        replace(year, cases={**year.cases, "stadtilm": other}),
        replace(year, book=doubled),
        replace(year, proof=unproved),
        replace(year, accounts=year.accounts[1:]),
        replace(year, refused_attempts=0),
    ):
        assert complaints(SMALL, wrong)


@pytest.mark.slow
def test_the_example_happens_on_its_days(directory: Path, auditor: asyncio.Runner) -> None:
    case = Journal(directory / "demo-journal.jsonl").fact("stadtilm", "submit", "case")
    file: dict = read(directory, auditor, f"/review/cases/{case}")
    assert (file["submitted_on"], file["completed_on"]) == ("2025-05-12", "2025-05-28")
    assert (file["opinion"]["recorded_on"], file["proposal"]["proposed_on"]) == ("2025-06-23", "2025-06-30")
    award = file["award"]
    assert award["by_year"] == [{"year": 2025, "cents": 30_000_00}, {"year": 2026, "cents": 14_800_00}]
    assert (award["approved_on"], award["final_on"]) == ("2025-07-25", "2025-07-31")
    assert (award["notice"]["deemed_served_on"], award["notice"]["remedy_ends_on"]) == ("2025-07-29", "2025-08-29")
    payout: dict = read(directory, auditor, f"/payout/cases/{case}")
    drawn = [(it["requested_on"], it["requested_cents"], it["accepted_cents"]) for it in payout["drawdowns"]]
    assert drawn == [
        ("2025-08-04", 19_200_00, 19_200_00),
        ("2025-10-15", 12_800_00, 10_800_00),
        ("2026-01-12", 14_800_00, 14_800_00),
    ]
    assert [it["status"] for it in payout["payments"]] == ["settled"] * 3


def files_with(directory: Path, values: list[str], among: list[Path]) -> set[str]:
    wanted = [value.encode() for value in values] + [value.lower().encode() for value in values]
    return {
        str(file.relative_to(directory))
        for file in among
        if (content := file.read_bytes()) and any(value in content for value in wanted)
    }


@pytest.mark.slow
def test_no_personal_value_lies_anywhere_but_where_the_treasury_reads_it(directory: Path, year: Result) -> None:
    values = [*personal_values(SMALL), *(it.name for it in STAFF)]
    everything = [it for it in sorted(directory.rglob("*")) if it.is_file()]
    for_the_treasury = [directory / "treasury" / name for name in READ_BY_THE_TREASURY]
    others = [it for it in everything if not any(folder in it.parents for folder in for_the_treasury)]
    assert any(it.suffix == ".sqlite" for it in others)
    assert files_with(directory, values, others) == set()
    # The search finds what is there: accounts in the files that the treasury received.
    assert files_with(directory, values, [it for it in everything if it not in others])
