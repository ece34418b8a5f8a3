"""`python -m services.review serve | provision | rebuild | history CASE`."""

from typing import TYPE_CHECKING

from services.review.settings import settings
from shared.cli import commands

if TYPE_CHECKING:
    from shared.service import Blueprint


def _blueprint() -> "Blueprint":
    from services.review.wiring import blueprint

    return blueprint


app = commands("review", _blueprint, settings)

if __name__ == "__main__":
    app()
