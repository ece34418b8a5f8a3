"""What review tells of an award on its way: of its notices, the hearings before it falls away, and what is granted now."""

from datetime import date

from services.review import award
from services.review.award.noticed import act_of
from shared.contracts import review
from shared.decider import replace

type Granted = award.Approved | award.Notified | award.Final | award.Gone


def of_award(event: object, state: object) -> object | None:
    """The contract an event of an award is published as, None when it stays in the house."""
    match event:
        case award.AwardHearingOpened():
            return review.AwardHearingOpened(
                number=event.number,
                annulment=event.annulment,
                facts=event.facts,
                ends_on=event.deadline.ends_on,
                opened_on=event.opened_on,
            )
        case award.AwardHearingRestarted():
            return review.AwardHearingRestarted(
                number=event.number,
                restart=event.restart,
                ends_on=event.deadline.ends_on,
                restarted_on=event.restarted_on,
            )
        case award.AwardStatementReceived():
            return _hearing_closed(event.number, event.received_on, answered=True, restarts=_restarts(state))
        case award.AwardHearingExpired():
            return _hearing_closed(event.number, event.expired_on, restarts=_restarts(state))
        case award.AwardHearingClosed():
            return _hearing_closed(event.number, event.closed_on, dropped=True)
        case _ if isinstance(state, award.Approved | award.Notified | award.Final | award.Gone):
            return _of_change(event, state) or _progressed(event, state)
        case _ if isinstance(state, award.Refused):
            return _progressed(event, state)
        case _:
            return None


def _hearing_closed(
    number: int, closed_on: date, *, answered: bool = False, dropped: bool = False, restarts: int = 0
) -> review.AwardHearingClosed:
    return review.AwardHearingClosed(
        number=number, answered=answered, dropped=dropped, closed_on=closed_on, restarts=restarts
    )


def _restarts(state: object) -> int:
    standing = isinstance(state, award.Approved | award.Notified | award.Final)
    return state.course.hearing.restarts if standing and state.course.hearing else 0


def _of_change(event: object, state: Granted) -> review.GrantChanged | None:
    match event:
        case (
            award.GrantAmended(waits=False)
            | award.GrantLapsed(waits=False)
            | award.GrantRevoked(waits=False)
            | award.GrantRetracted(waits=False)
            | award.GrantReducedByCondition(waits=False)
        ):
            return _changed(state.grant, event)
        case award.ChangeTookEffect():
            change = state.course.notice(event.number)
            return change and _changed(state.grant, change.decided)
        case award.FundsTakenBack() if event.short and state.course.notices:
            # The last change moved money between years; what of it was ordered stayed where it is.
            told = _changed(state.grant, state.course.notices[-1].decided)
            return replace(told, change="", effective_on=event.taken_on, part=event.part)
        case _:
            return None


def _changed(grant: award.Grant, it: award.Annulled | award.GrantAmended) -> review.GrantChanged:
    """`number` is the proposal's: only one is open at a time, so it grows from change to change."""
    if isinstance(it, award.GrantAmended):
        kind, reasons, effective_on, number, change = "amendment", it.reasons, it.approved_on, it.number, it.change
    else:
        made = it.decided
        kind, reasons, effective_on, number, change = (
            made.annulment, made.reasons, made.effective_on, made.number, "",
        )  # fmt: skip
    return review.GrantChanged(
        kind=kind,
        change=change,
        by_year=grant.by_year,
        granted_cents=grant.granted_cents,
        eligible_cents=grant.eligible_cents,
        ends_on=grant.ends_on,
        reasons=reasons,
        effective_on=effective_on,
        number=number,
    )


def _progressed(event: object, state: Granted | award.Refused) -> review.NoticeProgressed | None:
    match event:
        case award.NoticeDispatched():
            step, on, until = "dispatched", event.dispatched_on, event.remedy_ends_on
        case award.NoticeServiceFailed():
            step, on, until = "service-failed", event.failed_on, None
        case award.LawsuitRecorded():
            step, on, until = "contested", event.filed_on, None
        case award.LawsuitConcluded():
            step, on, until = str(event.outcome), event.concluded_on, event.remedy_ends_on
        case award.DecisionBecameFinal():
            step, on, until = "final", event.final_on, None
        case _:
            return None
    notice = award.notice_of(state, event.proposal)
    return review.NoticeProgressed(
        proposal=event.proposal,
        kind=_kind(state, event.proposal),
        step=step,
        number=event.number if isinstance(event, award.NoticeServiceFailed) else notice.number if notice else 1,
        happened_on=on,
        remedy_ends_on=until,
        acted=act_of(event),
    )


def _kind(state: Granted | award.Refused, proposal: int) -> str:
    if isinstance(state, award.Refused):
        return "formal-rejection" if state.refusal.formal else "refusal"
    change = state.course.notice(proposal) if proposal else None
    return str(change.annulment or "amendment") if change else "award"
