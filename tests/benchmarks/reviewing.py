"""Review at its command seam, as several parts of the bench use it: cases, a budget, and experts who give opinions."""

from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager

from services.review import assessment, budget
from shared.decider import decision
from shared.identity import Role
from shared.records import replace
from shared.service import House
from tests.benchmarks.content import POSITIVE
from tests.benchmarks.conversation import APPROPRIATION_CENTS, TITLE, YEAR
from tests.benchmarks.ours import blueprint
from tests.benchmarks.process import Place
from tests.benchmarks.running import recorded, writing
from tests.review.builders import OPEN, cents


def review(place: Place, *, views: bool = False) -> AbstractAsyncContextManager[House]:
    """Review, whose writer works."""
    return writing(blueprint("review", views=views), place)


async def open_cases(house: House, cases: Iterable[str]) -> None:
    """Have applications arrive, one after the other."""
    for case in cases:
        await recorded(house, decision(assessment.decider, case, OPEN), Role.SYSTEM, case)


async def open_budget(house: House, authorised_cents: int) -> None:
    """Open the title's budget, with so much authorised for the year after."""
    opened = budget.open_next_budget(TITLE, YEAR, APPROPRIATION_CENTS, cents(y2026=authorised_cents))
    await recorded(house, opened, Role.BUDGET_OFFICER, "")


class Experts:
    """Clients that give an opinion on a case of theirs again and again, each time with other reasons."""

    def __init__(self, house: House, cases: dict[int, tuple[str, int]]) -> None:
        self._house = house
        self._cases = cases

    async def act(self, number: int) -> None:
        case, version = self._cases[number]
        asked = decision(assessment.decider, case, replace(POSITIVE, reasons=f"{POSITIVE.reasons} ({version})"))
        outcome = await recorded(self._house, asked, Role.EXPERT, case, version)
        self._cases[number] = case, outcome.version
