"""Nicht alsbald verwendete Mittel: what payout found founds the demand; amounts and days are its own, and no day is charged twice."""

from datetime import date
from itertools import permutations
from typing import Any

import pytest

from services.review import recovering, recovery
from services.review.reactions import react
from services.review.recovery import BelowBagatelle, LateUseDemanded, RepaymentProposed, UnknownFinding
from services.review.words.recovery import told_findings
from shared.contracts.payout import LateMoney, UnspentNoted
from shared.decider import Decision
from shared.published_rates import shipped_base_rates
from tests.review.builders import CASE, PROGRAMME, House, approver, officer, system
from tests.review.test_recovery import paid_house

OWN = recovery.decider.stream(CASE)
PROPOSED_ON = date(2026, 6, 1)
FIRST = UnspentNoted(
    drawdown="d2", unspent_cents=10_800_00, late_cents=10_800_00, due_on=date(2026, 1, 15), noted_on=date(2026, 2, 25),
    parts=(LateMoney(drawdown="d1", cents=10_800_00, due_on=date(2026, 1, 15)),),
)  # fmt: skip
LATER = UnspentNoted(
    drawdown="d3", unspent_cents=9_000_00, late_cents=9_000_00, due_on=date(2026, 1, 15), noted_on=date(2026, 5, 4),
    parts=(
        LateMoney(drawdown="d1", cents=4_000_00, due_on=date(2026, 1, 15)),
        LateMoney(drawdown="d2", cents=5_000_00, due_on=date(2026, 4, 25)),
    ),
)  # fmt: skip


def house_that_heard(*told: UnspentNoted) -> House:
    house = paid_house(annulled=False)
    for it in told:
        answer = react(it, CASE)
        assert answer
        house.perform(answer, system(it.noted_on))
    return house


def late(drawdown: str, claim: str = "c1") -> Decision:
    return recovering.propose_late_money(
        CASE, PROGRAMME, claim, drawdown, reasons="nicht alsbald verwendet", rates=shipped_base_rates()
    )


def known(house: House) -> recovery.Recovery:
    return recovery.decider.fold(house.log[OWN])


def demanded(house: House, decided: Decision) -> RepaymentProposed:
    proposed = house.perform(decided, officer(PROPOSED_ON))[OWN][0]
    assert isinstance(proposed, RepaymentProposed)
    house.perform(recovering.demand(CASE, PROGRAMME, proposed.number), approver(PROPOSED_ON))
    return proposed


def lines(it: RepaymentProposed) -> list[tuple[int, date, date]]:
    return [(one.cents, one.from_on, one.until_on) for one in it.lines]


def test_41_days_of_10_800_euros_cost_76_06_without_anybody_typing_them():
    house = house_that_heard(FIRST, FIRST)
    assert len(known(house).unspent) == 1
    proposed = demanded(house, late("d2"))
    assert (proposed.kind, proposed.cents, proposed.interest_cents, proposed.unspent) == ("late-use", 0, 76_06, "d2")
    assert [it.days for it in proposed.lines] == [41]


def test_the_case_offers_what_was_found_until_it_is_demanded():
    house = house_that_heard(FIRST)
    [it] = told_findings(known(house))
    assert (it.found, it.cents, it.from_on, it.until_on) == (
        "late-use/d2", 10_800_00, date(2026, 1, 15), date(2026, 2, 25),
    )  # fmt: skip
    demanded(house, late("d2"))
    assert told_findings(known(house)) == []
    with pytest.raises(LateUseDemanded):
        house.perform(late("d2", "c2"), officer(PROPOSED_ON))
    with pytest.raises(UnknownFinding):
        house.perform(late("d9", "c2"), officer(PROPOSED_ON))


def test_of_two_findings_no_day_is_charged_twice():
    house = house_that_heard(FIRST, LATER)
    demanded(house, late("d2"))
    assert lines(demanded(house, late("d3", "c2"))) == [
        (4_000_00, date(2026, 2, 25), date(2026, 5, 4)),
        (5_000_00, date(2026, 4, 25), date(2026, 5, 4)),
    ]
    # The control: without what was demanded before, the same money would bear interest from January again.
    alone = house_that_heard(FIRST, LATER)
    assert lines(demanded(alone, late("d3")))[0] == (4_000_00, date(2026, 1, 15), date(2026, 5, 4))


def test_in_whatever_order_they_were_told_the_same_is_demanded():
    found: list[Any] = []
    for order in permutations((FIRST, LATER)):
        house = house_that_heard(*order)
        found.append((lines(demanded(house, late("d2"))), lines(demanded(house, late("d3", "c2")))))
    assert found[0] == found[1]


def test_below_the_limit_for_small_amounts_no_interest_is_demanded():
    little = UnspentNoted(
        drawdown="d2", unspent_cents=1_00, late_cents=1_00, due_on=date(2026, 1, 15), noted_on=date(2026, 2, 25),
        parts=(LateMoney(drawdown="d1", cents=1_00, due_on=date(2026, 1, 15)),),
    )  # fmt: skip
    with pytest.raises(BelowBagatelle):
        house_that_heard(little).perform(late("d2"), officer(PROPOSED_ON))
