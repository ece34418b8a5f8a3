"""Zuweisung der Mittel: when payout gets the money of an award, and when an action against the award keeps payments back.

By the parameters of the day of the approval either not before the award is final, or with its service: an award is effective
from then on (§ 43 I VwVfG). An action suspends it (§ 80 I VwGO), so that whoever waits for the finality then waits again.
"""

from collections.abc import Sequence

from services.review.award.acts import acts_of
from services.review.award.effect import stop, stopped
from services.review.award.events import Event, FundsAssigned
from services.review.award.handover import ask
from services.review.award.states import Approved, Award, Final, Notified, is_assigned, notice_of
from shared import duties
from shared.decider import Context
from shared.identity import Role
from shared.policy import Bars


def assigning(award: Notified, context: Context, action: str) -> Sequence[Event]:
    """The hand-over of the money, once; stopped at once while a change of the award waits."""
    if award.assigned:
        return []
    grant = award.grant
    return [
        FundsAssigned(
            award=grant.case,
            file_number=grant.file_number,
            title=grant.budget_title,
            applicant_key=grant.applicant_key,
            applicant_name=grant.applicant_name,
            by_year=grant.by_year,
            eligible_cents=grant.eligible_cents,
            rate_bp=grant.rate_bp,
            account_holder=grant.account_holder,
            iban=grant.iban,
            assigned_on=context.valid_on,
            acted=duties.with_act(acts_of(award), context.actor, Role.CASE_OFFICER, action),
            side_conditions=tuple(it for it in grant.side_conditions if it.bars != Bars.NOTHING),
            financing_type=grant.financing_type,
            programme=grant.programme,
            drawdown_months=grant.drawdown_months,
            withheld_bp=grant.withheld_bp,
            municipalities=grant.municipalities,
        ),
        *stopped(award, context, action),
    ]


def with_service(award: Award, context: Context, action: str) -> Sequence[Event]:
    """What the service of the award hands over, when payout need not wait for its finality."""
    if not isinstance(award, Notified) or award.grant.payout_only_when_final:
        return []
    return assigning(award, context, action)


def without_service(award: Award, context: Context) -> Sequence[Event]:
    """An award that was not served is not effective: what payout has of it already stays where it is."""
    if not isinstance(award, Notified) or not award.assigned:
        return []
    return stop(award, context, "record-service-failure", "not-served")


def stopped_by_lawsuit(award: Award, context: Context) -> Sequence[Event]:
    """An action against an award that counted as final: it is not, and payments wait for its finality again."""
    if not isinstance(award, Final) or not award.grant.payout_only_when_final:
        return []
    return stop(award, context, "record-lawsuit", "lawsuit")


def released(award: Award, context: Context, *, upheld: bool) -> Sequence[Event]:
    """After an action came to nothing payments go on that it had stopped; after one that was upheld none does."""
    if not isinstance(award, Approved | Notified | Final) or not is_assigned(award):
        return []
    if upheld:
        return stop(award, context, "conclude-lawsuit", "taken-away")
    notice = notice_of(award)
    if notice is None or notice.lawsuit is None or not notice.lawsuit.stopped:
        return []
    if award.course.waiting or not award.course.frozen:
        return []
    return [ask(award, context, by_year=(), reason="lawsuit-ended", action="conclude-lawsuit", freeze=False)]
