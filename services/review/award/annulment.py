"""Aufhebung: lapse, revocation, retraction, reduction by condition; proposed by one person, decided by another."""

from collections.abc import Sequence

from services.review.award.acts import acts_of
from services.review.award.commands import BASES, Annulment, DecideAnnulment, DropProposal, ProposeAnnulment
from services.review.award.effect import SUSPENDED, require_no_waiting, stop
from services.review.award.errors import (
    AmountsNotLess,
    DateNotValid,
    HearingMissing,
    HearingNotServed,
    HearingRunning,
    LegalBasisNotValid,
    NoProposalOpen,
    OtherProposalOpen,
    ReturnPending,
    YearIsOver,
)
from services.review.award.events import (
    Annulled,
    AnnulmentProposed,
    Event,
    GrantLapsed,
    GrantReducedByCondition,
    GrantRetracted,
    GrantRevoked,
    ProposalDropped,
    ReductionRequested,
)
from services.review.award.handover import ask
from services.review.award.hearing import require_text, standing
from services.review.award.states import Approved, Award, Final, Gone, Notified, is_assigned
from shared import duties
from shared.contracts import YearAmount, minus
from shared.decider import Context

LIMITED = frozenset({Annulment.REVOCATION, Annulment.RETRACTION})
"""What is possible within a year of the knowledge only (§§ 48 IV, 49 III 2 VwVfG)."""
EVENTS: dict[Annulment, type[Annulled]] = {
    Annulment.LAPSE: GrantLapsed,
    Annulment.REVOCATION: GrantRevoked,
    Annulment.RETRACTION: GrantRetracted,
    Annulment.CONDITION: GrantReducedByCondition,
}


def propose(command: ProposeAnnulment, award: Award, context: Context) -> Sequence[Event]:
    it = standing(award)
    proposed = AnnulmentProposed(
        number=it.course.proposals + 1,
        annulment=command.annulment,
        legal_basis=command.legal_basis,
        by_year=command.by_year,
        eligible_cents=command.eligible_cents,
        effective_on=command.effective_on,
        reasons=command.reasons,
        discretion=command.discretion,
        proposed_by=context.actor,
        proposed_on=context.valid_on,
    )
    if known := it.course.proposal:
        if isinstance(known, AnnulmentProposed) and _said(known) == _said(proposed):
            return []
        raise OtherProposalOpen
    require_no_waiting(it)
    if command.legal_basis not in BASES[command.annulment]:
        raise LegalBasisNotValid(field="legal_basis")
    require_text(reasons=command.reasons, discretion=command.discretion)
    if command.effective_on > context.valid_on:
        raise DateNotValid("Der Tag der Unwirksamkeit liegt in der Zukunft.", field="effective_on")
    _lost(it.grant.by_year, command.by_year)
    _require_heard(command.annulment, it, context)
    duties.refuse("propose-annulment", acts_of(award), context)
    return [proposed]


def _said(it: AnnulmentProposed) -> tuple[object, ...]:
    return it.annulment, it.legal_basis, it.by_year, it.eligible_cents, it.effective_on, it.reasons, it.discretion


def _lost(granted: Sequence[YearAmount], left: Sequence[YearAmount]) -> tuple[YearAmount, ...]:
    """Per year what falls away; `AmountsNotLess` when nothing does, or more would be granted."""
    years = [it.year for it in left]
    lost = minus(granted, left)
    if years != sorted(set(years)) or any(it.cents <= 0 for it in left) or not lost or any(it.cents < 0 for it in lost):
        raise AmountsNotLess(field="by_year")
    return lost


def _require_heard(annulment: Annulment, it: Approved | Notified | Final, context: Context) -> None:
    """A lapse follows from what the recipient did or said; before all else the recipient is heard, and within the year."""
    if annulment == Annulment.LAPSE:
        return
    hearing = it.course.hearing
    if hearing is None or hearing.opened.annulment != annulment:
        raise HearingMissing
    if hearing.limit is None:
        if hearing.unserved:
            raise HearingNotServed
        raise HearingRunning(f"bis {hearing.deadline.ends_on:%d.%m.%Y}")
    if annulment in LIMITED and context.valid_on > hearing.limit.ends_on:
        raise YearIsOver(hearing.limit.rule)


def decide_annulment(command: DecideAnnulment, award: Award, context: Context) -> Sequence[Event]:
    if isinstance(award, Approved | Notified | Final | Gone) and any(
        it.number == command.proposal for it in award.course.notices
    ):
        return []
    it = standing(award)
    proposed = it.course.proposal
    if not isinstance(proposed, AnnulmentProposed) or proposed.number != command.proposal:
        raise NoProposalOpen
    if any(one.pending for one in it.course.reductions):
        raise ReturnPending
    _require_heard(proposed.annulment, it, context)
    duties.refuse("decide-annulment", acts_of(award), context)
    lost = _lost(it.grant.by_year, proposed.by_year)
    waits = proposed.annulment in SUSPENDED and not command.immediate
    decided = EVENTS[proposed.annulment](
        decided=proposed, lost=lost, decided_by=context.actor, decided_on=context.valid_on, waits=waits,
        immediate=command.immediate,
    )  # fmt: skip
    if not is_assigned(it):
        return [decided]
    if waits:
        return [decided, *stop(it, context, "decide-annulment")]
    asked: ReductionRequested = ask(
        it, context, by_year=lost, eligible_cents=proposed.eligible_cents, reason=proposed.annulment,
        action="decide-annulment",
    )  # fmt: skip
    return [decided, asked]


def drop(command: DropProposal, award: Award, context: Context) -> Sequence[Event]:
    it = standing(award)
    if it.course.proposal is None or it.course.proposal.number != command.proposal:
        if command.proposal <= it.course.proposals:
            return []
        raise NoProposalOpen
    require_text(reason=command.reason)
    duties.refuse("drop-proposal", acts_of(award), context)
    return [
        ProposalDropped(
            number=command.proposal, reason=command.reason, dropped_by=context.actor, dropped_on=context.valid_on
        )
    ]
