"""Nachforderung: what is asked for, until when, what came, and who decides when nothing came."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.intake.application import (
    AlreadyComplete,
    AlreadyWithdrawn,
    ApplicationDeclaredComplete,
    ApplicationWithdrawn,
    DeclareComplete,
    DocumentsMissing,
    Event,
    Submitted,
    decider,
)
from services.intake.publications import publish
from services.intake.status import StatusCode, status
from services.intake.supply import (
    DeadlineExtended,
    DeadlineNotLater,
    DeadlineTooShort,
    DocumentDeadlineExpired,
    DocumentsRequested,
    DocumentsSupplied,
    ExpireDocumentDeadline,
    ExtendDeadline,
    NothingMissing,
    NothingRequested,
    NothingWanted,
    NotRequested,
    PaperDocumentScanned,
    ReceivedLater,
    RequestDocuments,
    RequestedDocument,
    ScanPaperDocument,
    SuppliedDocument,
    SupplyDocuments,
    TooManyDocuments,
    Wanted,
)
from shared.calendar import Deadline, is_working_day
from shared.contracts import intake
from shared.decider import RefusedAttempt
from shared.identity import DocumentReference, Role
from tests.intake.builders import ARNSTADT, COMPLETE, RECEIPT, STADTILM, SUBMISSION, SUBMITTED, given, recipient
from tests.scenario import acting

REQUESTED_ON, ENDS_ON = date(2025, 5, 16), date(2025, 5, 30)
CLERK = acting("p-clerk", Role.INTAKE_CLERK, REQUESTED_ON)
OWN_SHARE = Wanted(kind="council-decision", text="Nachweis des Eigenanteils")
OFFER = Wanted(kind="offer", text="Zweites Angebot")
ASK = RequestDocuments(wanted=(OWN_SHARE,), least_days=14)
DEADLINE = Deadline(ends_on=ENDS_ON, rule="14 Tage ab 16.05.2025 (§ 31 I VwVfG, §§ 187, 188 BGB)")
REQUESTED = DocumentsRequested(
    documents=(RequestedDocument(number=1, kind=OWN_SHARE.kind, text=OWN_SHARE.text),),
    deadline=DEADLINE,
    requested_on=REQUESTED_ON,
    requested_by="p-clerk",
)


def document(mark: str = "c") -> DocumentReference:
    return DocumentReference(sha256=64 * mark, size=10, media_type="application/pdf", kind="offer", subject="s-1")


ANSWER = SuppliedDocument(number=1, document=document())
SUPPLY = SupplyDocuments(applicant_keys=(STADTILM,), supplied=(ANSWER,))
SUPPLIED = DocumentsSupplied(supplied=(ANSWER,), supplied_on=date(2025, 5, 28), supplied_by="p-stadtilm")
EXPIRED = DocumentDeadlineExpired(missing=(1,), expired_on=ENDS_ON)
SCAN = ScanPaperDocument(document=document("e"), received_on=date(2025, 5, 20), number=1)


def refused(error: type[Exception], command: Any, context: Any, *history: Event) -> None:
    with pytest.raises(error):
        given(*history).when(command, context)


def clerk(on: date) -> Any:
    return acting("p-clerk", Role.INTAKE_CLERK, on)


SYSTEM = acting("system", Role.SYSTEM, date(2025, 5, 31))


def test_what_is_missing_is_asked_for_until_a_working_day() -> None:
    given(SUBMITTED, RECEIPT).when(ASK, CLERK).then(REQUESTED)


def test_a_period_that_would_end_on_a_day_off_ends_on_the_next_working_day() -> None:
    asked = RequestDocuments(wanted=(OWN_SHARE,), least_days=14, ends_on=date(2025, 6, 8))
    [found] = decider.decide(asked, decider.fold([SUBMITTED, RECEIPT]), CLERK)
    assert isinstance(found, DocumentsRequested)
    # 8 June 2025 is Whit Sunday, the 9th Whit Monday.
    assert found.deadline.ends_on == date(2025, 6, 10)
    assert "§ 31 III VwVfG" in found.deadline.rule


@for_all(st.dates(date(2024, 1, 1), date(2030, 12, 31)), st.integers(1, 90))
def test_no_period_is_shorter_than_policy_allows_and_none_ends_on_a_day_off(on: date, days: int) -> None:
    asked = RequestDocuments(wanted=(OWN_SHARE,), least_days=days)
    [found] = decider.decide(asked, decider.fold([SUBMITTED, RECEIPT]), clerk(on))
    assert isinstance(found, DocumentsRequested)
    assert found.deadline.ends_on >= on + timedelta(days=days)
    assert is_working_day(found.deadline.ends_on)


def test_a_shorter_period_is_refused_with_the_day_that_is_possible() -> None:
    asked = RequestDocuments(wanted=(OWN_SHARE,), least_days=14, ends_on=date(2025, 5, 29))
    refused(DeadlineTooShort, asked, CLERK, SUBMITTED, RECEIPT)


def test_asking_again_for_the_same_asks_for_nothing_and_more_is_numbered_on() -> None:
    given(SUBMITTED, RECEIPT, REQUESTED).when(ASK, CLERK).then()
    more = RequestDocuments(wanted=(OWN_SHARE, OFFER), least_days=14)
    [found] = decider.decide(more, decider.fold([SUBMITTED, RECEIPT, REQUESTED]), clerk(date(2025, 5, 20)))
    assert isinstance(found, DocumentsRequested)
    assert [(it.number, it.text) for it in found.documents] == [(2, OFFER.text)]
    assert found.deadline.ends_on == date(2025, 6, 3)


def test_another_request_never_shortens_a_longer_period() -> None:
    longer = DeadlineExtended(
        deadline=Deadline(ends_on=date(2025, 8, 1), rule="x"), reason="Ferien", extended_on=ENDS_ON, extended_by="p-c"
    )
    more = RequestDocuments(wanted=(OFFER,), least_days=14)
    [found] = decider.decide(more, decider.fold([SUBMITTED, RECEIPT, REQUESTED, longer]), clerk(date(2025, 5, 20)))
    assert isinstance(found, DocumentsRequested)
    assert found.deadline == longer.deadline


def test_several_supplies_show_what_is_still_missing() -> None:
    two = DocumentsRequested(
        documents=(*REQUESTED.documents, RequestedDocument(number=2, kind="offer", text=OFFER.text)),
        deadline=DEADLINE, requested_on=REQUESTED_ON, requested_by="p-clerk",
    )  # fmt: skip
    state = decider.fold([SUBMITTED, RECEIPT, two, SUPPLIED])
    assert isinstance(state, Submitted)
    told = status(state)
    assert (told.code, told.missing, told.due_on) == (StatusCode.INCOMPLETE, (OFFER.text,), ENDS_ON)
    second = SuppliedDocument(number=2, document=document("d"))
    both = DocumentsSupplied(supplied=(second,), supplied_on=ENDS_ON, supplied_by="p-stadtilm")
    assert status(decider.fold([SUBMITTED, RECEIPT, two, SUPPLIED, both])).code is StatusCode.SUPPLIED


def test_supplying_is_recorded_once_and_also_after_the_period() -> None:
    given(SUBMITTED, RECEIPT, REQUESTED).when(SUPPLY, recipient(date(2025, 5, 28))).then(SUPPLIED)
    given(SUBMITTED, RECEIPT, REQUESTED, SUPPLIED).when(SUPPLY, recipient(date(2025, 5, 28))).then()
    late = DocumentsSupplied(supplied=(ANSWER,), supplied_on=date(2025, 6, 20), supplied_by="p-stadtilm")
    given(SUBMITTED, RECEIPT, REQUESTED, EXPIRED).when(SUPPLY, recipient(date(2025, 6, 20))).then(late)


def test_only_the_applicant_supplies_and_the_attempt_of_another_is_recorded() -> None:
    foreign = SupplyDocuments(applicant_keys=(ARNSTADT,), supplied=(ANSWER,))
    refused(RefusedAttempt, foreign, recipient(ENDS_ON), SUBMITTED, RECEIPT, REQUESTED)


@pytest.mark.parametrize(
    "command", [ASK, ExtendDeadline(ends_on=date(2025, 7, 1), reason="x"), DeclareComplete(), SCAN]
)
def test_who_applied_does_not_act_for_intake_in_the_same_case(command: Any) -> None:
    party = acting(SUBMITTED.submitted_by, Role.INTAKE_CLERK, date(2025, 5, 20))
    refused(RefusedAttempt, command, party, SUBMITTED, RECEIPT, REQUESTED)


def test_what_cannot_be_supplied_or_asked_for_has_a_name() -> None:
    refused(NothingRequested, SUPPLY, recipient(ENDS_ON), SUBMITTED, RECEIPT)
    other = SupplyDocuments(applicant_keys=(STADTILM,), supplied=(SuppliedDocument(number=7, document=document()),))
    refused(NotRequested, other, recipient(ENDS_ON), SUBMITTED, RECEIPT, REQUESTED)
    refused(NothingWanted, RequestDocuments(wanted=(), least_days=14), CLERK, SUBMITTED, RECEIPT)
    many = RequestDocuments(wanted=tuple(Wanted(kind="other", text=str(it)) for it in range(201)), least_days=14)
    refused(TooManyDocuments, many, CLERK, SUBMITTED, RECEIPT)
    future = ScanPaperDocument(document=document(), received_on=date(2025, 6, 1))
    refused(ReceivedLater, future, CLERK, SUBMITTED, RECEIPT)


def test_the_period_may_be_extended_also_after_it_has_ended() -> None:
    extend = ExtendDeadline(ends_on=date(2025, 6, 20), reason="Ratssitzung erst am 18.06.")
    [found] = decider.decide(extend, decider.fold([SUBMITTED, RECEIPT, REQUESTED, EXPIRED]), clerk(date(2025, 6, 5)))
    assert isinstance(found, DeadlineExtended)
    assert found.deadline.ends_on == date(2025, 6, 20)
    running = decider.fold([SUBMITTED, RECEIPT, REQUESTED, EXPIRED, found])
    assert status(running).code is StatusCode.INCOMPLETE
    assert decider.decide(extend, running, clerk(date(2025, 6, 5))) == []


def test_an_extension_that_extends_nothing_is_refused() -> None:
    earlier = ExtendDeadline(ends_on=date(2025, 5, 23), reason="x")
    refused(DeadlineNotLater, earlier, CLERK, SUBMITTED, RECEIPT, REQUESTED)
    passed = ExtendDeadline(ends_on=date(2025, 6, 20), reason="x")
    refused(DeadlineNotLater, passed, clerk(date(2025, 7, 1)), SUBMITTED, RECEIPT, REQUESTED, EXPIRED)
    refused(NothingMissing, passed, CLERK, SUBMITTED, RECEIPT, REQUESTED, SUPPLIED)


def test_the_clock_notes_the_end_of_the_period_once_with_its_legal_day() -> None:
    expire = ExpireDocumentDeadline()
    given(SUBMITTED, RECEIPT, REQUESTED).when(expire, SYSTEM).then(EXPIRED)
    late = acting("system", Role.SYSTEM, date(2025, 9, 1))
    given(SUBMITTED, RECEIPT, REQUESTED).when(expire, late).then(EXPIRED)
    given(SUBMITTED, RECEIPT, REQUESTED, EXPIRED).when(expire, late).then()


def test_nothing_expires_early_or_when_everything_came_or_the_case_went_on() -> None:
    expire, last_day = ExpireDocumentDeadline(), acting("system", Role.SYSTEM, ENDS_ON)
    given(SUBMITTED, RECEIPT, REQUESTED).when(expire, last_day).then()
    given(SUBMITTED, RECEIPT, REQUESTED, SUPPLIED).when(expire, SYSTEM).then()
    given(SUBMITTED, RECEIPT, REQUESTED, COMPLETE).when(expire, SYSTEM).then()
    withdrawn = ApplicationWithdrawn(withdrawn_on=ENDS_ON, withdrawn_by="p-stadtilm")
    given(SUBMITTED, RECEIPT, REQUESTED, withdrawn).when(expire, SYSTEM).then()


def test_an_application_that_lacks_something_is_complete_only_with_a_reason() -> None:
    refused(DocumentsMissing, DeclareComplete(), clerk(ENDS_ON), SUBMITTED, RECEIPT, REQUESTED)
    refused(DocumentsMissing, DeclareComplete(reason="  "), clerk(ENDS_ON), SUBMITTED, RECEIPT, REQUESTED, EXPIRED)
    waived = ApplicationDeclaredComplete(
        completed_on=ENDS_ON, completed_by="p-clerk", reason="Aus dem Haushaltsplan ersichtlich.", waived=(1,)
    )
    command = DeclareComplete(reason="Aus dem Haushaltsplan ersichtlich.")
    given(SUBMITTED, RECEIPT, REQUESTED, EXPIRED).when(command, clerk(ENDS_ON)).then(waived)
    supplied = ApplicationDeclaredComplete(completed_on=ENDS_ON, completed_by="p-clerk")
    given(SUBMITTED, RECEIPT, REQUESTED, SUPPLIED).when(DeclareComplete(), clerk(ENDS_ON)).then(supplied)


def test_after_completeness_or_withdrawal_nothing_is_asked_for_or_supplied() -> None:
    for command, who in ((ASK, CLERK), (SUPPLY, recipient(ENDS_ON))):
        refused(AlreadyComplete, command, who, SUBMITTED, RECEIPT, REQUESTED, COMPLETE)
        withdrawn = ApplicationWithdrawn(withdrawn_on=ENDS_ON, withdrawn_by="p-stadtilm")
        refused(AlreadyWithdrawn, command, who, SUBMITTED, RECEIPT, REQUESTED, withdrawn)


def test_a_scanned_paper_document_is_an_event_counts_and_answers_a_request() -> None:
    scanned = PaperDocumentScanned(
        document=SCAN.document,
        number=1,
        received_on=SCAN.received_on,
        scanned_on=date(2025, 5, 21),
        scanned_by="p-clerk",
    )
    given(SUBMITTED, RECEIPT, REQUESTED).when(SCAN, clerk(date(2025, 5, 21))).then(scanned)
    given(SUBMITTED, RECEIPT, REQUESTED, scanned).when(SCAN, clerk(date(2025, 5, 21))).then()
    state = decider.fold([SUBMITTED, RECEIPT, REQUESTED, scanned])
    assert isinstance(state, Submitted)
    assert (len(state.supply.scanned), state.supply.missing) == (1, ())


def test_all_documents_travel_to_review_once() -> None:
    again = DocumentsSupplied(
        supplied=(SuppliedDocument(number=1, document=SUBMISSION.documents[0]),), supplied_on=ENDS_ON, supplied_by="p"
    )
    state = decider.fold([SUBMITTED, RECEIPT, REQUESTED, SUPPLIED, again, COMPLETE])
    told = publish(COMPLETE, state)
    assert isinstance(told, intake.ApplicationCompleted)
    assert told.documents == (*SUBMISSION.documents, ANSWER.document)
