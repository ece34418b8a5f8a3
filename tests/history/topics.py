"""The names under which events have ever been stored. `python -m tests.history.topics` adds new ones and never removes any."""

import json
from pathlib import Path

from docs.generate import SERVICES, events_of
from shared.formats import topic_of

FILE = Path(__file__).with_name("topics.json")
TOPICS: list[str] = json.loads(FILE.read_text()) if FILE.is_file() else []


def known() -> list[str]:
    """Every name that the code can store and read, sorted."""
    packages = (*(f"services.{name}" for name in SERVICES), "shared")
    return sorted(topic_of(it.TOPIC, it.VERSION) for package in packages for it in events_of(package))


if __name__ == "__main__":
    FILE.write_text(json.dumps(sorted({*TOPICS, *known()}), indent=2) + "\n")
