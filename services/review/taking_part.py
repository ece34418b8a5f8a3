"""Wer mitgewirkt hat: the act that an event is, told to the other services when nothing else tells it.

What a person did here may bar the same person from an act at intake or payout (duties.toml), also before anything is decided.
"""

from collections.abc import Mapping

from services.review import assessment as a
from services.review import award as w
from services.review import budget_acts, closure, correspondence, early_start, involvement, proof, recovery
from shared import duties
from shared.contracts import Acted
from shared.identity import Role

CASE_OFFICER, APPROVER = Role.CASE_OFFICER, Role.APPROVER

ACTS: Mapping[type, tuple[str, Role, str]] = {
    a.ExpertOpinionRecorded: ("recorded_by", Role.EXPERT, "record-expert-opinion"),
    a.EligibleExpenditureAssessed: ("assessed_by", CASE_OFFICER, "assess-expenditure"),
    a.AwardProposed: ("proposed_by", CASE_OFFICER, "propose-award"),
    a.RefusalProposed: ("proposed_by", CASE_OFFICER, "propose-refusal"),
    a.ReservationNoted: ("noted_by", Role.BUDGET_OFFICER, "reserve-funds"),
    a.ReservationDropped: ("dropped_by", Role.BUDGET_OFFICER, "release-reservation"),
    a.HearingOpened: ("opened_by", CASE_OFFICER, "open-hearing"),
    a.StatementReceived: ("recorded_by", CASE_OFFICER, "record-statement"),
    a.HearingExtended: ("extended_by", CASE_OFFICER, "extend-hearing"),
    a.HearingRestarted: ("restarted_by", CASE_OFFICER, "dispatch-letter"),
    a.HearingDispensed: ("dispensed_by", CASE_OFFICER, "dispense-with-hearing"),
    a.CasePutOnHold: ("put_by", CASE_OFFICER, "put-on-hold"),
    a.CaseResumed: ("resumed_by", CASE_OFFICER, "resume-case"),
    a.WarningsAcknowledged: ("acknowledged_by", CASE_OFFICER, "acknowledge-warnings"),
    a.FormalRejectionProposed: ("proposed_by", CASE_OFFICER, "propose-formal-rejection"),
    a.ApplicationRejectedFormally: ("rejected_by", APPROVER, "reject-formally"),
    w.FirstSignatureGiven: ("signed_by", APPROVER, "approve-grant"),
    w.GrantApproved: ("approved_by", APPROVER, "approve-grant"),
    w.GrantRefused: ("refused_by", APPROVER, "refuse-grant"),
    w.AwardHearingOpened: ("opened_by", CASE_OFFICER, "open-award-hearing"),
    w.AwardStatementReceived: ("recorded_by", CASE_OFFICER, "record-award-statement"),
    w.AwardHearingRestarted: ("restarted_by", CASE_OFFICER, "dispatch-letter"),
    w.AwardHearingClosed: ("closed_by", CASE_OFFICER, "close-award-hearing"),
    w.AnnulmentProposed: ("proposed_by", CASE_OFFICER, "propose-annulment"),
    w.AmendmentProposed: ("proposed_by", CASE_OFFICER, "propose-amendment"),
    w.ProposalDropped: ("dropped_by", APPROVER, "drop-proposal"),
    w.GrantLapsed: ("decided_by", APPROVER, "decide-annulment"),
    w.GrantRevoked: ("decided_by", APPROVER, "decide-annulment"),
    w.GrantRetracted: ("decided_by", APPROVER, "decide-annulment"),
    w.GrantReducedByCondition: ("decided_by", APPROVER, "decide-annulment"),
    w.GrantAmended: ("approved_by", APPROVER, "approve-amendment"),
    w.ChangeRefused: ("refused_by", APPROVER, "refuse-change"),
    w.RemedyWaived: ("recorded_by", CASE_OFFICER, "record-waiver"),
    w.NoticeReceived: ("recorded_by", CASE_OFFICER, "record-receipt"),
    correspondence.LetterDispatched: ("dispatched_by", CASE_OFFICER, correspondence.ACTION),
    correspondence.LetterServiceFailed: ("recorded_by", CASE_OFFICER, correspondence.FAIL),
    early_start.EarlyStartProposed: ("proposed_by", CASE_OFFICER, "propose-early-start"),
    recovery.RepaymentProposed: ("proposed_by", CASE_OFFICER, recovery.PROPOSE),
    recovery.RepaymentDropped: ("dropped_by", APPROVER, recovery.DROP),
    closure.ClosingNoteWritten: ("written_by", Role.USAGE_AUDITOR, closure.WRITE),
}
"""Which person an event names as who acted, in which role and what the act is called."""


def acts_of(event: object) -> tuple[Acted, ...]:
    """The act that this event is, none when nobody's or told otherwise."""
    match event:
        case involvement.InvolvementNoted():
            # What the others did they know themselves; of the budget's entries nobody else tells.
            return tuple(it for it in event.acted if it.action in budget_acts.ACTIONS)
        case w.GrantRefused(formal=True):
            return ()  # the formal rejection itself tells it
        case proof.ProofChecked() | proof.ProofCheckedInDepth() | proof.ProofResultSigned():
            return (proof.act_of(event),)
        case _:
            if (named := ACTS.get(type(event))) is None:
                return ()
            person, role, action = named
            return duties.with_act((), getattr(event, person), role, action)
