"""Finding what a path names, as committed, and its state in a word."""

from services.payout import batch as batches
from services.payout import clearing, expectation, municipal_tie
from services.payout import disbursement as disbursements
from services.payout import hold as holds
from services.payout import payee as payees
from services.payout import recall as recalls
from shared import ties
from shared.contracts import Acted
from shared.identity import Erased, Sealed, is_id
from shared.privacy import Forged
from shared.problems import Problem
from shared.service import House
from shared.store import Folded


def stage_of(it: disbursements.Drawdown) -> str:
    """Where a Mittelabruf stands: the name of its stage's class, which is promised to callers."""
    return type(it.stage).__name__.lower()


def act_on(it: disbursements.Drawdown) -> str:
    """The action that a Mittelabruf waits for; empty when it waits for the treasury, or for nobody."""
    match it.stage:
        case disbursements.Registered():
            return "examine-drawdown"
        case disbursements.Accepted():
            return "certify-drawdown"
        case disbursements.Certified():
            return "order-payment"
        case disbursements.Rejected() | disbursements.Ordered() | disbursements.Paid():
            return ""


def payment_of(it: disbursements.Drawdown) -> str:
    """The payment under way or made for a Mittelabruf; empty while there is none."""
    return it.stage.payment if isinstance(it.stage, disbursements.Ordered | disbursements.Paid) else ""


def acts_on_item(it: clearing.Standing) -> tuple[str, ...]:
    """What can be done with a clearing item, whoever may do it."""
    if it.resolved is not None:
        return ()
    asked = ("approve-resolution", "decline-resolution") if it.proposed else ("propose-resolution",)
    return (*asked, "take-clearing")


def status_of_batch(state: batches.Batch) -> str:
    """Where a batch stands: the name of its state's class, which is promised to callers."""
    return "sealed" if isinstance(state, batches.Unreleased) else type(state).__name__.lower()


async def known_case(house: House, case: str) -> Folded:
    """The case's disbursement as committed, or a 404 problem."""
    found = await house.writer.state(disbursements.decider, case) if is_id(case) else Folded(state=None)
    if not found.version:
        raise Problem(404, "unknown-case", "Diesen Vorgang gibt es hier nicht.", field="case")
    return found


async def municipalities_of(house: House, case: str) -> tuple[str, ...]:
    """The keys of whom a case is about."""
    state = (await house.writer.state(disbursements.decider, case)).state
    return disbursements.municipalities(state, (await house.writer.state(payees.decider, case)).state)


async def known_acts(house: House, case: str, person: str) -> tuple[Acted, ...]:
    """What was done in a case, and what ties this person to its municipalities."""
    state = (await house.writer.state(disbursements.decider, case)).state
    payee = (await house.writer.state(payees.decider, case)).state
    tied = (await house.writer.state(municipal_tie.decider, ties.REGISTER)).state
    return batches.acts_in(state, payee, tied, person)


def opened(house: House, box: Sealed) -> str:
    """A sealed value for who may read it; what does not open is told, not hidden."""
    try:
        value = house.privacy.open(box)
    except Forged:
        return "nicht lesbar (Siegel verletzt)"
    return "gelöscht" if isinstance(value, Erased) else value


async def known_batch(house: House, batch: str) -> Folded:
    """The batch as committed, or a 404 problem."""
    found = await house.writer.state(batches.decider, batch) if is_id(batch) else Folded(state=None)
    if not found.version:
        raise Problem(404, "unknown-batch", "Diesen Zahlungslauf gibt es nicht.", field="batch")
    return found


async def known_recall(
    house: House, batch: str, recall: str
) -> recalls.Requested | recalls.Approved | recalls.Sent | recalls.Dropped:
    """The request to cancel payments of this batch as committed, or a 404 problem."""
    state: recalls.Recalling = (
        (await house.writer.state(recalls.decider, recall)).state if is_id(recall) else recalls.Unrequested()
    )
    if isinstance(state, recalls.Unrequested) or state.asked.batch != batch:
        raise recalls.UnknownRecall(field="recall")
    return state


async def known_expectation(house: House, name: str) -> Folded:
    """An expected file as committed, or a 404 problem."""
    found = await house.writer.state(expectation.decider, name) if is_id(name) else Folded(state=None)
    if not found.version:
        raise Problem(404, "file-not-expected", expectation.NotExpected.title, field="expectation")
    return found


async def known_holds(house: House) -> holds.Holds:
    """All holds as committed."""
    return (await house.writer.state(holds.decider, holds.REGISTER)).state


async def known_hold(house: House, hold: str) -> holds.HoldPlaced:
    """A hold as it was placed, or a 404 problem."""
    found = (await known_holds(house)).placed.get(hold)
    if found is None:
        raise Problem(404, "unknown-hold", "Diese Zahlungssperre gibt es nicht.", field="hold")
    return found


async def known_item(house: House, name: str, number: str) -> clearing.Standing:
    """A clearing item as committed, or a 404 problem."""
    listed: clearing.Clearing = (
        (await house.writer.state(clearing.decider, name)).state if is_id(name) else clearing.Clearing()
    )
    found = listed.items.get(number)
    if found is None:
        raise Problem(404, "clearing-unknown", "Diesen Klärungsfall gibt es nicht.", field="number")
    return found
