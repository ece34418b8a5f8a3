"""The ledger put together."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import shared.service
from services.ledger import checkpoint
from services.ledger.answering import Answering
from services.ledger.api import PROVERS, actions, ledger_of, reads
from services.ledger.ledger import Ledger
from services.ledger.pages import pages
from services.ledger.publications import publish
from services.ledger.settings import Settings
from services.ledger.views import foreign, project
from services.ledger.witness import mine, record_follower
from shared.lanes import Reactions
from shared.service import Blueprint, House
from shared.topology import RECORDED


def furnish(house: House) -> None:
    """Adds the lanes of stored events and the log in memory."""
    settings = house.settings
    if not isinstance(settings, Settings):
        raise TypeError("die Prüfkette braucht ihre eigenen Einstellungen")
    for source in RECORDED:
        house.lanes.append(record_follower(source, house.writer, house.messenger, house.metrics))
    ledger = Ledger(
        writer=house.writer, settings=settings, nudged=house.nudge.listener(), to_sign=house.nudge.listener(),
        answering=Answering(house.writer, house.messenger, house.nudge),
    )  # fmt: skip
    house.own = ledger
    house.connected.append(ledger.answering.begin)
    house.problems.append(ledger.trouble)
    house.idle_checks.append(lambda: bool(ledger.alarm) or ledger.chronicle.size >= house.writer.head.position)


def followers(house: House) -> Sequence[Callable[[], Awaitable[None]]]:
    """Keeping the log in memory, signing it, telling how far it reaches; without a key there is nothing to serve."""
    ledger = ledger_of(house)
    ledger.settings.signer()
    return ledger.follow, ledger.keep_signing, ledger.answering.keep_telling


blueprint = Blueprint(
    name="ledger",
    nouns=(checkpoint.decider,),
    reactions=Reactions.of((), lambda _contract, _case: None),
    publish=publish,
    project=project,
    actions=actions,
    reads=reads,
    pages=pages,
    followers=followers,
    history_readers=PROVERS,
    furnish=furnish,
    mine=mine,
    foreign=foreign,
    opens_seals=False,
)


def openapi() -> dict[str, Any]:
    """The service's OpenAPI description."""
    return shared.service.openapi(blueprint, Settings)
