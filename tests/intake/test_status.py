from datetime import date
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.intake.application import ApplicationWithdrawn, Event, Submitted, decider
from services.intake.progress import DrawdownExamined, PaymentReturned, RefusalAnnounced, WithdrawalSettled
from services.intake.status import TITLES, Status, StatusCode, drawdowns, status
from shared.contracts.drawdown_reasons import REASONS
from shared.records import replace
from tests.intake.builders import (
    AWARD,
    BEGUN,
    D1,
    FINAL,
    FIRST,
    FUNDS,
    RECEIPT,
    RETURNED,
    SECOND,
    SUBMITTED,
    THIRD,
    UNTIL_COMPLETE,
    UNTIL_FUNDS,
)

WITHDRAWN = ApplicationWithdrawn(withdrawn_on=date(2025, 6, 2), withdrawn_by="p-stadtilm")
IN_TIME = WithdrawalSettled(effective=True, settled_on=date(2025, 6, 3))
TOO_LATE = WithdrawalSettled(effective=False, settled_on=date(2025, 8, 1))
REFUSED = RefusalAnnounced(reasons=("Fördergegenstand geschlossen", "Mittel erschöpft"), refused_on=date(2025, 6, 30))


def told(*history: Event) -> Status:
    return status(decider.fold(history))


@pytest.mark.parametrize(
    ("history", "code"),
    [
        ((), "unsubmitted"),
        ((SUBMITTED, RECEIPT), "submitted"),
        (UNTIL_COMPLETE, "complete"),
        ((*UNTIL_COMPLETE, BEGUN), "under-review"),
        ((*UNTIL_COMPLETE, BEGUN, AWARD), "awarded"),
        ((*UNTIL_COMPLETE, BEGUN, REFUSED), "refused"),
        ((*UNTIL_COMPLETE, BEGUN, AWARD, FINAL), "final"),
        (UNTIL_FUNDS, "final"),
        ((*UNTIL_FUNDS, *FIRST[:1]), "drawdown-requested"),
        ((*UNTIL_FUNDS, *FIRST[:2]), "drawdown-requested"),
        ((*UNTIL_FUNDS, *FIRST[:3]), "drawdown-requested"),
        ((*UNTIL_FUNDS, *FIRST), "partly-paid"),
        ((*UNTIL_FUNDS, *FIRST, SECOND[0]), "drawdown-requested"),
        ((*UNTIL_FUNDS, *FIRST, *SECOND, *THIRD), "paid"),
        ((SUBMITTED, RECEIPT, WITHDRAWN), "withdrawn"),
        ((*UNTIL_COMPLETE, BEGUN, WITHDRAWN), "withdrawn"),
        ((*UNTIL_COMPLETE, BEGUN, WITHDRAWN, IN_TIME), "withdrawn"),
        ((*UNTIL_COMPLETE, BEGUN, WITHDRAWN, TOO_LATE), "under-review"),
        ((*UNTIL_COMPLETE, BEGUN, WITHDRAWN, TOO_LATE, AWARD), "awarded"),
    ],
)
def test_the_applicant_is_told_where_the_application_stands(history: tuple[Event, ...], code: str) -> None:
    it = told(*history)
    assert it.code == code
    assert it.title == TITLES[StatusCode(code)]
    assert it.next_step.endswith(".") or it.code == "refused"


def test_every_status_has_a_title() -> None:
    assert set(TITLES) == set(StatusCode)


def test_the_amounts_of_d1_are_told_to_the_cent() -> None:
    it = told(*UNTIL_FUNDS, *FIRST, *RETURNED, *SECOND)
    assert it.applied_cents == it.granted_cents == 44_800_00
    assert it.ordered_cents == it.settled_cents == 30_000_00
    assert it.next_step.startswith("14.800,00 €")


def test_a_payment_that_the_treasury_refused_is_neither_ordered_nor_settled() -> None:
    it = told(*UNTIL_FUNDS, *FIRST[:2], *RETURNED)
    assert (it.ordered_cents, it.settled_cents) == (0, 0)
    assert "konnte nicht auszahlen" in it.next_step


def test_a_payment_that_came_back_is_no_longer_told_as_paid() -> None:
    back = PaymentReturned(
        payment="m1", drawdown="d1", year=2025, cents=19_200_00, charges_cents=0, reason="AC04",
        returned_on=date(2025, 8, 8),
    )  # fmt: skip
    paid, returned = told(*UNTIL_FUNDS, *FIRST), told(*UNTIL_FUNDS, *FIRST, back)
    assert (paid.settled_cents, returned.ordered_cents, returned.settled_cents) == (19_200_00, 0, 0)
    assert "neu angeordnet" in returned.next_step


def test_a_refusal_is_told_with_all_its_reasons() -> None:
    it = told(*UNTIL_COMPLETE, REFUSED)
    assert "Fördergegenstand geschlossen; Mittel erschöpft" in it.next_step


def test_why_less_is_granted_than_was_computed_is_told_with_the_award() -> None:
    cut = "Die errechnete Zuwendung ist um 4.800,00 € gekürzt. Die Haushaltsmittel reichen nicht."
    assert told(*UNTIL_COMPLETE, BEGUN, replace(AWARD, cut_reason=cut)).next_step.endswith(cut)
    assert "gekürzt" not in told(*UNTIL_COMPLETE, BEGUN, AWARD).next_step


def test_a_cut_is_told_with_its_reason_before_the_money_comes() -> None:
    it = told(*UNTIL_FUNDS, *FIRST, *SECOND[:2])
    assert "10.800,00 €" in it.next_step
    assert "Haushaltsjahres" in it.next_step


def test_why_less_is_paid_is_told_in_a_sentence_beside_its_code() -> None:
    cut = DrawdownExamined(
        drawdown="d1", requested_cents=19_200_00, accepted_cents=17_280_00, reason="withheld-until-proof",
        examined_on=date(2025, 8, 6),
    )  # fmt: skip
    history = (*UNTIL_FUNDS, FIRST[0], cut)
    assert "einbehalten, bis der Verwendungsnachweis angenommen ist" in told(*history).next_step
    state = decider.fold(history)
    assert isinstance(state, Submitted)
    (one,) = drawdowns(state.progress)
    assert (one.reason, one.reason_text) == ("withheld-until-proof", REASONS["withheld-until-proof"])


def test_a_drawdown_refused_altogether_does_not_hide_what_was_granted() -> None:
    nothing = DrawdownExamined(
        drawdown="d1", requested_cents=19_200_00, accepted_cents=0, reason="Belege fehlen", examined_on=date(2025, 8, 6)
    )
    assert told(*UNTIL_FUNDS, FIRST[0], nothing).code == StatusCode.FINAL


def test_less_than_granted_is_never_told_as_all_paid() -> None:
    assert told(*UNTIL_FUNDS, *FIRST, *SECOND, *THIRD[:3], replace(THIRD[3], cents=14_799_99)).code != StatusCode.PAID


@for_all(st.permutations(D1))
def test_the_order_in_which_notes_arrived_is_not_told(order: list[Any]) -> None:
    assert told(*UNTIL_COMPLETE, *order) == told(*UNTIL_COMPLETE, *D1)


@for_all(st.lists(st.sampled_from([*D1, REFUSED, WITHDRAWN, IN_TIME, TOO_LATE, FUNDS]), unique=True))
def test_whatever_has_arrived_so_far_something_can_be_told(facts: list[Any]) -> None:
    it = told(*UNTIL_COMPLETE, *facts)
    assert it.next_step
    assert it.ordered_cents >= 0
    assert it.granted_cents <= it.applied_cents


def test_a_withdrawal_before_completeness_ends_the_case_at_once_and_a_later_one_waits_for_review() -> None:
    assert "beendet" in told(SUBMITTED, RECEIPT, WITHDRAWN).next_step
    assert "stellt fest" in told(*UNTIL_COMPLETE, WITHDRAWN).next_step
    assert "beendet" in told(*UNTIL_COMPLETE, WITHDRAWN, IN_TIME).next_step
