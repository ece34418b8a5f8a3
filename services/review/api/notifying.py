"""Bekanntgabe: dispatch of the notice, waiver, finality."""

from services.review import award as awards
from services.review.api.common import OFFICER, ROAD, opened_case, told
from services.review.award import Approved, Final, HalfSigned, Notified, Refused, Unsigned
from services.review.bodies import (
    WaiverBody,
)
from services.review.reading import (
    known,
    stored_letter,
)
from shared.decider import Decision, decision
from shared.service import House
from shared.web import Action, Ask, NoBody


def notifying(house: House) -> list[Action]:
    """Dispatch, waiver, finality."""

    async def dispatch(_body: NoBody, ask: Ask) -> Decision:
        it = await known(house, ask.path["case"])
        match it.award:
            case Unsigned() | HalfSigned():
                raise awards.NotApproved
            case Refused():
                raise awards.GrantIsRefused
            case Notified() | Final():
                reference = it.award.notice.letter
            case Approved():
                reference = await stored_letter(house, it)
        return decision(awards.decider, it.case, awards.DispatchNotice(letter=reference))

    async def waive(body: WaiverBody, ask: Ask) -> Decision:
        case = await opened_case(house, ask)
        return decision(awards.decider, case, awards.RecordWaiver(declared_on=body.declared_on))

    async def declare_final(_body: NoBody, ask: Ask) -> Decision:
        case = await opened_case(house, ask)
        return decision(awards.decider, case, awards.DeclareFinal())

    return [
        Action(
            name="dispatch-notice", title="Zuwendungsbescheid versenden", path=f"{ROAD}/notice", roles=OFFICER,
            decide=dispatch, answer=told,
        ),
        Action(
            name="record-waiver", title="Rechtsbehelfsverzicht vermerken", path=f"{ROAD}/waiver", roles=OFFICER,
            body=WaiverBody, decide=waive, answer=told,
        ),
        Action(
            name="declare-final", title="Bestandskraft feststellen", path=f"{ROAD}/finality", roles=OFFICER,
            decide=declare_final, answer=told,
        ),
    ]  # fmt: skip
