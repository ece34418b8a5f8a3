"""Payout, wired: the nouns, what they hear and tell, the edge, the treasury's loop."""

from typing import Any

import shared.service
from services.payout import (
    account,
    batch,
    budget_entry,
    cash_reference,
    claim,
    clearing,
    collection,
    disbursement,
    expectation,
    hold,
    municipal_tie,
    payee,
    payment,
    recall,
    reconciliation,
    report,
    sequence,
    statement,
)
from services.payout.api import actions, reads
from services.payout.deadlines import DUE
from services.payout.pages import pages
from services.payout.possible import possible
from services.payout.publications import publish
from services.payout.reactions import HANDLED, react
from services.payout.treasury.desk import follower
from services.payout.treasury.expecting import expecting
from services.payout.views import project
from shared.lanes import Reactions
from shared.service import Blueprint

blueprint = Blueprint(
    name="payout",
    nouns=(
        disbursement.decider,
        payment.decider,
        batch.decider,
        report.decider,
        payee.decider,
        sequence.decider,
        cash_reference.decider,
        hold.decider,
        municipal_tie.decider,
        account.decider,
        clearing.decider,
        statement.decider,
        reconciliation.decider,
        claim.decider,
        expectation.decider,
        collection.decider,
        recall.decider,
        budget_entry.decider,
    ),
    reactions=Reactions.of(HANDLED, react),
    publish=publish,
    project=project,
    actions=actions,
    possible=possible,
    due=DUE,
    reads=reads,
    pages=pages,
    followers=lambda house: (follower(house), expecting(house)),
)


def openapi() -> dict[str, Any]:
    """The OpenAPI description of payout."""
    return shared.service.openapi(blueprint)
