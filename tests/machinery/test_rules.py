"""Regeln als Daten: every condition has a result, every result a reason, and nothing but the language is understood."""

from datetime import date
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.formats import encode
from shared.rules import Consequence, Given, Input, Kind, Result, Rule, RuleNotReadable, check, judge, parsed, told

KNOWN = {
    "granted_cents": Kind.NUMBER,
    "eligible_cents": Kind.NUMBER,
    "rate_bp": Kind.NUMBER,
    "starts_on": Kind.DAY,
    "submitted_on": Kind.DAY,
    "is_open": Kind.YES_NO,
    "item": Kind.TEXT,
}
INPUTS: dict[str, Input | None] = {
    "granted_cents": 44_800_00,
    "eligible_cents": 56_000_00,
    "rate_bp": 8_000,
    "starts_on": date(2025, 6, 15),
    "submitted_on": date(2025, 5, 12),
    "is_open": True,
    "item": "interfaces",
}


def rule(condition: str, **changes: Any) -> Rule:
    content: dict[str, Any] = {
        "code": "rule", "title": "Eine Regel", "condition": condition, "met": "passt", "reason": "passt nicht",
        "consequence": Consequence.STOPS, "source": "Test",
    }  # fmt: skip
    return Rule(**content | changes)


def result(condition: str, **changes: Input | None) -> Result:
    return judge([rule(condition)], INPUTS | changes).outcomes[0].result


@pytest.mark.parametrize(
    "condition",
    [
        "granted_cents * 10000 <= eligible_cents * rate_bp",
        "granted_cents + 1120000 = eligible_cents",
        "eligible_cents - 1 - 1 < eligible_cents - 1",
        "starts_on >= submitted_on and starts_on > 2025-05-31",
        "is_open and not (item = 'training')",
        "false or true and is_open",
        "not is_open or item != 'training'",
        "not not is_open",
        "2 + 2 * 3 = 8",
        "(2 + 2) * 3 = 12",
    ],
)
def test_what_is_so_is_met_and_its_contrary_is_not(condition: str):
    check(rule(condition), KNOWN)
    assert result(condition) == Result.MET
    assert result(f"not ({condition})") == Result.NOT_MET


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("starts_on > submitted_on", Result.UNDECIDED),
        ("not (starts_on > submitted_on)", Result.UNDECIDED),
        ("starts_on > submitted_on or is_open", Result.MET),
        ("starts_on > submitted_on and not is_open", Result.NOT_MET),
        ("is_open and starts_on > submitted_on", Result.UNDECIDED),
    ],
)
def test_what_is_not_known_stays_undecided_unless_the_rest_decides(condition: str, expected: Result):
    assert result(condition, starts_on=None) == expected


@pytest.mark.parametrize(
    "condition",
    [
        "", "granted_cents", "1 + is_open = 2", "item < 'b'", "is_open > false", "starts_on = 5", "starts_on + 1 > starts_on",
        "unheard_of = 1", "granted_cents <", "(is_open", "is_open)", "granted_cents 5", "2025-02-30 = starts_on", "is_open = not",
        "9007199254740992 > granted_cents", "__import__('os')", "granted_cents.bit_length()", "item = 'a' or", "and is_open",
        "is_open; is_open", "1 < 2 < 3", "(" * 20 + "is_open" + ")" * 20, "is_open or " * 50 + "is_open",
    ],
)  # fmt: skip
def test_what_the_language_does_not_know_is_not_published(condition: str):
    with pytest.raises(RuleNotReadable):
        check(rule(condition), KNOWN)


def test_a_reason_tells_the_values_as_people_write_them():
    text = "{granted_cents} sind {rate_bp} von {eligible_cents}, ab {starts_on}, offen: {is_open}, {item}"
    assert told(text, INPUTS) == "44.800,00 € sind 80 % von 56.000,00 €, ab 15.06.2025, offen: ja, interfaces"
    assert told("{starts_on}", {}) == "nicht angegeben"
    assert told("{rate_bp}", {"rate_bp": 7_550}) == "75,5 %"


def test_a_reason_that_names_an_unknown_value_is_not_published():
    for name in ("met", "reason"):
        with pytest.raises(RuleNotReadable):
            check(rule("is_open", **{name: "{unheard_of}"}), KNOWN)


def test_a_judgement_keeps_inputs_outcomes_and_reasons():
    met, not_met = rule("is_open"), rule("item = 'training'", code="other")
    it = judge([met, not_met, rule("item = 'training'", consequence=Consequence.WARNS)], INPUTS)
    assert [(one.result, one.reason) for one in it.outcomes[:2]] == [
        (Result.MET, "passt"),
        (Result.NOT_MET, "passt nicht"),
    ]
    assert [one.code for one in it.stopping] == ["other"]
    assert Given(name="starts_on", text="2025-06-15") in it.inputs
    assert Given(name="is_open", text="true") in it.inputs
    assert [one.name for one in it.inputs] == sorted(INPUTS)
    assert encode(it)


# ---- Whatever is put in ---------------------------------------------------------------------------------------------

NUMBERS = st.one_of(st.sampled_from(["granted_cents", "eligible_cents", "rate_bp"]), st.integers(0, 2**53 - 1).map(str))
DAYS = st.one_of(st.sampled_from(["starts_on", "submitted_on"]), st.dates(date(1900, 1, 1)).map(date.isoformat))
ORDER = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
SUMS = st.recursive(NUMBERS, lambda it: st.builds("({} {} {})".format, it, st.sampled_from("+-*"), it), max_leaves=3)
ASKED = st.one_of(
    st.builds("{} {} {}".format, SUMS, ORDER, SUMS),
    st.builds("{} {} {}".format, DAYS, ORDER, DAYS),
    st.sampled_from(["is_open", "item = 'training'", "true", "false"]),
)
CONDITIONS = st.recursive(
    ASKED,
    lambda it: st.one_of(
        it.map("not ({})".format), st.builds("({}) {} ({})".format, it, st.sampled_from(["and", "or"]), it)
    ),
    max_leaves=3,
)
ANYTHING = st.one_of(st.none(), st.integers(), st.dates(), st.text(), st.booleans())


def _of(kind: Kind) -> st.SearchStrategy[Any]:
    return {Kind.NUMBER: st.integers(0, 2**53), Kind.DAY: st.dates(), Kind.TEXT: st.text(), Kind.YES_NO: st.booleans()}[
        kind
    ]


@given(CONDITIONS, st.fixed_dictionaries({name: _of(kind) for name, kind in KNOWN.items()}))
def test_a_published_condition_over_known_inputs_is_always_decided(condition: str, inputs: dict[str, Any]):
    check(rule(condition), KNOWN)
    outcome, again = (judge([rule(condition)], inputs).outcomes[0] for _ in range(2))
    assert outcome == again
    assert outcome.result != Result.UNDECIDED
    assert judge([rule(f"not ({condition})")], inputs).outcomes[0].result != outcome.result


@given(CONDITIONS, st.fixed_dictionaries(dict.fromkeys(KNOWN, ANYTHING)))
def test_a_condition_has_a_result_whatever_is_put_in(condition: str, inputs: dict[str, Any]):
    assert judge([rule(condition)], inputs).outcomes[0].result in set(Result)


@given(
    CONDITIONS,
    st.fixed_dictionaries({name: _of(kind) for name, kind in KNOWN.items()}),
    st.sets(st.sampled_from(sorted(KNOWN))),
)
def test_what_is_decided_without_a_value_is_decided_the_same_with_it(
    condition: str, inputs: dict[str, Any], unknown: set[str]
):
    poorer = judge([rule(condition)], {name: None if name in unknown else it for name, it in inputs.items()}).outcomes[
        0
    ]
    richer = judge([rule(condition)], inputs).outcomes[0]
    assert poorer.result in (Result.UNDECIDED, richer.result)


@given(st.text(max_size=60))
@example("((((((((((((((((((((")
@example("not " * 60)
def test_any_text_is_a_condition_or_is_refused_by_name(text: str):
    try:
        part = parsed(text)
    except RuleNotReadable:
        return
    assert part
