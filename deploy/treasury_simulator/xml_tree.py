"""XML from outside as a plain tree: no DOCTYPE, no entities, no network, nothing hidden between the tags."""

import re
from dataclasses import dataclass, field
from typing import Any, cast

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType] - compiled, without types

LARGEST_FILE = 20 * 1024 * 1024
"""Bytes; a larger file is refused unread."""

_DECLARED_ENCODING = re.compile(rb"""^<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_SCHEMA_INSTANCE = "{http://www.w3.org/2001/XMLSchema-instance}"


class Unreadable(Exception):
    """The bytes are no XML this treasury reads; the text says why and repeats nothing of the content."""


@dataclass(slots=True)
class Node:
    """An element: its local name, its own text and attributes, its child elements in order."""

    name: str
    text: str
    attributes: dict[str, str]
    children: list["Node"] = field(default_factory=list["Node"])


def parse(content: bytes) -> tuple[str, Node]:
    """The namespace and the root of a document in one namespace; raises Unreadable."""
    if len(content) > LARGEST_FILE:
        raise Unreadable("Datei größer als 20 MiB")
    # Only UTF-8 is read, so that no other encoding can hide a DOCTYPE from the search in the bytes.
    declared = _DECLARED_ENCODING.match(content.removeprefix(b"\xef\xbb\xbf"))
    if declared and declared.group(1).upper() not in (b"UTF-8", b"UTF8"):
        raise Unreadable("Zeichencodierung ist nicht UTF-8")
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as broken:
        raise Unreadable("Bytes sind kein UTF-8") from broken
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise Unreadable("DOCTYPE ist nicht zugelassen")
    library = cast(Any, etree)
    parser = library.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False, encoding="utf-8"
    )
    try:
        root = library.fromstring(content, parser)
    except (library.XMLSyntaxError, ValueError) as broken:
        raise Unreadable("kein wohlgeformtes XML, womöglich abgeschnitten") from broken
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unreadable("DOCTYPE ist nicht zugelassen")
    namespace = str(library.QName(root).namespace or "")
    return namespace, _node(root, "{" + namespace + "}")


def _node(element: Any, prefix: str) -> Node:
    tag = element.tag
    # A comment inside a value would silently cut it in two: `12<!-- -->34` reads as 12.
    if not isinstance(tag, str):
        raise Unreadable("Kommentare und Verarbeitungsanweisungen sind nicht zugelassen")
    if not tag.startswith(prefix):
        raise Unreadable("fremder Namensraum")
    attributes = {str(key): str(value) for key, value in element.attrib.items() if not key.startswith(_SCHEMA_INSTANCE)}
    node = Node(tag.removeprefix(prefix), str(element.text or ""), attributes)
    for child in element:
        node.children.append(_node(child, prefix))
        if (child.tail or "").strip():
            raise Unreadable("Text zwischen den Elementen")
    if node.children and node.text.strip():
        raise Unreadable("Text zwischen den Elementen")
    return node
