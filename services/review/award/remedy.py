"""Rechtsbehelf: waiver, lawsuit, and the finality of the decision, with which the money goes to payout."""

from collections.abc import Sequence
from datetime import date, timedelta

from services.review.award.acts import acts_of
from services.review.award.assigning import assigning, released, stopped_by_lawsuit
from services.review.award.commands import Channel, ConcludeLawsuit, DeclareFinal, Outcome, RecordLawsuit, RecordWaiver
from services.review.award.effect import set_aside, taking_effect
from services.review.award.errors import (
    DecisionIsFinal,
    DecisionTakenAway,
    LawsuitContradicted,
    LawsuitPending,
    NoLawsuitPending,
    NotYetServed,
    RemedyPeriodRunning,
    WaiverDateNotValid,
)
from services.review.award.events import (
    DecisionBecameFinal,
    Event,
    LawsuitConcluded,
    LawsuitRecorded,
    RemedyWaived,
)
from services.review.award.notice import outstanding, require_between
from services.review.award.states import Award, Notice, Notified, final_of, notice_of
from shared import duties
from shared.decider import Context


def waive(command: RecordWaiver, award: Award, context: Context) -> Sequence[Event]:
    notice = outstanding(award, command.proposal)
    if notice is None:
        return []
    _require_open(notice)
    if not notice.dispatched_on <= command.declared_on <= context.valid_on:
        raise WaiverDateNotValid(field="declared_on")
    duties.refuse("record-waiver", acts_of(award), context)
    waived = RemedyWaived(
        declared_on=command.declared_on, recorded_by=context.actor, recorded_on=context.valid_on,
        proposal=command.proposal,
    )  # fmt: skip
    final = DecisionBecameFinal(by_waiver=True, final_on=context.valid_on, proposal=command.proposal)
    return [waived, *_final(award, final, context, action="record-waiver")]


def record_lawsuit(command: RecordLawsuit, award: Award, context: Context) -> Sequence[Event]:
    """Also when the period seemed over: the court tells the authority days after the action was brought."""
    running = outstanding(award, command.proposal)
    notice = running or notice_of(award, command.proposal)
    if notice is None:
        raise DecisionIsFinal
    if known := notice.lawsuit:
        if (known.filed_on, known.court_reference) != (command.filed_on, command.court_reference):
            raise LawsuitContradicted
        return []
    require_between(command.filed_on, notice, context, "filed_on")
    in_time = command.filed_on <= notice.remedy_ends_on
    if running is None and not (in_time and _can_be_reopened(award, command.proposal)):
        raise DecisionIsFinal
    duties.refuse("record-lawsuit", acts_of(award), context)
    stop = () if command.proposal else stopped_by_lawsuit(award, context)
    return [
        LawsuitRecorded(
            filed_on=command.filed_on,
            court_reference=command.court_reference,
            in_time=in_time,
            recorded_by=context.actor,
            recorded_on=context.valid_on,
            proposal=command.proposal,
            stopped=bool(stop),
        ),
        *stop,
    ]


def _can_be_reopened(award: Award, proposal: int) -> bool:
    """Whether finality only followed from a period of which nobody knew that it had been kept."""
    final = final_of(award, proposal)
    return final is not None and not final.by_waiver


def conclude_lawsuit(command: ConcludeLawsuit, award: Award, context: Context) -> Sequence[Event]:
    open_yet = outstanding(award, command.proposal)
    notice = open_yet or notice_of(award, command.proposal)
    if notice is None or notice.lawsuit is None:
        raise NoLawsuitPending
    if known := notice.concluded:
        if (known.outcome, known.concluded_on) != (command.outcome, command.concluded_on):
            raise LawsuitContradicted
        return []
    require_between(command.concluded_on, notice, context, "concluded_on")
    duties.refuse("conclude-lawsuit", acts_of(award), context)
    upheld = command.outcome == Outcome.UPHELD
    gone_or_final = upheld or open_yet is None
    running = not gone_or_final and context.valid_on <= notice.remedy_ends_on
    concluded = LawsuitConcluded(
        outcome=command.outcome,
        concluded_on=command.concluded_on,
        remedy_ends_on=notice.remedy_ends_on if running else None,
        recorded_by=context.actor,
        recorded_on=context.valid_on,
        proposal=command.proposal,
    )
    if upheld and command.proposal:
        return [concluded, *set_aside(award, command.proposal, context)]
    if gone_or_final or running:
        return [concluded, *(() if command.proposal else released(award, context, upheld=upheld))]
    final_on = max(command.concluded_on, _final_day(notice))
    final = DecisionBecameFinal(by_waiver=False, final_on=final_on, by_lawsuit=True, proposal=command.proposal)
    return [concluded, *_final(award, final, context, action="conclude-lawsuit")]


def declare_final(command: DeclareFinal, award: Award, context: Context) -> Sequence[Event]:
    notice = outstanding(award, command.proposal)
    if notice is None:
        return []
    _require_open(notice)
    if notice.channel == Channel.PORTAL and not notice.received_on:
        raise NotYetServed("Der Bescheid ist noch nicht aus dem Portal abgerufen.")
    if context.valid_on <= notice.remedy_ends_on:
        raise RemedyPeriodRunning(f"bis {notice.remedy_ends_on:%d.%m.%Y}")
    duties.refuse("declare-final", acts_of(award), context)
    by_lawsuit = notice.concluded is not None
    # The day is the law's, however late the clock runs or a person looks.
    final_on = _final_day(notice)
    final = DecisionBecameFinal(by_waiver=False, final_on=final_on, by_lawsuit=by_lawsuit, proposal=command.proposal)
    return _final(award, final, context, action="declare-final")


def _require_open(notice: Notice) -> None:
    if notice.contested:
        raise LawsuitPending
    if notice.taken_away:
        raise DecisionTakenAway


def _final_day(notice: Notice) -> date:
    """The first day on which the decision can no longer be contested."""
    return notice.remedy_ends_on + timedelta(days=1)


def _final(award: Award, final: DecisionBecameFinal, context: Context, *, action: str) -> Sequence[Event]:
    """Finality and the hand-over of the money are one: there is no final award whose money nobody owns."""
    if final.proposal:
        return [final, *taking_effect(award, final, context, action)]
    return [final, *assigning(award, context, action)] if isinstance(award, Notified) else [final]  # a refusal
