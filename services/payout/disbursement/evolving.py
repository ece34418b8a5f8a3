"""What an event makes of a plan and its Mittelabrufe; no rules."""

from collections.abc import Sequence
from typing import assert_never

from services.payout.disbursement.changes import (
    Changes,
    DrawdownReopened,
    FundsReturned,
    PlanSupplemented,
    ReductionReceived,
    changed,
)
from services.payout.disbursement.events import (
    CertificationVoided,
    ConflictNoted,
    DrawdownAccepted,
    DrawdownCertified,
    DrawdownFreed,
    DrawdownOrdered,
    DrawdownPaid,
    DrawdownReduced,
    DrawdownRegistered,
    DrawdownRejected,
    DrawdownUnpaid,
    Event,
    InvolvementNoted,
    PlanOpened,
    UnspentNoted,
)
from services.payout.disbursement.questioned import (
    DebitExplained,
    DebitQuestioned,
    DrawdownOverpaid,
    OverpaymentRecovered,
    OverpaymentReturned,
    after,
)
from services.payout.disbursement.retention import ProofNoted
from services.payout.disbursement.side_condition import SideConditionNoted
from services.payout.disbursement.states import (
    Accepted,
    Certified,
    Disbursement,
    Drawdown,
    Open,
    Ordered,
    Paid,
    Registered,
    Rejected,
    Waiting,
)
from shared import duties
from shared.contracts import Acted
from shared.decider import replace
from shared.identity import Role


def evolve(state: Disbursement, it: Event) -> Disbursement:
    # Patterns stand in the order of a Mittelabruf's life: every one that does not match costs, for each event ever folded.
    match it:
        case PlanOpened():
            opened = Open(
                plan=it,
                opened=it,
                drawdowns=state.drawdowns,
                acted=_with(state, it.acted),
                noted=state.noted,
                proof=state.proof,
            )
            return _planned(opened, state.changes)
        case DrawdownRegistered():
            return replace(state, drawdowns=(*state.drawdowns, drawdown_of(it)), acted=_with(state, it.acted))
        case DrawdownAccepted() | DrawdownReduced() | DrawdownRejected():
            return _acted(state, it, it.examined_by, Role.CASE_OFFICER, "examine-drawdown")
        case DrawdownCertified():
            return _acted(state, it, it.certified_by, Role.CERTIFIER, "certify-drawdown")
        case DrawdownOrdered():
            return _acted(state, it, it.ordered_by, Role.ORDERING_OFFICER, "order-payment")
        case DrawdownPaid() | DrawdownFreed() | DrawdownOverpaid():
            return _acted(state, it, it.released_by, Role.TREASURY, "release-batch")
        case InvolvementNoted() | ConflictNoted():
            return replace(state, acted=_with(state, it.acted))
        case ReductionReceived() | PlanSupplemented():
            return _planned(replace(state, acted=_with(state, it.acted)), changed(state.changes, it))
        case FundsReturned():
            return _planned(state, changed(state.changes, it))
        case SideConditionNoted():
            noted = tuple(sorted((*state.noted, it), key=lambda one: one.revision))
            return replace(state, acted=_with(state, it.acted), noted=noted)
        case ProofNoted():
            return replace(state, acted=_with(state, it.acted), proof=it)
        case UnspentNoted():
            return state
        case _:
            return replace(state, drawdowns=_each(state, it))


def _planned(state: Disbursement, changes: Changes) -> Disbursement:
    if isinstance(state, Waiting):
        return replace(state, changes=changes)
    opened = state.opened
    plan = replace(
        opened,
        by_year=changes.amounts(opened.by_year),
        eligible_cents=changes.eligible_cents or opened.eligible_cents,
    )
    return replace(state, plan=plan, changes=changes)


def _with(state: Disbursement, news: Sequence[Acted]) -> tuple[Acted, ...]:
    return (*state.acted, *(it for it in news if it not in state.acted))


def _acted(state: Disbursement, it: "Moving", person: str, role: Role, action: str) -> Disbursement:
    return replace(state, drawdowns=_each(state, it), acted=duties.with_act(state.acted, person, role, action))


def _each(state: Disbursement, it: "Moving") -> tuple[Drawdown, ...]:
    return tuple([_moved(one, it) if one.id == it.drawdown else one for one in state.drawdowns])


type Moving = (
    DrawdownAccepted
    | DrawdownReduced
    | DrawdownRejected
    | DrawdownCertified
    | DrawdownOrdered
    | DrawdownPaid
    | DrawdownFreed
    | DrawdownUnpaid
    | DrawdownReopened
    | CertificationVoided
    | DebitQuestioned
    | DebitExplained
    | DrawdownOverpaid
    | OverpaymentRecovered
    | OverpaymentReturned
)


def _moved(one: Drawdown, it: Moving) -> Drawdown:
    match it:
        case DrawdownAccepted():
            return replace(one, accepted_cents=it.accepted_cents, stage=Accepted())
        case DrawdownCertified():
            return replace(one, stage=Certified(certified_by=it.certified_by), voided=False)
        case DrawdownOrdered():
            certified_by = one.stage.certified_by if isinstance(one.stage, Certified) else ""
            return replace(one, stage=Ordered(certified_by=certified_by, payment=it.payment))
        case DrawdownPaid():
            return replace(
                one,
                stage=Paid(payment=it.payment),
                paid_on=it.settled_on,
                accepted_cents=it.cents or one.accepted_cents,
                overpaid=_without(one, it.payment),
            )
        case DrawdownReduced():
            return replace(one, accepted_cents=it.accepted_cents, reason=it.reason, stage=Accepted())
        case DrawdownRejected():
            return replace(one, reason=it.reason, stage=Rejected())
        case CertificationVoided():
            return replace(one, stage=Accepted() if isinstance(one.stage, Certified) else one.stage, voided=True)
        case DrawdownFreed():
            certified_by = one.stage.certified_by if isinstance(one.stage, Ordered) else ""
            stage = Accepted() if one.voided else Certified(certified_by=certified_by)
            refused = _refused(one, it.payment)
            return replace(one, stage=stage, refused=refused, renewal=it.renewal or one.renewal)
        case DrawdownUnpaid():
            return replace(one, stage=Accepted(), refused=_refused(one, it.payment))
        case DrawdownReopened():
            return replace(one, accepted_cents=0, reason="", stage=Registered(), examinations=one.examinations + 1)
        case DebitQuestioned() | DebitExplained():
            return replace(one, debits=after(one.debits, it))
        case DrawdownOverpaid():
            return replace(one, overpaid=(*one.overpaid, it))
        case OverpaymentReturned() | OverpaymentRecovered():
            return replace(one, overpaid=_without(one, it.payment))
        case _ as missing:
            assert_never(missing)


def _refused(one: Drawdown, payment: str) -> tuple[str, ...]:
    return one.refused if payment in one.refused else (*one.refused, payment)


def _without(one: Drawdown, payment: str) -> tuple[DrawdownOverpaid, ...]:
    return tuple(it for it in one.overpaid if it.payment != payment)


def drawdown_of(it: DrawdownRegistered) -> Drawdown:
    """The Mittelabruf that arrives with this event."""
    return Drawdown(
        id=it.drawdown,
        tranche=it.tranche,
        year=it.year,
        eligible_due_cents=it.eligible_due_cents,
        requested_cents=it.requested_cents,
        requested_on=it.requested_on,
        needed_on=it.needed_on,
        purpose=it.purpose,
        spent=it.spent,
    )


def as_registered(one: Drawdown) -> Drawdown:
    """The Mittelabruf as it arrived, before anything was done with it."""
    return replace(
        one,
        accepted_cents=0,
        reason="",
        stage=Registered(),
        refused=(),
        examinations=1,
        voided=False,
        debits=(),
        overpaid=(),
        renewal=None,
        paid_on=None,
    )
