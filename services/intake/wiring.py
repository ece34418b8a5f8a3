"""What makes this service intake."""

from typing import Any

import shared.service
from services.intake import application, drawdown, file_register, policies, territory
from services.intake.api import actions, reads
from services.intake.pages import pages
from services.intake.publications import publish
from services.intake.reactions import HANDLED, react
from services.intake.views import project
from shared.lanes import Reactions
from shared.service import Blueprint

blueprint = Blueprint(
    name="intake",
    nouns=(application.decider, drawdown.decider, file_register.decider, policies.decider, territory.decider),
    reactions=Reactions.of(HANDLED, react),
    publish=publish,
    project=project,
    actions=actions,
    reads=reads,
    pages=pages,
)


def openapi() -> dict[str, Any]:
    """Intake's OpenAPI description."""
    return shared.service.openapi(blueprint)
