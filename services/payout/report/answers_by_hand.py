"""The Kasse's answer to a request to cancel that it was told by hand: it means what a file would mean, and a third person records it.

Who wants a payment back, or agreed to that, does not also say that the Kasse held it: on that word the payment may be ordered anew.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from services.payout import batch as batches
from services.payout import disbursement as disbursements
from services.payout import payment as payments
from services.payout import recall as recalls
from services.payout.batch import in_cases
from services.payout.payment import RecallOutcome
from services.payout.report.recall_answers import DEDUCTED
from services.payout.report.taking_in import Turn, Waits, no_wait
from shared import duties
from shared.contracts import Acted
from shared.decider import AnyDecider, Context, Decided, Decision, value
from shared.identity import Role, Sealed

_STATUS = {
    RecallOutcome.GRANTED: DEDUCTED,
    RecallOutcome.REFUSED: "abgewiesen",
    RecallOutcome.PENDING: "in Bearbeitung",
}
_RECORD = "record-recall-answer"


@value
class AnswerByHand:
    """What the Kasse said on a day of the payments with these references, of all without; the evidence comes sealed."""

    answer: str
    outcome: RecallOutcome
    references: tuple[str, ...]
    told_on: date
    sealed_evidence: Sealed | None = None


def record_recall_answer(
    asked: recalls.RecallRequested, sealed: batches.BatchSealed, said: AnswerByHand, waits: Waits = no_wait
) -> Decision:
    """Record what the Kasse said of payments that it was asked for by hand."""
    named = frozenset(said.references) or frozenset(it.reference for it in asked.entries)
    known = {it.reference for it in asked.entries} & named
    entries = [it for it in sealed.entries if it.reference in known]
    stream = recalls.decider.stream(asked.recall)
    reads: dict[str, AnyDecider] = {
        batches.decider.stream(sealed.message_id): batches.decider, stream: recalls.decider,
        **{payments.decider.stream(it.payment): payments.decider for it in entries}, **in_cases.reads_of(entries),
    }  # fmt: skip

    def judge(states: Sequence[Any], context: Context) -> Decided:
        turn = Turn(reads=reads, states=dict(zip(reads, states, strict=True)), context=context, waits=waits)
        state = _told_by_hand(turn.states[stream], said, context)
        if named - known:
            raise batches.OrderNotInBatch(field="references")
        duties.refuse(_RECORD, _acted(state), context)
        in_cases.refuse_barred(_RECORD, entries, turn.states, context)
        turn.act(stream, recalls.StartRecallSubmission())
        turn.act(stream, recalls.ConfirmRecallTransmission(file_sha256=state.sealed.file_sha256))
        for entry in entries:
            _tell(turn, asked, sealed, entry, said)
        names = tuple(it.payment for it in entries)
        noted = recalls.NoteRecallAnswer(
            message_id=said.answer,
            granted=names if said.outcome == RecallOutcome.GRANTED else (),
            refused=names if said.outcome == RecallOutcome.REFUSED else (),
            pending=names if said.outcome == RecallOutcome.PENDING else (),
            told_on=said.told_on,
            sealed_evidence=said.sealed_evidence,
        )
        turn.act(stream, noted)
        return turn.decided

    return Decision(reads=reads, judge=judge, action="RecordRecallAnswer")


def _told_by_hand(state: recalls.Recalling, said: AnswerByHand, context: Context) -> recalls.Approved | recalls.Sent:
    match state:
        case recalls.Unrequested():
            raise recalls.UnknownRecall(field="recall")
        case recalls.Requested():
            raise recalls.RecallNotApproved
        case recalls.Dropped():
            raise recalls.RecallIsDropped
        case recalls.Approved() | recalls.Sent():
            if state.sealed.writing.format != batches.BY_HAND:
                raise recalls.RecallAnsweredByFile
    if said.sealed_evidence is None:
        raise recalls.RecallEvidenceMissing(field="evidence")
    if not state.sealed.approved_on <= said.told_on <= context.valid_on:
        raise recalls.ToldAhead(field="told_on")
    return state


def _acted(state: recalls.Approved | recalls.Sent) -> tuple[Acted, ...]:
    return (
        Acted(person=state.asked.requested_by, role=Role.ORDERING_OFFICER, action="request-recall"),
        Acted(person=state.sealed.approved_by, role=Role.TREASURY, action="approve-recall"),
    )


def _tell(
    turn: Turn, asked: recalls.RecallRequested, sealed: batches.BatchSealed, entry: batches.Entry, said: AnswerByHand
) -> None:
    state = turn.payment(entry)
    command = payments.AnswerRecall(
        batch=sealed.message_id, recall=asked.recall, outcome=said.outcome, status=_STATUS[said.outcome], reason=""
    )
    acts: list[object] = [payments.decider.stream(entry.payment), command]
    if not isinstance(state, payments.Unordered | payments.Ordered | payments.Cancelled) and payments.is_ended_by(
        command, state
    ):
        rejection = disbursements.NoteRejection(
            case=entry.case,
            drawdown=entry.drawdown,
            payment=entry.payment,
            reason=command.status,
            released_by=turn.released_by(sealed.message_id),
            renewal=turn.waits(sealed),
        )
        acts += [disbursements.decider.stream(entry.case), rejection]
    turn.act(*acts)
