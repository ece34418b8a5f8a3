"""What payout tells of holds: those that stand in the way of a case, and items of the list."""

from datetime import date

from pydantic import BaseModel

from services.payout import disbursement as disbursements
from services.payout import hold as holds
from services.payout import payee as payees
from services.payout.api.lookup import known_holds
from shared.calendar import local_date
from shared.service import House


class HoldItem(BaseModel):
    """A hold; `target` is a case, the key of a payee or the name of a programme."""

    hold: str
    status: str
    case: str
    file_number: str
    kind: str
    target: str
    reason: str
    text: str
    placed_by: str
    placed_on: date
    ends_on: date | None
    ended_on: date | None
    lifted_by: str


class HoldOfCase(BaseModel):
    """A hold that stands in the way of this case's payments today."""

    hold: str
    kind: str
    reason: str
    reason_text: str
    text: str
    sentence: str
    placed_by: str
    placed_on: date
    ends_on: date | None


async def standing_holds(
    house: House, case: str, state: disbursements.Disbursement, payee: payees.Payee
) -> list[HoldOfCase]:
    """The holds that stand in the way of a case's payments today, the oldest first."""
    about = disbursements.concerned(case, state, payee)
    found = holds.holding(await known_holds(house), about, local_date(house.now()))
    return [
        HoldOfCase(
            hold=it.hold, kind=it.kind, reason=it.reason, reason_text=holds.REASON_TITLES[it.reason], text=it.text,
            sentence=holds.in_words(it), placed_by=it.placed_by, placed_on=it.placed_on, ends_on=it.ends_on,
        )
        for it in found
    ]  # fmt: skip
