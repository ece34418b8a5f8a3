"""Every event of an export: leaf and stored bytes, as JSON, in the ledger's order."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """One event. `topic` lacks its version; `at` is when it was recorded, `case` whose it is, if any."""

    service: str
    stream: str
    topic: str
    at: str
    actor: str
    role: str
    case: str
    facts: dict[str, Any]


def events(export: Path) -> Iterator[Recorded]:
    """The whole history that the export holds; `ValueError` when leaves and states do not pair up."""
    bundles = _bundles(export / "tile" / "entries")
    for index in sorted(bundles):
        lines = _bundles(export / "states")[index].read_bytes().splitlines()
        leaves = list(_leaves(bundles[index].read_bytes()))
        for leaf, state in zip(leaves, lines, strict=True):
            yield _recorded(json.loads(leaf), json.loads(state))


def _recorded(leaf: dict[str, Any], state: dict[str, Any]) -> Recorded:
    context = state["context"]
    return Recorded(
        service=leaf["service"],
        stream=leaf["stream"],
        topic=leaf["topic"].rpartition(".v")[0],
        at=leaf["at"],
        actor=context["actor"],
        role=context["role"],
        case=context["correlation"],
        facts=state["facts"],
    )


def _bundles(folder: Path) -> dict[int, Path]:
    """Files by their number: `x001/x234/067` is 1 234 067, and of two stages the fuller one counts (`067.p/12`)."""
    found: dict[int, Path] = {}
    for file in sorted(folder.rglob("*"), key=lambda it: (it.is_file(), str(it))):
        if file.is_file():
            whole = str(file.relative_to(folder)).partition(".p/")[0]
            number = int("".join(part.removeprefix("x") for part in whole.split("/")))
            if number not in found or _width(file) > _width(found[number]):
                found[number] = file
    return found


def _width(file: Path) -> int:
    return int(file.name) if file.parent.name.endswith(".p") else 256


def _leaves(raw: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(raw):
        length = int.from_bytes(raw[at : at + 2], "big")
        yield raw[at + 2 : at + 2 + length]
        at += 2 + length
