"""What follows from what happened to proofs of use."""

from typing import assert_never

from services.review.proof.commands import ACCEPT, ACCEPT_INTERIM, CHECK, CHECK_IN_DEPTH, SEND_BACK, Command
from services.review.proof.deciding import decide
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
from shared.contracts import Acted
from shared.decider import Decider, replace
from shared.identity import Role


def evolve(proof: Proof, it: Event) -> Proof:
    match it:
        case PaymentNoted():
            return replace(proof, payments=(*proof.payments, it))
        case ProofExpected():
            return replace(proof, due_on=it.due_on, reminded=None)
        case ProofReminded():
            return replace(proof, reminded=it)
        case ProofOverdue():
            return replace(proof, stopped=it, stops=it.number)
        case PaymentsReleased():
            return replace(proof, stopped=None, reminded=None)
        case ProofReceived():
            return replace(proof, handed_in=(*proof.handed_in, HandedIn(received=it)), acted=(*proof.acted, *it.acted))
        case ProofCheckOverdue():
            late = tuple(replace(one, late=it) if one.proof == it.proof else one for one in proof.handed_in)
            return replace(proof, handed_in=late)
        case InterimProofExpected():
            return replace(proof, interim=(*proof.interim, it))
        case InterimProofOverdue():
            return replace(proof, interim_overdue=(*proof.interim_overdue, it.year))
        case ProofChecked():
            return _with(proof, it.proof, act_of(it), first=it)
        case ProofCheckedInDepth():
            return _with(proof, it.proof, act_of(it), in_depth=it)
        case ProofResultSigned():
            return _with(proof, it.proof, act_of(it), signed=it)
        case ProofAccepted() | InterimProofAccepted() | ProofSentBack():
            return _with(proof, it.proof, act_of(it), settled=it)
        case _ as missing:
            assert_never(missing)


type Done = (
    ProofChecked | ProofCheckedInDepth | ProofResultSigned | ProofAccepted | InterimProofAccepted | ProofSentBack
)


def act_of(it: Done) -> Acted:
    """Who did this, as separation of duties asks."""
    match it:
        case ProofChecked():
            person, action = it.checked_by, CHECK
        case ProofCheckedInDepth():
            person, action = it.checked_by, CHECK_IN_DEPTH
        case ProofResultSigned():
            person, action = it.signed_by, ACCEPT
        case ProofAccepted():
            person, action = it.accepted_by, ACCEPT
        case InterimProofAccepted():
            person, action = it.accepted_by, ACCEPT_INTERIM
        case ProofSentBack():
            person, action = it.sent_back_by, SEND_BACK
        case _ as missing:
            assert_never(missing)
    return Acted(person=person, role=Role.USAGE_AUDITOR, action=action)


def _with(proof: Proof, name: str, act: Acted, **changed: object) -> Proof:
    handed_in = tuple(replace(it, **changed) if it.proof == name else it for it in proof.handed_in)
    return replace(
        proof, handed_in=handed_in, acted=duties.with_act(proof.acted, act.person, Role(act.role), act.action)
    )


decider = Decider[Command, Event, Proof](
    name="proof",
    initial=Proof(),
    decide=decide,
    evolve=evolve,
    events=[
        PaymentNoted, ProofExpected, ProofReminded, ProofOverdue, PaymentsReleased, ProofReceived, ProofCheckOverdue,
        InterimProofExpected, InterimProofOverdue, ProofChecked, ProofCheckedInDepth, ProofResultSigned, ProofAccepted,
        InterimProofAccepted, ProofSentBack,
    ],
)  # fmt: skip
