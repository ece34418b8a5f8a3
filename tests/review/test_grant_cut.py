"""A partial award: less is granted than was computed, with a reason, after a hearing, and told in the notice."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from services.review import assessment, award
from services.review.assessment import AwardProposed, HearingMissing, HearingSubject
from services.review.award import FundsAssigned
from services.review.examination import ReasonMissing, SplitNotMatching
from services.review.grant_cut import CutGround, CutNotValid, GrantCut, WantedCut, cut_of, cut_rate_bp
from services.review.letters.award import letter
from services.review.letters.head import Account, Authority, Head
from services.review.publications import publish
from shared.contracts import YearAmount, review
from shared.decider import Decision, decision, replace
from shared.money import at_rate
from tests.review.builders import (
    CASE,
    LETTER,
    NOTE,
    PROGRAMME,
    House,
    approve,
    approver,
    budget_officer,
    cents,
    officer,
    opened_house,
    propose_d1,
    reserve,
)
from tests.review.road import D1_EXPENDITURE, D1_PROPOSAL, OPINION, Road
from tests.review.test_side_conditions import road

__all__ = ["road"]

WANTED = WantedCut(granted_cents=40_000_00, ground=CutGround.FUNDS_SHORT, text="Der Titel ist zu 95 % gebunden.")
SPLIT = cents(y2025=30_000_00, y2026=10_000_00)


def cut(wanted: WantedCut | None = WANTED, split: tuple[YearAmount, ...] = SPLIT) -> Decision:
    return assessment.propose(
        CASE, PROGRAMME, by_year=split, starts_on=date(2025, 6, 15), ends_on=date(2026, 6, 30), note=NOTE,
        wanted_cut=wanted,
    )  # fmt: skip


def proposed() -> House:
    house = opened_house()
    propose_d1(house)
    house.perform(cut(), officer())
    return house


def test_the_proposal_grants_less_and_keeps_by_how_much_and_why() -> None:
    house = proposed()
    made = house.log[assessment.decider.stream(CASE)][-1]
    assert isinstance(made, AwardProposed)
    assert (made.granted_cents, made.cut) == (
        40_000_00, GrantCut(cents=4_800_00, ground=CutGround.FUNDS_SHORT, text="Der Titel ist zu 95 % gebunden."),
    )  # fmt: skip
    assert house.kinds(cut(), officer()) == []
    assert house.kinds(cut(replace(WANTED, text="anders")), officer()) == ["AwardProposed"]


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"granted_cents": 44_800_00}, CutNotValid),
        ({"granted_cents": 0}, CutNotValid),
        ({"ground": None}, ReasonMissing),
        ({"text": " "}, ReasonMissing),
    ],
)
def test_a_cut_lies_below_what_was_computed_and_is_reasoned(changed: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        cut_of(replace(WANTED, **changed), 44_800_00)


def test_the_years_split_what_is_granted_and_not_what_was_computed() -> None:
    house = opened_house()
    propose_d1(house)
    with pytest.raises(SplitNotMatching):
        house.perform(cut(split=cents(y2025=30_000_00, y2026=14_800_00)), officer())


def test_however_small_the_cut_the_applicant_is_heard_first_and_on_this_cut() -> None:
    house = proposed()
    house.perform(reserve(), budget_officer())
    with pytest.raises(HearingMissing):
        house.perform(approve(), approver())
    hear = assessment.open_hearing(CASE, PROGRAMME, HearingSubject.CUT, "Bitte äußern Sie sich.")
    house.perform(hear, officer(date(2025, 7, 21)))
    opened = house.log[assessment.decider.stream(CASE)][-1]
    assert opened.announced == (
        "Bitte äußern Sie sich. Die errechnete Zuwendung ist um 4.800,00 € gekürzt. "
        "Die Haushaltsmittel reichen nicht für die volle Zuwendung. Der Titel ist zu 95 % gebunden."
    )
    assert house.kinds(hear, officer(date(2025, 7, 21))) == []


def approved() -> House:
    house = proposed()
    house.perform(reserve(), budget_officer())
    dispensed = assessment.DispenseWithHearing(
        about=HearingSubject.CUT,
        ground=assessment.DispensationGround.STATED_FACTS,
        reasons="Die Kommune ist einverstanden.",
    )
    house.perform(decision(assessment.decider, CASE, dispensed), officer(date(2025, 7, 22)))
    house.perform(approve(), approver())
    return house


def test_the_notice_tells_the_cut_and_payout_draws_pro_rata_of_the_whole() -> None:
    house = approved()
    standing = house.state(award.decider.stream(CASE))
    assert standing.grant.rate_bp == 7_143
    grounds = house.state(assessment.decider.stream(CASE)).grounds
    head = Head(
        authority=Authority(name="Ministerium", street="Weg 1", place="99096 Erfurt", mail="post@example.de",
        account=Account(holder="Freistaat Thüringen", iban="DE65820000000082001589"),
    ),
        file_number="EG-2025-00001", applicant_key="16070048", applicant_name="Stadt Stadtilm", project="Schnittstelle",
        demonstration=True,
    )  # fmt: skip
    told = letter(head, standing.grant, date(2025, 7, 25), grounds, "ThürEGovRL")
    assert str(told["cut"]).startswith("Die errechnete Zuwendung ist um 4.800,00 € gekürzt.")
    house.perform(award.dispatch(CASE, PROGRAMME, LETTER), officer(date(2025, 7, 25)))
    stream = award.decider.stream(CASE)
    notified = publish(house.log[stream][-1], house.state(stream))
    assert isinstance(notified, review.AwardNotified)
    assert notified.cut_reason.startswith("Die errechnete Zuwendung ist um 4.800,00")
    waiver = award.RecordWaiver(declared_on=date(2025, 7, 31))
    house.perform(decision(award.decider, CASE, waiver), officer(date(2025, 7, 31)))
    assigned = house.log[award.decider.stream(CASE)][-1]
    assert isinstance(assigned, FundsAssigned)
    assert (assigned.rate_bp, sum(it.cents for it in assigned.by_year)) == (7_143, 40_000_00)


@drawn(st.integers(1_00, 10**9), st.data())
def test_at_the_cut_rate_every_cent_can_be_drawn_and_never_faster_than_the_items_rate(
    eligible: int, data: st.DataObject
) -> None:
    computed = at_rate(eligible, 8_000)
    granted = data.draw(st.integers(1, max(1, computed - 1)))
    made = GrantCut(cents=max(1, computed - granted), ground=CutGround.LESS_NEEDED, text="reicht")
    rate = cut_rate_bp(8_000, granted, eligible, made)
    assert rate <= 8_000
    assert at_rate(eligible, rate) >= min(granted, computed)
    assert cut_rate_bp(8_000, granted, eligible, None) == 8_000


def test_over_the_api_a_cut_is_proposed_shown_and_waits_for_the_hearing(road: Road) -> None:
    case = road.receive()
    road.do(case, "opinion", OPINION)
    road.do(case, "expenditure", D1_EXPENDITURE)
    body = D1_PROPOSAL | {
        "by_year": [{"year": 2025, "cents": 30_000_00}, {"year": 2026, "cents": 10_000_00}],
        "granted_cents": 40_000_00,
    }
    missing = road.act(case, "proposal", body)
    assert (missing.status_code, missing.json()["code"]) == (422, "reason-missing")
    road.do(case, "proposal", body | {"cut_ground": "funds-short", "cut_text": "Der Titel ist gebunden."})
    told = road.read(case)
    assert (told["proposal"]["computed_cents"], told["proposal"]["granted_cents"]) == (44_800_00, 40_000_00)
    assert (told["proposal"]["cut_ground"], told["status"]) == ("funds-short", "awaiting-hearing")
