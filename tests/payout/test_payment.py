from datetime import date
from itertools import permutations

import pytest
from hypothesis import given as forall
from hypothesis import strategies as st

from services.payout.payment import (
    AcceptPayment,
    AlreadyBatched,
    AmountDiffers,
    BatchPayment,
    Command,
    DebitedTwice,
    Event,
    NeverOrdered,
    NotInBatch,
    NumbersExhausted,
    OrderPayment,
    Payment,
    PaymentAccepted,
    PaymentBatched,
    PaymentOrdered,
    PaymentRejected,
    PaymentSettled,
    PaymentTaken,
    Rejected,
    RejectedAfterSettlement,
    RejectPayment,
    Settled,
    SettledAfterRejection,
    SettlePayment,
    decider,
    reference_of,
)
from shared.identity import has_valid_check
from shared.records import replace
from tests.payout.builders import BATCH, CASE, OTHER_CASE, TITLE, orderer, sealed_value, system
from tests.scenario import Scenario

DAY = date(2025, 8, 4)
order = OrderPayment(
    payment="p1",
    case=CASE,
    drawdown="d1",
    attempt=1,
    reference=reference_of(CASE, 1, 1, 2025),
    cents=19_200_00,
    title=TITLE,
    year=2025,
    file_number="EG-2025-00001",
    account_holder=sealed_value("account_holder"),
    iban=sealed_value("iban"),
    certified_by="p-certifier",
)
accept = AcceptPayment(batch=BATCH, status="ACCP")
reject = RejectPayment(batch=BATCH, reason="AC04")
settle = SettlePayment(batch=BATCH, cents=19_200_00, booking="K-1", settled_on=date(2025, 8, 6))


def after(*commands: Command) -> tuple[Event, ...]:
    history: list[Event] = []
    for command in commands:
        history += decider.decide(command, decider.fold(history), orderer())
    return tuple(history)


def given(*commands: Command) -> Scenario[Command, Event, Payment]:
    return Scenario(decider, after(*commands))


batched = (order, BatchPayment(batch=BATCH))


def test_an_order_records_who_ordered_and_when() -> None:
    ordered = given().when(order, orderer()).then_one(PaymentOrdered)
    assert (ordered.ordered_by, ordered.ordered_on, ordered.cents) == ("p-orderer", DAY, 19_200_00)


def test_a_payment_is_never_ordered_twice() -> None:
    given(order).when(order).then()
    with pytest.raises(PaymentTaken):
        given(order).when(replace(order, reference=reference_of(CASE, 2, 1, 2025)))


@pytest.mark.parametrize("cents", [0, -1, 99_999_999_999 + 1])
def test_an_amount_that_no_transfer_can_carry_is_refused(cents: int) -> None:
    with pytest.raises(AmountDiffers):
        given().when(replace(order, cents=cents))


def test_a_payment_lies_in_one_batch_only() -> None:
    given(order).when(BatchPayment(batch=BATCH)).then(PaymentBatched(case=CASE, batch=BATCH))
    given(*batched).when(BatchPayment(batch=BATCH)).then()
    for history in (batched, (*batched, accept), (*batched, reject), (*batched, settle)):
        with pytest.raises(AlreadyBatched):
            given(*history).when(BatchPayment(batch="another"))


def test_the_treasury_accepts_then_debits() -> None:
    given(*batched).when(accept, system()).then(PaymentAccepted(case=CASE, status="ACCP", accepted_on=DAY))
    given(*batched, accept).when(settle, system()).then(
        PaymentSettled(case=CASE, cents=19_200_00, booking="K-1", settled_on=date(2025, 8, 6))
    )


def test_a_rejection_can_follow_an_acceptance() -> None:
    given(*batched, accept).when(reject, system()).then(PaymentRejected(case=CASE, reason="AC04", rejected_on=DAY))


@pytest.mark.parametrize("last", [accept, settle, reject])
def test_an_answer_that_is_already_known_decides_nothing(last: Command) -> None:
    given(*batched, last).when(last).then()


def test_debit_before_acceptance_ends_the_same() -> None:
    ends = {decider.fold(after(*batched, *answers)) for answers in permutations([accept, settle, accept, settle])}
    assert len(ends) == 1
    assert isinstance(ends.pop(), Settled)


def test_rejection_before_acceptance_ends_the_same() -> None:
    ends = {decider.fold(after(*batched, *answers)) for answers in permutations([accept, reject, reject])}
    assert len(ends) == 1
    assert isinstance(ends.pop(), Rejected)


def test_answers_that_contradict_the_books_are_named_and_move_nothing() -> None:
    for history, command, error in [
        ((), accept, NeverOrdered),
        ((), settle, NeverOrdered),
        ((order,), reject, NotInBatch),
        ((order,), settle, NotInBatch),
        (batched, replace(accept, batch="another"), NotInBatch),
        (batched, replace(settle, cents=19_199_99), AmountDiffers),
        ((*batched, settle), replace(settle, booking="K-2"), DebitedTwice),
        ((*batched, settle), reject, RejectedAfterSettlement),
        ((*batched, reject), settle, SettledAfterRejection),
    ]:
        with pytest.raises(error):
            given(*history).when(command)


@forall(
    case=st.uuids().map(lambda it: it.hex),
    tranche=st.integers(1, 1023),
    attempt=st.integers(1, 1023),
    year=st.integers(2024, 2099),
)
def test_a_reference_survives_every_charset_and_shows_its_own_errors(
    case: str, tranche: int, attempt: int, year: int
) -> None:
    reference = reference_of(case, tranche, attempt, year)
    assert len(reference) == 25
    assert reference.isascii()
    assert reference.isalnum()
    assert reference.upper() == reference
    assert has_valid_check(reference)
    for place, right in enumerate(reference):
        # letter for letter and digit for digit: MOD 97-10 promises no more, a letter counts as two digits
        wrong = chr(ord(right) + 1) if right not in "9Z" else {"9": "0", "Z": "A"}[right]
        assert not has_valid_check(reference[:place] + wrong + reference[place + 1 :])


def test_references_differ_by_case_tranche_and_attempt() -> None:
    made = [
        reference_of(case, tranche, attempt, 2025)
        for case in (CASE, OTHER_CASE)
        for tranche in range(1, 40)
        for attempt in range(1, 40)
    ]
    assert len(set(made)) == len(made)
    assert reference_of(CASE, 1, 1, 2025) == reference_of(CASE, 1, 1, 2025)


def test_no_reference_is_made_up_beyond_the_numbers() -> None:
    for tranche, attempt in [(0, 1), (1, 0), (1024, 1), (1, 1024)]:
        with pytest.raises(NumbersExhausted):
            reference_of(CASE, tranche, attempt, 2025)
