"""Überzahlung: review is told which payment was made beside another; when its claim is settled, the drawdown is paid once."""

from datetime import date
from typing import Any

import pytest

from services.payout import claim as claims
from services.payout import clearing, report
from services.payout import disbursement as disbursements
from services.payout import payment as payments
from services.payout.clearing import Resolution
from services.payout.publications import publish
from services.payout.reactions import react
from services.payout.report import Owed
from shared.contracts import payout, review
from shared.decider import decision
from shared.identity import SYSTEM
from shared.records import replace
from tests.payout.builders import CASE, Booking, House, bookings, debit, system, transmitted_house
from tests.payout.test_claim import TOLD
from tests.payout.test_clearing import PAID, person, propose
from tests.payout.test_paid_after_refusal import (
    agreed,
    both_paid,
    debited,
    drawn,
    open_items,
    refused_and_debited,
    refused_house,
    sent_anew,
)

SETTLED = review.OverpaymentSettled(claim="c1", drawdown="d1", payment="p1", settled_on=date(2025, 12, 1))


def told_settled(house: House, payment: str) -> payout.PaymentSettled:
    stream = payments.decider.stream(payment)
    settled = next(it for it in house.events[stream] if isinstance(it, payments.PaymentSettled))
    told = publish(settled, house.payment(payment))
    assert isinstance(told, payout.PaymentSettled)
    return told


def hear(house: House, contract: Any) -> list[Any]:
    answer = react(contract, CASE)
    assert answer
    return house.record(answer, system(date(2025, 12, 2)))


def test_review_is_told_beside_which_payment_the_refused_one_was_made():
    house = both_paid()
    assert (told_settled(house, "p1").beside, told_settled(house, "p2").beside) == ("p2", "")
    assert told_settled(house, "p1").cents == PAID
    # Debited before the second attempt was, it was made beside it as well: that one has been handed over.
    early = refused_house()
    sent_anew(early)
    debited(early)
    agreed(early, Resolution.ASSIGNED, "p1")
    assert told_settled(early, "p1").beside == "p2"


def test_a_payment_that_was_made_instead_of_none_overpays_nothing():
    instead = refused_and_debited()
    agreed(instead, Resolution.ASSIGNED, "p1")
    assert told_settled(instead, "p1").beside == ""
    plain = transmitted_house()
    plain.booked(bookings(debit(Booking(reference=plain.reference("p1"), cents=PAID))))
    assert told_settled(plain, "p1").beside == ""
    # An attempt that had not left is taken back, and the first pays the drawdown once.
    unsent = refused_house()
    unsent.order("d1", "p2")
    debited(unsent)
    agreed(unsent, Resolution.ASSIGNED, "p1")
    assert told_settled(unsent, "p1").beside == ""


def test_with_the_settlement_of_its_claim_the_open_item_ends_and_the_drawdown_is_paid_once():
    house = both_paid()
    [(name, _, _)] = open_items(house)
    assert [it.listed for it in drawn(house).overpaid] == [name]
    recovered, resolved = hear(house, SETTLED)
    assert isinstance(recovered, disbursements.OverpaymentRecovered)
    assert isinstance(resolved, clearing.ClearingResolved)
    assert (resolved.resolution, resolved.claim, resolved.approved_by) == (Resolution.RECOVERED, "c1", SYSTEM)
    assert (list(open_items(house)), drawn(house).overpaid) == ([], ())
    assert drawn(house).stage == disbursements.Paid(payment="p2")
    assert hear(house, SETTLED) == []


def test_what_two_persons_said_of_the_item_before_stands_and_what_was_only_proposed_is_over():
    house = both_paid()
    [(name, number, _)] = open_items(house)
    propose(house, name, number, Resolution.RECOVERED)
    hear(house, SETTLED)
    assert list(open_items(house)) == []
    with pytest.raises(clearing.ItemResolved):
        house.record(approve_of(name, number), system(date(2025, 12, 2)))


def approve_of(name: str, number: int) -> Any:
    return decision(clearing.decider, name, clearing.ApproveResolution(number=number, proposal=f"r-{number}"))


def test_after_its_recovery_a_return_of_the_other_payment_frees_the_drawdown():
    house = both_paid()
    hear(house, SETTLED)
    back = disbursements.NoteReturn(case=CASE, drawdown="d1", payment="p2", reason="AC04")
    house.disbursement(back, system(date(2025, 12, 3)))
    assert drawn(house).stage == disbursements.Accepted()
    # The control: while it stands, the overpayment pays the drawdown instead.
    standing = both_paid()
    standing.disbursement(back, system(date(2025, 12, 3)))
    assert drawn(standing).stage == disbursements.Paid(payment="p1")
    assert hear(standing, SETTLED) == []


def test_an_overpayment_from_before_its_list_was_kept_ends_too():
    house = both_paid()
    stream = disbursements.decider.stream(CASE)
    house.events[stream] = [
        replace(it, listed="") if isinstance(it, disbursements.DrawdownOverpaid) else it for it in house.events[stream]
    ]
    [recovered] = hear(house, SETTLED)
    assert isinstance(recovered, disbursements.OverpaymentRecovered)
    assert len(open_items(house)) == 1, "of this item two persons say that the claim stands"


# ---- By hand ---------------------------------------------------------------------------------------------------------


def demanded(house: House, name: str, payment: str) -> Owed:
    kind = "overpayment" if payment else "excess"
    told = replace(claims.OpenClaim(**TOLD), claim=name, payment=payment, reference=f"F{name}", kind=kind)
    house.tell(claims.decider, CASE, told, system())
    return Owed(case=CASE, claim=name)


def proposed(house: House, owed: Owed) -> list[Any]:
    [(name, number, _)] = open_items(house)
    command = clearing.ProposeResolution(
        number=number, proposal=f"r-{owed.claim}", resolution=Resolution.RECOVERED, reason="Bescheid", claim=owed.claim
    )
    return house.record(report.propose(name, command, [owed]), person("p-one"))


def approved(house: House, owed: Owed) -> list[Any]:
    [(name, number, _)] = open_items(house)
    questioned = [house.payment("p1").order]
    told = report.approve(name, number, f"r-{owed.claim}", owed=owed, questioned=questioned)
    return house.record(told, person("p-two"))


def test_two_persons_close_an_overpayment_by_the_claim_that_it_founded():
    house = both_paid()
    founded = demanded(house, "c1", "p1")
    proposed(house, founded)
    [resolved] = approved(house, founded)
    assert (resolved.resolution, resolved.claim) == (Resolution.RECOVERED, "c1")
    assert open_items(house) == []
    assert [it.payment for it in drawn(house).overpaid] == ["p1"], "until the money is there"


@pytest.mark.parametrize("payment", ["", "p2"])
def test_another_claim_of_the_case_closes_no_overpayment(payment: str):
    house = both_paid()
    other = demanded(house, "c2", payment)
    with pytest.raises(report.ClaimOfOtherMoney, match="noch keine Forderung"):
        proposed(house, other)
    demanded(house, "c1", "p1")
    with pytest.raises(report.ClaimOfOtherMoney, match="Fc1"):
        proposed(house, other)


def test_without_the_question_another_claim_would_close_it(monkeypatch: pytest.MonkeyPatch):
    """What was proposed before the question was asked is refused at the agreement."""
    house = both_paid()
    other = demanded(house, "c2", "")
    with monkeypatch.context() as unasked:
        unasked.setattr("services.payout.report.assigning.refuse_other_claim", lambda *_: None)
        proposed(house, other)
    with pytest.raises(report.ClaimOfOtherMoney):
        approved(house, other)
    monkeypatch.setattr("services.payout.report.resolving.refuse_other_claim", lambda *_: None)
    assert approved(house, other)
