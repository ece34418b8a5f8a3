"""Nebenbestimmungen: what people find of them once the notice went out."""

from services.review import award as awards
from services.review import fulfilment as fulfilments
from services.review.api.bodies import ConditionWaiverBody, FulfilmentBody, ViolationBody
from services.review.api.common import APPROVER, OFFICER, ROAD, opened_case
from shared.decider import Decision
from shared.service import House
from shared.web import Action, Ask


def fulfilling(house: House) -> list[Action]:
    """Fulfilled, waived, violated."""

    async def fulfil(body: FulfilmentBody, ask: Ask) -> Decision:
        case = await opened_case(house, ask)
        command = fulfilments.RecordFulfilment(
            number=body.number, evidence=body.evidence, fulfilled_on=body.fulfilled_on
        )
        return awards.assess_condition(case, fulfilments.FULFIL, command)

    async def waive(body: ConditionWaiverBody, ask: Ask) -> Decision:
        case = await opened_case(house, ask)
        command = fulfilments.WaiveSideCondition(number=body.number, reason=body.reason)
        return awards.assess_condition(case, fulfilments.WAIVE, command)

    async def violate(body: ViolationBody, ask: Ask) -> Decision:
        case = await opened_case(house, ask)
        command = fulfilments.FindViolation(number=body.number, findings=body.findings)
        return awards.assess_condition(case, fulfilments.VIOLATE, command)

    road = f"{ROAD}/side-conditions"
    return [
        Action(
            name=fulfilments.FULFIL, title="Erfüllung einer Nebenbestimmung feststellen", path=f"{road}/fulfilment",
            roles=OFFICER, body=FulfilmentBody, decide=fulfil,
            summary="Feststellen, dass eine Nebenbestimmung erfüllt ist, mit dem Nachweis; die Auszahlung erfährt es.",
        ),
        Action(
            name=fulfilments.WAIVE, title="Auf eine Nebenbestimmung verzichten", path=f"{road}/waiver", roles=APPROVER,
            body=ConditionWaiverBody, decide=waive,
        ),
        Action(
            name=fulfilments.VIOLATE, title="Verstoß gegen eine Nebenbestimmung feststellen", path=f"{road}/violation",
            roles=OFFICER, body=ViolationBody, decide=violate,
        ),
    ]  # fmt: skip
