"""XML by the parser of the standard library, held to what is agreed of each element's children."""

import re
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree

from tests.second_reading.told import Told

type Element = ElementTree.Element
type Shape = Mapping[str, str]
"""Of an element its children in order; `+` once or more, `?` once or never, `|` one of two. Elements that are not named have only text."""

_DECLARED = re.compile(rb"""<\?xml version=['"]1\.0['"] encoding=['"]UTF-8['"]\?>""")


def parsed(raw: bytes, told: Told) -> Element | None:
    declared = _DECLARED.match(raw)
    told.unless(declared is not None, "encoding", "declaration")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        told.unless(False, "encoding", "bytes")
        return None
    told.unless(all(it.isprintable() or it == "\n" for it in text), "encoding", "invisible character")
    rest = text[declared.end() if declared else 0 :]
    told.unless("<!" not in rest and "<?" not in rest and "&" not in rest, "no-foreign-markup")
    if "<!" in rest:
        return None
    try:
        return ElementTree.fromstring(raw)
    except ElementTree.ParseError:
        told.unless(False, "structure", "not well-formed")
        return None


def shaped(element: Element, space: str, shape: Shape, told: Told, path: str = "") -> None:
    """Tell every element that is not where it is agreed."""
    name = element.tag.removeprefix(f"{{{space}}}")
    path = f"{path}/{name}"
    children = " ".join(it.tag.removeprefix(f"{{{space}}}") for it in element)
    agreed = shape.get(name, shape.get(path, ""))
    told.unless(bool(re.fullmatch(_pattern(agreed), f"{children} " if children else "")), "structure", path)
    told.unless(set(element.attrib) <= ({"Ccy"} if name.endswith("Amt") else set()), "structure", f"{path}@")
    told.unless(not len(element) or not (element.text or "").strip(), "structure", f"{path} text")
    told.unless(not (element.tail or "").strip(), "structure", f"{path} tail")
    for it in element:
        shaped(it, space, shape, told, path)


def _pattern(agreed: str) -> str:
    parts: list[str] = []
    for it in agreed.split():
        name = it.rstrip("+?")
        parts.append(f"((?:{name}) ){it[len(name) :]}")
    return "".join(parts)


def names(element: Element, space: str) -> Iterator[str]:
    for it in element.iter():
        yield it.tag.removeprefix(f"{{{space}}}")


class Texts:
    """The texts of an element's descendants by path; empty when there is none."""

    def __init__(self, space: str) -> None:
        self._space = space

    def one(self, element: Element, path: str) -> str:
        return element.findtext(self._path(path)) or ""

    def all(self, element: Element, path: str) -> list[Element]:
        return element.findall(self._path(path))

    def _path(self, path: str) -> str:
        return "/".join(f"{{{self._space}}}{it}" for it in path.split("/"))
