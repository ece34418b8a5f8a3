"""camt.055.001.05 as the treasury understands it: which file, and which of its payments, the sender wants back."""

from collections.abc import Iterator
from dataclasses import dataclass

from deploy.treasury_simulator import checks
from deploy.treasury_simulator.xml_tree import Node, Unreadable, parse

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.055.001.05"
_REASONS = frozenset({"DUPL", "AGNT", "CURR", "CUST", "UPAY", "CUTA", "TECH", "FRAD"})
"""The list is closed in this version of the message; any other reason is proprietary."""


@dataclass(frozen=True, slots=True)
class RecallOrder:
    """A request to cancel payments of one file; what it says is held against the book, not believed."""

    message_id: str
    created_at: str
    original: str
    references: tuple[str, ...]


def read_recall(content: bytes) -> RecallOrder | None:
    """The request in these bytes; None when they are none, or none that can be understood."""
    try:
        namespace, root = parse(content)
    except Unreadable:
        return None
    if namespace != NAMESPACE:
        return None
    told = RecallOrder(
        message_id=_first(root, "Assgnmt", "Id"),
        created_at=_first(root, "Assgnmt", "CreDtTm"),
        original=_first(root, "OrgnlGrpInf", "OrgnlMsgId"),
        references=tuple(it.text for it in _all(root, "OrgnlEndToEndId")),
    )
    identified = all(map(checks.is_identifier, (told.message_id, told.original, *told.references)))
    listed = all(code.text in _REASONS for one in _all(root, "Rsn") for code in one.children if code.name == "Cd")
    return told if identified and listed and checks.is_instant(told.created_at) else None


def _first(root: Node, parent: str, name: str) -> str:
    return next((it.text for one in _all(root, parent) for it in one.children if it.name == name), "")


def _all(node: Node, name: str) -> Iterator[Node]:
    for child in node.children:
        if child.name == name:
            yield child
        yield from _all(child, name)
