"""`python -m services.payout serve | provision | rebuild | history CASE`."""

from services.payout.settings import settings
from services.payout.wiring import blueprint
from shared.cli import commands

app = commands(blueprint, settings)

if __name__ == "__main__":
    app()
