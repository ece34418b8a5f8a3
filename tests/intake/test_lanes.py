"""What intake hears from the others, and what it tells them."""

from datetime import date
from typing import Any, get_type_hints

import msgspec
import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.intake import drawdown
from services.intake.application import ApplicationWithdrawn, decider
from services.intake.progress import EarlyStartDecided, EarlyStartReceived
from services.intake.publications import publish
from services.intake.reactions import HANDLED, NOTES, react
from services.intake.status import StatusCode, status
from shared.contracts import Acted, YearAmount, intake, payout, review
from shared.contracts.ledger import CheckpointWitnessed
from shared.formats import encode
from shared.identity import Role
from shared.records import field_names, replace
from tests.intake.builders import (
    BY_YEAR,
    CASE,
    COMPLETE,
    D1,
    LINES,
    RECEIPT,
    REQUESTED,
    STADTILM,
    SUBMISSION,
    SUBMITTED,
    SYSTEM,
    UNTIL_COMPLETE,
    application_with,
    drawn,
    sealed,
)

ON = date(2025, 8, 4)
FROM_REVIEW = (
    review.AssessmentOpened(opened_on=ON),
    review.AwardNotified(
        granted_cents=44_800_00,
        by_year=BY_YEAR,
        cut_cents=0,
        dispatched_on=ON,
        letter_sha256=64 * "b",
        remedy_ends_on=date(2025, 9, 8),
    ),
    review.GrantRefused(reasons=("Fördergegenstand geschlossen",), refused_on=ON),
    review.WithdrawalSettled(effective=False, settled_on=ON),
    review.AwardFinal(final_on=ON, by_waiver=True),
    review.FundsAssigned(
        award=CASE,
        file_number="EG-2025-00001",
        title="1605-63371",
        applicant_key="16070048",
        applicant_name="Stadt Stadtilm",
        by_year=(YearAmount(year=2025, cents=44_800_00),),
        eligible_cents=56_000_00,
        rate_bp=8_000,
        account_holder=sealed("account_holder"),
        iban=sealed("iban"),
        assigned_on=ON,
        acted=(),
    ),
    review.RecipientSucceeded(
        reference="16/2027/0001-R",
        old_key="16070048",
        old_name="Stadt Stadtilm",
        new_key="16070004",
        new_name="Stadt Arnstadt",
        effective_on=ON,
        recorded_on=ON,
        acted=(),
    ),
    review.EarlyStartDecided(
        early_start="e1", approved=True, may_begin_on=ON, text="Keine Förderzusage.", decided_on=ON, acted=()
    ),
    review.HearingOpened(
        number=1, about="cut", announced="Schulungen sind nicht förderfähig.", ends_on=ON, opened_on=ON
    ),
    review.HearingExtended(number=1, ends_on=date(2025, 9, 1), extended_on=ON),
    review.HearingClosed(number=1, answered=True, closed_on=ON),
    review.CasePutOnHold(number=1, reason="Es gilt eine Haushaltssperre.", resubmission_on=date(2025, 9, 1), put_on=ON),
    review.CaseResumed(number=1, resumed_on=ON),
    review.ApplicationRejectedFormally(reasons=("Vor der Bewilligung begonnen.",), rejected_on=ON),
    review.ConflictOfInterestDeclared(
        acted=(Acted(person="p-other", role="case-officer", action="declare-conflict-of-interest"),), declared_on=ON
    ),
    review.TookPart(acted=(Acted(person="p-budget", role="budget-officer", action="record-repayment"),)),
    review.SideConditionAssessed(
        number=1, outcome="fulfilled", revision=1, text="Beschluss 12/2025", assessed_on=ON, acted=()
    ),
    review.FundsSupplemented(supplement=1, by_year=BY_YEAR, eligible_cents=56_000_00, supplemented_on=ON, acted=()),
    review.ReductionRequested(
        reduction=1, by_year=(), eligible_cents=0, freeze=True, reason="change-waits", requested_on=ON, acted=()
    ),
    review.ChangeRefused(change="c1", reasons="Nicht begründet.", refused_on=ON),
    review.GrantChanged(
        kind="amendment",
        change="c2",
        by_year=(YearAmount(year=2025, cents=44_800_00),),
        granted_cents=44_800_00,
        eligible_cents=56_000_00,
        ends_on=date(2026, 12, 31),
        reasons="Verschoben.",
        effective_on=ON,
        number=1,
    ),
    review.NoticeProgressed(
        proposal=0, kind="award", step="contested", number=1, happened_on=ON, remedy_ends_on=None, acted=()
    ),
    review.AwardHearingOpened(
        number=1, annulment="revocation", facts="Zweck verfehlt.", ends_on=date(2025, 9, 1), opened_on=ON
    ),
    review.AwardHearingClosed(number=1, answered=True, dropped=False, closed_on=ON),
    review.AwardHearingRestarted(number=1, restart=1, ends_on=date(2025, 9, 20), restarted_on=ON),
    review.ProofDecided(
        proof="n1",
        kind="interim",
        outcome="interim-accepted",
        granted_cents=0,
        recognised_cents=0,
        final_cents=0,
        paid_cents=0,
        overpaid_cents=0,
        reasons="Der Zweck wird erreicht.",
        decided_on=ON,
        acted=(),
    ),
)
PAID: dict[str, Any] = {"payment": "m1", "drawdown": "d1", "title": "1605-63371", "year": 2025, "cents": 44_800_00}
FROM_PAYOUT = (
    payout.DrawdownExamined(
        drawdown="d1", requested_cents=44_800_00, accepted_cents=44_800_00, reason="", examined_on=ON
    ),
    payout.PaymentOrdered(**PAID, ordered_on=ON),
    payout.PaymentSettled(**PAID, settled_on=ON),
)
REJECTED = payout.PaymentRejected(
    payment="m0", drawdown="d1", title="1605-63371", year=2025, cents=44_800_00, reason="AC04", rejected_on=ON
)
LACKING = (
    review.ProofReminded(due_on=ON, ends_on=date(2025, 8, 18), reminded_on=ON),
    review.PaymentsStopped(number=1, stopped=True, happened_on=ON),
    review.CaseClosed(
        number=1, retained_until_on=ON, retention_rule="10 Jahre", recipient_keeps_until_on=ON, recipient_rule="5 Jahre",
        closed_on=ON, acted=(),
    ),
    review.CaseReopened(number=1, reopened_on=ON),
)  # fmt: skip
OWED = (
    review.RepaymentDemanded(
        claim="c1",
        kind="excess",
        cents=6_400_00,
        interest_cents=0,
        interest_from_on=ON,
        waived_because="",
        day_count="act/365",
        interest_bagatelle_cents=0,
        reference="RF25",
        title="1605-63371",
        file_number="EG-2025-00001",
        due_on=ON,
        due_days=30,
        demanded_on=ON,
        acted=(),
    ),
    review.DemandProgressed(claim="c1", step="dispatched", number=1, due_on=ON, happened_on=ON),
    payout.RepaymentReceived(
        claim="c1",
        repayment="r1",
        title="1605-63371",
        cents=6_400_00,
        interest_cents=0,
        received_on=ON,
        acted=(),
    ),
    payout.ClaimSettled(claim="c1", outcome="paid", settled_on=ON, acted=()),
)
CAME_BACK = payout.PaymentReturned(**PAID, charges_cents=0, reason="AC04", returned_on=ON)
RECEIVED = drawn(1, ON, 56_000_00, 44_800_00, 44_800_00)[0]


def test_every_contract_of_review_and_payout_is_handled_and_told_once() -> None:
    assert {type(it) for it in (*FROM_REVIEW, *FROM_PAYOUT, *LACKING, *OWED, REJECTED, CAME_BACK)} | {
        review.PolicyPublished,
        review.MunicipalTieDeclared,
    } == set(HANDLED)


@pytest.mark.parametrize(
    "contract", [*FROM_REVIEW, *FROM_PAYOUT, *LACKING, *OWED, REJECTED, CAME_BACK], ids=lambda it: type(it).__name__
)
def test_a_contract_becomes_one_note_and_its_redelivery_none(contract: Any) -> None:
    store = application_with(*UNTIL_COMPLETE)
    decision = react(contract, CASE)
    assert decision
    [noted] = store.act(decision, SYSTEM)[f"application-{CASE}"]
    assert encode(noted)
    assert store.act(decision, SYSTEM) == {f"application-{CASE}": []}


@pytest.mark.parametrize(("contract", "note"), NOTES.items(), ids=lambda it: it.__name__)
def test_a_note_takes_from_its_contract_only_what_both_call_the_same_and_mean_the_same(
    contract: Any, note: Any
) -> None:
    theirs, ours = get_type_hints(contract), get_type_hints(note)
    assert {name: ours[name] for name in field_names(note)} == {name: theirs[name] for name in field_names(note)}


def test_what_does_not_concern_intake_is_passed_over() -> None:
    assert react(CheckpointWitnessed(size=1, root=64 * "0"), CASE) is None


@for_all(st.data())
def test_review_and_payout_may_overtake_each_other(data: st.DataObject) -> None:
    lanes = [list(FROM_REVIEW), [*FROM_PAYOUT, REJECTED]]
    store = application_with(*UNTIL_COMPLETE, RECEIVED)
    while any(lanes):
        lane = data.draw(st.sampled_from([it for it in lanes if it]))
        decision = react(lane.pop(0), CASE)
        assert decision
        store.act(decision, SYSTEM)
    it = status(decider.fold(store.events[f"application-{CASE}"]))
    assert (it.code, it.ordered_cents, it.settled_cents) == (StatusCode.PAID, 44_800_00, 44_800_00)


def test_completeness_tells_review_all_that_it_needs_and_who_acted() -> None:
    told = publish(COMPLETE, decider.fold(UNTIL_COMPLETE))
    assert isinstance(told, intake.ApplicationCompleted)
    assert (told.file_number, told.applicant_name, told.lines) == ("EG-2025-00001", "Stadt Stadtilm", LINES)
    assert (told.iban, told.documents) == (SUBMISSION.iban, SUBMISSION.documents)
    assert [(it.person, it.role) for it in told.acted] == [("p-stadtilm", "applicant"), ("p-clerk", "intake-clerk")]
    assert encode(told)


def test_review_is_told_who_shares_the_cost_what_is_planned_and_what_the_rules_found() -> None:
    cooperation = intake.Cooperation(cost_key="equal", participants=(intake.Participant(key=STADTILM, own_cents=1),))
    found = intake.Finding(
        rule="B14", severity="warning", code="economic-activity", field="declarations", text="Prüfen."
    )
    measures = (intake.Measure(title="Anbindung", details=(intake.Detail(code="standard", text="XÖV"),)),)
    submitted = replace(SUBMITTED, cooperation=cooperation, findings=(found,), measures=measures, programme="ortskerne")
    told = publish(COMPLETE, decider.fold([submitted, RECEIPT, COMPLETE]))
    assert isinstance(told, intake.ApplicationCompleted)
    assert (told.cooperation, told.findings, told.measures) == (cooperation, (found,), measures)
    assert told.programme == "ortskerne"


def test_review_is_told_from_when_an_early_start_was_allowed() -> None:
    decided = EarlyStartDecided(
        early_start="v1", approved=True, may_begin_on=date(2025, 6, 2), text="", decided_on=date(2025, 6, 2)
    )
    told = publish(COMPLETE, decider.fold([SUBMITTED, RECEIPT, decided, COMPLETE]))
    assert isinstance(told, intake.ApplicationCompleted)
    assert told.early_start_on == date(2025, 6, 2)


def test_a_completed_application_of_version_1_is_still_understood() -> None:
    told = publish(COMPLETE, decider.fold(UNTIL_COMPLETE))
    first = msgspec.json.decode(encode(told), type=dict[str, Any])
    for name in ("programme", "on_behalf_of", "cooperation", "measures", "findings", "early_start_on"):
        del first[name]
    assert msgspec.json.decode(encode(first), type=intake.ApplicationCompleted) == told


def test_a_withdrawal_is_told_to_review_only_if_review_has_the_case() -> None:
    withdrawn = ApplicationWithdrawn(withdrawn_on=ON, withdrawn_by="p-stadtilm")
    known = decider.fold([*UNTIL_COMPLETE, withdrawn])
    assert publish(withdrawn, known) == intake.ApplicationWithdrawn(
        withdrawn_on=ON, acted=(Acted(person="p-stadtilm", role=Role.APPLICANT, action="withdraw-application"),)
    )
    assert publish(withdrawn, decider.fold([SUBMITTED, RECEIPT, withdrawn])) is None


def test_a_withdrawal_is_told_to_review_with_the_early_start_on_which_nothing_was_decided() -> None:
    withdrawn = ApplicationWithdrawn(withdrawn_on=ON, withdrawn_by="p-stadtilm")
    wished = EarlyStartReceived(early_start="e1", contract_on=ON, received_on=ON)
    decided = EarlyStartDecided(early_start="e1", approved=False, may_begin_on=None, text="Nein.", decided_on=ON)
    told = publish(withdrawn, decider.fold([SUBMITTED, RECEIPT, wished, withdrawn]))
    assert isinstance(told, intake.ApplicationWithdrawn)
    assert (told.complete, told.early_start) == (False, "e1")
    assert publish(withdrawn, decider.fold([SUBMITTED, RECEIPT, wished, decided, withdrawn])) is None
    told = publish(withdrawn, decider.fold([*UNTIL_COMPLETE, wished, withdrawn]))
    assert isinstance(told, intake.ApplicationWithdrawn)
    assert (told.complete, told.early_start) == (True, "e1")
    second = msgspec.json.decode(b'{"withdrawn_on": "2025-08-04", "acted": []}', type=intake.ApplicationWithdrawn)
    assert (second.complete, second.early_start) == (True, "")


def test_a_drawdown_is_told_to_payout_and_its_note_is_not() -> None:
    event = drawdown.DrawdownRequested(
        drawdown="d1",
        case=CASE,
        year=2025,
        eligible_due_cents=24_000_00,
        requested_cents=19_200_00,
        requested_on=ON,
        requested_by="p-stadtilm",
    )
    assert publish(event, drawdown.decider.fold([event])) == intake.DrawdownRequested(
        drawdown="d1",
        year=2025,
        eligible_due_cents=24_000_00,
        requested_cents=19_200_00,
        requested_on=ON,
        acted=(REQUESTED,),
    )
    assert publish(RECEIVED, decider.fold([*UNTIL_COMPLETE, RECEIVED])) is None


@pytest.mark.parametrize("event", [SUBMITTED, RECEIPT, *D1], ids=lambda it: type(it).__name__)
def test_everything_else_stays_intakes_own_affair(event: Any) -> None:
    assert publish(event, decider.fold([*UNTIL_COMPLETE, *D1])) is None
