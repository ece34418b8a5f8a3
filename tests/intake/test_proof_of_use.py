"""Verwendungsnachweis: what a recipient hands in, what cannot be, and what it reads afterwards."""

import re
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from services.intake import application, proof_of_use
from services.intake.application import Event, NotSubmitted
from services.intake.progress import CaseClosed, CaseReopened, ProofDecided, ProofReceived
from services.intake.proof_of_use import (
    AnotherProofOpen,
    ConfirmationNotEnough,
    LineNotInPlan,
    NothingToProve,
    OtherProof,
    ProofAmountInvalid,
    ProofIsAccepted,
    ProofKind,
    ProofSubmitted,
    ReportMissing,
    SubmitProof,
    VoucherDateNotValid,
    VouchersNotMatching,
    VoucherTwice,
    submit,
)
from services.intake.publications import publish
from services.intake.status import StatusCode, status
from shared.contracts import Acted, intake, review
from shared.contracts.intake import SpentLine, Voucher
from shared.decider import DomainError, RefusedAttempt
from shared.identity import Role
from shared.records import replace
from tests.intake.builders import (
    ARNSTADT,
    CASE,
    FUNDS,
    STADTILM,
    UNTIL_COMPLETE,
    UNTIL_FUNDS,
    application_with,
    recipient,
)
from tests.intake.offices import Desk
from tests.intake.test_pages import hidden, page

ON = recipient(date(2026, 5, 15))
VOUCHERS = (
    Voucher(number="R-1", paid_on=date(2025, 9, 1), cents=20_000_00, purpose="1. Abschlag"),
    Voucher(number="R-2", paid_on=date(2026, 2, 27), cents=13_000_00),
)
LINES = (
    SpentLine(line=1, cents=33_000_00, vouchers=VOUCHERS),
    SpentLine(line=2, cents=15_000_00, vouchers=(Voucher(number="R-3", paid_on=date(2026, 1, 5), cents=15_000_00),)),
)
ASKED = SubmitProof(
    proof="p1", case=CASE, applicant_keys=(STADTILM,), kind=ProofKind.FINAL, lines=LINES, covering_cents=0,
    report="Die Schnittstelle läuft seit März.",
)  # fmt: skip
RECEIVED = ProofReceived(
    proof="p1", kind="final", spent_cents=48_000_00, received_on=ON.valid_on,
    acted=(Acted(person="p-stadtilm", role=Role.APPLICANT, action="submit-proof"),),
)  # fmt: skip
ACCEPTED = ProofDecided(
    proof="p1", outcome="accepted", recognised_cents=48_000_00, final_cents=38_400_00, overpaid_cents=6_400_00,
    reasons="Gutschrift berücksichtigt.", decided_on=date(2026, 5, 20),
)  # fmt: skip
SENT_BACK = replace(ACCEPTED, outcome="sent-back", reasons="Ein Beleg fehlt.", final_cents=0, overpaid_cents=0)


def refused(problem: type[DomainError], history: tuple[Event, ...] = UNTIL_FUNDS, **changes: Any) -> None:
    with pytest.raises(problem):
        application_with(*history).act(submit(replace(ASKED, **changes)), ON)


def test_a_proof_is_handed_in_line_by_line_and_review_is_told() -> None:
    decided = application_with(*UNTIL_FUNDS).act(submit(ASKED), ON)
    assert decided[f"application-{CASE}"] == [RECEIVED]
    [handed_in] = decided["proof-of-use-p1"]
    told = publish(handed_in, proof_of_use.decider.fold([handed_in]))
    assert isinstance(told, intake.ProofSubmitted)
    assert (told.kind, told.lines, told.submitted_on) == ("final", LINES, ON.valid_on)
    assert [it.action for it in told.acted] == ["submit-proof"]


def test_handing_in_twice_hands_in_once() -> None:
    store = application_with(*UNTIL_FUNDS)
    assert isinstance(store.act(submit(ASKED), ON)["proof-of-use-p1"][0], ProofSubmitted)
    assert store.act(submit(ASKED), ON) == {}
    with pytest.raises(OtherProof):
        store.act(submit(replace(ASKED, report="Anders")), ON)


def test_one_proof_at_a_time_and_none_after_the_acceptance() -> None:
    refused(AnotherProofOpen, (*UNTIL_FUNDS, RECEIVED), proof="p2")
    refused(ProofIsAccepted, (*UNTIL_FUNDS, RECEIVED, ACCEPTED), proof="p2")
    for outcome in ("sent-back", "interim-accepted"):
        decided = replace(SENT_BACK, outcome=outcome)
        assert application_with(*UNTIL_FUNDS, RECEIVED, decided).act(submit(replace(ASKED, proof="p2")), ON)


CLOSED = CaseClosed(
    number=1, recipient_keeps_until_on=date(2031, 12, 31), recipient_rule="5 Jahre", closed_on=date(2026, 7, 6)
)  # fmt: skip


def test_the_town_reads_that_its_case_is_closed_and_when_it_is_open_again() -> None:
    history = (*UNTIL_FUNDS, RECEIVED, ACCEPTED, CLOSED)
    told = status(application.decider.fold(history))
    assert (told.code, told.title) == ("closed", "Abgeschlossen")
    assert "31.12.2031" in told.next_step
    reopened = CaseReopened(number=1, reopened_on=date(2026, 8, 3))
    assert status(application.decider.fold((*history, reopened))).code == "proof-accepted"
    early = application.decider.fold((*UNTIL_FUNDS, RECEIVED, ACCEPTED, reopened, CLOSED))
    assert status(early).code == "proof-accepted", "whatever is told first"
    again = replace(CLOSED, number=2)
    assert status(application.decider.fold((*history, reopened, again))).code == "closed"


def test_a_fixed_amount_is_confirmed_without_vouchers_and_nothing_else_is() -> None:
    bare = tuple(replace(it, vouchers=()) for it in LINES)
    refused(ConfirmationNotEnough, kind=ProofKind.CONFIRMATION, lines=bare)
    fixed = tuple(replace(it, financing_type="fixed") if it == FUNDS else it for it in UNTIL_FUNDS)
    confirmation = replace(ASKED, kind=ProofKind.CONFIRMATION, lines=bare)
    assert application_with(*fixed).act(submit(confirmation), ON)


def test_what_cannot_be_handed_in_has_a_name() -> None:
    first = LINES[0]
    refused(NotSubmitted, ())
    refused(NothingToProve, UNTIL_COMPLETE)
    refused(RefusedAttempt, applicant_keys=(ARNSTADT,))
    refused(ReportMissing, report=" ")
    refused(LineNotInPlan, lines=())
    refused(LineNotInPlan, lines=(first, first))
    refused(LineNotInPlan, lines=(replace(first, line=99),))
    refused(VouchersNotMatching, lines=(replace(first, cents=33_000_01),))
    refused(VoucherTwice, lines=(replace(first, vouchers=(VOUCHERS[0], replace(VOUCHERS[1], number="R-1"))),))
    refused(ProofAmountInvalid, covering_cents=-1)
    late = replace(VOUCHERS[1], paid_on=date(2026, 5, 16))
    refused(VoucherDateNotValid, lines=(replace(first, vouchers=(VOUCHERS[0], late)),))


@pytest.mark.parametrize(
    ("history", "code", "told"),
    [
        ((RECEIVED,), StatusCode.PROOF_SUBMITTED, "Ihr Verwendungsnachweis vom 15.05.2026 wird geprüft."),
        ((RECEIVED, SENT_BACK), StatusCode.PROOF_SENT_BACK, "Ein Beleg fehlt."),
        ((RECEIVED, ACCEPTED), StatusCode.PROOF_ACCEPTED, "6.400,00"),
        ((ACCEPTED, RECEIVED), StatusCode.PROOF_ACCEPTED, "38.400,00"),
    ],
)
def test_the_municipality_reads_how_it_stands_with_its_proof(
    history: tuple[Event, ...], code: StatusCode, told: str
) -> None:
    found = status(application.decider.fold((*UNTIL_FUNDS, *history)))
    assert found.code is code
    assert told in found.next_step


# ---- Over HTTP -----------------------------------------------------------------------------------------------------


def test_a_recipient_hands_in_its_proof_over_the_api_and_reads_the_result(desk: Desk) -> None:
    case = desk.case()
    body = {
        "kind": "final", "report": "Die Schnittstelle läuft.",
        "lines": [{"line": 1, "cents": 100_00, "vouchers": [{"number": "R-1", "paid_on": "2025-05-12", "cents": 100_00}]}],
    }  # fmt: skip
    path = f"/intake/cases/{case}/proofs"
    early = desk.town.post(path, json=body, headers={"Idempotency-Key": str(uuid4())})
    assert (early.status_code, early.json()["code"]) == (409, "nothing-to-prove")
    desk.completes(case)
    desk.is_awarded(case)
    desk.is_final(case)
    assert "Nachweis einreichen" in page(desk.town, f"/intake/cases/{case}").text
    sent = desk.town.post(path, json=body, headers={"Idempotency-Key": str(uuid4())})
    assert sent.status_code == 202, sent.text
    name = sent.json()["proof"]
    told = review.ProofDecided(
        proof=name, kind="final", outcome="accepted", granted_cents=44_800_00, recognised_cents=100_00, final_cents=80_00,
        paid_cents=0, overpaid_cents=0, reasons="Zweck erreicht.", decided_on=date(2025, 5, 28), acted=(),
    )  # fmt: skip
    desk.service.tell("review", case, told)
    [proof] = desk.town.get(f"/intake/cases/{case}").json()["proofs"]
    assert (proof["outcome"], proof["final_cents"], proof["spent_cents"]) == ("accepted", 80_00, 100_00)


def test_a_refused_proof_on_the_page_keeps_what_was_typed_and_names_the_line(desk: Desk) -> None:
    case = desk.case()
    desk.completes(case)
    desk.is_awarded(case)
    desk.is_final(case)
    form = f"/intake/forms/cases/{case}/proofs"
    shown = page(desk.town, f"/intake/cases/{case}").text
    typed = {"kind": "interim", "report": "Die Schnittstelle läuft.", "lines.0.cents": "hundert"}
    answer = desk.town.post(form, data={**hidden(shown, form), **typed})
    assert answer.status_code == 422
    told = re.search(
        r'<a class="fs-link" href="#submit-proof-lines.0.cents">(Ausgegeben für: [^:]+): ([^<]+)<', answer.text
    )
    assert told, answer.text
    assert told[1] != "Ausgegeben für: "
    assert told[2] == "Hier wird ein Betrag in Euro erwartet, zum Beispiel 1.234,50."
    assert 'value="hundert"' in answer.text
    assert "Die Schnittstelle läuft." in answer.text
