"""What an event makes of a request to cancel; no rules."""

from services.payout.payment import RecallOutcome
from services.payout.recall.events import (
    Event,
    RecallAnswered,
    RecallApproved,
    RecallDropped,
    RecallListed,
    RecallRequested,
    RecallSubmissionStarted,
    RecallTransmitted,
)
from services.payout.recall.states import (
    Approved,
    Dropped,
    Recalling,
    Requested,
    Sent,
    Unrequested,
)
from shared.contracts import Acted
from shared.decider import replace
from shared.identity import Role


def evolve(state: Recalling, it: Event) -> Recalling:
    match it, state:
        case RecallListed(), Unrequested():
            return Unrequested(listed=(*state.listed, *it.entries))
        case RecallRequested(), _:
            listed = state.listed if isinstance(state, Unrequested) else ()
            asked = it if it.entries else replace(it, entries=listed)
            act = Acted(person=it.requested_by, role=Role.ORDERING_OFFICER, action="request-recall")
            return Requested(asked=asked, acted=(act,))
        case RecallApproved(), Requested():
            return Approved(asked=state.asked, sealed=it)
        case RecallDropped(), Requested():
            return Dropped(asked=state.asked, dropped=it)
        case RecallSubmissionStarted(), Approved():
            return replace(state, submitted=True)
        case RecallTransmitted(), Approved():
            return Sent(asked=state.asked, sealed=state.sealed)
        case RecallAnswered(), Sent():
            told = dict.fromkeys(it.granted, RecallOutcome.GRANTED) | dict.fromkeys(it.refused, RecallOutcome.REFUSED)
            told |= dict.fromkeys(it.pending, RecallOutcome.PENDING)
            recorded = (*state.recorded, it) if it.recorded_by else state.recorded
            return replace(state, answers=tuple((dict(state.answers) | told).items()), recorded=recorded)
        case _, _:
            return state
