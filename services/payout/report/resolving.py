"""Agreeing to what an item was: it is explained in the transaction that moves what it explains, or not at all."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.payout import batch as batches
from services.payout import claim as claims
from services.payout import clearing
from services.payout import disbursement as disbursements
from services.payout import payment as payments
from services.payout.clearing import Direction, Item, Unexplained
from services.payout.clearing.noun import CloseCounter, ResolutionIncomplete
from services.payout.report.bookings import reopened, settling
from services.payout.report.receipts import Owed
from services.payout.report.taking_in import Turn
from shared.decider import AnyDecider, Context, Decided, Decision, DomainError


class CounterDiffers(DomainError):
    code = "counter-differs"
    title = "Die Gegenbuchung muss denselben Betrag in der anderen Richtung haben und selbst noch offen sein."


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
) -> Decision:
    """Agree to a proposal; `sealed` is the batch of the payment that it names, `counter` the item, `owed` the claim."""
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
    if owed:
        reads[claims.decider.stream(owed.case)] = claims.decider
        reads[disbursements.decider.stream(owed.case)] = disbursements.decider
    case = entry.case if entry else owed.case if owed else ""

    def judge(states: Sequence[Any], context: Context) -> Decided:
        turn = Turn(reads=reads, states=dict(zip(reads, states, strict=True)), context=context)
        before = states[0]
        turn.act(stream, command)
        if not turn.decided:
            return {}
        resolved: clearing.ClearingResolved = turn.decided[stream][0]
        if (resolved.payment, resolved.counter, resolved.claim) != (payment, counter, owed.claim if owed else ""):
            raise ResolutionIncomplete
        item = before.items[str(number)].item
        if sealed and entry:
            _move(turn, item, sealed, entry)
        if owed:
            _book(turn, item, owed, f"{name}/{number}")
        if counter:
            _close(turn, item, (other, other_number), f"{name}/{number}")
        return turn.decided

    return Decision(reads=reads, judge=judge, action="ApproveResolution", meta={"case": case} if case else {})


def _move(turn: Turn, item: Item, sealed: batches.BatchSealed, entry: batches.Entry) -> None:
    """The booking moves the payment exactly as if the file had named it."""
    if item.booked_on is None:
        raise ResolutionIncomplete
    if item.direction == Direction.OUT:
        told = Unexplained(
            reference=entry.reference, reason="", cents=item.cents, booking=item.booking, booked_on=item.booked_on
        )
        turn.act(*settling(turn, told, sealed, entry))
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


def _book(turn: Turn, item: Item, owed: Owed, name: str) -> None:
    """All of the booking is the claim's, by the person who agrees and whom the case must allow it."""
    if item.booked_on is None:
        raise ResolutionIncomplete
    plan: disbursements.Disbursement = turn.states[disbursements.decider.stream(owed.case)]
    command = claims.BookRepayment(
        claim=owed.claim,
        repayment=claims.receipt_of(name, owed.claim),
        cents=item.cents,
        received_on=item.booked_on,
        paid_by=claims.PaidBy.TRANSFER,
        voucher=item.booking,
        acted=plan.acted,
        assigned=True,
    )
    turn.act(claims.decider.stream(owed.case), command)


def _close(turn: Turn, item: Item, counter: tuple[str, int], resolved: str) -> None:
    """Both bookings are explained by each other: the same cents, there and back."""
    stream = clearing.decider.stream(counter[0])
    standing: Mapping[str, clearing.Standing] = turn.states[stream].items
    found = standing.get(str(counter[1]))
    there_and_back = {Direction.OUT, Direction.IN}
    if found is None or found.item.cents != item.cents or {found.item.direction, item.direction} != there_and_back:
        raise CounterDiffers(field="counter")
    turn.act(stream, CloseCounter(number=counter[1], resolved=resolved))
