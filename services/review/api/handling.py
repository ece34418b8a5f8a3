"""Bearbeitung: assignment, substitution, conflict of interest; and what they mean for every other action of a case."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from services.review import assessment as assessments
from services.review import assigning, municipal_tie, succession
from services.review import early_start as early_starts
from services.review import handling as handlings
from services.review.api.bodies import (
    AssignmentBody,
    AssignmentsBody,
    ConflictBody,
    HandBackBody,
    SubstitutionBody,
    TieBody,
)
from services.review.api.common import ROAD, opened_case
from services.review.api.reading import opened, told
from shared.decider import Decision, decision
from shared.duties import MATRIX
from shared.identity import Role
from shared.service import House
from shared.web import Action, Ask

ASSIGNING = frozenset({Role.CASE_OFFICER, Role.APPROVER})
ACTING = MATRIX.roles[handlings.CONFLICT]
"""Everybody who may come to act in a case, at intake and payout, too."""


def handling(house: House) -> list[Action]:
    """Who works on a case, and who must not."""

    async def assign(body: AssignmentBody, ask: Ask) -> Decision:
        case = await opened_case(house, ask)
        await _require_untied(house, body.person, case)
        return decision(handlings.decider, case, handlings.AssignReviewer(person=body.person))

    async def hand_back(body: HandBackBody, ask: Ask) -> Decision:
        case = await opened_case(house, ask)
        return decision(handlings.decider, case, handlings.HandBackCase(reason=body.reason))

    async def appoint(body: SubstitutionBody, ask: Ask) -> Decision:
        case = await opened_case(house, ask)
        command = handlings.AppointSubstitute(person=body.person, ends_on=body.ends_on)
        return decision(handlings.decider, case, command)

    async def declare(body: ConflictBody, ask: Ask) -> Decision:
        case = ask.path["case"]
        if not await told(house, case):
            await opened(house, case)
        return decision(handlings.decider, case, handlings.DeclareConflictOfInterest(ground=body.ground))

    async def assign_many(body: AssignmentsBody, ask: Ask) -> Decision:
        cases = tuple(dict.fromkeys(body.cases))
        for case in cases:
            await opened(house, case)
        await _require_untied(house, body.person, *cases)
        return assigning.assign_cases(cases, body.person)

    async def declare_tie(body: TieBody, _ask: Ask) -> Decision:
        command = municipal_tie.DeclareMunicipalTie(key=body.key, ground=body.ground)
        return decision(municipal_tie.decider, municipal_tie.REGISTER, command)

    return [
        Action(
            name="assign-cases", title="Vorgänge zuweisen", path="/review/assignments", roles=ASSIGNING,
            body=AssignmentsBody, decide=assign_many, creates=True, status=201,
            summary="Mehrere Vorgänge auf einmal einer Person zuweisen: alle oder keiner.",
        ),
        Action(
            name=municipal_tie.ACTION, title="Bindung an eine Kommune erklären", path="/review/municipal-ties",
            roles=ACTING, body=TieBody, decide=declare_tie, creates=True, status=201,
            summary="Einmal erklären, an eine Kommune gebunden zu sein: in keinem ihrer Vorgänge ist dann eine Handlung möglich.",
        ),
        Action(
            name="assign-reviewer", title="Vorgang zuweisen", path=f"{ROAD}/assignment", roles=ASSIGNING,
            body=AssignmentBody, decide=assign, summary="Vorgang übernehmen, oder als zeichnungsbefugte Person zuweisen.",
        ),
        Action(
            name="hand-back-case", title="Vorgang zurückgeben", path=f"{ROAD}/assignment/return", roles=ASSIGNING,
            body=HandBackBody, decide=hand_back,
        ),
        Action(
            name="appoint-substitute", title="Vertretung eintragen", path=f"{ROAD}/substitution", roles=ASSIGNING,
            body=SubstitutionBody, decide=appoint,
        ),
        Action(
            name=handlings.CONFLICT, title="Befangenheit erklären", path=f"{ROAD}/conflict-of-interest", roles=ACTING,
            body=ConflictBody, decide=declare,
            summary="Erklären, befangen zu sein: danach ist in diesem Vorgang keine Handlung mehr möglich, auch nicht in Antragseingang und Auszahlung.",
        ),
    ]  # fmt: skip


async def _require_untied(house: House, person: str, *cases: str) -> None:
    """`PersonIsExcluded` from the first case whose municipality the person is tied to."""
    ties = (await house.writer.state(municipal_tie.decider, municipal_tie.REGISTER)).state
    for case in cases:
        if ties.of(person, await municipalities_of(house, case)):
            raise handlings.PersonIsExcluded(f"Vorgang {case}", field="person")


async def municipalities_of(house: House, case: str) -> tuple[str, ...]:
    """The keys of the municipalities that a case is about."""
    assessment = await house.writer.state(assessments.decider, case)
    recipient = await house.writer.state(succession.decider, case)
    return municipal_tie.keys_of(assessment.state, recipient.state)


async def _municipalities_of_early_start(house: House, early_start: str) -> tuple[str, ...]:
    """Whom an early start is about; it may be asked for before the application has arrived."""
    state = (await house.writer.state(early_starts.decider, early_start)).state
    return (
        () if isinstance(state, early_starts.Unopened) else (state.request.applicant_key, *state.request.municipalities)
    )


def within_duty(house: House, actions: Sequence[Action]) -> list[Action]:
    """The actions, each of a case refused to who is excluded from it or not in charge of it."""
    return [_guarded(house, it) if "{case}" in it.path else it for it in actions]


def _guarded(house: House, action: Action) -> Action:
    async def decide(body: Any, ask: Ask) -> Decision:
        case, decided = ask.path["case"], await action.decide(body, ask)
        keys = await municipalities_of(house, case)
        if early_start := ask.path.get("early_start"):
            keys = (*keys, *await _municipalities_of_early_start(house, early_start))
        return handlings.within_duty(decided, case, action.name, keys)

    return replace(action, decide=decide)
