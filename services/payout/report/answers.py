"""An answer to a handed-over file: accepted, refused, or not yet known."""

from typing import assert_never

from services.payout import batch as batches
from services.payout import collection
from services.payout import disbursement as disbursements
from services.payout import payment as payments
from services.payout.clearing import Unexplained
from services.payout.report.content import DUPLICATES, ON_PAYEE, PAYEE_MATCHES, Answer, Status, StatusReport
from services.payout.report.taking_in import Turn, Waits, no_wait, taken_in
from shared.decider import Decision, replace

CONTRADICTING = "answers-contradict"


def apply_status_report(
    report: StatusReport, file_sha256: str, sealed: batches.BatchSealed | None, waits: Waits = no_wait
) -> Decision:
    """Take in an answer to a file; `sealed` is the batch it names, None when there is none of that name."""
    kind = "status"

    def take(turn: Turn) -> list[Unexplained]:
        if sealed is None:
            return [Unexplained(reference=report.batch, reason="unknown-batch")]
        if reason := _not_as_sealed(report, sealed) or _not_held(turn, sealed):
            return [Unexplained(reference=report.batch, reason=reason)]
        return _answers(turn, report, sealed)

    collecting = {collection.decider.stream(it.case): collection.decider for it in sealed.collections} if sealed else {}
    return taken_in(
        kind, report.message_id, file_sha256, [sealed] if sealed else [], take, more=collecting, waits=waits
    )


def _not_held(turn: Turn, sealed: batches.BatchSealed) -> str:
    """Of a file that is being typed in the treasury can hold a part; empty, or why it cannot hold anything of this file."""
    return "" if 0 < len(turn.untyped(sealed)) < sealed.file_count else turn.proved(sealed)


def _not_as_sealed(report: StatusReport, sealed: batches.BatchSealed) -> str:
    if report.count not in (None, sealed.file_count):
        return "count-differs"
    if report.sum_cents not in (None, sealed.file_cents):
        return "sum-differs"
    return ""


def _answers(turn: Turn, report: StatusReport, sealed: batches.BatchSealed) -> list[Unexplained]:
    """A refusal explains itself at one of three levels; the answer nearest to the payment counts."""
    groups = {group.id: group.entries for group in batches.groups(sealed)}
    entries: dict[str, batches.Entry | batches.CollectionEntry] = {
        it.reference: it for it in (*sealed.entries, *sealed.collections)
    }
    answers: dict[str, Status] = {}
    above: dict[str, Status] = {}
    unmatched: list[Unexplained] = []
    contradicted: set[str] = set()
    found_by_name = any(it.reference in entries and _is_on_payee(it) for it in report.statuses)
    for status in sorted((it for it in report.statuses if not it.reference), key=lambda it: bool(it.group)):
        if status.answer == Answer.UNKNOWN:
            unmatched.append(Unexplained(reference=status.group or report.batch, reason=status.answer.value))
        elif found_by_name and _is_on_payee(status):
            continue  # which of its payees are questioned is said below, of the others only how many they are
        elif status.group and status.group not in groups:
            unmatched.append(Unexplained(reference=status.group, reason="unknown-reference"))
        else:
            above[status.group] = _explained(status, above.get(status.group) or above.get(""))
    # However often a file speaks of all or of a group, its payments are gone through once.
    for group, status in above.items():
        answers |= dict.fromkeys((it.reference for it in groups[group]) if group else entries, status)
    for status in (it for it in report.statuses if it.reference):
        reference = status.reference
        if reference not in entries:
            unmatched.append(Unexplained(reference=reference, reason="unknown-reference"))
            continue
        if _contradicts(status, answers.get(reference)):
            contradicted.add(reference)
        answers[reference] = _explained(status, answers.get(reference))
    for reference in sorted(contradicted):
        del answers[reference]
        unmatched.append(Unexplained(reference=reference, reason=CONTRADICTING))
    untyped = turn.untyped(sealed)
    for reference, status in answers.items():
        if reference not in untyped:
            unmatched += _answered(turn, report, sealed, entries[reference], status)
        elif status.reference:
            unmatched.append(Unexplained(reference=reference, reason=batches.NotSubmitted.code))
    return unmatched


def _is_on_payee(status: Status) -> bool:
    """Whether it is what a verification of the payee found."""
    return status.answer in ON_PAYEE or status.status == PAYEE_MATCHES


def _contradicts(status: Status, other: Status | None) -> bool:
    """Whether one file both takes and refuses a payment, each by its name: then it says neither."""
    if other is None or not other.reference or other.answer == status.answer:
        return False
    return not {status.answer, other.answer}.isdisjoint((Answer.REJECTED, Answer.CANCELLED))


def _explained(status: Status, above: Status | None) -> Status:
    """A refusal without a reason is refused for that of its group or its file; of a file that was sent before, nothing is refused."""
    if above is None or (status.reason and above.reason not in DUPLICATES):
        return status
    return replace(status, reason=above.reason)


def _answered(
    turn: Turn,
    report: StatusReport,
    sealed: batches.BatchSealed,
    entry: batches.Entry | batches.CollectionEntry,
    status: Status,
) -> list[Unexplained]:
    if isinstance(entry, batches.CollectionEntry):
        return _collecting(turn, report, sealed, entry, status)
    batch = sealed.message_id
    payment, told = payments.decider.stream(entry.payment), Unexplained(reference=entry.reference, reason="")
    match status.answer:
        case Answer.ACCEPTED:
            return turn.attempt(told, payment, payments.AcceptPayment(batch=batch, status=status.status))
        case Answer.REJECTED | Answer.CANCELLED if status.reason in DUPLICATES:
            return _duplicate(turn, report, sealed, entry.reference)
        case Answer.REJECTED | Answer.CANCELLED:
            cancelled = status.answer == Answer.CANCELLED
            reason = payments.CANCELLED_BY_BANK if cancelled else status.reason or status.status
            return turn.attempt(
                told,
                payment,
                payments.RejectPayment(batch=batch, reason=reason),
                disbursements.decider.stream(entry.case),
                disbursements.NoteRejection(
                    case=entry.case,
                    drawdown=entry.drawdown,
                    payment=entry.payment,
                    reason=reason,
                    released_by=turn.released_by(batch),
                    renewal=turn.waits(sealed),
                ),
            )
        case Answer.PAYEE_CLOSE | Answer.PAYEE_DIFFERS | Answer.PAYEE_UNCHECKED:
            held = payments.ReportPayeeCheck(batch=batch, finding=status.answer.value)
            shown = Unexplained(reference=entry.reference, reason=status.answer.value)
            return turn.attempt(told, payment, held) or [shown]
        case Answer.BLOCKED | Answer.UNKNOWN:
            return [Unexplained(reference=entry.reference, reason=status.answer.value)]
        case Answer.RECEIVED | Answer.PENDING | Answer.PARTIAL:
            return []
        case _ as missing:
            assert_never(missing)


def _collecting(
    turn: Turn, report: StatusReport, sealed: batches.BatchSealed, entry: batches.CollectionEntry, status: Status
) -> list[Unexplained]:
    """An order about a claim is taken or refused; no money moves by it."""
    batch, stream = sealed.message_id, collection.decider.stream(entry.case)
    told = Unexplained(reference=entry.reference, reason="")
    match status.answer:
        case Answer.ACCEPTED:
            return turn.attempt(
                told, stream, collection.AcceptCollection(order=entry.order, batch=batch, status=status.status)
            )
        case Answer.REJECTED | Answer.CANCELLED if status.reason in DUPLICATES:
            return _duplicate(turn, report, sealed, entry.reference)
        case Answer.REJECTED | Answer.CANCELLED:
            reason = status.reason or status.status
            return turn.attempt(
                told, stream, collection.RejectCollection(order=entry.order, batch=batch, reason=reason)
            )
        case Answer.UNKNOWN:
            return [Unexplained(reference=entry.reference, reason=status.answer.value)]
        case _:
            return []


def _duplicate(turn: Turn, report: StatusReport, sealed: batches.BatchSealed, reference: str) -> list[Unexplained]:
    """“You sent this before” proves the receipt when we did send these very bytes before; other bytes under our name are an incident."""
    times = turn.times_sent(sealed)
    other = report.created_at is not None and report.created_at != sealed.created_at
    if not times or other:
        return [Unexplained(reference=reference, reason="duplicate-of-other-bytes")]
    return [] if times > 1 else [Unexplained(reference=reference, reason="duplicate-receipt")]
