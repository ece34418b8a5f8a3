"""Was jetzt möglich ist: the actions that a case's state allows, whoever may do them."""

from collections.abc import Mapping, Sequence

from services.intake.api.case_record import next_actions
from services.intake.api.reading import opened
from shared.identity import Role
from shared.service import House


async def possible(house: House, _action: str, path: Mapping[str, str]) -> Sequence[str] | None:
    """What can be done with the case that a path names."""
    if "case" not in path:
        return None
    folded = await opened(house, path["case"])
    return [it.name for it in next_actions(path["case"], folded.state, folded.version, frozenset(Role))]
