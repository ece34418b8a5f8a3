"""A foreign file is hostile until read: nothing is resolved, fetched, expanded or guessed, and no more of it is held than one part.

The file is read from where it lies, in chunks; each part that a reader asks for is handed to it whole and then emptied.
"""

import codecs
from collections.abc import Collection, Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import lxml.etree

from services.payout.treasury import Unreadable

etree: Any = lxml.etree  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType] lxml has no types
MAX_DEPTH = 40
"""ISO 20022 messages of these kinds are not half as deep."""
MAX_HELD = 4_000_000
"""So many bytes may pass before a part is whole: no part of a message is that large, and as a tree it is thirty times as large."""
MAX_WHOLE = 4 * MAX_HELD
"""So many bytes has a file that is read as a whole: some 50,000 bookings in XML, as many as lie in a quarter of it in CSV."""
_CHUNK = 1 << 17
_PACKED = (b"PK\x03\x04", b"\x1f\x8b")
_ENCODINGS = ("UTF-8", "UTF8", "US-ASCII", "ASCII")


def _deeper_than(levels: int) -> Any:
    return etree.XPath(f"boolean({'/*' * (levels + 1)})")


_too_deep = _deeper_than(MAX_DEPTH)


class Parts:
    """The parts of a file named `names`, each when it is whole; `root` is there from the first part on, and in the end."""

    def __init__(self, file: Path | bytes, limit: int, names: Collection[str], held: int = MAX_HELD) -> None:
        self._file, self._limit, self._held = file, limit, held
        self._parser = etree.XMLPullParser(
            events=("end",),
            tag=[f"{{*}}{it}" for it in names],
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        self.root: Any = None

    def __iter__(self) -> Iterator[Any]:
        held = 0
        for chunk in chunks(self._file, self._limit):
            events = self._fed(chunk)
            held = 0 if events else held + len(chunk)
            if held > self._held:
                raise Unreadable(
                    "part-too-large", "Ein Teil der Datei ist größer als jede Nachricht eines bekannten Formats."
                )
            for _, element in events:
                yield element
                _empty(element)
        try:
            self._see(self._parser.close())
        except etree.XMLSyntaxError as error:
            raise _malformed(error) from None

    def _fed(self, chunk: bytes) -> list[Any]:
        try:
            self._parser.feed(chunk)
            events = list(self._parser.read_events())
        except etree.XMLSyntaxError as error:
            raise _malformed(error) from None
        if events and self.root is None:
            self._see(events[0][1].getroottree().getroot())
        elif self.root is not None and _too_deep(self.root):
            raise Unreadable("too-deep", "Die Datei ist zu tief geschachtelt.")
        return events

    def _see(self, root: Any) -> None:
        self.root = root
        if (root.getroottree().docinfo.encoding or "UTF-8").upper() not in _ENCODINGS:
            raise Unreadable("not-utf-8", "Die Datei ist nicht in UTF-8 geschrieben.")
        if _too_deep(root):
            raise Unreadable("too-deep", "Die Datei ist zu tief geschachtelt.")


def namespace_of(head: bytes) -> str:
    """The namespace of a file's root, by its beginning; empty when it has none there."""
    if b"<!doctype" in head.lower():
        return ""
    parser = etree.XMLPullParser(
        events=("start",), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    with suppress(etree.XMLSyntaxError):  # what is wrong with it is said when it is read
        parser.feed(head)
    first = next(iter(parser.read_events()), None)
    return etree.QName(first[1]).namespace or "" if first else ""


def whole(file: Path | bytes, limit: int) -> Any:
    """The tree of a small file, which no part of a larger one exceeds. Raises `Unreadable`."""
    parts = Parts(file, limit, ("_",), MAX_WHOLE)
    for _ in parts:
        raise Unreadable("unknown-message", "Die Datei ist keine Nachricht eines bekannten Formats.")
    return parts.root


def _malformed(error: Any) -> Unreadable:
    if error.code == etree.ErrorTypes.ERR_RESOURCE_LIMIT:
        return Unreadable("too-deep", "Die Datei ist zu tief geschachtelt, oder ein Text darin ist zu lang.")
    return Unreadable("not-well-formed", "Die Datei ist kein vollständiges XML.")


def _empty(element: Any) -> None:
    """What was read leaves the memory; the part before it goes as a whole, for nothing is still being written into it."""
    element.clear(keep_tail=True)
    before = element.getprevious()
    while before is not None and before.tag == element.tag:
        element.getparent().remove(before)
        before = element.getprevious()


def chunks(file: Path | bytes, limit: int) -> Iterator[bytes]:
    """The bytes of a file, looked through before any parser sees them."""
    size = len(file) if isinstance(file, bytes) else file.stat().st_size
    if not size:
        raise Unreadable("empty", "Die Datei ist leer.")
    if size > limit:
        raise Unreadable("too-large", f"Die Datei ist größer als {limit} Bytes.")
    decoder, end = codecs.getincrementaldecoder("utf-8")(), b""
    with BytesIO(file) if isinstance(file, bytes) else file.open("rb") as handle:
        while chunk := handle.read(_CHUNK):
            if not end and chunk.startswith(_PACKED):
                raise Unreadable(
                    "not-utf-8", "Die Datei ist gepackt (ZIP oder GZIP); sie muss ungepackt geliefert werden."
                )
            _look_through(decoder, chunk, end)
            end = chunk[-16:]
            yield chunk
    _decoded(decoder, b"", final=True)


def _look_through(decoder: codecs.IncrementalDecoder, chunk: bytes, end: bytes) -> None:
    _decoded(decoder, chunk)
    if b"\0" in chunk:
        raise Unreadable("not-utf-8", "Die Datei ist nicht in UTF-8 geschrieben.")
    if b"<!doctype" in (end + chunk).lower():
        # Entities are how a small file becomes a large one, or reads another.
        raise Unreadable("doctype", "Die Datei enthält eine Dokumenttypdefinition.")


def _decoded(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> None:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        raise Unreadable("not-utf-8", "Die Datei ist nicht in UTF-8 geschrieben.") from None
