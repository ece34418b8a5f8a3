"""What an event makes of a plan and its Mittelabrufe; no rules."""

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
    acted = _acted(state.acted, it)
    match it:
        case PlanOpened():
            opened = Open(
                plan=it, opened=it, drawdowns=state.drawdowns, acted=acted, noted=state.noted, proof=state.proof
            )
            return _planned(opened, state.changes)
        case ReductionReceived() | FundsReturned() | PlanSupplemented():
            return _planned(replace(state, acted=acted), changed(state.changes, it))
        case SideConditionNoted():
            noted = tuple(sorted((*state.noted, it), key=lambda one: one.revision))
            return replace(state, acted=acted, noted=noted)
        case ConflictNoted() | InvolvementNoted() | UnspentNoted():
            return replace(state, acted=acted)
        case ProofNoted():
            return replace(state, acted=acted, proof=it)
        case DrawdownRegistered():
            drawdowns = (*state.drawdowns, drawdown_of(it))
        case _:
            drawdowns = tuple(_moved(one, it) if one.id == it.drawdown else one for one in state.drawdowns)
    return replace(state, drawdowns=drawdowns, acted=acted)


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


def _acted(acted: tuple[Acted, ...], it: Event) -> tuple[Acted, ...]:
    match it:
        case (
            PlanOpened()
            | DrawdownRegistered()
            | ReductionReceived()
            | PlanSupplemented()
            | SideConditionNoted()
            | ConflictNoted()
            | InvolvementNoted()
            | ProofNoted()
        ):
            return (*acted, *(act for act in it.acted if act not in acted))
        case DrawdownAccepted() | DrawdownReduced() | DrawdownRejected():
            return duties.with_act(acted, it.examined_by, Role.CASE_OFFICER, "examine-drawdown")
        case DrawdownCertified():
            return duties.with_act(acted, it.certified_by, Role.CERTIFIER, "certify-drawdown")
        case DrawdownOrdered():
            return duties.with_act(acted, it.ordered_by, Role.ORDERING_OFFICER, "order-payment")
        case DrawdownPaid() | DrawdownFreed() | DrawdownOverpaid():
            return duties.with_act(acted, it.released_by, Role.TREASURY, "release-batch")
        case FundsReturned() | DrawdownReopened() | DrawdownUnpaid() | CertificationVoided() | UnspentNoted():
            return acted
        case DebitQuestioned() | DebitExplained() | OverpaymentReturned() | OverpaymentRecovered():
            return acted
        case _ as missing:
            assert_never(missing)


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
        case DrawdownReduced():
            return replace(one, accepted_cents=it.accepted_cents, reason=it.reason, stage=Accepted())
        case DrawdownRejected():
            return replace(one, reason=it.reason, stage=Rejected())
        case DrawdownCertified():
            return replace(one, stage=Certified(certified_by=it.certified_by), voided=False)
        case CertificationVoided():
            return replace(one, stage=Accepted() if isinstance(one.stage, Certified) else one.stage, voided=True)
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
