"""`python -m services.intake serve | provision | rebuild | history CASE`."""

from services.intake.settings import settings
from services.intake.wiring import blueprint
from shared.cli import commands

app = commands(blueprint, settings)

if __name__ == "__main__":
    app()
