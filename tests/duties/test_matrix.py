"""Every role, every action, every history of up to three acts by one person, over the real deciders: the oracle agrees."""

from collections.abc import Iterator, Sequence
from itertools import combinations

import pytest

from shared import duties
from shared.access import Person, allowed_role
from shared.contracts.review import TookPart
from shared.decider import RefusedAttempt
from shared.duties import MATRIX, Matrix, read
from shared.identity import Role
from shared.problems import Problem
from tests.duties.oracle import MAY, excluded
from tests.duties.world import TOLD, Point, X, before_the_decision, points

POINTS = points()
LONGEST = 3


def histories(point: Point, longest: int) -> Iterator[tuple[str, ...]]:
    for length in range(longest + 1):
        yield from combinations(point.acts, length)


def wrong(point: Point, longest: int) -> Iterator[str]:
    """Where the deciders allow what the sentences of the matrix forbid, or forbid what they allow."""
    for history in histories(point, longest):
        told = refused(point, X, history)
        forbidden = any(excluded(done, point.action) for done in history)
        if bool(told) != forbidden or "ohne" in told:
            yield f"{point.action} nach {', '.join(history) or 'nichts'}: {told or 'erlaubt'}"
        if refused(point, "p-another", history):
            yield f"{point.action} einer anderen Person nach {', '.join(history)}"


def refused(point: Point, person: str, history: Sequence[str]) -> str:
    """The rule by which the deciders refuse this person, empty when they let the person act."""
    try:
        recorded = point.attempt(person, history)
    except RefusedAttempt as attempt:
        named = (attempt.action, attempt.matrix_sha256) == (point.action, duties.MATRIX.sha256)
        return attempt.rule if named else f"{attempt.rule} ohne Handlung oder Matrix"
    assert recorded, f"{point.name}: nichts entschieden"
    return ""


@pytest.mark.parametrize("point", POINTS, ids=lambda it: it.name)
def test_whoever_did_what_before_is_refused_or_let_act_as_the_sentences_say(point: Point) -> None:
    assert list(wrong(point, LONGEST)) == []


def test_every_action_in_a_case_is_walked_to_and_every_act_is_in_some_history() -> None:
    in_a_case = {action for action, part in MATRIX.part_of.items() if part != duties.OUTSIDE}
    assert {it.action for it in POINTS} == in_a_case - UNBARRED
    assert {act for it in POINTS for act in it.acts} >= in_a_case - WITHOUT_AFTERMATH


UNBARRED = {"publish-policy", "submit-application", "discard-batch"}
"""Before the first there is no case; no act bars from the second, as the pairs below say."""
WITHOUT_AFTERMATH = {
    "approve-resolution",
    "discard-batch",
    "record-entry",
    "record-recall-answer",
    "hand-back-case",
    "appoint-substitute",
    "withdraw-application",
    "refuse-grant",
    "reject-formally",
    "declare-final",
    "record-succession",
    "request-change",
    "assess-interest",
    "waive-interest",
}
"""After these no person acts any more on the roads walked here; the rules about them are judged below."""


def test_the_matrix_says_of_every_pair_of_acts_what_the_sentences_say() -> None:
    in_a_case = [action for action, part in MATRIX.part_of.items() if part != duties.OUTSIDE]
    found = [
        (done, action)
        for action in in_a_case
        for done in in_a_case
        if (done in MATRIX.barring[action]) != excluded(done, action)
    ]
    assert found == []


@pytest.mark.parametrize("role", [it for it in Role if it is not Role.SYSTEM])
def test_a_role_may_do_what_the_sentences_give_it_and_nothing_else(role: Role) -> None:
    assert {action for action in MATRIX.roles if may(role, action)} == MAY[role]


def may(role: Role, action: str) -> bool:
    """What the service answers somebody of this role alone, before any state is looked at."""
    try:
        return allowed_role(Person(id=X, roles=frozenset({role})), MATRIX.roles[action], action) == role
    except Problem:
        return False


# ---- What the test would see ------------------------------------------------------------------------------------------


def without(code: str) -> Matrix:
    """The matrix lacking a rule."""
    blocks = MATRIX.text.split("[[rule]]")
    return read("[[rule]]".join(it for it in blocks if f'code = "{code}"' not in it))


@pytest.mark.parametrize("code", [it.code for it in MATRIX.rules if it.between and it.apart_from])
def test_a_matrix_without_one_rule_lets_somebody_act_who_must_not(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duties, "MATRIX", without(code))
    rule = next(it for it in MATRIX.rules if it.code == code)
    concerned = [it for it in POINTS if it.action in rule.between | rule.apart_from]
    assert any("erlaubt" in it for point in concerned for it in wrong(point, 1))


def test_a_review_that_told_only_what_it_decided_would_let_who_examines_ask_to_begin_early(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    publish, react = TOLD["review"]

    def without_part_taken(it: object, state: object) -> object | None:
        told = publish(it, state)
        return None if isinstance(told, TookPart) else told

    monkeypatch.setitem(TOLD, "review", (without_part_taken, react))
    point = next(it for it in before_the_decision() if it.name == "vor der Bewilligung: request-early-start")
    found = list(wrong(point, 1))
    assert "request-early-start nach assess-expenditure: erlaubt" in found
    assert "request-early-start nach record-expert-opinion: erlaubt" in found


def test_a_rule_too_many_refuses_somebody_who_may(monkeypatch: pytest.MonkeyPatch) -> None:
    more = """
[[rule]]
code = "clerk-may-not-dispatch"
between = ["declare-complete"]
and = ["dispatch-notice"]
reason = "Erfunden."
source = "keine"
"""
    monkeypatch.setattr(duties, "MATRIX", read(MATRIX.text + more))
    point = next(it for it in POINTS if it.action == "dispatch-notice")
    assert list(wrong(point, 1)) == ["dispatch-notice nach declare-complete: clerk-may-not-dispatch"]
