"""Was jetzt möglich ist: the actions that a case, an early start or a budget allows now, whoever may do them."""

from collections.abc import Mapping, Sequence

from services.review import assessment as assessments
from services.review import budget as budgets
from services.review.api import early_starts
from services.review.api.budget_reading import title_and_year
from services.review.api.reading import known, possible_steps
from services.review.assessment import Unopened
from services.review.budget_steps import steps_of_budget
from services.review.handling import CONFLICT
from services.review.words.handling import OF_HANDLING, steps_of_case
from shared.calendar import local_date
from shared.service import House


async def possible(house: House, action: str, path: Mapping[str, str]) -> Sequence[str] | None:
    """What can be done with what a path names."""
    if "early_start" in path:
        return early_starts.steps_of((await early_starts.found(house, path["case"], path["early_start"])).state)
    if "case" in path:
        return await _of_case(house, action, path["case"])
    if "title" in path:
        return await _of_budget(house, path)
    return None


async def _of_case(house: House, action: str, case: str) -> Sequence[str]:
    """Who works on a case is a question of its own; before its application arrived, only who must not."""
    if action == CONFLICT and isinstance((await house.writer.state(assessments.decider, case)).state, Unopened):
        return (CONFLICT,)
    it = await known(house, case)
    if action in OF_HANDLING:
        return steps_of_case(it.handling)
    return [step.action for step in possible_steps(it)]


async def _of_budget(house: House, path: Mapping[str, str]) -> Sequence[str]:
    title, year = title_and_year(path)
    state = (await house.writer.state(budgets.decider, budgets.budget_id(title, year))).state
    return steps_of_budget(state, local_date(house.now()))
