"""Die Akte eines Vorgangs, wie die Schnittstelle sie zeigt: both folded states as one document, without personal values."""

from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel

from services.review.application_file import ApplicationTold, told_of
from services.review.assessment import (
    Assessment,
    AwardProposed,
    Concluded,
    EligibleExpenditureAssessed,
    ExpertOpinionRecorded,
    RefusalPending,
    Rejected,
    Reserved,
    Unopened,
)
from services.review.award import Approved, Award, Final, GrantRefused, HalfSigned, Notified, Refused
from services.review.dissolution import BodyDissolved
from services.review.examination import AssessedLine
from services.review.next_action import NextAction
from services.review.procedure_file import (
    HandlingTold,
    HearingHeld,
    HoldMade,
    RejectionMade,
    hearing_of,
    hold_of,
    rejection_of,
)
from services.review.standing import STATUS, Status, status_of
from services.review.succession import Recipient, RecipientSucceeded
from shared.contracts import YearAmount
from shared.contracts.intake import ExpenditureLine
from shared.decider import value
from shared.rules import Consequence, Judgement, Result


class YearCents(BaseModel):
    """Cents of one budget year."""

    year: int
    cents: int


class Line(BaseModel):
    """One line of the expenditure; `eligible_cents` is none until it is assessed."""

    line: int
    category: str
    description: str
    year: int
    applied_cents: int
    eligible_cents: int | None
    reason: str
    text: str


class OpinionGiven(BaseModel):
    opinion: str
    reasons: str
    conditions: list[str]
    recorded_by: str
    recorded_on: date


class RuleApplied(BaseModel):
    """What a rule of guideline or practice said of the proposal; `consequence` is what follows when it is not met."""

    code: str
    title: str
    result: Result
    consequence: Consequence
    reason: str
    source: str


class ProposalMade(BaseModel):
    number: int
    granted_cents: int
    by_year: list[YearCents]
    starts_on: date
    ends_on: date
    note: dict[str, str]
    rate_bp: int
    signing_limit_cents: int
    guideline_sha256: str
    practice_sha256: str
    parameters_sha256: str
    rules: list[RuleApplied]
    proposed_by: str
    proposed_on: date


class ReservationMade(BaseModel):
    budget: str
    expires_on: date


class Notice(BaseModel):
    """When the award left the house and what follows from it; `letter_sha256` is the PDF's hash."""

    letter_sha256: str
    dispatched_on: date
    deemed_served_on: date
    remedy_ends_on: date


class AwardMade(BaseModel):
    granted_cents: int
    by_year: list[YearCents]
    approved_on: date
    approved_by: list[str]
    notice: Notice | None
    final_on: date | None
    by_waiver: bool
    assigned: bool


class RefusalMade(BaseModel):
    """A refusal, proposed (`decided` false) or decided."""

    reasons: list[str]
    decided: bool
    by: str
    on: date


class Succession(BaseModel):
    """A body that took over, or may take over, from the recipient by the official change with this reference."""

    reference: str
    old_key: str
    old_name: str
    new_key: str
    new_name: str
    effective_on: date


class CaseFile(BaseModel):
    """One case with everything that a client needs to act. `etags` name the versions of its streams; `applicant_key` is
    the recipient now, after all `successions`; `heirs` take over from it when it has ceased."""

    case: str
    file_number: str
    status: Status
    status_title: str
    holder: str | None
    applicant_key: str
    applicant_name: str
    item: str
    title: str
    applied_cents: int
    by_year: list[YearCents]
    starts_on: date
    ends_on: date
    submitted_on: date
    completed_on: date
    lines: list[Line]
    documents: int
    opinion: OpinionGiven | None
    eligible_cents: int | None
    proposal: ProposalMade | None
    reservation: ReservationMade | None
    first_signature_by: str | None
    award: AwardMade | None
    refusal: RefusalMade | None
    hearing: HearingHeld | None
    hold: HoldMade | None
    rejection: RejectionMade | None
    late_withdrawal: bool
    handling: HandlingTold
    application: ApplicationTold
    etags: dict[str, str]
    actions: list[NextAction]
    successions: list[Succession] = []
    heirs: list[Succession] = []


@value
class Facts:
    """What a case has got so far, whatever its state: each part none until it is there."""

    opinion: ExpertOpinionRecorded | None
    expenditure: EligibleExpenditureAssessed | None
    proposal: AwardProposed | None
    reserved: Reserved | None
    refusal: RefusalPending | None


def facts_of(assessment: Assessment) -> Facts:
    """The parts of a case; after its conclusion those it was concluded on."""
    grounds = assessment.grounds if isinstance(assessment, Concluded) else assessment
    return Facts(
        opinion=getattr(grounds, "opinion", None),
        expenditure=getattr(grounds, "expenditure", None),
        proposal=getattr(grounds, "proposal", None),
        reserved=grounds if isinstance(grounds, Reserved) else None,
        refusal=grounds if isinstance(grounds, RefusalPending) else None,
    )


def years(by_year: tuple[YearAmount, ...]) -> list[YearCents]:
    return [YearCents(year=it.year, cents=it.cents) for it in by_year]


def case_file(
    case: str,
    assessment: Assessment,
    award: Award,
    handling: HandlingTold,
    etags: dict[str, str],
    actions: list[NextAction],
    recipient: Recipient,
    heirs: Sequence[BodyDissolved],
) -> CaseFile:
    """The document of an opened case; ValueError when there is none."""
    if isinstance(assessment, Unopened):
        raise ValueError("kein eröffneter Vorgang")
    it, facts, status = assessment.file.application, facts_of(assessment), status_of(assessment, award)
    holder = STATUS[status].holder
    return CaseFile(
        case=case,
        file_number=it.file_number,
        status=status,
        status_title=STATUS[status].title,
        holder=str(holder) if holder else None,
        applicant_key=recipient.key(it),
        applicant_name=recipient.name(it),
        item=it.item,
        title=it.title,
        applied_cents=it.financing.grant_cents,
        by_year=years(it.by_year),
        starts_on=it.starts_on,
        ends_on=it.ends_on,
        submitted_on=it.submitted_on,
        completed_on=it.completed_on,
        lines=_lines(it.lines, facts.expenditure),
        documents=len(it.documents),
        opinion=_opinion(facts.opinion),
        eligible_cents=facts.expenditure.eligible_cents if facts.expenditure else None,
        proposal=_proposal(facts.proposal),
        reservation=_reservation(facts.reserved),
        first_signature_by=award.signature.signed_by if isinstance(award, HalfSigned) else None,
        award=_award(award),
        refusal=_refusal(facts.refusal, award),
        hearing=hearing_of(assessment),
        hold=hold_of(assessment),
        rejection=rejection_of(assessment),
        late_withdrawal=isinstance(assessment, Concluded | Rejected) and assessment.late_withdrawal,
        handling=handling,
        application=told_of(it, assessment.file.acknowledged),
        etags=etags,
        actions=actions,
        successions=[_succession(one) for one in recipient.successions],
        heirs=[_succession(one) for one in heirs],
    )


def _succession(it: BodyDissolved | RecipientSucceeded) -> Succession:
    return Succession(
        reference=it.reference, old_key=it.old_key, old_name=it.old_name, new_key=it.new_key, new_name=it.new_name,
        effective_on=it.effective_on,
    )  # fmt: skip


def _lines(applied: tuple[ExpenditureLine, ...], assessed: EligibleExpenditureAssessed | None) -> list[Line]:
    found: dict[int, AssessedLine] = {it.line: it for it in assessed.lines} if assessed else {}
    return [
        Line(
            line=it.line,
            category=it.category,
            description=it.description,
            year=it.year,
            applied_cents=it.cents,
            eligible_cents=found[it.line].eligible_cents if it.line in found else None,
            reason=str(found[it.line].reason or "") if it.line in found else "",
            text=found[it.line].text if it.line in found else "",
        )
        for it in applied
    ]


def _opinion(it: ExpertOpinionRecorded | None) -> OpinionGiven | None:
    return it and OpinionGiven(
        opinion=it.opinion,
        reasons=it.reasons,
        conditions=list(it.conditions),
        recorded_by=it.recorded_by,
        recorded_on=it.recorded_on,
    )


def _proposal(it: AwardProposed | None) -> ProposalMade | None:
    return it and ProposalMade(
        number=it.number,
        granted_cents=it.granted_cents,
        by_year=years(it.by_year),
        starts_on=it.starts_on,
        ends_on=it.ends_on,
        note={topic: getattr(it.note, topic) for topic in TOPICS},
        rate_bp=it.terms.rate_bp,
        signing_limit_cents=it.terms.signing_limit_cents,
        guideline_sha256=it.terms.basis.guideline_sha256,
        practice_sha256=it.terms.basis.practice_sha256,
        parameters_sha256=it.terms.basis.parameters_sha256,
        rules=_rules(it.judgement),
        proposed_by=it.proposed_by,
        proposed_on=it.proposed_on,
    )


def _rules(it: Judgement | None) -> list[RuleApplied]:
    return [
        RuleApplied(
            code=one.code,
            title=one.title,
            result=one.result,
            consequence=one.consequence,
            reason=one.reason,
            source=one.source,
        )
        for one in (it.outcomes if it else ())
    ]


TOPICS = {
    "necessity": "Notwendigkeit und Angemessenheit der Zuwendung",
    "other_offices": "Beteiligung anderer Stellen, andere Förderungen",
    "eligible_extent": "Umfang der zuwendungsfähigen Ausgaben",
    "financing_type": "Wahl der Finanzierungsart",
    "secured_financing": "Sicherung der Gesamtfinanzierung",
    "later_budgets": "Finanzielle Auswirkungen auf spätere Haushaltsjahre",
}
"""The six topics of the examination note (VV Nr. 3.3 zu § 44), as people read them."""


def _reservation(it: Reserved | None) -> ReservationMade | None:
    return it and ReservationMade(budget=it.reservation.budget, expires_on=it.reservation.expires_on)


def _award(it: Award) -> AwardMade | None:
    if not isinstance(it, Approved | Notified | Final):
        return None
    notice = it.notice if isinstance(it, Notified | Final) else None
    return AwardMade(
        granted_cents=it.grant.granted_cents,
        by_year=years(it.grant.by_year),
        approved_on=it.approved_on,
        approved_by=[one.person for one in it.grant.acted if one.action == "approve-grant"],
        notice=notice
        and Notice(
            letter_sha256=notice.letter.sha256,
            dispatched_on=notice.dispatched_on,
            deemed_served_on=notice.deemed_served_on,
            remedy_ends_on=notice.remedy_ends_on,
        ),
        final_on=it.final.final_on if isinstance(it, Final) else None,
        by_waiver=isinstance(it, Final) and it.final.by_waiver,
        assigned=isinstance(it, Final) and it.assigned,
    )


def _refusal(pending: RefusalPending | None, award: Award) -> RefusalMade | None:
    if isinstance(award, Refused):
        it: GrantRefused = award.refusal
        return RefusalMade(reasons=list(it.reasons), decided=True, by=it.refused_by, on=it.refused_on)
    if pending is None:
        return None
    made = pending.refusal
    return RefusalMade(reasons=list(made.reasons), decided=False, by=made.proposed_by, on=made.proposed_on)
