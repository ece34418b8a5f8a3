"""`python -m services.review serve | provision | rebuild | history CASE`."""

from services.review.settings import settings
from services.review.wiring import blueprint
from shared.cli import commands

app = commands(blueprint, settings)

if __name__ == "__main__":
    app()
