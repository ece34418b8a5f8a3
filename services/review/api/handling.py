"""Bearbeitung: assignment, substitution, conflict of interest; and what they mean for every other action of a case."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from services.review import handling as handlings
from services.review.api.common import ROAD, opened_case
from services.review.bodies import AssignmentBody, ConflictBody, HandBackBody, SubstitutionBody
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
        return decision(handlings.decider, case, handlings.AssignReviewer(person=body.person))

    async def hand_back(body: HandBackBody, ask: Ask) -> Decision:
        case = await opened_case(house, ask)
        return decision(handlings.decider, case, handlings.HandBackCase(reason=body.reason))

    async def appoint(body: SubstitutionBody, ask: Ask) -> Decision:
        case = await opened_case(house, ask)
        command = handlings.AppointSubstitute(person=body.person, ends_on=body.ends_on)
        return decision(handlings.decider, case, command)

    async def declare(body: ConflictBody, ask: Ask) -> Decision:
        case = await opened_case(house, ask)
        return decision(handlings.decider, case, handlings.DeclareConflictOfInterest(ground=body.ground))

    return [
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


def within_duty(actions: Sequence[Action]) -> list[Action]:
    """The actions, each of a case refused to who is excluded from it or not in charge of it."""
    return [_guarded(it) if "{case}" in it.path else it for it in actions]


def _guarded(action: Action) -> Action:
    async def decide(body: Any, ask: Ask) -> Decision:
        return handlings.within_duty(await action.decide(body, ask), ask.path["case"], action.name)

    return replace(action, decide=decide)
