"""The second reckoning, given exports that somebody else wrote: what it adds up, what it finds, what it does not know."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from deploy.recount.__main__ import recounted

CASE, TITLE = "c1", "1605-63371"

type Told = tuple[str, str, str, dict[str, Any]]
"""Stream, topic, actor, facts."""


def exported(folder: Path, told: Sequence[Told], bundle: int = 256) -> Path:
    """An export of these events, in bundles as the ledger writes them."""
    for number in range(0, len(told), bundle):
        leaves, states = b"", b""
        for place, (stream, topic, actor, facts) in enumerate(told[number : number + bundle], start=number):
            leaf = {"service": topic.partition(".")[0], "stream": stream, "topic": f"{topic}.v1", "at": f"2025-01-01T00:00:{place:02d}Z"}  # fmt: skip
            raw = json.dumps(leaf).encode()
            leaves += len(raw).to_bytes(2) + raw
            states += json.dumps({"context": {"actor": actor, "role": "x", "correlation": CASE}, "facts": facts}).encode() + b"\n"  # fmt: skip
        width = min(bundle, len(told) - number)
        name = f"{number // bundle:03d}" if width == 256 else f"{number // bundle:03d}.p/{width}"
        for kind, content in (("tile/entries", leaves), ("states", states)):
            file = folder / kind / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
    return folder


def years(**cents: int) -> list[dict[str, int]]:
    return [{"year": int(year[1:]), "cents": amount} for year, amount in cents.items()]


BOOKED: Sequence[Told] = (
    (f"budget-{TITLE}-2025", "review.budget-opened", "p-b",
     {"appropriation_cents": 1_000, "authorisations": years(y2026=500)}),
    (f"budget-{TITLE}-2025", "review.funds-reserved", "p-b", {"by_year": years(y2025=300, y2026=200)}),
    (f"budget-{TITLE}-2025", "review.funds-committed", "p-a", {"by_year": years(y2025=300, y2026=200)}),
    ("payment-1", "payout.payment-ordered", "p-o", {"title": TITLE, "year": 2025}),
    ("payment-1", "payout.payment-settled", "system", {"cents": 300}),
    (f"budget-{TITLE}-2025", "review.payment-recorded", "system", {"cents": 300}),
    (f"budget-{TITLE}-2026", "review.budget-opened", "p-b", {"appropriation_cents": 2_000, "authorisations": []}),
    (f"budget-{TITLE}-2026", "review.commitment-carried", "p-b", {"by_year": years(y2026=200)}),
)  # fmt: skip
OPINED: Told = (f"assessment-{CASE}", "review.expert-opinion-recorded", "p-1", {})


def act(stream: str, topic: str, person: str, **facts: Any) -> Told:
    return f"{stream}-{CASE}", topic, person, facts


@pytest.mark.parametrize("bundle", [256, 3])
def test_a_titles_years_are_added_up_from_their_entries(tmp_path: Path, bundle: int) -> None:
    found = recounted(exported(tmp_path, BOOKED, bundle))
    figures = [tuple(it.values())[1:] for it in found["accounts"]]
    assert figures == [
        (2025, 2025, 1_000, 0, 0, 300),
        (2025, 2026, 500, 0, 200, 0),
        (2026, 2026, 2_000, 0, 200, 0),
    ]
    assert found["settled"] == [{"title": TITLE, "year": 2025, "cents": 300}]
    assert found["unread"] == []


@pytest.mark.parametrize(
    ("second", "sentence"),
    [
        (act("assessment", "review.award-proposed", "p-1"), "Votum"),
        (act("award", "review.grant-approved", "p-1", grant={"acted": []}), "entscheidet"),
        (act("application", "intake.application-submitted", "p-1"), "Kommune"),
    ],
)
def test_two_acts_that_exclude_each_other_are_found(tmp_path: Path, second: Told, sentence: str) -> None:
    (violation,) = recounted(exported(tmp_path, [OPINED, second]))["sod"]["violations"]
    assert sentence in violation


def test_other_persons_and_the_clock_break_nothing(tmp_path: Path) -> None:
    others = [act("assessment", "review.award-proposed", person) for person in ("p-2", "system")]
    assert recounted(exported(tmp_path, [OPINED, *others]))["sod"]["violations"] == []


def test_one_hand_under_both_signatures_is_found(tmp_path: Path) -> None:
    first = act("award", "review.first-signature-given", "p-1")
    both = act("award", "review.grant-approved", "p-1", grant={"acted": []})
    (violation,) = recounted(exported(tmp_path, [first, both]))["sod"]["violations"]
    assert "Zwei Zeichnungen" in violation


@pytest.mark.parametrize("entered", ["review.provisional-override-granted", "review.repayment-received"])
def test_who_proposed_and_entered_something_for_the_case_in_the_budget_is_found(tmp_path: Path, entered: str) -> None:
    proposed = act("assessment", "review.award-proposed", "p-1")
    facts = {"income_cents": 0, "set_off_cents": 0}
    for person, found in (("p-1", 1), ("p-2", 0)):
        told = [proposed, (f"budget-{TITLE}-2025", entered, person, facts)]
        violations = recounted(exported(tmp_path / person, told))["sod"]["violations"]
        assert len(violations) == found
        assert all("§ 9 LHO" in it for it in violations)


@pytest.mark.parametrize("listed", ["payout.batch-sealed", "payout.batch-listed"])
def test_who_ordered_and_released_in_one_batch_is_found_in_its_case(tmp_path: Path, listed: str) -> None:
    told = [
        act("disbursement", "payout.drawdown-ordered", "p-1"),
        ("batch-1", listed, "p-2", {"entries": [{"case": CASE, "reference": "TH25A"}]}),
        ("batch-1", "payout.batch-sealed", "p-2", {"entries": []}),
        ("batch-1", "payout.batch-released", "p-1", {}),
    ]
    (violation,) = recounted(exported(tmp_path, told))["sod"]["violations"]
    assert "§ 77" in violation


@pytest.mark.parametrize("topic", ["payout.batch-sealed", "payout.batch-released", "payout.batch-entered"])
def test_who_declared_a_conflict_and_then_handled_a_file_of_the_case_is_found(tmp_path: Path, topic: str) -> None:
    conflict = act("handling", "review.conflict-of-interest-declared", "p-1")
    entries = {"entries": [{"case": CASE, "reference": "TH25A"}]}
    rest = [("batch-1", "payout.batch-released", "p-2", {}), ("batch-1", "payout.batch-entered", "p-2", {})]
    for person, found in (("p-1", 1), ("p-2", 0)):
        sealer = person if topic.endswith("sealed") else "p-3"
        told = [conflict, ("batch-1", "payout.batch-sealed", sealer, entries)]
        told += [it if it[1] != topic else (it[0], it[1], person, it[3]) for it in rest]
        violations = recounted(exported(tmp_path / person, told))["sod"]["violations"]
        assert len([it for it in violations if "befangen" in it]) == found


@pytest.mark.parametrize(("key", "found"), [("16070048", 1), ("16070010", 1), ("16070004", 0)])
def test_who_is_tied_to_a_municipality_and_acted_in_its_case_is_found(tmp_path: Path, key: str, found: int) -> None:
    told = [
        act(
            "application", "intake.application-submitted", "p-town", applicant_key="16070048", on_behalf_of=["16070010"]
        ),
        ("tie-register", "review.municipal-tie-declared", "p-1", {"key": key}),
        act("disbursement", "payout.drawdown-certified", "p-1"),
    ]
    violations = recounted(exported(tmp_path, told))["sod"]["violations"]
    assert len(violations) == found
    assert all("befangen" in it for it in violations)


@pytest.mark.parametrize(("kind", "found"), [("case", 1), ("payee", 0), ("programme", 0)])
def test_who_declared_a_conflict_and_lifted_a_hold_on_the_case_is_found(tmp_path: Path, kind: str, found: int) -> None:
    told = [
        act("handling", "review.conflict-of-interest-declared", "p-1"),
        ("hold-register", "payout.hold-placed", "p-2", {"hold": "h1", "kind": kind}),
        ("hold-register", "payout.hold-lifted", "p-1", {"hold": "h1"}),
    ]
    assert len(recounted(exported(tmp_path, told))["sod"]["violations"]) == found


def test_what_nobody_taught_it_is_said(tmp_path: Path) -> None:
    told = [act("award", "review.something-new", "p-1"), (f"budget-{TITLE}-2025", "review.money-moved", "system", {})]
    assert recounted(exported(tmp_path, told))["unread"] == ["review.money-moved", "review.something-new"]


# ---- Closed days and sealed years ------------------------------------------------------------------------------------

CLOSING = {
    "closed_on": "2025-08-06", "debit_cents": 300, "credit_cents": 0, "settled_cents": 300, "returned_cents": 0,
    "paid_cents": 300, "budget_cents": 300,
}  # fmt: skip
CLOSED: Sequence[Told] = (
    ("payment-1", "payout.payment-ordered", "p-o", {"title": TITLE, "year": 2025}),
    ("payment-1", "payout.payment-settled", "system", {"cents": 300, "settled_on": "2025-08-06"}),
    ("statement-a", "payout.statement-noted", "system",
     {"statement": "S-1", "sha256": "a", "days": [{"booked_on": "2025-08-06", "debit_cents": 300, "credit_cents": 0}]}),
    ("reconciliation-register", "payout.reconciliation-closed", "p-t", CLOSING),
    ("payment-1", "payout.payment-returned", "system", {"cents": 299, "returned_on": "2025-08-08"}),
    ("reconciliation-register", "payout.year-sealed", "p-t",
     {"title": TITLE, "year": 2025, "paid_cents": 1, "budget_cents": 1}),
    # The budget's log lies in the ledger later than the closing that it bears out.
    (f"budget-{TITLE}-2025", "review.payment-recorded", "system", {"payment": "1", "cents": 300}),
    (f"budget-{TITLE}-2025", "review.payment-reversed", "system", {"payment": "1", "cents": 299}),
)  # fmt: skip


def test_closed_days_and_years_are_computed_again_from_three_logs(tmp_path: Path) -> None:
    found = recounted(exported(tmp_path, CLOSED))["closings"]
    assert found == {"days": 1, "years": 1, "differences": []}


@pytest.mark.parametrize(
    ("place", "what", "cents", "says"),
    [
        (1, "cents", 301, "settled_cents is 300, counted 301"),
        (3, "debit_cents", 301, "debit_cents is 301, counted 300"),
        (3, "paid_cents", 299, "paid_cents is 299, counted 300"),
        (3, "budget_cents", 299, "budget_cents is 299, counted 300"),
        (4, "cents", 298, "paid_cents is 1, counted 2"),
        (6, "cents", 299, "the budget entered (299, 299)"),
        (7, "cents", 300, "the budget entered (300, 300)"),
    ],
)
def test_a_cent_in_any_log_is_found(tmp_path: Path, place: int, what: str, cents: int, says: str) -> None:
    told = list(CLOSED)
    stream, topic, actor, facts = told[place]
    told[place] = stream, topic, actor, {**facts, what: cents}
    differences = recounted(exported(tmp_path, told))["closings"]["differences"]
    assert any(says in it for it in differences), differences


def test_a_closed_day_whose_payment_the_budget_never_entered_is_found(tmp_path: Path) -> None:
    differences = recounted(exported(tmp_path, CLOSED[:6]))["closings"]["differences"]
    assert any("payment 1 is (300, 0), the budget entered (0, 0)" in it for it in differences)


def test_what_two_persons_named_is_held_against_the_sums_and_nothing_else_is_excused(tmp_path: Path) -> None:
    difference = {"payments": ["TH26A"], "cents": 300}
    ordered = {"title": TITLE, "year": 2025, "reference": "TH26A"}
    told: list[Told] = [
        ("payment-1", "payout.payment-ordered", "p-o", ordered),
        *CLOSED[1:3],
        ("reconciliation-register", "payout.reconciliation-closed", "p-t",
         {**CLOSING, "budget_cents": 0, "difference": difference}),
    ]  # fmt: skip
    assert recounted(exported(tmp_path / "named", told))["closings"]["differences"] == []
    for wrong in ({"cents": 299}, {"payments": ["TH26B"]}):
        stream, topic, actor, facts = told[3]
        again = [*told[:3], (stream, topic, actor, {**facts, "difference": {**difference, **wrong}})]
        assert recounted(exported(tmp_path / str(len(str(wrong))), again))["closings"]["differences"]


def test_what_was_repaid_on_claims_is_counted_again_by_the_day_of_its_booking(tmp_path: Path) -> None:
    repaid = {
        "cents": 60,
        "interest_cents": 4,
        "received_on": "2025-08-05",
        "account_on": "2025-08-06",
        "booked_by": "system",
    }
    by_hand = {**repaid, "booked_by": "p-t"}
    told: list[Told] = [
        *CLOSED[:3],
        ("claim-1", "payout.repayment-booked", "system", repaid),
        ("claim-1", "payout.repayment-booked", "p-t", by_hand),
        ("reconciliation-register", "payout.reconciliation-closed", "p-t", {**CLOSING, "received_cents": 64}),
        CLOSED[6],
    ]
    assert recounted(exported(tmp_path / "right", told))["closings"]["differences"] == []
    stream, topic, actor, facts = told[5]
    told[5] = stream, topic, actor, {**facts, "received_cents": 63}
    (found,) = recounted(exported(tmp_path / "wrong", told))["closings"]["differences"]
    assert "received_cents is 63, counted 64" in found
