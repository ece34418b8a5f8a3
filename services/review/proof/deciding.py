"""What becomes of a command on proofs of use."""

from collections.abc import Sequence
from datetime import date
from typing import assert_never

from services.review.examination import LinesNotMatching, ReasonMissing
from services.review.financing import remaining_cents
from services.review.proof.commands import (
    ACCEPT,
    ACCEPT_INTERIM,
    CHECK,
    CHECK_IN_DEPTH,
    SEND_BACK,
    AcceptInterimProof,
    AcceptProof,
    CheckProof,
    CheckProofInDepth,
    Command,
    ExpireInterimProof,
    ExpireProof,
    ExpireProofCheck,
    Grounds,
    Kind,
    NotePayment,
    ReceiveProof,
    RecognisedLine,
    SendBackProof,
)
from services.review.proof.errors import (
    InDepthCheckMissing,
    LineExceeded,
    NoProofHandedIn,
    NotSelected,
    OtherKindOfProof,
    OtherPayment,
    OtherProof,
    ProofIsChecked,
    ProofIsSettled,
    ProofNotAcceptable,
    ProofNotChecked,
    RecognisedBeyondSpent,
    ResultChanged,
    ResultIsSigned,
    UnknownProof,
)
from services.review.proof.events import (
    Event,
    InterimProofAccepted,
    InterimProofExpected,
    InterimProofOverdue,
    PaymentNoted,
    PaymentsReleased,
    ProofAccepted,
    ProofChecked,
    ProofCheckedInDepth,
    ProofCheckOverdue,
    ProofExpected,
    ProofOverdue,
    ProofReceived,
    ProofReminded,
    ProofResultSigned,
    ProofSentBack,
)
from services.review.proof.states import HandedIn, Proof
from shared import duties
from shared.calendar import days_after, months_after
from shared.contracts import Acted
from shared.contracts.intake import SpentLine
from shared.decider import Context, replace
from shared.money import at_rate
from shared.policy import FinancingType


def decide(command: Command, proof: Proof, context: Context) -> Sequence[Event]:
    match command:
        case NotePayment():
            return _note(command, proof, context)
        case ExpireProof():
            return _expire(command, proof, context)
        case ExpireInterimProof():
            return _expire_interim(proof, context)
        case ExpireProofCheck():
            return _expire_check(proof, context)
        case ReceiveProof():
            return _receive(command, proof, context)
        case CheckProof():
            return _check(command, proof, context)
        case CheckProofInDepth():
            return _check_in_depth(command, proof, context)
        case AcceptProof():
            return _accept(command, proof, context)
        case AcceptInterimProof():
            return _accept_interim(command, proof, context)
        case SendBackProof():
            return _send_back(command, proof, context)
        case _ as missing:
            assert_never(missing)


def _note(command: NotePayment, proof: Proof, context: Context) -> Sequence[Event]:
    noted = PaymentNoted(payment=command.payment, cents=command.cents, paid_on=command.paid_on)
    known = next((it for it in proof.payments if it.payment == command.payment), None)
    if known is not None and known != noted:
        raise OtherPayment
    if known:
        return []
    events: list[Event] = [noted]
    if command.due_on is not None and command.due_on != proof.due_on:
        events.append(ProofExpected(due_on=command.due_on, expected_on=context.valid_on))
    year = command.paid_on.year
    if command.interim and year not in {it.year for it in proof.interim}:
        events.append(InterimProofExpected(year=year, deadline=command.interim, expected_on=context.valid_on))
    return events


def _expire_interim(proof: Proof, context: Context) -> Sequence[Event]:
    return [
        InterimProofOverdue(year=it.year, due_on=it.deadline.ends_on, noted_on=context.valid_on)
        for it in proof.lacking_interims
        if it.deadline.ends_on < context.valid_on
    ]


def _expire_check(proof: Proof, context: Context) -> Sequence[Event]:
    return [
        ProofCheckOverdue(proof=it.proof, due_on=deadline.ends_on, noted_on=context.valid_on)
        for it in proof.handed_in
        if it.is_unchecked and (deadline := it.received.deadline) and deadline.ends_on < context.valid_on
    ]


def _expire(command: ExpireProof, proof: Proof, context: Context) -> Sequence[Event]:
    """A day that the award moved counts from now on; else the recipient is reminded first, and then payments stop."""
    if proof.falls_due_on is None or proof.due_on is None or context.valid_on <= proof.falls_due_on:
        return []
    if command.due_on is None or command.due_on > proof.due_on:
        moved = ProofExpected(due_on=command.due_on, expected_on=context.valid_on)
        if command.due_on is None or command.due_on >= context.valid_on:
            return [moved]
        return [moved, _reminded(command.due_on, command, context)]
    if proof.reminded is None:
        return [_reminded(proof.due_on, command, context)]
    return [ProofOverdue(number=proof.stops + 1, due_on=proof.due_on, overdue_on=proof.reminded.deadline.expired_from)]


def _reminded(due_on: date, command: ExpireProof, context: Context) -> ProofReminded:
    """The further period begins with the reminder: a late clock takes no day of it from the recipient."""
    deadline = days_after(context.valid_on, max(command.reminder_days, 0))
    return ProofReminded(due_on=due_on, deadline=deadline, reminded_on=context.valid_on)


def _receive(command: ReceiveProof, proof: Proof, context: Context) -> Sequence[Event]:
    received = ProofReceived(
        proof=command.proof,
        kind=command.kind,
        lines=command.lines,
        covering_cents=command.covering_cents,
        report=command.report,
        submitted_on=command.submitted_on,
        acted=command.acted,
        deadline=months_after(command.submitted_on, command.check_months) if command.check_months > 0 else None,
    )
    known = proof.of(command.proof)
    if known is not None and replace(known.received, deadline=received.deadline) != received:
        raise OtherProof
    if known:
        return []
    if proof.stopped and command.kind != Kind.INTERIM:
        return [received, PaymentsReleased(number=proof.stopped.number, released_on=context.valid_on)]
    return [received]


def _find(name: str, proof: Proof) -> HandedIn:
    if not proof.handed_in:
        raise NoProofHandedIn
    found = proof.of(name)
    if found is None:
        raise UnknownProof(field="proof")
    return found


def _open(it: HandedIn) -> None:
    if it.settled:
        raise ProofIsSettled


# ---- Checking -------------------------------------------------------------------------------------------------------


def _check(command: CheckProof, proof: Proof, context: Context) -> Sequence[Event]:
    it = _find(command.proof, proof)
    _require_lines(command.recognised, it.received.lines, command.grounds)
    recognised_cents = sum(one.cents for one in command.recognised)
    checked = ProofChecked(
        proof=command.proof,
        recognised=command.recognised,
        recognised_cents=recognised_cents,
        final_cents=remaining_cents(command.grounds.financed, recognised_cents, it.received.covering_cents),
        complete=command.complete,
        plausible=command.plausible,
        purpose_reached=command.purpose_reached,
        findings=command.findings,
        drawn=command.drawn,
        checked_by=context.actor,
        checked_on=context.valid_on,
    )
    if it.first:
        if _said(checked) == _said(it.first):
            return []
        raise ProofIsChecked
    _open(it)
    duties.refuse(CHECK, _before(proof), context)
    if not (command.complete and command.plausible and command.purpose_reached) and not command.findings.strip():
        raise ReasonMissing("Was fand die Prüfung?", field="findings")
    return [checked]


def _said(it: ProofChecked) -> tuple[object, ...]:
    return it.recognised, it.complete, it.plausible, it.purpose_reached, it.findings, it.checked_by


def _check_in_depth(command: CheckProofInDepth, proof: Proof, context: Context) -> Sequence[Event]:
    it = _find(command.proof, proof)
    _require_lines(command.recognised, it.received.lines, command.grounds)
    if it.first is None:
        raise ProofNotChecked
    if not it.first.drawn.selected:
        raise NotSelected
    known = it.in_depth
    if known and (known.recognised, known.findings, known.checked_by) == (
        command.recognised, command.findings, context.actor,
    ):  # fmt: skip
        return []
    _open(it)
    if it.signed:
        raise ResultIsSigned
    duties.refuse(CHECK_IN_DEPTH, _before(proof), context)
    if not command.findings.strip():
        raise ReasonMissing("Was fand die vertiefte Prüfung?", field="findings")
    recognised_cents = sum(one.cents for one in command.recognised)
    return [
        ProofCheckedInDepth(
            proof=command.proof,
            recognised=command.recognised,
            recognised_cents=recognised_cents,
            final_cents=remaining_cents(command.grounds.financed, recognised_cents, it.received.covering_cents),
            findings=command.findings,
            checked_by=context.actor,
            checked_on=context.valid_on,
        )
    ]


def _require_lines(recognised: Sequence[RecognisedLine], spent: Sequence[SpentLine], grounds: Grounds) -> None:
    by_line = {it.line: it.cents for it in spent}
    if sorted(it.line for it in recognised) != sorted(by_line):
        raise LinesNotMatching("Jede Position des Nachweises ist genau einmal zu prüfen.", field="lines")
    for index, it in enumerate(recognised):
        if not 0 <= it.cents <= by_line[it.line]:
            raise RecognisedBeyondSpent(field=f"lines.{index}.cents")
        if it.cents < by_line[it.line] and not it.reason.strip():
            raise ReasonMissing("Jede Kürzung braucht einen Grund.", field=f"lines.{index}.reason")
        most = _most(it.line, grounds)
        if most is not None and it.cents > most:
            raise LineExceeded(field=f"lines.{index}.cents")


def _most(line: int, grounds: Grounds) -> int | None:
    """What can be recognised of a line: its part of the plan and a little more (ANBest-Gk Nr. 1.2); None when only the sum binds.

    Only the sum binds under a fixed amount, and once an amended award has another sum than the plan.
    """
    planned = {it.line: it.eligible_cents for it in grounds.planned}
    eligible = planned.get(line, 0)
    if not eligible:
        return 0
    amended = sum(planned.values()) != grounds.financed.eligible_cents
    if amended or grounds.financed.financing_type == FinancingType.FIXED:
        return None
    return eligible + at_rate(eligible, grounds.line_excess_bp)


# ---- Settling -------------------------------------------------------------------------------------------------------


def _before(proof: Proof) -> tuple[Acted, ...]:
    """Who acted, without signatures: under another result than the first the same person may sign."""
    return tuple(it for it in proof.acted if it.action != ACCEPT)


def _accept(command: AcceptProof, proof: Proof, context: Context) -> Sequence[Event]:
    it = _acceptable(command, proof, is_interim=False)
    return _accept_final(command, it, proof, context) if it else []


def _accept_interim(command: AcceptInterimProof, proof: Proof, context: Context) -> Sequence[Event]:
    if _acceptable(command, proof, is_interim=True) is None:
        return []
    duties.refuse(ACCEPT_INTERIM, _before(proof), context)
    return [
        InterimProofAccepted(
            proof=command.proof, note=command.note, accepted_by=context.actor, accepted_on=context.valid_on
        )
    ]


def _acceptable(command: AcceptProof | AcceptInterimProof, proof: Proof, *, is_interim: bool) -> HandedIn | None:
    """The proof that can be accepted now; None when it is, with this note."""
    it = _find(command.proof, proof)
    if it.is_interim != is_interim:
        raise OtherKindOfProof(field="proof")
    if it.settled:
        if isinstance(it.settled, ProofSentBack) or it.settled.note != command.note:
            raise ProofIsSettled
        return None
    if it.first is None or it.checked is None:
        raise ProofNotChecked
    if not (it.first.complete and it.first.plausible):
        raise ProofNotAcceptable
    if it.waits_for_in_depth:
        raise InDepthCheckMissing
    if not command.note.strip():
        raise ReasonMissing("Zur Anerkennung gehört ein Schlussvermerk.", field="note")
    return it


def _accept_final(command: AcceptProof, it: HandedIn, proof: Proof, context: Context) -> Sequence[Event]:
    if it.checked is None:
        raise ProofNotChecked
    granted_cents, recognised_cents = command.grounds.financed.granted_cents, it.checked.recognised_cents
    final_cents = remaining_cents(command.grounds.financed, recognised_cents, it.received.covering_cents)
    if final_cents != it.checked.final_cents:
        raise ResultChanged
    acted = _before(proof)
    if it.signed is None and final_cents != granted_cents:
        duties.refuse(ACCEPT, acted, context)
        return [
            ProofResultSigned(
                proof=command.proof, final_cents=final_cents, signed_by=context.actor, signed_on=context.valid_on
            )
        ]
    if it.signed:
        acted = duties.with_act(acted, it.signed.signed_by, context.role, ACCEPT)
    duties.refuse(ACCEPT, acted, context)
    return [
        ProofAccepted(
            proof=command.proof,
            kind=it.received.kind,
            granted_cents=granted_cents,
            recognised_cents=recognised_cents,
            covering_cents=it.received.covering_cents,
            final_cents=final_cents,
            paid_cents=proof.paid_cents,
            overpaid_cents=max(0, proof.paid_cents - final_cents),
            note=command.note,
            accepted_by=context.actor,
            accepted_on=context.valid_on,
        )
    ]


def _send_back(command: SendBackProof, proof: Proof, context: Context) -> Sequence[Event]:
    it = _find(command.proof, proof)
    if isinstance(it.settled, ProofSentBack) and it.settled.reasons == command.reasons:
        return []
    _open(it)
    duties.refuse(SEND_BACK, _before(proof), context)
    if not command.reasons.strip():
        raise ReasonMissing("Warum geht der Nachweis zurück?", field="reasons")
    return [
        ProofSentBack(
            proof=command.proof,
            kind=it.received.kind,
            reasons=command.reasons,
            sent_back_by=context.actor,
            sent_back_on=context.valid_on,
        )
    ]
