"""Payout over HTTP: what people may do with drawdowns, payments and batches (`acts`), and what they may read (`reads`, `inbound`).

One address serves both: a browser gets the page (`pages`), a program gets JSON.
"""

from fastapi import APIRouter

from services.payout.api import inbound
from services.payout.api import reads as reading
from services.payout.api.acts import actions
from services.payout.api.years import years
from shared.service import House

__all__ = ["actions", "reads"]


def reads(house: House) -> APIRouter:
    """The GET endpoints."""
    router = reading.reads(house)
    router.include_router(inbound.reads(house))
    router.include_router(years(house))
    return router
