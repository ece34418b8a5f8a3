"""Die Akte eines Vorgangs, wie die Schnittstelle sie zeigt: both folded states as one document, without personal values."""

from services.review import award as awards
from services.review.api.application_file import told_of
from services.review.api.case_answers import (
    AwardMade,
    CaseFile,
    ChangeTold,
    CourseTold,
    CriterionTold,
    LawsuitBrought,
    Line,
    Notice,
    OpinionGiven,
    ProposalMade,
    RefusalMade,
    RejectionMade,
    ReservationMade,
    RuleApplied,
    Succession,
    YearCents,
)
from services.review.api.letter_file import letters_of
from services.review.api.next_action import NextAction
from services.review.api.procedure_file import (
    HandlingTold,
    hearing_of,
    hold_of,
)
from services.review.api.reading import Known
from services.review.assessment import (
    REJECTION_TITLES,
    Assessment,
    AwardProposed,
    Concluded,
    EligibleExpenditureAssessed,
    ExpertOpinionRecorded,
    RefusalPending,
    Rejected,
    RejectionPending,
    Reserved,
    Unopened,
)
from services.review.award import Approved, Award, Final, Gone, HalfSigned, Notified, Refused, notice_of
from services.review.criteria import points_in_words, rating_bp
from services.review.dissolution import BodyDissolved
from services.review.examination import AssessedLine
from services.review.standing import STATUS
from services.review.succession import RecipientSucceeded
from services.review.words.closure import told_closure
from services.review.words.fulfilment import told_conditions
from services.review.words.proof import told_proofs
from services.review.words.recovery import told_findings, told_repayments
from shared.contracts import YearAmount
from shared.contracts.intake import ExpenditureLine
from shared.decider import value
from shared.rules import Judgement


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


def case_file(known: Known, handling: HandlingTold, actions: list[NextAction]) -> CaseFile:
    """The document of an opened case; ValueError when there is none."""
    assessment, award = known.assessment, known.award
    if isinstance(assessment, Unopened):
        raise ValueError("kein eröffneter Vorgang")
    it, facts, status = assessment.file.application, facts_of(assessment), known.status
    recipient, holder = known.recipient, STATUS[status].holder
    return CaseFile(
        case=known.case,
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
        rejection=_rejection(assessment, award),
        late_withdrawal=isinstance(assessment, Concluded | Rejected) and assessment.late_withdrawal,
        handling=handling,
        application=told_of(it, assessment.file.acknowledged),
        etags=known.etags,
        actions=actions,
        successions=[_succession(one) for one in recipient.successions],
        heirs=[_succession(one) for one in known.heirs],
        letters=letters_of(assessment, award, known.correspondence, known.recovery),
        side_conditions=told_conditions(known.fulfilment, facts.proposal.side_conditions if facts.proposal else ()),
        proofs=told_proofs(known.proof),
        repayments=told_repayments(known.recovery),
        findings=told_findings(known.recovery),
        closure=told_closure(known.closure),
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
        criteria=[
            CriterionTold(
                code=one.code, title=one.title, kind=one.kind, points=one.points, highest=one.highest, weight=one.weight,
                told=points_in_words(one), text=one.text,
            )
            for one in it.criteria
        ],
        rating_bp=rating_bp(it.criteria),
        practice_sha256=it.basis.practice_sha256 if it.basis else "",
    )  # fmt: skip


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
        computed_cents=it.granted_cents + (it.cut.cents if it.cut else 0),
        cut_ground=it.cut.ground if it.cut else "",
        cut_text=it.cut.text if it.cut else "",
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
    if not isinstance(it, Approved | Notified | Final | Gone):
        return None
    return AwardMade(
        granted_cents=it.grant.granted_cents,
        by_year=years(it.grant.by_year),
        approved_on=it.approved_on,
        approved_by=[one.person for one in it.grant.acted if one.action == "approve-grant"],
        notice=_notice(notice_of(it)),
        final_on=it.final.final_on if isinstance(it, Final) else None,
        by_waiver=isinstance(it, Final) and it.final.by_waiver,
        assigned=it.assigned,
        course=_course(it.course),
    )


def _course(it: awards.Course) -> CourseTold:
    hearing, proposal = it.hearing, it.proposal
    kind = None
    if proposal:
        kind = str(proposal.annulment) if isinstance(proposal, awards.AnnulmentProposed) else "amendment"
    return CourseTold(
        hearing=hearing and hearing.opened.annulment,
        hearing_ends_on=hearing and hearing.ends_on,
        hearing_unserved=hearing is not None and hearing.unserved,
        statement_on=hearing and hearing.received_on,
        limit_on=hearing.limit.ends_on if hearing and hearing.limit else None,
        proposal=kind,
        change=it.change and it.change.change,
        annulled=[str(one.decided.annulment) for one in it.annulled],
        changes=[_change(one) for one in it.notices],
        frozen=it.frozen,
        pending_cents=sum(part.cents for one in it.reductions if one.pending for part in one.asked),
        returned_cents=sum(part.cents for one in it.reductions for part in one.returned),
        kept_cents=sum(part.cents for one in it.reductions for part in one.kept),
    )


def _change(it: awards.ChangeNotice) -> ChangeTold:
    return ChangeTold(
        proposal=it.number,
        kind=str(it.annulment or "amendment"),
        waits=it.waits,
        immediate=it.decided.immediate,
        notice=_notice(it.notice),
        final_on=it.final and it.final.final_on,
    )


def _notice(it: awards.Notice | None) -> Notice | None:
    return it and Notice(
        letter_sha256=it.letter.sha256,
        channel=it.channel,
        number=it.number,
        dispatched_on=it.dispatched_on,
        deemed_served_on=it.deemed_served_on,
        served=it.served,
        received_on=it.received_on,
        service_rule=it.service_rule,
        remedy_ends_on=it.remedy_ends_on,
        remedy_rule=it.remedy_rule,
        lawsuit=_lawsuit(it),
    )


def _lawsuit(it: awards.Notice) -> LawsuitBrought | None:
    return it.lawsuit and LawsuitBrought(
        filed_on=it.lawsuit.filed_on,
        court_reference=it.lawsuit.court_reference,
        in_time=it.lawsuit.in_time,
        outcome=it.concluded and it.concluded.outcome,
        concluded_on=it.concluded and it.concluded.concluded_on,
    )


def _rejection(assessment: Assessment, award: Award) -> RejectionMade | None:
    match assessment:
        case RejectionPending(rejection=made):
            decided, by, on = False, made.proposed_by, made.proposed_on
        case Rejected(rejection=made):
            decided, by, on = True, made.rejected_by, made.rejected_on
        case _:
            return None
    served = award if isinstance(award, Refused) else None
    return RejectionMade(
        grounds=[str(it) for it in made.grounds],
        titles=[REJECTION_TITLES[it] for it in made.grounds],
        reasons=list(made.reasons),
        decided=decided,
        by=by,
        on=on,
        notice=_notice(served.notice) if served else None,
        final_on=served.final.final_on if served and served.final else None,
    )


def _refusal(pending: RefusalPending | None, award: Award) -> RefusalMade | None:
    if isinstance(award, Refused) and not award.refusal.formal:
        it = award.refusal
        return RefusalMade(
            reasons=list(it.reasons),
            decided=True,
            by=it.refused_by,
            on=it.refused_on,
            notice=_notice(award.notice),
            final_on=award.final.final_on if award.final else None,
        )
    if pending is None:
        return None
    made = pending.refusal
    return RefusalMade(
        reasons=list(made.reasons), decided=False, by=made.proposed_by, on=made.proposed_on, notice=None, final_on=None
    )
