"""Other services' contracts → notes on the application. Translation only, no rules."""

from collections.abc import Mapping

from services.intake import application, municipal_tie, policies, progress
from services.intake.application import Note
from services.intake.progress import Fact
from shared import ties
from shared.contracts import payout, review
from shared.decider import Decision, decision
from shared.records import likeness

NOTES: Mapping[type, type[Fact]] = {
    review.AwardNotified: progress.AwardAnnounced,
    review.GrantRefused: progress.RefusalAnnounced,
    review.WithdrawalSettled: progress.WithdrawalSettled,
    review.AwardFinal: progress.AwardBecameFinal,
    review.FundsAssigned: progress.FundsAssigned,
    review.FundsSupplemented: progress.FundsSupplemented,
    review.ReductionRequested: progress.ReductionRequested,
    review.RecipientSucceeded: progress.RecipientSucceeded,
    review.EarlyStartDecided: progress.EarlyStartDecided,
    review.HearingOpened: progress.HearingOpened,
    review.HearingExtended: progress.HearingExtended,
    review.HearingClosed: progress.HearingClosed,
    review.NoticeProgressed: progress.NoticeProgressed,
    review.AwardHearingOpened: progress.AwardHearingOpened,
    review.AwardHearingClosed: progress.AwardHearingClosed,
    review.AwardHearingRestarted: progress.AwardHearingRestarted,
    review.CasePutOnHold: progress.CasePutOnHold,
    review.CaseResumed: progress.CaseResumed,
    review.ApplicationRejectedFormally: progress.ApplicationRejectedFormally,
    review.GrantChanged: progress.GrantChanged,
    review.SideConditionAssessed: progress.SideConditionAssessed,
    review.ConflictOfInterestDeclared: progress.ConflictOfInterestNoted,
    review.TookPart: progress.InvolvementNoted,
    review.ProofDecided: progress.ProofDecided,
    review.ProofReminded: progress.ProofReminded,
    review.PaymentsStopped: progress.PaymentsStopped,
    review.RepaymentDemanded: progress.RepaymentDemanded,
    review.DemandProgressed: progress.DemandProgressed,
    review.CaseClosed: progress.CaseClosed,
    review.CaseReopened: progress.CaseReopened,
    payout.RepaymentReceived: progress.RepaymentReceived,
    payout.ClaimSettled: progress.ClaimSettled,
    payout.DrawdownExamined: progress.DrawdownExamined,
    payout.PaymentOrdered: progress.PaymentOrdered,
    payout.PaymentSettled: progress.PaymentSettled,
    payout.PaymentRejected: progress.PaymentRejected,
    payout.PaymentReturned: progress.PaymentReturned,
}
"""Contract → the note that keeps of it what it calls by the same names."""
HANDLED: tuple[type, ...] = (
    review.PolicyPublished, review.MunicipalTieDeclared, review.AssessmentOpened, review.ChangeRefused, *NOTES,
)  # fmt: skip
"""The contracts that intake listens to."""


def react(contract: object, case: str) -> Decision | None:
    """What to decide about a case because of this contract, or None when it is none of intake's."""
    if isinstance(contract, review.PolicyPublished):
        return decision(policies.decider, contract.programme, likeness(policies.NotePolicy, contract))
    if isinstance(contract, review.MunicipalTieDeclared):
        return decision(municipal_tie.decider, ties.REGISTER, likeness(municipal_tie.NoteTie, contract))
    fact = _fact(contract)
    return decision(application.decider, case, Note(fact=fact)) if fact else None


def _fact(contract: object) -> Fact | None:
    match contract:
        case review.AssessmentOpened():
            return progress.AssessmentBegun(begun_on=contract.opened_on)
        case review.ChangeRefused():
            return progress.ChangeSettled(
                change=contract.change, granted=False, text=contract.reasons, settled_on=contract.refused_on,
                acted=contract.acted,
            )  # fmt: skip
        case _:
            kind = NOTES.get(type(contract))
            return likeness(kind, contract) if kind else None
