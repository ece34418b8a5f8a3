"""What intake is told at its start: what every service is told."""

from shared.settings import Settings


def settings() -> Settings:
    """Read from the environment; a missing one ends the start with its name."""
    return Settings()  # pyright: ignore[reportCallIssue] the fields come from the environment


__all__ = ["Settings", "settings"]
