"""Wirksamwerden: a change to the recipient's disadvantage moves no money before it is final (§ 80 I VwGO).

Until then payments are stopped: what would be paid meanwhile would have to be demanded back.
"""

from collections.abc import Sequence

from services.review.award.commands import Annulment
from services.review.award.errors import ChangeWaits
from services.review.award.events import (
    ChangeTookEffect,
    DecisionBecameFinal,
    Event,
    GrantAmended,
)
from services.review.award.handover import ask
from services.review.award.states import (
    Approved,
    Award,
    ChangeNotice,
    Final,
    Gone,
    Granted,
    Notified,
    is_assigned,
    notice_of,
)
from shared.contracts import YearAmount, minus
from shared.decider import Context

SUSPENDED = frozenset({Annulment.REVOCATION, Annulment.RETRACTION})
"""What forms the award anew, so that an action suspends it; lapse and condition only state what happened by law."""


def require_no_waiting(award: Granted) -> None:
    """One change at a time: the next is of an award that is certain."""
    if award.course.waiting:
        raise ChangeWaits


def stopped(award: Granted, context: Context, action: str) -> Sequence[Event]:
    """What stops payments while a change waits, for money that payout is given or has."""
    return stop(award, context, action) if award.course.waiting else []


def stop(award: Granted, context: Context, action: str, reason: str = "change-waits") -> Sequence[Event]:
    """No payment goes out from now on; nothing when that is so already."""
    if award.course.frozen:
        return []
    return [ask(award, context, by_year=(), reason=reason, action=action, freeze=True)]


def taking_effect(award: Award, final: DecisionBecameFinal, context: Context, action: str) -> Sequence[Event]:
    """What a change that waited moves now that it is final."""
    change = _of(award, final.proposal)
    if change is None or not change.waits or not isinstance(award, Approved | Notified | Final | Gone):
        return []
    by_year, eligible_cents, reason = lost_by(change)
    left = minus(award.grant.by_year, by_year)
    took = ChangeTookEffect(number=change.number, by_year=left, took_effect_on=final.final_on)
    if not is_assigned(award):
        return [took]
    return [
        took,
        ask(
            award, context, by_year=by_year, eligible_cents=eligible_cents, reason=reason, action=action,
            freeze=award.course.frozen and (not change.froze or is_stopped_by_lawsuit(award)),
        ),
    ]  # fmt: skip


def lost_by(change: ChangeNotice) -> tuple[tuple[YearAmount, ...], int, str]:
    """What a change takes away per year, the expenditure that stays eligible, and the reason that payout is told."""
    it = change.decided
    if isinstance(it, GrantAmended):
        return it.less, it.grant.eligible_cents, "amendment"
    return it.lost, it.decided.eligible_cents, it.decided.annulment


def set_aside(award: Award, proposal: int, context: Context) -> Sequence[Event]:
    """A court took the change away: the award stands as it was, and payments that it stopped go on."""
    change = _of(award, proposal)
    if change is None or not change.waits or not isinstance(award, Approved | Notified | Final):
        return []
    if not (is_assigned(award) and change.froze and award.course.frozen) or is_stopped_by_lawsuit(award):
        return []
    return [ask(award, context, by_year=(), reason="change-taken-away", action="conclude-lawsuit", freeze=False)]


def is_stopped_by_lawsuit(award: Award) -> bool:
    """Whether an action against the award itself keeps payments back."""
    notice = notice_of(award)
    return notice is not None and notice.contested and notice.lawsuit is not None and notice.lawsuit.stopped


def _of(award: Award, proposal: int) -> ChangeNotice | None:
    return award.course.notice(proposal) if isinstance(award, Approved | Notified | Final | Gone) else None
