"""Zuwendungsbescheid: approved by another person than prepared it, dispatched, final, handed over to payout.

Approval is one decision over assessment, award, budget and programme: the reservation becomes a commitment in the same
transaction, and the policy is resolved at that moment. Finality hands the money to payout (`FundsAssigned`).
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, assert_never

from services.review import assessment as assessments
from services.review import budget as budgets
from services.review import programme as programmes
from services.review.examination import ReasonMissing
from services.review.programme import Basis, policy_in_force
from shared.calendar import add_months, deemed_served_on, remedy_ends_on
from shared.contracts import Acted, YearAmount
from shared.decider import Context, Decided, Decider, Decision, DomainError, RefusedAttempt, event, replace, value
from shared.identity import DocumentReference, Role, Sealed

# ---- Commands -------------------------------------------------------------------------------------------------------


@value
class Grant:
    """What is granted, to whom, under which policy: all that letter and payout need.

    `cut_cents` is the applied expenditure that is not eligible; `rate_bp` the funding rate in basis points;
    drawn money must be needed within `drawdown_months`; the proof of use is due on `proof_due_on`.
    """

    case: str
    file_number: str
    applicant_key: str
    applicant_name: str
    item: str
    project: str
    budget_title: str
    by_year: tuple[YearAmount, ...]
    granted_cents: int
    eligible_cents: int
    cut_cents: int
    rate_bp: int
    starts_on: date
    ends_on: date
    conditions: tuple[str, ...]
    drawdown_months: int
    proof_due_on: date
    basis: Basis
    account_holder: Sealed
    iban: Sealed
    acted: tuple[Acted, ...]


@value
class ApproveGrant:
    """`proposal` is the number of the proposal that is signed; above `signing_limit_cents` two persons sign."""

    grant: Grant
    proposal: int
    signing_limit_cents: int


@value
class RefuseGrant:
    file_number: str
    reasons: tuple[str, ...]


@value
class DispatchNotice:
    """`instructed` is whether the letter instructs correctly about remedies (§ 58 VwGO)."""

    letter: DocumentReference
    instructed: bool = True


@value
class RecordWaiver:
    declared_on: date


@value
class DeclareFinal:
    """The period for remedies has passed."""


type Command = ApproveGrant | RefuseGrant | DispatchNotice | RecordWaiver | DeclareFinal

# ---- Events ---------------------------------------------------------------------------------------------------------


@event("review.first-signature-given")
class FirstSignatureGiven:
    """The grant is above the signing limit; a second approver has to sign the same proposal (Mitzeichnung)."""

    proposal: int
    granted_cents: int
    signing_limit_cents: int
    signed_by: str
    signed_on: date


@event("review.grant-approved")
class GrantApproved:
    """The grant is approved and its money committed (Zuwendungsbescheid erlassen)."""

    grant: Grant
    approved_by: str
    approved_on: date


@event("review.grant-refused")
class GrantRefused:
    """The application is refused, with reasons for the applicant (Ablehnungsbescheid)."""

    file_number: str
    reasons: tuple[str, ...]
    refused_by: str
    refused_on: date


@event("review.notice-dispatched")
class NoticeDispatched:
    """The notice left the house; from here the day of service and the last day for remedies follow (Bekanntgabe).

    Served on the fourth day, before 2025 the third (§ 41 II VwVfG); an action is possible for a month, or for a year
    without a correct instruction (§§ 58 II, 74 VwGO).
    """

    letter: DocumentReference
    instructed: bool
    dispatched_by: str
    dispatched_on: date
    deemed_served_on: date
    remedy_ends_on: date


@event("review.remedy-waived")
class RemedyWaived:
    """The applicant renounced all remedies (Rechtsbehelfsverzicht)."""

    declared_on: date
    recorded_by: str
    recorded_on: date


@event("review.decision-became-final")
class DecisionBecameFinal:
    """The award can no longer be contested (Bestandskraft)."""

    by_waiver: bool
    final_on: date


@event("review.funds-assigned")
class FundsAssigned:
    """From now on only payout spends these amounts per year (Mittelzuweisung zur Auszahlung)."""

    award: str
    file_number: str
    title: str
    applicant_key: str
    applicant_name: str
    by_year: tuple[YearAmount, ...]
    eligible_cents: int
    rate_bp: int
    account_holder: Sealed
    iban: Sealed
    assigned_on: date
    acted: tuple[Acted, ...]


type Event = (
    FirstSignatureGiven
    | GrantApproved
    | GrantRefused
    | NoticeDispatched
    | RemedyWaived
    | DecisionBecameFinal
    | FundsAssigned
)

# ---- States ---------------------------------------------------------------------------------------------------------


@value
class Unsigned: ...


@value
class HalfSigned:
    signature: FirstSignatureGiven


@value
class Approved:
    grant: Grant
    approved_on: date


@value
class Notified:
    grant: Grant
    approved_on: date
    notice: NoticeDispatched
    waiver: RemedyWaived | None = None


@value
class Final:
    grant: Grant
    approved_on: date
    notice: NoticeDispatched
    final: DecisionBecameFinal
    assigned: bool = False


@value
class Refused:
    refusal: GrantRefused


type Award = Unsigned | HalfSigned | Approved | Notified | Final | Refused

# ---- Errors ---------------------------------------------------------------------------------------------------------


class NotApproved(DomainError):
    code = "not-approved"
    title = "In diesem Vorgang ist keine Zuwendung bewilligt."


class NotDispatched(DomainError):
    code = "not-dispatched"
    title = "Der Bescheid ist noch nicht abgesandt."


class OtherLetterDispatched(DomainError):
    code = "other-letter-dispatched"
    title = "Der Bescheid ist bereits mit einem anderen Schreiben abgesandt."


class GrantIsRefused(DomainError):
    code = "grant-is-refused"
    title = "Der Antrag ist abgelehnt."


class GrantIsApproved(DomainError):
    code = "grant-is-approved"
    title = "Der Antrag ist bewilligt."


class WaiverDateNotValid(DomainError):
    """A remedy can be waived only after the notice exists, and not in the future."""

    code = "waiver-date-not-valid"
    title = "Der Verzicht liegt vor der Absendung des Bescheids oder in der Zukunft."
    status = 422


class RemedyPeriodRunning(DomainError):
    code = "remedy-period-running"
    title = "Die Klagefrist läuft noch."


# ---- decide ---------------------------------------------------------------------------------------------------------


def decide(command: Command, award: Award, context: Context) -> Sequence[Event]:
    match command:
        case ApproveGrant():
            return _approve(command, award, context)
        case RefuseGrant():
            return _refuse(command, award, context)
        case DispatchNotice():
            return _dispatch(command, award, context)
        case RecordWaiver():
            return _waive(command, award, context)
        case DeclareFinal():
            return _declare_final(award, context)
        case _ as missing:
            assert_never(missing)


def _approve(command: ApproveGrant, award: Award, context: Context) -> Sequence[Event]:
    match award:
        case Approved() | Notified() | Final():
            return []
        case Refused():
            raise GrantIsRefused
        case Unsigned() | HalfSigned():
            pass
        case _ as missing:
            assert_never(missing)
    signers = [context.actor]
    if command.grant.granted_cents > command.signing_limit_cents:
        # A signature under an earlier proposal says nothing about this one.
        if not (isinstance(award, HalfSigned) and award.signature.proposal == command.proposal):
            return [
                FirstSignatureGiven(
                    proposal=command.proposal,
                    granted_cents=command.grant.granted_cents,
                    signing_limit_cents=command.signing_limit_cents,
                    signed_by=context.actor,
                    signed_on=context.valid_on,
                )
            ]
        if award.signature.signed_by == context.actor:
            raise RefusedAttempt("Sie haben bereits gezeichnet.", rule="two-signatures", action="ApproveGrant")
        signers.insert(0, award.signature.signed_by)
    acted = tuple(Acted(person=it, role=Role.APPROVER, action="approve-grant") for it in signers)
    grant = replace(command.grant, acted=(*command.grant.acted, *acted))
    return [GrantApproved(grant=grant, approved_by=context.actor, approved_on=context.valid_on)]


def _refuse(command: RefuseGrant, award: Award, context: Context) -> Sequence[Event]:
    match award:
        case Refused():
            return []
        case Approved() | Notified() | Final():
            raise GrantIsApproved
        case Unsigned() | HalfSigned():
            return [
                GrantRefused(
                    file_number=command.file_number,
                    reasons=command.reasons,
                    refused_by=context.actor,
                    refused_on=context.valid_on,
                )
            ]
        case _ as missing:
            assert_never(missing)


def _dispatch(command: DispatchNotice, award: Award, context: Context) -> Sequence[Event]:
    match award:
        case Notified(notice=notice) | Final(notice=notice):
            if notice.letter.sha256 != command.letter.sha256:
                raise OtherLetterDispatched
            return []
        case Approved():
            served_on = deemed_served_on(context.valid_on)
            return [
                NoticeDispatched(
                    letter=command.letter,
                    instructed=command.instructed,
                    dispatched_by=context.actor,
                    dispatched_on=context.valid_on,
                    deemed_served_on=served_on,
                    remedy_ends_on=remedy_ends_on(served_on, instructed=command.instructed),
                )
            ]
        case Unsigned() | HalfSigned():
            raise NotApproved
        case Refused():
            raise GrantIsRefused
        case _ as missing:
            assert_never(missing)


def _contestable(award: Award) -> Notified | None:
    """The notified award, or None when it is final already."""
    match award:
        case Notified():
            return award
        case Final():
            return None
        case Approved():
            raise NotDispatched
        case Unsigned() | HalfSigned():
            raise NotApproved
        case Refused():
            raise GrantIsRefused
        case _ as missing:
            assert_never(missing)


def _waive(command: RecordWaiver, award: Award, context: Context) -> Sequence[Event]:
    if (notified := _contestable(award)) is None:
        return []
    if not notified.notice.dispatched_on <= command.declared_on <= context.valid_on:
        raise WaiverDateNotValid(field="declared_on")
    waived = RemedyWaived(declared_on=command.declared_on, recorded_by=context.actor, recorded_on=context.valid_on)
    recorded = Acted(person=context.actor, role=context.role, action="record-waiver")
    return [waived, *_final(notified, context, by_waiver=True, acted=(recorded,))]


def _declare_final(award: Award, context: Context) -> Sequence[Event]:
    if (notified := _contestable(award)) is None:
        return []
    if context.valid_on <= notified.notice.remedy_ends_on:
        raise RemedyPeriodRunning(f"bis {notified.notice.remedy_ends_on:%d.%m.%Y}")
    return _final(notified, context, by_waiver=False)


def _final(notified: Notified, context: Context, *, by_waiver: bool, acted: tuple[Acted, ...] = ()) -> Sequence[Event]:
    """Finality and the hand-over of the money are one: there is no final award whose money nobody owns."""
    grant, notice = notified.grant, notified.notice
    dispatched = Acted(person=notice.dispatched_by, role=Role.CASE_OFFICER, action="dispatch-notice")
    return [
        DecisionBecameFinal(by_waiver=by_waiver, final_on=context.valid_on),
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
            acted=(*grant.acted, dispatched, *acted),
        ),
    ]


# ---- evolve ---------------------------------------------------------------------------------------------------------


def evolve(award: Award, it: Event) -> Award:
    match it:
        case FirstSignatureGiven():
            return HalfSigned(signature=it)
        case GrantApproved():
            return Approved(grant=it.grant, approved_on=it.approved_on)
        case GrantRefused():
            return Refused(refusal=it)
        case NoticeDispatched():
            if isinstance(award, Approved):
                return Notified(grant=award.grant, approved_on=award.approved_on, notice=it)
        case RemedyWaived():
            return replace(award, waiver=it) if isinstance(award, Notified) else award
        case DecisionBecameFinal():
            if isinstance(award, Notified):
                return Final(grant=award.grant, approved_on=award.approved_on, notice=award.notice, final=it)
        case FundsAssigned():
            return replace(award, assigned=True) if isinstance(award, Final) else award
        case _ as missing:
            assert_never(missing)
    return award


decider = Decider[Command, Event, Award](
    name="award",
    initial=Unsigned(),
    decide=decide,
    evolve=evolve,
    events=[
        FirstSignatureGiven,
        GrantApproved,
        GrantRefused,
        NoticeDispatched,
        RemedyWaived,
        DecisionBecameFinal,
        FundsAssigned,
    ],
)

# ---- Decisions with assessment, budget and programme ----------------------------------------------------------------


def _grant(case: str, it: assessments.Reserved) -> Grant:
    application, proposal, terms = it.file.application, it.proposal, it.proposal.terms
    return Grant(
        case=case,
        file_number=application.file_number,
        applicant_key=application.applicant_key,
        applicant_name=application.applicant_name,
        item=application.item,
        project=application.title,
        budget_title=terms.budget_title,
        by_year=proposal.by_year,
        granted_cents=proposal.granted_cents,
        eligible_cents=it.expenditure.eligible_cents,
        cut_cents=it.expenditure.applied_cents - it.expenditure.eligible_cents,
        rate_bp=terms.rate_bp,
        starts_on=proposal.starts_on,
        ends_on=proposal.ends_on,
        conditions=it.opinion.conditions,
        drawdown_months=terms.drawdown_months,
        proof_due_on=add_months(proposal.ends_on, terms.proof_months),
        basis=terms.basis,
        account_holder=application.account_holder,
        iban=application.iban,
        acted=it.file.acted,
    )


def approve(case: str, programme: str, budget: str) -> Decision:
    """Approve the proposed grant and commit its money, in one transaction; `budget` is the id that holds the reservation.

    Records nothing but the budget's refusal when the budget refuses; sends the case back and releases its reservation
    when guideline or practice changed since the proposal; above the signing limit the first of two records a signature.
    """
    file, award, fund, policy = (
        assessments.decider.stream(case),
        decider.stream(case),
        budgets.decider.stream(budget),
        programmes.decider.stream(programme),
    )

    def judge(states: Sequence[Any], context: Context) -> Decided:
        assessment: assessments.Assessment = states[0]
        concluded = assessments.decide(assessments.Conclude(granted=True), assessment, context)
        if not concluded or not isinstance(assessment, assessments.Reserved):
            return {}
        if assessment.reservation.budget != budget:
            raise assessments.OtherBudget(assessment.reservation.budget)
        proposal = assessment.proposal
        terms = policy_in_force(states[3], context.valid_on, assessment.file.application.item)
        if terms.basis != proposal.terms.basis:
            back = assessments.decide(assessments.SendBack(in_force=terms.basis), assessment, context)
            freed = budgets.ReleaseReservation(case=case, reason="practice-changed")
            return {file: back, fund: budgets.decide(freed, states[2], context)}
        approval = ApproveGrant(
            grant=_grant(case, assessment), proposal=proposal.number, signing_limit_cents=terms.signing_limit_cents
        )
        signed = decide(approval, states[1], context)
        if not any(isinstance(it, GrantApproved) for it in signed):
            return {award: signed}
        commitment = budgets.CommitFunds(case=case, by_year=proposal.by_year, basis=terms.basis)
        entered = budgets.decide(commitment, states[2], context)
        if any(isinstance(it, budgets.FundsCommitmentRefused) for it in entered):
            return {fund: entered}
        return {file: concluded, award: signed, fund: entered}

    reads = {file: assessments.decider, award: decider, fund: budgets.decider, policy: programmes.decider}
    return Decision(reads=reads, judge=judge, action="ApproveGrant")


def refuse(case: str, reasons: tuple[str, ...] = ()) -> Decision:
    """Refuse the application as proposed, for the proposed reasons unless others are given."""
    file, award = assessments.decider.stream(case), decider.stream(case)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        assessment: assessments.Assessment = states[0]
        concluded = assessments.decide(assessments.Conclude(granted=False), assessment, context)
        if not concluded or not isinstance(assessment, assessments.RefusalPending):
            return {}
        given = reasons or assessment.refusal.reasons
        if not all(it.strip() for it in given):
            raise ReasonMissing("Eine Ablehnung ist zu begründen (§ 39 VwVfG).", field="reasons")
        command = RefuseGrant(file_number=assessment.file.application.file_number, reasons=given)
        return {file: concluded, award: decide(command, states[1], context)}

    return Decision(reads={file: assessments.decider, award: decider}, judge=judge, action="RefuseGrant")
