"""Änderungsbescheid: the recipient asks, one person proposes the amended award, another approves it or refuses the request."""

from collections.abc import Sequence
from typing import assert_never

from services.review.award.acts import acts_of
from services.review.award.commands import ApproveAmendment, Grant, ProposeAmendment, ReceiveChange, RefuseChange
from services.review.award.effect import require_no_waiting, stop
from services.review.award.errors import (
    AmendmentNotValid,
    GrantIsRefused,
    NoProposalOpen,
    NotApproved,
    NothingChanges,
    OtherProposalOpen,
    ReturnPending,
    UnknownChange,
)
from services.review.award.events import (
    AmendmentProposed,
    ChangeReceived,
    ChangeRefused,
    Event,
    GrantAmended,
)
from services.review.award.handover import ask, supplement
from services.review.award.hearing import require_text, standing
from services.review.award.states import (
    Approved,
    Award,
    Final,
    Gone,
    HalfSigned,
    Notified,
    Refused,
    Unsigned,
    is_assigned,
)
from services.review.financing import Financed, remaining_cents
from shared import duties
from shared.contracts import YearAmount, minus
from shared.decider import Context, replace
from shared.money import MAX_CENTS, at_rate, euros


def receive(command: ReceiveChange, award: Award) -> Sequence[Event]:
    match award:
        case Approved() | Notified() | Final() | Gone():
            course = award.course
        case Refused():
            raise GrantIsRefused
        case Unsigned() | HalfSigned():
            raise NotApproved
        case _ as missing:
            assert_never(missing)
    if command.change in course.settled or (course.change and course.change.change == command.change):
        return []
    return [
        ChangeReceived(
            change=command.change,
            kind=command.kind,
            by_year=command.by_year,
            eligible_cents=command.eligible_cents,
            ends_on=command.ends_on,
            reason=command.reason,
            requested_on=command.requested_on,
            acted=command.acted,
        )
    ]


def propose(command: ProposeAmendment, award: Award, context: Context) -> Sequence[Event]:
    it = standing(award)
    proposed = AmendmentProposed(
        number=it.course.proposals + 1,
        change=command.change,
        by_year=command.by_year,
        eligible_cents=command.eligible_cents,
        ends_on=command.ends_on,
        conditions=command.conditions,
        reasons=command.reasons,
        proposed_by=context.actor,
        proposed_on=context.valid_on,
    )
    if known := it.course.proposal:
        if isinstance(known, AmendmentProposed) and _said(known) == _said(proposed):
            return []
        raise OtherProposalOpen
    if command.change and (it.course.change is None or it.course.change.change != command.change):
        raise UnknownChange(field="change")
    require_no_waiting(it)
    require_text(reasons=command.reasons)
    _amended(it.grant, proposed)
    duties.refuse("propose-amendment", acts_of(award), context)
    return [proposed]


def _said(it: AmendmentProposed) -> tuple[object, ...]:
    return it.change, it.by_year, it.eligible_cents, it.ends_on, it.conditions, it.reasons


def _amended(grant: Grant, it: AmendmentProposed) -> Grant:
    """The award as it will be; `AmendmentNotValid` and `NothingChanges` say why it cannot."""
    years = [one.year for one in it.by_year]
    if not years or years != sorted(set(years)) or any(not 0 < one.cents <= MAX_CENTS for one in it.by_year):
        raise AmendmentNotValid(field="by_year")
    granted = sum(one.cents for one in it.by_year)
    if granted > (most := _most(grant, it.eligible_cents)):
        raise AmendmentNotValid(f"Auf diese Ausgaben sind höchstens {euros(most)} zu bewilligen.", field="by_year")
    if it.ends_on < grant.starts_on:
        raise AmendmentNotValid(field="ends_on")
    amended = replace(
        grant,
        by_year=it.by_year,
        granted_cents=granted,
        eligible_cents=it.eligible_cents,
        ends_on=it.ends_on,
        proof_due_on=grant.proof_due_on + (it.ends_on - grant.ends_on),
        conditions=it.conditions,
    )
    if amended == grant:
        raise NothingChanges
    return amended


def _most(grant: Grant, eligible_cents: int) -> int:
    """What can be granted on this expenditure: no more above the rate than is granted, and on less of it what its financing leaves."""
    if eligible_cents >= grant.eligible_cents:
        return max(grant.granted_cents, at_rate(eligible_cents, grant.rate_bp))
    it = Financed(
        financing_type=grant.financing_type,
        rate_bp=grant.rate_bp,
        granted_cents=grant.granted_cents,
        eligible_cents=grant.eligible_cents,
    )
    return remaining_cents(it, eligible_cents)


def approve(command: ApproveAmendment, award: Award, context: Context) -> Sequence[Event]:
    it = standing(award)
    proposed = it.course.proposal
    if not isinstance(proposed, AmendmentProposed) or proposed.number != command.proposal:
        if proposed is None and command.proposal <= it.course.proposals:
            return []
        raise NoProposalOpen
    if any(one.pending for one in it.course.reductions):
        raise ReturnPending
    grant = _amended(it.grant, proposed)
    duties.refuse("approve-amendment", acts_of(award), context)
    more = _positive(minus(grant.by_year, it.grant.by_year))
    less = _positive(minus(it.grant.by_year, grant.by_year))
    # Who asked for it is not burdened by it, and nothing is to be suspended.
    waits = bool(less) and not more and not proposed.change and not command.immediate
    amended = GrantAmended(
        number=proposed.number,
        change=proposed.change,
        grant=grant,
        less=less,
        more=more,
        reasons=proposed.reasons,
        approved_by=context.actor,
        approved_on=context.valid_on,
        waits=waits,
        immediate=command.immediate,
    )
    if not is_assigned(it):
        return [amended]
    if waits:
        return [amended, *stop(it, context, "approve-amendment")]
    eligible = grant.eligible_cents if grant.eligible_cents != it.grant.eligible_cents else 0
    if less or not more:
        # What changes its year goes out when the other year's money is back: never is a cent owned twice.
        return [
            amended,
            ask(
                it,
                context,
                by_year=less,
                then=more,
                eligible_cents=eligible,
                reason="amendment",
                action="approve-amendment",
            ),
        ]
    return [amended, supplement(it, context, by_year=more, eligible_cents=eligible, action="approve-amendment")]


def _positive(by_year: Sequence[YearAmount]) -> tuple[YearAmount, ...]:
    return tuple(it for it in by_year if it.cents > 0)


def refuse(command: RefuseChange, award: Award, context: Context) -> Sequence[Event]:
    if not isinstance(award, Approved | Notified | Final | Gone):
        raise UnknownChange
    course = award.course
    if command.change in course.settled:
        return []
    if course.change is None or course.change.change != command.change:
        raise UnknownChange(field="change")
    require_text(reasons=command.reasons)
    duties.refuse("refuse-change", acts_of(award), context)
    return [
        ChangeRefused(
            change=command.change,
            reasons=command.reasons,
            refused_by=context.actor,
            refused_on=context.valid_on,
        )
    ]
