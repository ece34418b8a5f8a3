"""Agreeing to what an item was: it is explained in the transaction that moves what it explains, or not at all."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.payout import batch as batches
from services.payout import claim as claims
from services.payout import clearing
from services.payout import disbursement as disbursements
from services.payout import payment as payments
from services.payout.clearing import (
    ON_PAYEE,
    CloseCounter,
    Direction,
    Item,
    Resolution,
    ResolutionIncomplete,
    Unexplained,
)
from services.payout.report.assigning import book_on_claim, match_with_entry, reads_of_claim
from services.payout.report.bookings import reopened, settling
from services.payout.report.receipts import Owed
from services.payout.report.recovering import refuse_other_claim
from services.payout.report.taking_in import Turn
from shared.decider import AnyDecider, Context, Decided, Decision, DomainError, replace
from shared.identity import Role


class CounterDiffers(DomainError):
    code = "counter-differs"
    title = "Die Gegenbuchung muss denselben Betrag in der anderen Richtung haben und selbst noch offen sein."


class NewAttemptSealed(DomainError):
    code = "new-attempt-sealed"
    title = (
        "Der Mittelabruf ist neu angeordnet, und die neue Zahlung liegt in einem Zahlungslauf, den die Kasse noch nicht hat. "
        "Verwerfen Sie ihn zuerst: Dabei wird die neue Anordnung zurückgenommen."
    )


class OverpaymentOpen(DomainError):
    code = "overpayment-open"
    title = "Der Mittelabruf ist noch doppelt gezahlt; nennen Sie die Forderung, mit der das Geld zurückgeholt wird."


def counter_of(text: str) -> tuple[str, int]:
    """The list and the number that a counter item's name means."""
    name, _, number = text.partition("/")
    return name, int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0


def approve(
    name: str,
    number: int,
    proposal: str,
    sealed: batches.BatchSealed | None = None,
    payment: str = "",
    counter: str = "",
    owed: Owed | None = None,
    questioned: Sequence[payments.PaymentOrdered] = (),
    beside: str = "",
    held: payments.PaymentOrdered | None = None,
    shares: Sequence[Owed] = (),
    role: Role | None = None,
) -> Decision:
    """Agree to a proposal; `sealed` is the batch of the payment that it names, `counter` the item, `owed` the claim.

    `questioned` are the payments that the item's debit names, and its counter's; `beside` the batch of a newer attempt at the same Mittelabruf.
    `held` is the payment whose payee the item is about, when it is to be decided. `shares` are the claims among which it is divided.
    `role` is the one in which the person acts here, where that is another than at the door.
    """
    command = clearing.ApproveResolution(number=number, proposal=proposal)
    stream = clearing.decider.stream(name)
    entry = next((it for it in sealed.entries if it.payment == payment), None) if sealed else None
    other, other_number = counter_of(counter)
    reads: dict[str, AnyDecider] = {stream: clearing.decider}
    if counter:
        reads[clearing.decider.stream(other)] = clearing.decider
    if sealed and entry:
        reads[batches.decider.stream(sealed.message_id)] = batches.decider
        reads[payments.decider.stream(entry.payment)] = payments.decider
        reads[disbursements.decider.stream(entry.case)] = disbursements.decider
    owing = [*([owed] if owed else []), *shares]
    for it in owing:
        reads |= reads_of_claim(it)
    for it in questioned:
        reads[disbursements.decider.stream(it.case)] = disbursements.decider
    if beside:
        reads[batches.decider.stream(beside)] = batches.decider
    if held:
        reads[payments.decider.stream(held.payment)] = payments.decider
    of_claims = {it.case for it in owing}
    case = entry.case if entry else min(of_claims) if len(of_claims) == 1 else held.case if held else ""

    def newer(states: Sequence[Any]) -> Mapping[str, AnyDecider]:
        found = _newer_attempt(dict(zip(reads, states, strict=False)), entry) if entry else ""
        return {payments.decider.stream(found): payments.decider} if found else {}

    def judge(states: Sequence[Any], context: Context) -> Decided:
        read = {**reads, **newer(states)}
        context = replace(context, role=role) if role else context
        turn = Turn(reads=read, states=dict(zip(read, states, strict=True)), context=context)
        before = states[0]
        turn.act(stream, command)
        if not turn.decided:
            return {}
        resolved: clearing.ClearingResolved = turn.decided[stream][0]
        if (resolved.payment, resolved.counter, resolved.claim) != (payment, counter, owed.claim if owed else ""):
            raise ResolutionIncomplete
        if resolved.parts and clearing.claims_of(resolved) != tuple(it.claim for it in shares):
            raise ResolutionIncomplete(field="parts")
        item = before.items[str(number)].item
        if resolved.resolution == Resolution.RECOVERED and owed and {it.case for it in questioned} != {owed.case}:
            raise ResolutionIncomplete(field="claim")
        if resolved.resolution == Resolution.RECOVERED and owed:
            refuse_other_claim(item, turn.states[claims.decider.stream(owed.case)], owed.claim)
        if held or resolved.resolution in ON_PAYEE:
            _on_payee(turn, before.items[str(number)], resolved, held)
        for it in questioned:
            _explain(turn, [item, *_item_of(turn, other, other_number)], resolved, it)
        if sealed and entry:
            _give_way(turn, entry)
            _move(turn, item, sealed, entry, name)
            for opening in _overpaid(turn, before, item, entry):
                turn.act(stream, opening)
        if owed and resolved.resolution == Resolution.ASSIGNED:
            if resolved.repayment:
                match_with_entry(turn, item, owed, resolved.repayment)
            else:
                book_on_claim(turn, item, owed, f"{name}/{number}")
        for part, share in zip((it for it in resolved.parts if it.claim), shares, strict=True):
            book_on_claim(turn, replace(item, cents=part.cents), share, f"{name}/{number}")
        if counter:
            _close(turn, item, (other, other_number), f"{name}/{number}")
        return turn.decided

    return Decision(
        reads=reads, judge=judge, action="ApproveResolution", meta={"case": case} if case else {}, further=newer
    )


def _on_payee(
    turn: Turn, standing: clearing.Standing, resolved: clearing.ClearingResolved, held: payments.PaymentOrdered | None
) -> None:
    """The decision on a held payment, by whoever proposed and whoever agrees."""
    if held is None or held.reference != standing.item.reference or standing.proposed is None:
        raise ResolutionIncomplete(field="resolution")
    stream = payments.decider.stream(held.payment)
    state: payments.Payment = turn.states[stream]
    decision = payments.DecidePayeeCheck(
        batch="" if isinstance(state, payments.Unordered | payments.Ordered) else state.batch,
        decision=payments.PayeeDecision(resolved.resolution.value),
        proposed_by=standing.proposed.proposed_by,
    )
    turn.act(stream, decision)


def _newer_attempt(states: Mapping[str, Any], entry: batches.Entry) -> str:
    """The payment that was ordered instead of this one and is not answered yet; empty when there is none."""
    plan: disbursements.Disbursement = states[disbursements.decider.stream(entry.case)]
    stage = disbursements.find(plan, entry.drawdown).stage
    ordered = stage.payment if isinstance(stage, disbursements.Ordered) else ""
    return "" if ordered == entry.payment else ordered


def _explain(
    turn: Turn, items: Sequence[Item], resolved: clearing.ClearingResolved, questioned: payments.PaymentOrdered
) -> None:
    """The debit stands in the way of no order any more; an overpayment is over when it came back, or is demanded."""
    stream = disbursements.decider.stream(questioned.case)
    if resolved.resolution == Resolution.RECOVERED:
        overpaid = disbursements.find(turn.states[stream], questioned.drawdown).overpaid
        if not resolved.claim and any(it.payment == questioned.payment for it in overpaid):
            raise OverpaymentOpen(field="claim")
        return
    for item in items:
        explained = disbursements.ExplainDebit(
            case=questioned.case, drawdown=questioned.drawdown, payment=questioned.payment, booking=item.booking
        )
        turn.act(stream, explained)


def _item_of(turn: Turn, name: str, number: int) -> Sequence[Item]:
    listed: clearing.Clearing | None = turn.states.get(clearing.decider.stream(name))
    found = listed.items.get(str(number)) if listed else None
    return [found.item] if found else []


def _give_way(turn: Turn, entry: batches.Entry) -> None:
    """A newer attempt that the treasury cannot have is taken back; one that it can have stays, and the Mittelabruf is overpaid."""
    newer = _newer_attempt(turn.states, entry)
    if not newer:
        return
    stream = payments.decider.stream(newer)
    state: payments.Payment = turn.states[stream]
    match state:
        case payments.Unordered() | payments.Cancelled():
            return
        case payments.Ordered():
            taken_back = disbursements.NoteRejection(
                case=entry.case, drawdown=entry.drawdown, payment=newer, reason=payments.CANCELLED
            )
            of_case = disbursements.decider.stream(entry.case)
            turn.act(stream, payments.CancelPayment(batch=""), of_case, taken_back)
        case _:
            batch: batches.Batch | None = turn.states.get(batches.decider.stream(state.batch))
            if batch is None or _is_here(batch):
                raise NewAttemptSealed


def _is_here(batch: batches.Batch) -> bool:
    """Whether the treasury cannot have this batch: nothing was announced, and nobody types it in."""
    released = isinstance(batch, batches.Released) and batch.sealed.writing.format != batches.BY_HAND
    return released or isinstance(batch, batches.Unsealed | batches.Unreleased | batches.Discarded)


def _overpaid(
    turn: Turn, listed: clearing.Clearing, item: Item, entry: batches.Entry
) -> Sequence[clearing.OpenClearing]:
    """The open item of a Mittelabruf that is paid twice now; nothing when it is not."""
    decided = turn.decided.get(disbursements.decider.stream(entry.case), ())
    if not any(isinstance(it, disbursements.DrawdownOverpaid) for it in decided):
        return []
    told = Unexplained(
        reference=entry.reference, reason=clearing.OVERPAID, cents=item.cents, booking=item.booking,
        booked_on=item.booked_on, payment=entry.payment,
    )  # fmt: skip
    return [clearing.OpenClearing(sha256=listed.files[-1], kind="booking", message_id="", items=(told,), found=True)]


def _move(turn: Turn, item: Item, sealed: batches.BatchSealed, entry: batches.Entry, name: str) -> None:
    """The booking moves the payment exactly as if the file had named it."""
    if item.booked_on is None:
        raise ResolutionIncomplete
    if item.direction == Direction.OUT:
        told = Unexplained(
            reference=entry.reference, reason="", cents=item.cents, booking=item.booking, booked_on=item.booked_on
        )
        turn.act(*settling(turn, told, sealed, entry, assigned=True, listed=name))
    else:
        back = payments.ReturnPayment(
            batch=sealed.message_id,
            cents=item.cents,
            booking=item.booking,
            reason="NARR",
            charges_cents=max(0, entry.cents - item.cents),
            returned_on=item.booked_on,
        )
        turn.act(payments.decider.stream(entry.payment), back)
    reopened(turn, entry)


def _close(turn: Turn, item: Item, counter: tuple[str, int], resolved: str) -> None:
    """Both bookings are explained by each other: the same cents, there and back."""
    stream = clearing.decider.stream(counter[0])
    standing: Mapping[str, clearing.Standing] = turn.states[stream].items
    found = standing.get(str(counter[1]))
    there_and_back = {Direction.OUT, Direction.IN}
    if found is None or found.item.cents != item.cents or {found.item.direction, item.direction} != there_and_back:
        raise CounterDiffers(field="counter")
    turn.act(stream, CloseCounter(number=counter[1], resolved=resolved))
