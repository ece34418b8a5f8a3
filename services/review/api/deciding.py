"""Entscheidung: reservation, approval, refusal."""

from datetime import date

from services.review import assessment as assessments
from services.review import award as awards
from services.review import budget as budgets
from services.review.api.bodies import (
    RefusalBody,
    ReleaseBody,
    ReservationBody,
)
from services.review.api.case_file import facts_of
from services.review.api.common import APPROVER, BUDGET, ROAD, opened_case, programme_of, told
from services.review.api.reading import (
    known,
)
from services.review.settings import office
from shared.decider import Decision
from shared.service import House
from shared.web import Action, Ask, NoBody


def deciding(house: House) -> list[Action]:
    """Reservation, approval, refusal."""

    async def budget_of(case: str, today: date) -> str:
        """The budget that holds the reservation; without one any will do, because the noun then says what is missing."""
        reserved = facts_of((await known(house, case)).assessment).reserved
        return reserved.reservation.budget if reserved else budgets.budget_id(office().budget_title, today.year)

    async def title_of(case: str) -> str:
        """The budget title that the proposal's practice names."""
        proposal = facts_of((await known(house, case)).assessment).proposal
        return proposal.terms.budget_title if proposal else office().budget_title

    async def reserve(body: ReservationBody, ask: Ask) -> Decision:
        case = await opened_case(house, ask)
        return assessments.reserve(case, body.title or await title_of(case), body.year or ask.today.year)

    async def release(body: ReleaseBody, ask: Ask) -> Decision:
        case = ask.path["case"]
        return assessments.release(case, await budget_of(case, ask.today), body.reason)

    async def approve(_body: NoBody, ask: Ask) -> Decision:
        case = ask.path["case"]
        return awards.approve(case, await programme_of(house, case), await budget_of(case, ask.today))

    async def refuse(body: RefusalBody, ask: Ask) -> Decision:
        case = await opened_case(house, ask)
        return awards.refuse(case, body.reasons)

    return [
        Action(
            name="reserve-funds", title="Mittel vormerken", path=f"{ROAD}/reservation", roles=BUDGET,
            body=ReservationBody, decide=reserve, answer=told,
        ),
        Action(
            name="release-reservation", title="Vormerkung aufheben", path=f"{ROAD}/reservation/release", roles=BUDGET,
            body=ReleaseBody, decide=release, answer=told,
        ),
        Action(
            name="approve-grant", title="Zuwendung bewilligen", path=f"{ROAD}/approval", roles=APPROVER,
            decide=approve, answer=told,
            summary="Zuwendung bewilligen; über der Zeichnungsgrenze zeichnen zwei Personen.",
        ),
        Action(
            name="refuse-grant", title="Antrag ablehnen", path=f"{ROAD}/refusal", roles=APPROVER, body=RefusalBody,
            decide=refuse, answer=told,
        ),
    ]  # fmt: skip
