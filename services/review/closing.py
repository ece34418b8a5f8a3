"""Decisions on a closure with all that may be open in the case: award, proof, claims, side conditions, paid money."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.review import assessment as assessments
from services.review import award as awards
from services.review import budget as budgets
from services.review import closure as closures
from services.review import fulfilment as fulfilments
from services.review import programme as programmes
from services.review import proof as proofs
from services.review import recovery as recoveries
from services.review.closure import Closure, OpenPoint
from services.review.involvement import beside
from services.review.recovering import Standing, excess_of
from shared import duties
from shared.contracts import Acted
from shared.decider import AnyDecider, Context, Decided, Decision, decision, value
from shared.policy import Parameters


@value
class Beside:
    """What the other nouns know of the case."""

    award: awards.Award
    proof: proofs.Proof
    recovery: recoveries.Recovery
    fulfilment: fulfilments.Fulfilment
    funds: tuple[budgets.Budget, ...] = ()
    bagatelle_cents: int = 0


def write_note(case: str, note: str) -> Decision:
    """Write the closing note, after the proof of use is accepted."""
    own, award, file, proof = (
        closures.decider.stream(case),
        awards.decider.stream(case),
        assessments.decider.stream(case),
        proofs.decider.stream(case),
    )

    def judge(states: Sequence[Any], context: Context) -> Decided:
        known, awarded, assessment, proven = states
        command = closures.WriteClosingNote(
            note=note, is_proven=is_proven(awarded, proven), acted=(*_acted(assessment, awarded), *proven.acted)
        )
        return {own: closures.decide(command, known, context)}

    reads = {own: closures.decider, award: awards.decider, file: assessments.decider, proof: proofs.decider}
    return Decision(reads=reads, judge=judge, action="WriteClosingNote")


def close(case: str, programme: str) -> Decision:
    """Close the case when nothing is open in it; the parameters in force say how long its file is kept."""
    nouns: Sequence[AnyDecider] = (
        closures.decider, awards.decider, assessments.decider, proofs.decider, recoveries.decider, fulfilments.decider,
    )  # fmt: skip
    own = closures.decider.stream(case)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        known, awarded, assessment, proof, recovery, fulfilment, policies, *funds = states
        policy = programmes.parameters_in_force(policies, context.valid_on)
        found = Beside(
            award=awarded, proof=proof, recovery=recovery, fulfilment=fulfilment, funds=tuple(funds),
            bagatelle_cents=policy.recovery_bagatelle_cents,
        )  # fmt: skip
        acted = (*_acted(assessment, awarded), *proof.acted, *recovery.acted, *fulfilment.acted)
        return {own: closures.decide(_closing(found, policy, acted, context), known, context)}

    def further(states: Sequence[Any]) -> Mapping[str, AnyDecider]:
        return awards.holding(states[1])

    reads = {it.stream(case): it for it in nouns} | {programmes.decider.stream(programme): programmes.decider}
    return Decision(reads=reads, judge=judge, action="CloseCase", further=further)


def _closing(it: Beside, policy: Parameters, acted: tuple[Acted, ...], context: Context) -> closures.CloseCase:
    accepted = it.proof.accepted
    proven = it.proof.of(accepted.proof) if accepted else None
    return closures.CloseCase(
        open_points=open_points_of(it), proven_on=proven.received.submitted_on if proven else context.valid_on,
        retention_years=policy.retention_years, recipient_retention_years=policy.recipient_retention_years, acted=acted,
    )  # fmt: skip


def end_retention(case: str) -> Decision:
    """The last day of the retention has passed."""
    return decision(closures.decider, case, closures.EndRetention())


def is_proven(award: awards.Award, proof: proofs.Proof) -> bool:
    """Whether the proof of use is accepted and none waits, or nothing is left of the award that could be proven."""
    return proof.waiting is None and (proof.accepted is not None or isinstance(award, awards.Gone))


def open_points_of(it: Beside) -> tuple[OpenPoint, ...]:
    """What is open in the case, in the order in which it is to be settled."""
    award = it.award
    if not isinstance(award, awards.Approved | awards.Notified | awards.Final | awards.Gone):
        return (OpenPoint.AWARD,)
    found = {
        OpenPoint.LAWSUIT: _is_contested(award),
        OpenPoint.REMEDY: not _is_final(award),
        OpenPoint.CHANGE: _is_changing(award.course),
        OpenPoint.PROOF: not is_proven(award, it.proof),
        OpenPoint.CLAIM: has_open_claim(it.recovery),
        OpenPoint.EXCESS: _is_overpaid(it, award),
        OpenPoint.SIDE_CONDITION: not isinstance(award, awards.Gone) and _is_demanding(it.fulfilment),
    }
    return tuple(point for point, is_open in found.items() if is_open)


def _is_contested(award: awards.Granted) -> bool:
    notices = (awards.notice_of(award), *(it.notice for it in award.course.notices))
    return any(it is not None and it.contested for it in notices)


def _is_final(award: awards.Granted) -> bool:
    """Whether no notice of the case can be contested any more."""
    changes = all(it.final or (it.notice and it.notice.taken_away) for it in award.course.notices)
    return changes and isinstance(award, awards.Final | awards.Gone)


def _is_changing(course: awards.Course) -> bool:
    back = any(it.pending for it in course.reductions)
    return bool(course.hearing or course.proposal or course.change or back)


def has_open_claim(recovery: recoveries.Recovery) -> bool:
    """Whether a claim is proposed, or demanded and not settled."""
    settled = {it.claim for it in recovery.settlements}
    return recovery.proposal is not None or any(it.proposed.claim not in settled for it in recovery.demanded)


def _is_overpaid(it: Beside, award: awards.Granted) -> bool:
    """Whether more is paid than remains and nobody decided yet; what the approver did not demand stays with the recipient."""
    dropped = it.recovery.proposals in it.recovery.dropped
    excess = excess_of(Standing(award=award, proved=it.proof.accepted), it.funds, it.recovery)
    left = [excess, *(it.recovery.reclaimable_cents(one.payment) for one in it.recovery.overpaid)]
    return not dropped and max(left) >= max(it.bagatelle_cents, 1)


def _is_demanding(fulfilment: fulfilments.Fulfilment) -> bool:
    waiting = (fulfilments.Standing.OPEN, fulfilments.Standing.OVERDUE)
    return any(it.standing in waiting for it in fulfilment.tracked)


def _acted(assessment: assessments.Assessment, award: awards.Award) -> tuple[Acted, ...]:
    acted = () if isinstance(assessment, assessments.Unopened) else assessment.file.acted
    return (*acted, *awards.acts_of(award))


# ---- Beside other decisions -----------------------------------------------------------------------------------------


def noting(case: str, step: closures.NoteStep, inner: Decision | None = None) -> Decision:
    """What a message makes review decide, and in the same transaction what it says of the money's way."""
    if inner is None:
        return decision(closures.decider, case, step)

    def judged(decided: Decided, closure: Closure, context: Context) -> Decided:
        return {**decided, closures.decider.stream(case): closures.decide(step, closure, context)}

    return beside(inner, closures.decider, case, judged)


def consulting(case: str, action: str, inner: Decision) -> Decision:
    """The decision of a person whose part in the closure does not bar them from it, or `RefusedAttempt`."""
    if closures.decider.stream(case) in inner.reads:
        return inner

    def judged(decided: Decided, closure: Closure, context: Context) -> Decided:
        if any(decided.values()):
            duties.refuse(action, closure.acted, context)
        return decided

    return beside(inner, closures.decider, case, judged)
