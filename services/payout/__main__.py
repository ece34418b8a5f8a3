"""`python -m services.payout serve | provision | rebuild | history CASE`."""

from typing import TYPE_CHECKING

from services.payout.settings import settings
from shared.cli import commands

if TYPE_CHECKING:
    from shared.service import Blueprint


def _blueprint() -> "Blueprint":
    from services.payout.wiring import blueprint

    return blueprint


app = commands("payout", _blueprint, settings)

if __name__ == "__main__":
    app()
