"""What makes this service intake."""

from typing import Any

from fastapi import APIRouter

import shared.service
from services.intake import (
    application,
    change_request,
    draft,
    draft_keys,
    drawdown,
    early_start,
    file_register,
    fit_submission,
    municipal_tie,
    policies,
    proof_of_use,
    territory,
)
from services.intake.api import acts as api
from services.intake.api import drafting, fit_connect, receipt
from services.intake.api.possible import possible
from services.intake.deadlines import DUE
from services.intake.pages import cases as pages
from services.intake.pages import drafts as draft_pages
from services.intake.publications import publish
from services.intake.reactions import HANDLED, react
from services.intake.views import project
from shared.lanes import Reactions
from shared.service import Blueprint, House


def _reads(house: House) -> APIRouter:
    router = api.reads(house)
    router.include_router(receipt.reads(house))
    router.include_router(fit_connect.reads(house))
    router.include_router(drafting.reads(house))
    return router


def _pages(house: House) -> APIRouter:
    router = pages.pages(house)
    router.include_router(receipt.pages(house))
    router.include_router(draft_pages.pages(house))
    return router


blueprint = Blueprint(
    name="intake",
    nouns=(
        application.decider,
        change_request.decider,
        draft.decider,
        drawdown.decider,
        early_start.decider,
        file_register.decider,
        fit_submission.decider,
        municipal_tie.decider,
        policies.decider,
        proof_of_use.decider,
        territory.decider,
    ),
    reactions=Reactions.of(HANDLED, react),
    publish=publish,
    project=project,
    due=DUE,
    actions=api.actions,
    possible=possible,
    reads=_reads,
    pages=_pages,
    followers=lambda house: (draft_keys.follower(house),),
)


def openapi() -> dict[str, Any]:
    """Intake's OpenAPI description."""
    return shared.service.openapi(blueprint)
