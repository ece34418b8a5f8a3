"""The policy files that ship with this version: what review publishes at its first start, and what holds until it was heard."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path

from shared.policy.reading import read
from shared.records import value

FILES = Path(__file__).parent / "policy" / "shipped"


@value
class Shipped:
    """A file that ships, as it would be published."""

    kind: str
    in_force_on: date
    text: str
    sha256: str


@cache
def shipped() -> Mapping[str, Sequence[Shipped]]:
    """All of them by programme: a programme's files begin to apply together."""
    found: dict[str, list[Shipped]] = {}
    for path in sorted(FILES.glob("*.toml")):
        text = path.read_text(encoding="utf-8")
        file = read(text)
        its = Shipped(kind=file.kind, in_force_on=file.in_force_on, text=text, sha256=sha256(text.encode()).hexdigest())
        found.setdefault(file.programme, []).append(its)
    return found
