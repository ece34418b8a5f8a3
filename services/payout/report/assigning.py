"""What came in is a claim's because two persons say so: who may say it of this case, and what is booked."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.payout import claim as claims
from services.payout import clearing, collection, municipal_tie
from services.payout import disbursement as disbursements
from services.payout import payee as payees
from services.payout.batch import acts_in
from services.payout.batch.in_cases import TIES
from services.payout.clearing import Item, ProposeResolution, Resolution, ResolutionIncomplete
from services.payout.report.receipts import Owed
from services.payout.report.recovering import refuse_other_claim
from services.payout.report.taking_in import Turn
from shared import duties
from shared.contracts import Acted
from shared.decider import AnyDecider, Context, Decided, Decision

CONFLICT = "conflict"


def reads_of_claim(owed: Owed) -> dict[str, AnyDecider]:
    """What has to be read to book on a claim: the case's claims, and who did what in it or is tied to it."""
    return {
        claims.decider.stream(owed.case): claims.decider,
        disbursements.decider.stream(owed.case): disbursements.decider,
        collection.decider.stream(owed.case): collection.decider,
        payees.decider.stream(owed.case): payees.decider,
        TIES: municipal_tie.decider,
    }


def acts_about(owed: Owed, states: Mapping[str, Any], person: str) -> tuple[Acted, ...]:
    """What was done in a claim's case, and what ties this person to its municipalities."""
    plan: disbursements.Disbursement = states[disbursements.decider.stream(owed.case)]
    ordered: collection.Collections = states[collection.decider.stream(owed.case)]
    payee: payees.Payee = states[payees.decider.stream(owed.case)]
    return (*acts_in(plan, payee, states[TIES], person), *ordered.acted)


def book_on_claim(turn: Turn, item: Item, owed: Owed, name: str) -> None:
    """All of the booking is the claim's, by the person who agrees and whom the case must allow it."""
    if item.booked_on is None:
        raise ResolutionIncomplete
    command = claims.BookRepayment(
        claim=owed.claim,
        repayment=claims.receipt_of(name, owed.claim),
        cents=item.cents,
        received_on=item.booked_on,
        valued_on=item.valued_on,
        paid_by=claims.PaidBy.TRANSFER,
        voucher=item.booking,
        acted=acts_about(owed, turn.states, turn.context.actor),
        assigned=True,
    )
    turn.act(claims.decider.stream(owed.case), command)


def match_with_entry(turn: Turn, item: Item, owed: Owed, repayment: str) -> None:
    """The booking is the money that a person had entered by hand: nothing is booked a second time."""
    if item.booked_on is None:
        raise ResolutionIncomplete
    command = claims.MatchRepayment(
        claim=owed.claim,
        repayment=repayment,
        cents=item.cents,
        received_on=item.booked_on,
        voucher=item.booking,
        acted=acts_about(owed, turn.states, turn.context.actor),
    )
    turn.act(claims.decider.stream(owed.case), command)


def propose(name: str, command: ProposeResolution, owing: Sequence[Owed] = ()) -> Decision:
    """Say what an item was; who declared a conflict of interest in the case of a claim says nothing of it."""
    stream = clearing.decider.stream(name)
    reads: dict[str, AnyDecider] = {stream: clearing.decider}
    for it in owing:
        reads |= reads_of_claim(it)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        known = dict(zip(reads, states, strict=True))
        decided = clearing.decider.decide(command, known[stream], context)
        if not decided:
            return {}
        standing: clearing.Clearing = known[stream]
        for it in owing:
            if command.resolution == Resolution.RECOVERED:
                found = standing.items[str(command.number)].item
                refuse_other_claim(found, known[claims.decider.stream(it.case)], it.claim)
            acts = acts_about(it, known, context.actor)
            conflicts = [one for one in acts if duties.MATRIX.part_of[duties.name_of(one.action)] == CONFLICT]
            duties.refuse(claims.BOOK, conflicts, context, case=it.case)
        return {stream: decided}

    return Decision(reads=reads, judge=judge, action="ProposeResolution")
