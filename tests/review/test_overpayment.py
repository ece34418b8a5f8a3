"""Überzahlung: what the treasury paid twice is entered beside the commitment, demanded by two persons, and over when it is back."""

from datetime import date
from itertools import permutations
from typing import Any

import pytest

from services.review import budget, recovering, recovery
from services.review.letters import repayment_letter
from services.review.proof import Proof
from services.review.publications import publish
from services.review.reactions import react
from services.review.recovery import BeyondExcess, ClaimKind, NothingOverpaid, RepaymentProposed
from services.review.words.budget import tell_of_budget
from services.review.words.recovery import form_of_recovery, told_findings
from shared.contracts import payout, review
from shared.decider import Decision, RefusedAttempt, decision
from shared.records import replace
from tests.review.builders import CASE, PROGRAMME, TITLE, House, approver, assign_d1, officer, opened_house, system
from tests.review.test_letters import HEAD, text_of
from tests.review.test_recovery import DEMANDED_ON, PROPOSED_ON, excess, proven_house

OWN, FUND = recovery.decider.stream(CASE), f"budget-{TITLE}-2025"
PAID_ON, NOTICED_ON = date(2025, 10, 20), date(2025, 10, 27)


def paid(payment: str, beside: str = "", cents: int = 30_000_00) -> payout.PaymentSettled:
    return payout.PaymentSettled(
        payment=payment, drawdown="d1", title=TITLE, year=2025, cents=cents, settled_on=PAID_ON, acted=(), beside=beside
    )


def returned(payment: str, cents: int = 30_000_00) -> payout.PaymentReturned:
    return payout.PaymentReturned(
        payment=payment, drawdown="d1", title=TITLE, year=2025, cents=cents, charges_cents=0, reason="AC04",
        returned_on=NOTICED_ON,
    )  # fmt: skip


def rejected(payment: str) -> payout.PaymentRejected:
    return payout.PaymentRejected(
        payment=payment, drawdown="d1", title=TITLE, year=2025, cents=30_000_00, reason="AC04", rejected_on=NOTICED_ON
    )


def hear(house: House, *contracts: Any) -> House:
    for it in contracts:
        answer = react(it, CASE)
        assert answer
        house.perform(answer, system(NOTICED_ON))
    return house


def assigned_house() -> House:
    house = opened_house()
    assign_d1(house)
    return house


def overpaid_house() -> House:
    """All of 2025 is paid by p2, and by p1, which the treasury had refused, once more."""
    return hear(assigned_house(), paid("p2"), paid("p1", beside="p2"))


def overpayment(claim: str = "c1", payment: str = "p1") -> Decision:
    return recovering.propose_overpaid(
        CASE, PROGRAMME, claim, payment, waived_because="nicht zu vertreten", reasons="zweimal gezahlt"
    )


def demanded_house() -> House:
    house = overpaid_house()
    house.perform(overpayment(), officer(PROPOSED_ON))
    house.perform(recovering.demand(CASE, PROGRAMME, 1), approver(DEMANDED_ON))
    return house


def known(house: House) -> recovery.Recovery:
    return recovery.decider.fold(house.log.get(OWN, []))


def account(house: House) -> tuple[int, int]:
    """What of 2025 is committed and unpaid, and what is paid."""
    it = house.state(FUND).account(2025)
    return it.committed_cents, it.paid_cents


def test_what_is_paid_twice_is_entered_beside_the_commitment_in_whatever_order_it_is_told():
    for order in permutations((paid("p2"), paid("p1", beside="p2"))):
        house = hear(assigned_house(), *order, *order)
        assert account(house) == (0, 60_000_00)
        assert [(it.payment, it.cents) for it in known(house).overpaid] == [("p1", 30_000_00)]
    # The control: told as any other, the budget takes no more than was promised, and the case would wait for a person.
    with pytest.raises(budget.PaymentBeyondCommitment):
        hear(assigned_house(), paid("p2"), paid("p1"))


def test_the_commitment_stays_for_what_is_owed():
    house = hear(
        assigned_house(), paid("p2", cents=10_000_00), paid("p1", "p2", 10_000_00), paid("p3", cents=20_000_00)
    )
    assert account(house) == (0, 40_000_00)


def test_it_is_demanded_by_two_persons_without_any_decision_being_taken_back():
    house = overpaid_house()
    proposed: RepaymentProposed = house.perform(overpayment(), officer(PROPOSED_ON))[OWN][0]
    assert (proposed.kind, proposed.cents, proposed.payment) == (ClaimKind.OVERPAYMENT, 30_000_00, "p1")
    assert (proposed.annulment, proposed.interest_from_on) == (0, None)
    demand = recovering.demand(CASE, PROGRAMME, 1)
    with pytest.raises(RefusedAttempt):
        house.perform(demand, approver(DEMANDED_ON, "p-officer"))
    [demanded] = house.perform(demand, approver(DEMANDED_ON))[OWN]
    told = publish(demanded, known(house))
    assert isinstance(told, review.RepaymentDemanded)
    assert (told.kind, told.cents, told.payment) == ("overpayment", 30_000_00, "p1")
    text = text_of("repayment_letter.typ", repayment_letter(HEAD, demanded, Proof()))
    assert "zweimal gezahlt worden" in text
    assert "Erstattungsanspruch" in text
    assert "nicht zu vertreten" in text


def test_it_is_demanded_once_and_is_no_excess_beside_it():
    house = demanded_house()
    assert told_findings(known(house)) == []
    with pytest.raises(NothingOverpaid):
        house.perform(overpayment("c2"), officer(PROPOSED_ON))
    with pytest.raises(NothingOverpaid):
        house.perform(overpayment("c2", "p2"), officer(PROPOSED_ON))
    # With the accepted proof of d1, 6,400.00 too much: to the cent the rest of what was paid, and not the overpayment again.
    proven = hear(proven_house(), paid("p9", beside="p1"))
    by_proof = recovering.propose_excess(
        CASE, PROGRAMME, "c2", cents=6_400_01, waived_because="x", reasons="Gutschrift"
    )
    with pytest.raises(BeyondExcess):
        proven.perform(by_proof, officer(PROPOSED_ON))
    proven.perform(overpayment("c1", "p9"), officer(PROPOSED_ON))
    proven.perform(recovering.demand(CASE, PROGRAMME, 1), approver(DEMANDED_ON))
    less = recovering.propose_excess(CASE, PROGRAMME, "c2", cents=6_400_00, waived_because="x", reasons="Gutschrift")
    proven.perform(less, officer(PROPOSED_ON))
    proven.perform(recovering.demand(CASE, PROGRAMME, 2), approver(DEMANDED_ON))
    assert known(proven).demanded_cents == 36_400_00
    with pytest.raises((BeyondExcess, NothingOverpaid)):
        proven.perform(excess(1_000_00, "c3"), officer(PROPOSED_ON))


def test_what_was_demanded_as_excess_before_it_was_known_as_overpaid_is_not_demanded_again():
    house = proven_house()
    pay = budget.RecordPayment(payment="p9", case=CASE, cents=14_000_00, paid_on=PAID_ON, overpaid=True)
    house.perform(budget.record_payment(TITLE, 2025, pay), system(NOTICED_ON))
    early = recovering.propose_excess(CASE, PROGRAMME, "c1", cents=20_400_00, waived_because="x", reasons="Gutschrift")
    house.perform(early, officer(PROPOSED_ON))
    house.perform(recovering.demand(CASE, PROGRAMME, 1), approver(DEMANDED_ON))
    note = recovery.NoteOverpayment(payment="p9", drawdown="d1", beside="p1", cents=14_000_00, paid_on=PAID_ON)
    house.perform(decision(recovery.decider, CASE, note), system(NOTICED_ON))
    with pytest.raises(NothingOverpaid):
        house.perform(overpayment("c2", "p9"), officer(PROPOSED_ON))


@pytest.mark.parametrize("ending", [returned("p1"), returned("p2"), rejected("p2")])
def test_when_one_of_the_two_came_to_nothing_nothing_is_overpaid(ending: Any):
    settled = (
        [paid("p1", beside="p2")] if isinstance(ending, payout.PaymentRejected) else [paid("p2"), paid("p1", "p2")]
    )
    house = hear(assigned_house(), *settled, ending, ending)
    assert (list(known(house).overpaid), told_findings(known(house))) == ([], [])
    with pytest.raises(NothingOverpaid):
        house.perform(overpayment(), officer(PROPOSED_ON))
    # The control: had nobody told of it, money would be demanded that was owed.
    house.log[OWN] = [it for it in house.log[OWN] if not isinstance(it, recovery.OverpaymentEnded)]
    assert len(known(house).overpaid) == 1


def test_a_proposal_whose_reason_fell_away_meanwhile_is_not_demanded():
    house = overpaid_house()
    house.perform(overpayment(), officer(PROPOSED_ON))
    hear(house, returned("p1"))
    assert account(house) == (0, 30_000_00)
    with pytest.raises(NothingOverpaid):
        house.perform(recovering.demand(CASE, PROGRAMME, 1), approver(DEMANDED_ON))


def test_a_refused_payment_that_overpaid_nothing_is_no_matter_of_the_recovery():
    assert OWN not in hear(assigned_house(), rejected("p7")).log


@pytest.mark.parametrize(("set_off", "expected"), [(True, (0, 30_000_00)), (False, (0, 60_000_00))])
def test_what_comes_in_is_entered_to_the_cent_and_the_overpayment_is_told_as_settled(
    set_off: bool, expected: tuple[int, int]
):
    house = demanded_house()
    opening = house.log[FUND][0]
    house.log[FUND][0] = replace(opening, repayments_set_off=set_off)
    came = payout.RepaymentReceived(
        claim="c1",
        repayment="r1",
        title=TITLE,
        cents=30_000_00,
        interest_cents=0,
        received_on=date(2025, 12, 1),
        acted=(),
    )
    hear(house, came, came)
    assert account(house) == expected
    entered = house.log[FUND][-1]
    assert (entered.set_off_cents, entered.income_cents) == ((30_000_00, 0) if set_off else (0, 30_000_00))
    hear(house, payout.ClaimSettled(claim="c1", outcome="paid", settled_on=date(2025, 12, 1), acted=()))
    noted = house.log[OWN][-1]
    assert publish(noted, known(house)) == review.OverpaymentSettled(
        claim="c1", drawdown="d1", payment="p1", settled_on=date(2025, 12, 1)
    )


def test_the_settlement_of_any_other_claim_is_told_to_nobody():
    house = proven_house()
    hear(house, payout.ClaimSettled(claim="c1", outcome="paid", settled_on=date(2025, 12, 1), acted=()))
    assert publish(house.log[OWN][-1], known(house)) is None


def test_the_case_shows_it_as_what_can_be_done_next():
    house = overpaid_house()
    [finding] = told_findings(known(house))
    assert (finding.found, finding.kind, finding.cents, finding.from_on) == (
        "overpayment/p1", "overpayment", 30_000_00, PAID_ON,
    )  # fmt: skip
    form = form_of_recovery(recovery.PROPOSE, [finding])
    assert form
    assert (form.fields[0]["name"], form.fields[0]["value"]) == ("found", "overpayment/p1")
    plain = form_of_recovery(recovery.PROPOSE)
    assert plain
    assert "found" not in {it["name"] for it in plain.fields}


# ---- When the other one came to nothing -----------------------------------------------------------------------------


def beside_cents(house: House) -> int:
    return house.state(FUND).position(CASE).overpaid_cents


@pytest.mark.parametrize("ending", [returned("p2"), rejected("p2")])
def test_what_pays_after_all_is_entered_on_the_commitment_once_and_nothing_is_left_to_lapse(ending: Any):
    settled = [paid("p1", "p2")] if isinstance(ending, payout.PaymentRejected) else [paid("p2"), paid("p1", "p2")]
    house = hear(assigned_house(), *settled)
    assert beside_cents(house) == 30_000_00
    hear(house, ending, ending)
    [moved] = [it for it in house.log[FUND] if isinstance(it, budget.PaymentPutOnCommitment)]
    assert (moved.payment, moved.instead_of, moved.cents) == ("p1", "p2", 30_000_00)
    assert (account(house), beside_cents(house)) == ((0, 30_000_00), 0)
    # It is a payment like any other from then on: coming back, its money is committed and unpaid again.
    hear(house, returned("p1"))
    assert account(house) == (30_000_00, 0)


def test_without_the_entry_it_stays_beside_and_its_commitment_would_lapse(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(budget, "put_on_commitment", lambda *them: them[4])
    house = hear(assigned_house(), paid("p2"), paid("p1", "p2"), returned("p2"))
    assert (account(house), beside_cents(house)) == ((30_000_00, 30_000_00), 30_000_00)


def test_when_the_overpaying_one_itself_comes_back_nothing_is_moved():
    house = hear(overpaid_house(), returned("p1"))
    assert not any(isinstance(it, budget.PaymentPutOnCommitment) for it in house.log[FUND])
    assert (account(house), beside_cents(house)) == ((0, 30_000_00), 0)


def test_what_the_bank_kept_of_the_other_one_leaves_it_beside_and_the_sums_right():
    house = hear(overpaid_house(), returned("p2", 29_990_00))
    assert (account(house), beside_cents(house)) == ((29_990_00, 30_010_00), 30_000_00)


def test_what_was_paid_back_already_is_not_put_on_the_commitment():
    house = demanded_house()
    house.log[FUND][0] = replace(house.log[FUND][0], repayments_set_off=True)
    came = payout.RepaymentReceived(
        claim="c1", repayment="r1", title=TITLE, cents=10_000_00, interest_cents=0, received_on=date(2025, 12, 1),
        acted=(),
    )  # fmt: skip
    hear(house, came, returned("p2"))
    assert not any(isinstance(it, budget.PaymentPutOnCommitment) for it in house.log[FUND])


def test_the_list_and_the_timeline_say_what_was_moved_and_why():
    house = hear(overpaid_house(), returned("p2"))
    moved = house.log[FUND][-1]
    told = tell_of_budget(moved)
    assert told
    assert told.title == "Zahlung auf die Festlegung umgebucht"
    assert "30.000,00" in told.why
