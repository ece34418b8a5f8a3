"""Einbehalt: a share of each year waits for the accepted proof of use, whatever comes first, to the cent."""

from datetime import date
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given as forall
from hypothesis import strategies as st

from services.payout import disbursement
from services.payout.disbursement import (
    REASONS,
    DrawdownAccepted,
    DrawdownReduced,
    DrawdownRejected,
    ExamineDrawdown,
    NoteProof,
    ProofNoted,
    decider,
    limits,
    payable,
    withheld_cents,
)
from services.payout.disbursement.changes import DrawdownReopened
from services.payout.publications import publish
from services.payout.reactions import HANDLED, react
from shared.contracts import Acted, YearAmount
from shared.contracts.payout import DrawdownExamined
from shared.contracts.review import ProofDecided
from shared.decider import replace
from shared.identity import Role
from tests.payout.builders import CASE, drawdown, examiner, plan, system

TENTH = replace(plan(), withheld_bp=1_000)
AUDITED = Acted(person="p-auditor", role=Role.USAGE_AUDITOR, action="accept-proof")
PROOF = NoteProof(proof="v1", final_cents=44_800_00, decided_on=date(2026, 10, 1), acted=(AUDITED,))
FIRST = drawdown("d1", 2025, 40_000_00, 30_000_00)


def told(*commands: Any) -> list[Any]:
    history: list[Any] = []
    for command in commands:
        context = examiner() if isinstance(command, ExamineDrawdown) else system()
        history += decider.decide(command, decider.fold(history), context)
    return history


def test_a_tenth_of_the_year_is_withheld_and_the_drawdown_is_reduced_with_the_reason() -> None:
    history = told(TENTH, FIRST, ExamineDrawdown(drawdown="d1"))
    reduced = history[-1]
    assert isinstance(reduced, DrawdownReduced)
    assert (reduced.accepted_cents, reduced.reason) == (27_000_00, "withheld-until-proof")
    contract = publish(reduced, decider.fold(history))
    assert isinstance(contract, DrawdownExamined)
    assert (contract.accepted_cents, contract.reason) == (27_000_00, "withheld-until-proof")
    assert "einbehalten, bis der Verwendungsnachweis angenommen ist" in REASONS[contract.reason]


def test_while_it_is_withheld_nothing_more_is_paid_and_after_the_proof_the_rest_is() -> None:
    rest = drawdown("d2", 2025, 56_000_00, 3_000_00)
    before = told(TENTH, FIRST, ExamineDrawdown(drawdown="d1"), rest, ExamineDrawdown(drawdown="d2"))
    assert isinstance(before[-1], DrawdownRejected)
    assert before[-1].reason == "withheld-until-proof"
    after = told(TENTH, FIRST, ExamineDrawdown(drawdown="d1"), PROOF, rest, ExamineDrawdown(drawdown="d2"))
    assert isinstance(after[-1], DrawdownAccepted)
    assert after[-1].accepted_cents == 3_000_00


def test_after_the_proof_no_more_is_paid_than_finally_remains() -> None:
    less = replace(PROOF, final_cents=28_500_00)
    rest = drawdown("d2", 2025, 56_000_00, 3_000_00)
    history = told(TENTH, FIRST, ExamineDrawdown(drawdown="d1"), less, rest, ExamineDrawdown(drawdown="d2"))
    assert isinstance(history[-1], DrawdownReduced)
    assert (history[-1].accepted_cents, history[-1].reason) == (1_500_00, "final-amount")


def test_what_was_examined_and_not_ordered_above_the_final_amount_is_examined_anew() -> None:
    history = told(TENTH, FIRST, ExamineDrawdown(drawdown="d1"), replace(PROOF, final_cents=20_000_00))
    assert [type(it) for it in history[-2:]] == [ProofNoted, DrawdownReopened]
    again = decider.decide(ExamineDrawdown(drawdown="d1"), decider.fold(history), examiner())
    assert isinstance(again[0], DrawdownReduced)
    assert (again[0].accepted_cents, again[0].reason) == (20_000_00, "final-amount")


def test_whichever_comes_first_plan_drawdown_and_proof_end_the_same_and_a_second_note_decides_nothing() -> None:
    ends: set[tuple[Any, ...]] = set()
    for order in permutations((TENTH, FIRST, PROOF)):
        state = decider.fold(told(*order, PROOF, ExamineDrawdown(drawdown="d1")))
        assert isinstance(state, disbursement.Open)
        ends.add((state.plan.withheld_bp, state.proof, state.drawdowns[0].accepted_cents))
    assert ends == {(1_000, decider.fold(told(TENTH, PROOF)).proof, 30_000_00)}


def test_only_the_final_proof_that_was_accepted_releases_anything() -> None:
    contract = ProofDecided(
        proof="v1", kind="final", outcome="accepted", granted_cents=44_800_00, recognised_cents=56_000_00,
        final_cents=44_800_00, paid_cents=40_000_00, overpaid_cents=0, reasons="", decided_on=date(2026, 10, 1),
        acted=(AUDITED,),
    )  # fmt: skip
    assert ProofDecided in HANDLED
    asked = react(contract, CASE)
    assert asked is not None
    assert [type(it) for its in asked.judge([decider.initial], system()).values() for it in its] == [ProofNoted]
    for outcome in ("interim-accepted", "sent-back"):
        assert react(replace(contract, outcome=outcome), CASE) is None
    assert AUDITED in decider.fold(told(TENTH, PROOF)).acted


def test_a_plan_of_version_1_withholds_nothing() -> None:
    history = told(plan(), FIRST, ExamineDrawdown(drawdown="d1"))
    assert isinstance(history[-1], DrawdownAccepted)
    assert withheld_cents(30_000_00, 0, None) == 0


ASKED = st.lists(
    st.tuples(st.sampled_from([2025, 2026]), st.integers(0, 56_000_00), st.integers(1, 30_000_00)), max_size=6
)


def _run(asked: list[tuple[int, int, int]], withheld_bp: int, proven_after: int, final_cents: int) -> None:
    """Whatever is asked: nothing above what is not withheld before the proof, nothing above what remains after it."""
    history = told(replace(plan(), withheld_bp=withheld_bp))
    for number, (year, due, cents) in enumerate(asked):
        if number == proven_after:
            note = replace(PROOF, final_cents=final_cents)
            history += decider.decide(note, decider.fold(history), system())
        for command in (drawdown(f"d{number}", year, due, cents), ExamineDrawdown(drawdown=f"d{number}")):
            context = examiner() if isinstance(command, ExamineDrawdown) else system()
            history += decider.decide(command, decider.fold(history), context)
        state = decider.fold(history)
        assert isinstance(state, disbursement.Open)
        accepted = sum(it.accepted_cents for it in state.drawdowns)
        for part in state.plan.by_year:
            of_year = sum(it.accepted_cents for it in state.drawdowns if it.year == part.year)
            free = part.cents if state.proof else part.cents - part.cents * withheld_bp // 10_000
            assert 0 <= of_year <= free
        if state.proof:
            assert accepted <= max(final_cents, 0)


@forall(ASKED, st.integers(0, 10_000), st.integers(0, 7), st.integers(0, 44_800_00))
def test_no_order_of_drawdowns_and_proof_pays_what_is_withheld(
    asked: list[tuple[int, int, int]], withheld_bp: int, proven_after: int, final_cents: int
) -> None:
    _run(asked, withheld_bp, proven_after, final_cents)


def test_without_the_retention_the_same_would_be_paid_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "withheld_cents", lambda *_: 0)
    with pytest.raises(AssertionError):
        _run([(2025, 56_000_00, 30_000_00)], 1_000, 7, 0)
    state = decider.fold(told(TENTH, FIRST))
    assert isinstance(state, disbursement.Open)
    assert payable(state.plan, state.drawdowns, state.drawdowns[0]) == (30_000_00, "")
    assert state.plan.by_year[0] == YearAmount(year=2025, cents=30_000_00)
