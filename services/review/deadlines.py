"""Fristen der Prüfung: which event sets a deadline, which one settles it, and what its day brings."""

from datetime import date, timedelta

from services.review import assessment, award, budget, closing, closure, fulfilment, handling, proof
from services.review.expiry import expire_reservation
from shared.calendar import Deadline
from shared.deadlines import Asked, Due, clear_due, set_due
from shared.decider import Decision, decision
from shared.store import Recorded
from shared.views import Draft

DEEMED_SERVICE, REMEDY, AWARD_HEARING = "deemed-service", "remedy-period", "award-hearing"
HEARING, RESUBMISSION = "hearing", "resubmission"
SUBSTITUTION = "substitution"
SIDE_CONDITION = "side-condition"
PROOF = "proof"
PROOF_CHECK = "proof-check"
INTERIM_PROOF = "interim-proof"
RETENTION = "retention"
RESERVATION = "reservation"
"""Its id is the budget's and the case's: a case may be set aside anew in the next year's budget."""


def _deem_served(due: Due) -> Decision:
    return decision(award.decider, due.case, award.DeemServed(proposal=_proposal_of(due)))


def _expire_award_hearing(due: Due) -> Decision:
    return decision(award.decider, due.case, award.ExpireAwardHearing())


def _declare_final(due: Due) -> Decision:
    proposal = _proposal_of(due)
    return award.of_notice(due.case, award.DeclareFinal(proposal=proposal))


def _proposal_of(due: Due) -> int:
    """Whose notice it is: of the change decided on this proposal, 0 of the award itself."""
    return int(due.id.partition("/")[2] or 0)


def _expire_reservation(due: Due) -> Decision:
    return expire_reservation(due.case, due.id.partition("/")[0])


def _expire_hearing(due: Due) -> Decision:
    return decision(assessment.decider, due.case, assessment.ExpireHearing())


def _resubmit(due: Due) -> Decision:
    return decision(assessment.decider, due.case, assessment.Resubmit())


def _end_substitution(due: Due) -> Decision:
    return decision(handling.decider, due.case, handling.ExpireSubstitution())


def _expire_side_conditions(due: Due) -> Decision:
    return decision(fulfilment.decider, due.case, fulfilment.ExpireSideConditions())


def _expire_proof(due: Due) -> Decision:
    return proof.expire(due.case)


def _expire_proof_check(due: Due) -> Decision:
    return decision(proof.decider, due.case, proof.ExpireProofCheck())


def _expire_interim_proof(due: Due) -> Decision:
    return decision(proof.decider, due.case, proof.ExpireInterimProof())


def _end_retention(due: Due) -> Decision:
    return closing.end_retention(due.case)


DUE: Asked = {
    DEEMED_SERVICE: _deem_served,
    REMEDY: _declare_final,
    AWARD_HEARING: _expire_award_hearing,
    RESERVATION: _expire_reservation,
    HEARING: _expire_hearing,
    RESUBMISSION: _resubmit,
    SUBSTITUTION: _end_substitution,
    SIDE_CONDITION: _expire_side_conditions,
    PROOF: _expire_proof,
    PROOF_CHECK: _expire_proof_check,
    INTERIM_PROOF: _expire_interim_proof,
    RETENTION: _end_retention,
}
"""For each kind of deadline the decision that its day brings."""


def note_deadlines(it: Recorded, draft: Draft) -> None:
    """What an event sets or settles."""
    case = it.context.correlation
    match it.event:
        case award.NoticeDispatched():
            on, rule = it.event.deemed_served_on, it.event.service_rule or "Bekanntgabe (§ 41 II VwVfG)"
            set_due(draft, DEEMED_SERVICE, _notice_id(it.event, case), on=on, rule=rule, case=case)
            if it.event.channel != award.Channel.PORTAL:  # there it runs from the retrieval only
                _set_remedy(draft, it.event, case, it.event.remedy_ends_on, it.event.remedy_rule)
        case award.NoticeDeemedServed():
            clear_due(draft, DEEMED_SERVICE, _notice_id(it.event, case))
        case award.NoticeReceived():
            clear_due(draft, DEEMED_SERVICE, _notice_id(it.event, case))
            _set_remedy(draft, it.event, case, it.event.remedy_ends_on, it.event.remedy_rule)
        case award.NoticeServiceFailed() | award.DecisionBecameFinal():
            clear_due(draft, DEEMED_SERVICE, _notice_id(it.event, case))
            clear_due(draft, REMEDY, _notice_id(it.event, case))
        case budget.FundsReserved(case=case, expires_on=last):
            rule = f"Vormerkung bis {last:%d.%m.%Y} (Verwaltungspraxis, Frist der Vormerkung)"
            set_due(draft, RESERVATION, _reservation_id(it, case), on=last + timedelta(days=1), rule=rule, case=case)
        case budget.ReservationReleased(case=case) | budget.FundsCommitted(case=case):
            clear_due(draft, RESERVATION, _reservation_id(it, case))
        case budget.CommitmentShifted(case=case, reserved=reserved) if reserved:
            clear_due(draft, RESERVATION, _reservation_id(it, case))
        case (
            assessment.HearingOpened(deadline=deadline)
            | assessment.HearingExtended(deadline=deadline)
            | assessment.HearingRestarted(deadline=deadline)
        ):
            set_due(draft, HEARING, case, on=deadline.expired_from, rule=deadline.rule, case=case)
        case assessment.StatementReceived() | assessment.HearingDeadlineExpired() | assessment.HearingServiceFailed():
            clear_due(draft, HEARING, case)
        case assessment.CasePutOnHold(deadline=deadline):
            set_due(draft, RESUBMISSION, case, on=deadline.ends_on, rule=deadline.rule, case=case)
        case handling.SubstituteAppointed(deadline=deadline):
            set_due(draft, SUBSTITUTION, case, on=deadline.expired_from, rule=deadline.rule, case=case)
        case handling.SubstitutionEnded():
            clear_due(draft, SUBSTITUTION, it.event.case or case)
        case assessment.CaseResumed() | assessment.CaseResubmitted():
            clear_due(draft, RESUBMISSION, case)
        case (
            assessment.AssessmentConcluded() | assessment.WithdrawalSettled() | assessment.ApplicationRejectedFormally()
        ):
            clear_due(draft, HEARING, case)
            clear_due(draft, RESUBMISSION, case)
        case award.AwardHearingOpened(deadline=deadline) | award.AwardHearingRestarted(deadline=deadline):
            set_due(draft, AWARD_HEARING, case, on=deadline.expired_from, rule=deadline.rule, case=case)
        case (
            award.AwardStatementReceived()
            | award.AwardHearingExpired()
            | award.AwardHearingServiceFailed()
            | award.AwardHearingClosed()
        ):
            clear_due(draft, AWARD_HEARING, case)
        case award.GrantLapsed() | award.GrantRevoked() | award.GrantRetracted() | award.GrantReducedByCondition():
            clear_due(draft, AWARD_HEARING, case)
            if not it.event.decided.by_year and not it.event.waits:
                clear_due(draft, DEEMED_SERVICE, case)
                clear_due(draft, REMEDY, case)
                clear_due(draft, SIDE_CONDITION, case)
        case award.ChangeTookEffect(by_year=()):
            clear_due(draft, DEEMED_SERVICE, case)
            clear_due(draft, REMEDY, case)
            clear_due(draft, SIDE_CONDITION, case)
        case award.LawsuitRecorded():
            clear_due(draft, REMEDY, _notice_id(it.event, case))
        case award.LawsuitConcluded():
            if it.event.remedy_ends_on:
                _set_remedy(draft, it.event, case, it.event.remedy_ends_on, "")
        case _:
            pass


def note_side_conditions(case: str, known: fulfilment.Fulfilment, draft: Draft) -> None:
    """The next day on which something is due, of all that the case's notice demands."""
    if (on := known.next_due_on) is None:
        clear_due(draft, SIDE_CONDITION, case)
    else:
        rule = f"Nebenbestimmung zu erfüllen bis {on:%d.%m.%Y} (§ 36 VwVfG)"
        set_due(draft, SIDE_CONDITION, case, on=on + timedelta(days=1), rule=rule, case=case)


def note_proof(case: str, known: proof.Proof, draft: Draft) -> None:
    """The day on which a proof of use is due, or the end of the further period that a reminder left; of an interim proof, and
    of the first check of one that came."""
    unchecked, interim = known.unchecked, known.lacking_interim
    _set_deadline(draft, PROOF_CHECK, case, unchecked.received.deadline if unchecked else None)
    _set_deadline(draft, INTERIM_PROOF, case, interim.deadline if interim else None)
    if (on := known.falls_due_on) is None:
        clear_due(draft, PROOF, case)
    else:
        rule = (
            known.reminded.deadline.rule
            if known.reminded
            else f"Verwendungsnachweis bis {on:%d.%m.%Y} (ANBest-Gk Nr. 6)"
        )
        set_due(draft, PROOF, case, on=on + timedelta(days=1), rule=rule, case=case)


def _set_deadline(draft: Draft, kind: str, case: str, deadline: Deadline | None) -> None:
    if deadline is None:
        clear_due(draft, kind, case)
    else:
        set_due(draft, kind, case, on=deadline.expired_from, rule=deadline.rule, case=case)


def note_closure(case: str, known: closure.Closure, draft: Draft) -> None:
    """The day from which the file of a closed case need not be kept any more."""
    if known.closed is None or (on := known.disposable_on) is None:
        clear_due(draft, RETENTION, case)
    else:
        set_due(draft, RETENTION, case, on=on, rule=known.closed.retention.rule, case=case)


def _reservation_id(it: Recorded, case: str) -> str:
    return f"{it.originator_id.removeprefix('budget-')}/{case}"


def _notice_id(it: award.NoticeEvent, case: str) -> str:
    return f"{case}/{it.proposal}" if it.proposal else case


def _set_remedy(draft: Draft, it: award.NoticeEvent, case: str, last: date, rule: str) -> None:
    rule = rule or f"Klagefrist bis {last:%d.%m.%Y} (§§ 58, 74 VwGO)"
    set_due(draft, REMEDY, _notice_id(it, case), on=last + timedelta(days=1), rule=rule, case=case)
