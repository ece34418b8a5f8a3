"""What review makes of the others' contracts, and what it tells them."""

from datetime import date
from itertools import permutations

import pytest

from services.review.budget import PaymentNotRecorded, open_next_budget
from services.review.involvement import consulting
from services.review.publications import publish
from services.review.reactions import HANDLED, react
from shared.contracts import Acted, review
from shared.contracts.intake import ApplicationWithdrawn
from shared.contracts.payout import PaymentOrdered, PaymentRejected, PaymentReturned, PaymentSettled
from shared.decider import RefusedAttempt
from shared.identity import Role
from tests.review.builders import (
    BUDGET,
    CASE,
    D1_SPLIT,
    GUIDELINE,
    OPEN,
    PARAMETERS,
    PRACTICE,
    PROGRAMME,
    TITLE,
    House,
    application,
    approve,
    approver,
    assign_d1,
    budget_officer,
    cents,
    completed,
    opened_house,
    propose_d1,
    reserve,
    system,
)

COMPLETED = completed(application())
WITHDRAWN = ApplicationWithdrawn(withdrawn_on=date(2025, 7, 22))


def settled(payment: str, cents: int, on: date) -> PaymentSettled:
    return PaymentSettled(payment=payment, drawdown=payment, title=TITLE, year=on.year, cents=cents, settled_on=on)


def hear(house: House, contract: object, on: date = date(2025, 7, 22)) -> list[str]:
    decided = react(contract, CASE)
    assert decided is not None
    return house.kinds(decided, system(on))


def entered(house: House, contract: object, on: date = date(2025, 7, 22)) -> list[str]:
    """What a payment's contract makes the budget enter; what the proof of use notes of it has tests of its own."""
    beside = ("PaymentNoted", "ProofExpected", "InterimProofExpected", "MoneyStepNoted")
    return [it for it in hear(house, contract, on) if it not in beside]


def told_by(house: House) -> list[object]:
    """All contracts of a house, stream by stream."""
    told: list[object] = []
    for stream, events in house.log.items():
        noun = house.nouns[stream]
        state = noun.initial
        for it in events:
            state = noun.evolve(state, it)
            told.append(publish(it, state))
    return [it for it in told if it is not None]


def published(house: House) -> list[object]:
    """All contracts that belong to a case."""
    return [it for it in told_by(house) if not isinstance(it, review.PolicyPublished)]


def test_a_published_policy_is_told_with_its_full_text():
    told = told_by(opened_house())
    assert [(it.programme, it.kind, it.text) for it in told if isinstance(it, review.PolicyPublished)] == [
        (PROGRAMME, "guideline", GUIDELINE),
        (PROGRAMME, "practice", PRACTICE),
        (PROGRAMME, "parameters", PARAMETERS),
    ]


def test_a_complete_application_opens_an_assessment_with_everything_it_carries():
    house = opened_house()
    assert hear(house, COMPLETED) == ["AssessmentOpened"]
    assert house.log[f"assessment-{CASE}"][0].application == OPEN.application
    assert hear(house, COMPLETED) == []


def test_completion_and_withdrawal_end_the_same_in_every_order_and_with_every_repetition():
    for order in permutations([COMPLETED, WITHDRAWN, COMPLETED, WITHDRAWN]):
        house = opened_house()
        for contract in order:
            hear(house, contract)
        assert published(house) == [
            review.AssessmentOpened(opened_on=date(2025, 7, 22)),
            review.WithdrawalSettled(effective=True, settled_on=date(2025, 7, 22)),
        ]


def test_a_withdrawal_finds_the_reservation_it_releases():
    house = opened_house()
    propose_d1(house)
    house.perform(reserve(), budget_officer())
    assert hear(house, WITHDRAWN) == ["WithdrawalSettled", "ReservationReleased"]


def test_settled_payments_use_the_budget_of_their_year():
    house = opened_house()
    assign_d1(house)
    assert entered(house, settled("p-1", 19_200_00, date(2025, 8, 6))) == ["PaymentRecorded"]
    assert entered(house, settled("p-1", 19_200_00, date(2025, 8, 6))) == []
    assert entered(house, settled("p-2", 10_800_00, date(2025, 10, 17))) == ["PaymentRecorded"]
    # The last one arrives before the budget of 2026 is opened: nothing is lost, nothing is parked.
    new_year = date(2026, 1, 14)
    assert entered(house, settled("p-3", 14_800_00, new_year), new_year) == ["PaymentAwaitingBudget"]
    opening = open_next_budget(TITLE, 2026, 10_000_000_00, cents(y2027=1_00))
    assert house.kinds(opening, budget_officer(new_year)) == [
        "BudgetOpened",
        "CommitmentCarried",
        "PaymentRecorded",
        "BudgetCarriedOver",
    ]
    paid = [house.state(f"budget-{TITLE}-{year}").years[0].paid_cents for year in (2025, 2026)]
    assert paid == [30_000_00, 14_800_00]
    assert house.state(f"budget-{BUDGET}").position(CASE).unpaid_cents(2025) == 0


def test_a_payment_that_came_back_counters_its_entry_and_can_be_paid_anew():
    house = opened_house()
    assign_d1(house)
    back = PaymentReturned(
        payment="p-1", drawdown="d1", title=TITLE, year=2025, cents=19_195_00, charges_cents=5_00, reason="AC04",
        returned_on=date(2025, 8, 8),
    )  # fmt: skip
    with pytest.raises(PaymentNotRecorded):
        hear(house, back)
    assert entered(house, settled("p-1", 19_200_00, date(2025, 8, 6))) == ["PaymentRecorded"]
    before = house.state(f"budget-{BUDGET}").years[0]
    assert entered(house, back) == ["PaymentReversed"]
    assert entered(house, back) == []
    assert entered(house, settled("p-1", 19_200_00, date(2025, 8, 6))) == []
    after = house.state(f"budget-{BUDGET}").years[0]
    assert after.paid_cents == before.paid_cents - 19_195_00
    assert after.committed_cents == before.committed_cents + 19_195_00
    assert after.free_cents == before.free_cents
    assert entered(house, settled("p-2", 19_195_00, date(2025, 8, 12))) == ["PaymentRecorded"]
    assert house.state(f"budget-{BUDGET}").years[0].paid_cents == before.paid_cents
    told = [it for it in told_by(house) if isinstance(it, review.PaymentEntered)]
    assert [(it.payment, it.kind, it.cents, it.booked_on) for it in told] == [
        ("p-1", "paid", 19_200_00, date(2025, 8, 6)),
        ("p-1", "returned", 19_195_00, date(2025, 8, 8)),
        ("p-2", "paid", 19_195_00, date(2025, 8, 12)),
    ]
    assert {(it.title, it.year) for it in told} == {(TITLE, 2025)}


def test_who_acted_elsewhere_is_noted_once_and_kept_from_deciding_here():
    house = opened_house()
    propose_d1(house)
    house.perform(reserve(), budget_officer())
    acted = (Acted(person="p-approver", role=Role.ORDERING_OFFICER, action="order-payment"),)
    ordered = PaymentOrdered(
        payment="p", drawdown="d", title=TITLE, year=2025, cents=1, ordered_on=date(2025, 8, 4), acted=acted
    )
    assert hear(house, ordered) == ["InvolvementNoted", "MoneyStepNoted"]
    assert hear(house, ordered) == []
    with pytest.raises(RefusedAttempt) as refused:
        house.perform(consulting(CASE, "approve-grant", approve()), approver())
    assert (refused.value.rule, refused.value.action) == ("approver-may-not-order", "approve-grant")
    assert house.kinds(consulting(CASE, "approve-grant", approve()), approver(person="p-another"))


def test_contracts_of_version_1_name_nobody():
    house = opened_house()
    assign_d1(house)
    assert entered(house, settled("p-1", 19_200_00, date(2025, 8, 6))) == ["PaymentRecorded"]
    assert f"involvement-{CASE}" not in house.log


def test_a_rejected_payment_is_noted_and_what_is_not_for_review_is_left_alone():
    rejected = PaymentRejected(
        payment="p", drawdown="d", title=TITLE, year=2025, cents=1, reason="AC04", rejected_on=date(2025, 8, 4)
    )
    assert hear(opened_house(), rejected) == ["MoneyStepNoted"]
    assert react(review.AssessmentOpened(opened_on=date(2025, 8, 4)), CASE) is None
    assert review.AssessmentOpened not in HANDLED


def test_the_others_are_told_of_d1_what_concerns_them():
    house = opened_house()
    assign_d1(house)
    told = [it for it in published(house) if not isinstance(it, review.TookPart)]
    assert [type(it).__name__ for it in told] == ["AssessmentOpened", "AwardNotified", "AwardFinal", "FundsAssigned"]
    assert isinstance(told[1], review.AwardNotified)
    assert told[1] == review.AwardNotified(
        granted_cents=44_800_00,
        by_year=D1_SPLIT,
        cut_cents=8_500_00,
        dispatched_on=date(2025, 7, 25),
        letter_sha256="ab" * 32,
        remedy_ends_on=date(2025, 8, 29),
        acted=told[1].acted,
    )
    assert {it.action for it in told[1].acted} >= {"record-expert-opinion", "propose-award", "approve-grant"}
    part = [act.action for it in published(house) if isinstance(it, review.TookPart) for act in it.acted]
    assert part == [
        "record-expert-opinion", "assess-expenditure", "propose-award", "reserve-funds", "approve-grant", "record-waiver",
    ]  # fmt: skip
    assigned = told[3]
    assert isinstance(assigned, review.FundsAssigned)
    assert sum(it.cents for it in assigned.by_year) == 44_800_00
