"""The cases as a person may read them: somebody else's is as if unknown."""

from services.intake import application
from services.intake.application import Submitted
from shared.access import Person
from shared.identity import is_id
from shared.pages import is_applicant
from shared.problems import Problem
from shared.service import House
from shared.store import Folded


def unknown_case() -> Problem:
    return Problem(404, "unknown-case", "Diesen Vorgang gibt es hier nicht.", field="case")


async def opened(house: House, case: str) -> Folded:
    """The application's committed state, or a 404 problem."""
    if not is_id(case):
        raise unknown_case()
    folded = await house.writer.state(application.decider, case)
    if not isinstance(folded.state, Submitted):
        raise unknown_case()
    return folded


async def readable(house: House, person: Person, case: str) -> Folded:
    """The application, if this person may read it; somebody else's is as if unknown."""
    folded = await opened(house, case)
    if is_applicant(person) and folded.state.applicant_key not in person.applicant_keys:
        raise unknown_case()
    return folded
