"""Small hands for writing ISO 20022: elements by path, amounts with two decimals, the document around a message."""

from xml.etree import ElementTree

type Element = ElementTree.Element


def document(kind: str) -> Element:
    """The root of a message of this kind."""
    return ElementTree.Element("Document", {"xmlns": f"urn:iso:std:iso:20022:tech:xsd:{kind}"})


def written(root: Element) -> bytes:
    """The same bytes for the same message."""
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def add(parent: Element, path: str, text: str | None = None, **attributes: str) -> Element:
    """A new element at the end of this path."""
    for name in path.split("/"):
        parent = ElementTree.SubElement(parent, name)
    parent.text = text
    parent.attrib.update(attributes)
    return parent


def euros(cents: int) -> str:
    """Euros with two decimals and a point."""
    return f"{cents // 100}.{cents % 100:02}"


def add_amount(parent: Element, path: str, cents: int) -> None:
    """An amount of euros."""
    add(parent, path, euros(cents), Ccy="EUR")
