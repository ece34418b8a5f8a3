"""Prüfung: opinion, eligible expenditure, proposals."""

from collections.abc import Sequence

from services.review import assessment as assessments
from services.review.api.bodies import (
    ExpenditureBody,
    OpinionBody,
    ProposalBody,
    RefusalProposalBody,
    SideConditionBody,
)
from services.review.api.common import OFFICER, ROAD, amounts, opened_case, programme_of, told
from services.review.criteria import CriterionEntry
from services.review.examination import AssessedLine, ExaminationNote
from services.review.grant_cut import WantedCut
from services.review.side_condition import WantedCondition
from shared.decider import Decision, decision, field_names
from shared.identity import Role
from shared.service import House
from shared.web import Action, Ask


def _wanted(rows: Sequence[SideConditionBody]) -> tuple[WantedCondition, ...]:
    return tuple(
        WantedCondition(**{name: it for name in field_names(WantedCondition) if (it := getattr(row, name)) is not None})
        for row in rows
        if row.says_something
    )


def _entries(body: OpinionBody) -> tuple[CriterionEntry, ...]:
    return tuple(CriterionEntry(code=it.code, points=it.points, text=it.text or "") for it in body.criteria)


def _cut(body: ProposalBody) -> WantedCut | None:
    if body.granted_cents is None:
        return None
    return WantedCut(granted_cents=body.granted_cents, ground=body.cut_ground, text=body.cut_text or "")


def examining(house: House) -> list[Action]:
    """Opinion, expenditure, proposals."""

    async def opine(body: OpinionBody, ask: Ask) -> Decision:
        case = await opened_case(house, ask)
        return assessments.opine(
            case, await programme_of(house, case), opinion=body.opinion, reasons=body.reasons,
            conditions=body.conditions, criteria=_entries(body),
        )  # fmt: skip

    async def assess(body: ExpenditureBody, ask: Ask) -> Decision:
        case = await opened_case(house, ask)
        lines = tuple(
            AssessedLine(line=one.line, eligible_cents=one.eligible_cents, reason=one.reason, text=one.text or "")
            for one in body.lines
        )
        return decision(assessments.decider, case, assessments.AssessExpenditure(lines=lines))

    async def propose(body: ProposalBody, ask: Ask) -> Decision:
        case = await opened_case(house, ask)
        topics = {topic: getattr(body.note, topic) for topic in field_names(ExaminationNote)}
        return assessments.propose(
            case, await programme_of(house, case), by_year=amounts(body.by_year), starts_on=body.starts_on, ends_on=body.ends_on,
            note=ExaminationNote(**topics), wanted=_wanted(body.side_conditions), wanted_cut=_cut(body),
        )  # fmt: skip

    async def propose_refusal(body: RefusalProposalBody, ask: Ask) -> Decision:
        case = await opened_case(house, ask)
        return decision(assessments.decider, case, assessments.ProposeRefusal(reasons=body.reasons))

    return [
        Action(
            name="record-expert-opinion", title="Fachliches Votum abgeben", path=f"{ROAD}/opinion",
            roles=frozenset({Role.EXPERT}), body=OpinionBody, decide=opine, answer=told,
        ),
        Action(
            name="assess-expenditure", title="Zuwendungsfähige Ausgaben feststellen", path=f"{ROAD}/expenditure",
            roles=OFFICER, body=ExpenditureBody, decide=assess, answer=told,
        ),
        Action(
            name="propose-award", title="Bewilligung vorschlagen", path=f"{ROAD}/proposal", roles=OFFICER,
            body=ProposalBody, decide=propose, answer=told,
        ),
        Action(
            name="propose-refusal", title="Ablehnung vorschlagen", path=f"{ROAD}/refusal-proposal", roles=OFFICER,
            body=RefusalProposalBody, decide=propose_refusal, answer=told,
        ),
    ]  # fmt: skip
