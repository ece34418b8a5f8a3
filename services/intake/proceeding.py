"""Where review's procedure stands, read from the notes: a running hearing, a hold, what is granted now, changes decided."""

from collections.abc import Mapping, Sequence
from datetime import date

from services.intake.progress import (
    AwardAnnounced,
    AwardHearingClosed,
    AwardHearingOpened,
    AwardHearingRestarted,
    CaseClosed,
    CasePutOnHold,
    CaseReopened,
    CaseResumed,
    ChangeSettled,
    FundsAssigned,
    GrantChanged,
    HearingClosed,
    HearingExtended,
    HearingOpened,
    NoticeProgressed,
    Progress,
    ProofDecided,
    ProofReceived,
    ReductionRequested,
)
from shared.contracts import YearAmount
from shared.decider import replace, value


@value
class Hearing:
    """The case's last hearing. `answered` is None while the applicant may still state its view until `ends_on`."""

    opened: HearingOpened
    ends_on: date
    answered: bool | None


def hearing(progress: Progress) -> Hearing | None:
    """The last hearing, None when there was none."""
    opened = max(progress.noted(HearingOpened), key=lambda it: it.number, default=None)
    if opened is None:
        return None
    later = (it.ends_on for it in progress.noted(HearingExtended) if it.number == opened.number)
    ends_on = max([opened.ends_on, *later])
    closed = [it for it in progress.noted(HearingClosed) if it.number == opened.number]
    if any(it.answered for it in closed):
        return Hearing(opened=opened, ends_on=ends_on, answered=True)
    # A period that had ended may be extended: only an end after the last day told ends the hearing.
    return Hearing(
        opened=opened, ends_on=ends_on, answered=False if any(it.closed_on > ends_on for it in closed) else None
    )


def hold(progress: Progress) -> CasePutOnHold | None:
    """The hold that stands: the last one, unless the case went on after it."""
    last = max(progress.noted(CasePutOnHold), key=lambda it: it.number, default=None)
    resumed = max((it.number for it in progress.noted(CaseResumed)), default=0)
    return last if last and last.number > resumed else None


STEPS = ("dispatched", "service-failed", "contested", "dismissed", "withdrawn", "settled", "upheld", "final")
"""What can happen to a notice, in the order in which it does."""


def notices(progress: Progress) -> Sequence[NoticeProgressed]:
    """How it stands with each notice that review told of: the award's or the refusal's first, then those of its changes."""
    last: dict[int, NoticeProgressed] = {}
    for it in sorted(
        progress.noted(NoticeProgressed), key=lambda one: (one.proposal, one.number, STEPS.index(one.step))
    ):
        last[it.proposal] = it
    return list(last.values())


def award_hearing(progress: Progress) -> AwardHearingOpened | None:
    """The hearing on the award that runs, None when none does; its last day is that of its last restart."""
    last = max(progress.noted(AwardHearingOpened), key=lambda it: it.number, default=None)
    if last is None:
        return None
    restarts = [it for it in progress.noted(AwardHearingRestarted) if it.number == last.number]
    restarted = max(restarts, key=lambda it: it.restart, default=None)
    times = restarted.restart if restarted else 0
    ends = [it for it in progress.noted(AwardHearingClosed) if it.number == last.number]
    if any(it.dropped or it.answered or it.restarts >= times for it in ends):
        return None
    return replace(last, ends_on=restarted.ends_on) if restarted else last


def last_change(progress: Progress) -> GrantChanged | None:
    """The change that tells what is granted now; None while it is what the award says.

    An award that was amended before its notice was dispatched is told by the notice; that it fell away, by the change.
    """
    last = max(
        progress.noted(GrantChanged), key=lambda it: (it.number, it.part, it.effective_on, it.change), default=None
    )
    known = progress.only(AwardAnnounced) or progress.only(FundsAssigned)
    return last if last and (known or not last.by_year) else None


def is_frozen(progress: Progress) -> bool:
    """Whether nothing is paid until review says so again."""
    last = max(progress.noted(ReductionRequested), key=lambda it: it.reduction, default=None)
    return last is not None and last.freeze


def is_gone(progress: Progress) -> bool:
    """Whether nothing of the award is left."""
    last = last_change(progress)
    return last is not None and not last.by_year


def drawable(progress: Progress) -> tuple[YearAmount, ...]:
    """What may be called per year once money is assigned: as assigned, or as granted now; nothing before, or when all fell away."""
    funds, changed = progress.only(FundsAssigned), last_change(progress)
    if funds is None:
        return ()
    return changed.by_year if changed else funds.by_year


def settled_changes(progress: Progress) -> Mapping[str, ChangeSettled]:
    """The decided changes by their ids: those refused, and those that an amendment grants."""
    granted = {
        it.change: ChangeSettled(change=it.change, granted=True, text=it.reasons, settled_on=it.effective_on)
        for it in progress.noted(GrantChanged)
        if it.change
    }
    return granted | {it.change: it for it in progress.noted(ChangeSettled)}


def open_proof(progress: Progress) -> ProofReceived | None:
    """The proof that nobody has decided yet."""
    decided = {it.proof for it in progress.noted(ProofDecided)}
    return next((it for it in progress.noted(ProofReceived) if it.proof not in decided), None)


def last_closure(progress: Progress) -> CaseClosed | None:
    """The closure that stands; None while the case is open, or open again."""
    over = {it.number for it in progress.noted(CaseReopened)}
    closed = (it for it in progress.noted(CaseClosed) if it.number not in over)
    return max(closed, key=lambda it: it.number, default=None)


def accepted_proof(progress: Progress) -> ProofDecided | None:
    """The decision by which the proof of use was accepted; an accepted interim proof is none."""
    return next((it for it in progress.noted(ProofDecided) if it.outcome == "accepted"), None)
