"""An answer to a request to cancel: it moves a payment only where we asked, and ends it only while nothing was debited."""

from collections.abc import Mapping, Sequence

from services.payout import batch as batches
from services.payout import disbursement as disbursements
from services.payout import payment as payments
from services.payout import recall as recalls
from services.payout.clearing import Unexplained
from services.payout.payment import RecallOutcome
from services.payout.report.content import DUPLICATES, Answer, Recall, RecallReport, RecallStatus, Status, StatusReport
from services.payout.report.taking_in import Turn, Waits, no_wait, taken_in
from shared.decider import AnyDecider, Decision, DomainError, replace

DEDUCTED = "abgesetzt"
"""What a payment is refused with when the treasury took its order back (Absetzung)."""
NO_STATUS = Answer.UNKNOWN.value
"""Why an answer of no list moves nothing."""
_OUTCOMES: Mapping[Recall, RecallOutcome] = {
    Recall.CANCELLED: RecallOutcome.GRANTED,
    Recall.REFUSED: RecallOutcome.REFUSED,
    Recall.PENDING: RecallOutcome.PENDING,
}


def meant(report: RecallReport, sealed: batches.BatchSealed) -> Mapping[str, tuple[batches.Entry, RecallStatus]]:
    """The payments that an answer speaks of, by reference; what is said nearest to a payment counts."""
    groups = {group.id: group.entries for group in batches.groups(sealed)}
    entries = {it.reference: it for it in sealed.entries}
    found: dict[str, tuple[batches.Entry, RecallStatus]] = {}
    above = {it.group: it for it in report.statuses if not it.reference}
    for group, status in sorted(above.items(), key=lambda it: bool(it[0])):
        found |= {it.reference: (it, status) for it in (groups.get(group, ()) if group else sealed.entries)}
    for status in report.statuses:
        if status.reference in entries:
            found[status.reference] = (entries[status.reference], status)
    return found


def apply_recall_answer(
    report: RecallReport,
    file_sha256: str,
    sealed: batches.BatchSealed | None = None,
    asked: Sequence[str] = (),
    waits: Waits = no_wait,
    unmatched: Sequence[Unexplained] = (),
    named_among: str = "",
) -> Decision:
    """Take in the answer to a request to cancel; `sealed` is the batch it names, `asked` are the requests about its payments.

    `unmatched` is what of the file could not be told as an answer.
    """
    unknown = [it for it in report.statuses if it.recall == Recall.UNKNOWN]
    unmatched = (
        *unmatched,
        *(Unexplained(reference=it.reference or it.group or report.batch, reason=NO_STATUS) for it in unknown),
    )
    report = replace(report, statuses=tuple(it for it in report.statuses if it.recall != Recall.UNKNOWN))
    answered: Mapping[str, tuple[batches.Entry, RecallStatus]] = meant(report, sealed) if sealed else {}

    def take(turn: Turn) -> list[Unexplained]:
        known = {it.reference for it in sealed.entries} if sealed else set[str]()
        groups = {it.id for it in batches.groups(sealed)} if sealed else set[str]()
        strange = [
            it
            for it in report.statuses
            if not sealed or (it.reference and it.reference not in known) or (it.group and it.group not in groups)
        ]
        found = [*unmatched, *(_unasked(it, it.reference or it.group or report.batch) for it in strange)]
        told: dict[str, dict[RecallOutcome, list[str]]] = {}
        for entry, status in answered.values():
            found += _answered(turn, sealed, entry, status, told) if sealed else []
        for name, outcomes in told.items():
            noted = recalls.NoteRecallAnswer(
                message_id=report.message_id,
                granted=tuple(outcomes.get(RecallOutcome.GRANTED, ())),
                refused=tuple(outcomes.get(RecallOutcome.REFUSED, ())),
                pending=tuple(outcomes.get(RecallOutcome.PENDING, ())),
            )
            turn.act(recalls.decider.stream(name), noted)
        return found

    more: dict[str, AnyDecider] = {recalls.decider.stream(it): recalls.decider for it in asked}
    spoken_of = [entry for entry, _ in answered.values()]
    known = [sealed] if sealed else []
    return taken_in(
        "recall", report.message_id, file_sha256, known, take, spoken_of, more, waits, named_among=named_among
    )


def apply_recall_receipt(
    report: StatusReport,
    file_sha256: str,
    sealed: batches.BatchSealed,
    told: recalls.Approved | recalls.Sent,
    waits: Waits = no_wait,
) -> Decision:
    """Take in the receipt (Quittung) for the orders that take payments of this batch back: each is answered as a request to cancel is."""
    asked = told.asked
    cents = sum(it.cents for it in asked.entries)
    named = report.batch
    differs = (report.count not in (None, len(asked.entries)) and "count-differs") or (
        report.sum_cents not in (None, cents) and "sum-differs"
    )
    statuses: dict[str, RecallStatus] = {}
    unmatched: list[Unexplained] = []
    by_order = {it.order: it for it in asked.entries}
    for it in sorted(report.statuses, key=lambda one: bool(one.reference)):
        if it.reason in DUPLICATES:
            unmatched.append(Unexplained(reference=it.reference or named, reason="duplicate-receipt"))
        elif it.answer == Answer.UNKNOWN:
            unmatched.append(Unexplained(reference=it.reference or named, reason=it.answer.value))
        elif it.reference and it.reference not in by_order:
            unmatched.append(Unexplained(reference=it.reference, reason="unknown-reference"))
        else:
            meant_by = [by_order[it.reference]] if it.reference else asked.entries
            statuses |= {one.reference: said for one in meant_by if (said := _said(it, one.reference))}
    if differs:
        statuses, unmatched = {}, [Unexplained(reference=named, reason=differs)]
    answer = RecallReport(message_id=report.message_id, batch=sealed.message_id, statuses=tuple(statuses.values()))
    return apply_recall_answer(
        answer, file_sha256, sealed, [asked.recall], waits, unmatched=unmatched, named_among="status"
    )


def _said(it: Status, reference: str) -> RecallStatus | None:
    """What a receipt says of one order; that the file arrived, or was taken in part, is said of none."""
    match it.answer:
        case Answer.ACCEPTED:
            return RecallStatus(recall=Recall.CANCELLED, status=DEDUCTED, reason=it.reason, reference=reference)
        case Answer.REJECTED | Answer.CANCELLED:
            return RecallStatus(recall=Recall.REFUSED, status=it.status, reason=it.reason, reference=reference)
        case _:
            return None


def _unasked(status: RecallStatus, reference: str) -> Unexplained:
    return Unexplained(reference=reference, reason=f"recall-{status.recall.value}")


def _answered(
    turn: Turn,
    sealed: batches.BatchSealed,
    entry: batches.Entry,
    status: RecallStatus,
    told: dict[str, dict[RecallOutcome, list[str]]],
) -> list[Unexplained]:
    state, outcome = turn.payment(entry), _OUTCOMES[status.recall]
    recall = payments.recall_of(state)
    known = recall and recalls.decider.stream(recall) in turn.reads
    if isinstance(state, payments.Unordered | payments.Ordered | payments.Cancelled) or not known:
        return [_unasked(status, entry.reference)]
    if reason := _proved(turn, recall):
        return [Unexplained(reference=entry.reference, reason=reason)]
    command = payments.AnswerRecall(
        batch=sealed.message_id, recall=recall, outcome=outcome, status=status.status, reason=status.reason
    )
    acts: list[object] = [payments.decider.stream(entry.payment), command]
    if payments.is_ended_by(command, state):
        acts += [disbursements.decider.stream(entry.case), _freed(turn, sealed, entry, status)]
    refused = turn.attempt(Unexplained(reference=entry.reference, reason=""), *acts)
    if not refused:
        told.setdefault(recall, {}).setdefault(outcome, []).append(entry.payment)
    return refused


def _freed(
    turn: Turn, sealed: batches.BatchSealed, entry: batches.Entry, status: RecallStatus
) -> disbursements.NoteRejection:
    return disbursements.NoteRejection(
        case=entry.case,
        drawdown=entry.drawdown,
        payment=entry.payment,
        reason=status.status,
        released_by=turn.released_by(sealed.message_id),
        renewal=turn.waits(sealed),
    )


def _proved(turn: Turn, recall: str) -> str:
    """An answer proves that the treasury holds the request; empty, or the code that says why it cannot."""
    stream = recalls.decider.stream(recall)
    state: recalls.Recalling = turn.states[stream]
    if not isinstance(state, recalls.Approved):
        return ""
    try:
        turn.act(stream, recalls.ConfirmRecallTransmission(file_sha256=state.sealed.file_sha256))
    except DomainError as error:
        return error.code
    return ""
