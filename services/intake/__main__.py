"""`python -m services.intake serve | provision | rebuild | history CASE`."""

from typing import TYPE_CHECKING

from services.intake.settings import settings
from shared.cli import commands

if TYPE_CHECKING:
    from shared.service import Blueprint


def _blueprint() -> "Blueprint":
    from services.intake.wiring import blueprint

    return blueprint


app = commands("intake", _blueprint, settings)

if __name__ == "__main__":
    app()
