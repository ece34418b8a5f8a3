"""Rückforderung: what is paid beyond the grant is demanded by two persons; what came in is entered into the budget."""

from datetime import date
from typing import Any

import pytest

from services.review import award, budget, proof, recovering, recovery
from services.review.award import Annulment, LegalBasis, ProposeAnnulment
from services.review.letters import repayment_letter
from services.review.publications import publish
from services.review.reactions import react
from services.review.recovery import (
    BelowBagatelle,
    BeyondExcess,
    NoRepaymentProposal,
    NothingAnnulled,
    RepaymentDemanded,
    RepaymentProposalOpen,
    RepaymentProposed,
)
from shared.contracts import payout, review
from shared.decider import Decision, RefusedAttempt, decision
from shared.published_rates import shipped_base_rates
from shared.records import replace
from tests.review.builders import (
    CASE,
    PROGRAMME,
    TITLE,
    House,
    approver,
    assign_d1,
    cents,
    officer,
    opened_house,
    system,
)
from tests.review.test_letters import HEAD, text_of

PROPOSED_ON, DEMANDED_ON = date(2026, 5, 20), date(2026, 5, 22)


def paid_house(*, annulled: bool = True) -> House:
    """Example d1, its money of 2025 paid, of which 6,400.00 is too much since the 27th of February."""
    house = opened_house()
    assign_d1(house)
    pay = budget.RecordPayment(payment="p1", case=CASE, cents=30_000_00, paid_on=date(2025, 10, 20))
    house.perform(budget.record_payment(TITLE, 2025, pay), system(date(2025, 10, 20)))
    if annulled:
        lapse = ProposeAnnulment(
            annulment=Annulment.LAPSE, legal_basis=LegalBasis.WITHOUT_OBJECT, by_year=cents(y2025=23_600_00),
            eligible_cents=48_000_00, effective_on=date(2026, 2, 27), reasons="Gutschrift", discretion="keines",
        )  # fmt: skip
        house.perform(decision(award.decider, CASE, lapse), officer(date(2026, 5, 18)))
        house.perform(award.decide_annulment(CASE, 1), approver(date(2026, 5, 19)))
    return house


def excess(amount: int = 6_400_00, claim: str = "c1", waived: str = "") -> Decision:
    return recovering.propose_excess(
        CASE, PROGRAMME, claim, cents=amount, waived_because=waived, reasons="geringere Ausgaben"
    )


def propose(house: House, decided: Decision, on: date = PROPOSED_ON) -> Any:
    return house.perform(decided, officer(on))[f"recovery-{CASE}"][0]


def test_what_is_paid_beyond_the_grant_is_demanded_by_two_persons() -> None:
    house = paid_house()
    proposed: RepaymentProposed = propose(house, excess())
    assert (proposed.number, proposed.cents, proposed.interest_from_on) == (1, 6_400_00, date(2026, 2, 27))
    assert (proposed.day_count, proposed.due_days, proposed.interest_bagatelle_cents) == ("act/365", 30, 50_00)
    demand = recovering.demand(CASE, PROGRAMME, 1)
    with pytest.raises(RefusedAttempt):
        house.perform(demand, approver(DEMANDED_ON, "p-officer"))
    demanded: RepaymentDemanded = house.perform(demand, approver(DEMANDED_ON))[f"recovery-{CASE}"][0]
    assert demanded.due_on == date(2026, 6, 21)
    assert house.perform(demand, approver(DEMANDED_ON)) == {}
    told = publish(demanded, house.state(f"recovery-{CASE}"))
    assert isinstance(told, review.RepaymentDemanded)
    assert (told.cents, told.title, told.reference) == (6_400_00, TITLE, demanded.reference)
    assert [it.action for it in told.acted] == ["propose-repayment", "demand-repayment"]
    assert len(told.reference) <= 25


def test_no_more_is_demanded_than_was_paid_in_excess_and_nothing_twice() -> None:
    house = paid_house()
    with pytest.raises(BeyondExcess):
        propose(house, excess(6_400_01))
    propose(house, excess(5_000_00))
    with pytest.raises(RepaymentProposalOpen):
        propose(house, excess(claim="c2"))
    assert house.perform(excess(5_000_00), officer(PROPOSED_ON)) == {}
    house.perform(recovering.demand(CASE, PROGRAMME, 1), approver(DEMANDED_ON))
    with pytest.raises(BeyondExcess):
        propose(house, excess(1_400_01, "c2"))
    assert propose(house, excess(1_400_00, "c2")).number == 2


def test_nothing_is_demanded_before_the_award_lost_its_effect() -> None:
    with pytest.raises(NothingAnnulled):
        propose(paid_house(annulled=False), excess())


def test_money_that_the_bank_sent_back_is_not_demanded() -> None:
    house = paid_house()
    back = budget.ReversePayment(payment="p1", case=CASE, cents=30_000_00, returned_on=date(2025, 10, 30))
    house.perform(budget.reverse_payment(TITLE, 2025, back), system(date(2025, 10, 30)))
    with pytest.raises(BeyondExcess):
        propose(house, excess())


def test_below_the_limit_for_small_amounts_nothing_is_demanded() -> None:
    house = paid_house()
    with pytest.raises(BelowBagatelle):
        propose(house, excess(999_99))
    assert propose(house, excess(1_000_00)).cents == 1_000_00


def test_interest_is_waived_with_its_reason() -> None:
    proposed = propose(paid_house(), excess(waived="nicht zu vertreten"))
    assert (proposed.interest_from_on, proposed.waived_because) == (None, "nicht zu vertreten")


def test_money_that_was_used_41_days_late_costs_76_06_and_stays() -> None:
    house = paid_house(annulled=False)
    late = recovering.propose_late_use(
        CASE, PROGRAMME, "c1", cents=10_800_00, from_on=date(2026, 1, 15), until_on=date(2026, 2, 25),
        reasons="erst im Februar bezahlt", rates=shipped_base_rates(),
    )  # fmt: skip
    proposed = propose(house, late)
    assert (proposed.kind, proposed.cents, proposed.interest_cents) == ("late-use", 0, 76_06)
    assert [it.days for it in proposed.lines] == [41]
    with pytest.raises(recovering.UseNotValid):
        propose(house, recovering.propose_late_use(
            CASE, PROGRAMME, "c2", cents=10_800_00, from_on=date(2026, 2, 25), until_on=date(2026, 1, 15),
            reasons="x", rates=shipped_base_rates(),
        ))  # fmt: skip


def test_a_proposal_that_is_not_followed_leaves_nothing() -> None:
    house = paid_house()
    with pytest.raises(NoRepaymentProposal):
        house.perform(recovering.demand(CASE, PROGRAMME, 1), approver(DEMANDED_ON))
    propose(house, excess())
    drop = recovering.drop(CASE, PROGRAMME, 1, "Härte")
    house.perform(drop, approver(DEMANDED_ON))
    assert house.perform(drop, approver(DEMANDED_ON)) == {}
    assert house.state(f"recovery-{CASE}").proposal is None
    assert propose(house, excess(claim="c2")).number == 2


def received(on: date) -> payout.RepaymentReceived:
    return payout.RepaymentReceived(
        claim="c1", repayment="r1", title=TITLE, cents=6_400_00, interest_cents=103_34, received_on=on, acted=()
    )


@pytest.mark.parametrize(("set_off", "income"), [(True, 103_34), (False, 6_503_34)])
def test_money_of_the_same_year_is_set_off_when_the_title_allows_it_and_interest_is_income(
    set_off: bool, income: int
) -> None:
    house = paid_house()
    next_year = budget.open_next_budget(TITLE, 2026, 1_000_000_00, repayments_set_off=set_off)
    house.perform(next_year, officer(date(2026, 1, 2)))
    pay = budget.RecordPayment(payment="p2", case=CASE, cents=14_800_00, paid_on=date(2026, 1, 20))
    house.perform(budget.record_payment(TITLE, 2026, pay), system(date(2026, 1, 20)))
    answer = react(received(date(2026, 6, 1)), CASE)
    assert answer
    entered = house.perform(answer, system(date(2026, 6, 2)))[f"budget-{TITLE}-2026"][0]
    assert (entered.set_off_cents, entered.income_cents) == (6_503_34 - income, income)
    assert house.perform(answer, system(date(2026, 6, 2))) == {}
    assert [it.cents for it in house.state(f"recovery-{CASE}").noted] == [6_400_00]


def test_interest_that_comes_in_alone_is_income() -> None:
    house = paid_house()
    answer = react(replace(received(date(2025, 12, 1)), cents=0), CASE)
    assert answer
    entered = house.perform(answer, system(date(2025, 12, 2)))[f"budget-{TITLE}-2025"][0]
    assert (entered.cents, entered.set_off_cents, entered.income_cents) == (0, 0, 103_34)


def proven_house() -> House:
    """Example d1, its money of 2025 paid, of which by the accepted proof 6,400.00 is too much; nobody changed the award."""
    house = paid_house(annulled=False)
    accepted = proof.ProofAccepted(
        proof="n1", kind=proof.Kind.FINAL, granted_cents=44_800_00, recognised_cents=29_500_00, covering_cents=0,
        final_cents=23_600_00, paid_cents=30_000_00, overpaid_cents=6_400_00, note="Zweck erreicht",
        accepted_by="p-usage", accepted_on=date(2026, 5, 18),
    )  # fmt: skip
    handed_in = proof.ProofReceived(
        proof="n1",
        kind=proof.Kind.FINAL,
        lines=(),
        covering_cents=0,
        report="fertig",
        submitted_on=date(2026, 5, 15),
        acted=(),
    )
    house.log[f"proof-{CASE}"] = [handed_in, accepted]
    return house


def proposed_by_proof(ineffective_on: date | None, amount: int = 6_400_00, waived: str = "") -> Decision:
    return recovering.propose_excess(
        CASE, PROGRAMME, "c1", cents=amount, waived_because=waived, reasons="Gutschrift", ineffective_on=ineffective_on
    )  # fmt: skip


def test_what_the_accepted_proof_leaves_is_the_limit_and_the_demand_names_the_proof() -> None:
    house = proven_house()
    with pytest.raises(BeyondExcess):
        propose(house, proposed_by_proof(date(2026, 2, 27), 6_400_01))
    for day in (None, date(2026, 5, 21)):
        with pytest.raises(recovery.IneffectiveDayMissing):
            propose(house, proposed_by_proof(day))
    proposed = propose(house, proposed_by_proof(date(2026, 2, 27)))
    assert (proposed.proof, proposed.annulment, proposed.interest_from_on) == ("n1", 0, date(2026, 2, 27))
    demanded = house.perform(recovering.demand(CASE, PROGRAMME, 1), approver(DEMANDED_ON))[f"recovery-{CASE}"][0]
    told = repayment_letter(HEAD, demanded, proof.decider.fold(house.log[f"proof-{CASE}"]))
    assert told["proof"]["final_cents"] == 23_600_00
    assert told["account"] == {"holder": "Freistaat Thüringen", "iban": "DE65820000000082001589"}
    assert (told["cents"], told["due_on"], told["reference"]) == (6_400_00, "2026-06-21", demanded.reference)


def test_the_notice_names_the_account_and_the_kassenzeichen_to_pay_under() -> None:
    house = paid_house()
    propose(house, excess())
    demanded = house.perform(recovering.demand(CASE, PROGRAMME, 1), approver(DEMANDED_ON))[f"recovery-{CASE}"][0]
    text = text_of("repayment_letter.typ", repayment_letter(HEAD, demanded, proof.decider.initial))
    for told in ("Freistaat Thüringen", "DE65 8200 0000 0082 0015 89", demanded.reference, "Kassenzeichen"):
        assert told in text, told


def test_without_interest_no_day_is_needed() -> None:
    assert propose(proven_house(), proposed_by_proof(None, waived="nicht zu vertreten")).interest_from_on is None


def test_a_claim_that_is_settled_is_noted_once() -> None:
    house = paid_house()
    told = payout.ClaimSettled(claim="c1", outcome="paid", settled_on=date(2026, 6, 1), acted=())
    answer = react(told, CASE)
    assert answer
    assert (
        recovery.ClaimSettlementNoted(claim="c1", outcome="paid", settled_on=date(2026, 6, 1))
        in (house.perform(answer, system(date(2026, 6, 2)))[f"recovery-{CASE}"])
    )
    assert house.perform(answer, system(date(2026, 6, 2))) == {}
