"""The formats that are known: how each is written, and whose reader a file that came belongs to."""

import codecs
from collections.abc import Callable, Mapping
from pathlib import Path

from services.payout import batch as batches
from services.payout.report import Message, Sift, keep_all
from services.payout.treasury import Instruction, Unreadable, hkr, iso20022
from services.payout.treasury.iso20022.parsing import MAX_HELD, chunks, namespace_of, whole
from shared.decider import value

_HEAD = 1 << 16


@value
class Known:
    """One format of files for the treasury; `numbered` says that its files bear a running number, as only those of an HKR system do."""

    build: Callable[[Instruction], bytes]
    suffix: str
    media_type: str
    numbered: bool


FORMATS: Mapping[str, Known] = {
    "iso20022": Known(build=iso20022.build, suffix="xml", media_type="application/xml", numbered=False),
    "hkr-xml": Known(build=hkr.build_xml, suffix="xml", media_type="application/xml", numbered=True),
    "hkr-csv": Known(build=hkr.build_csv, suffix="csv", media_type="text/csv", numbered=True),
    batches.BY_HAND: Known(build=hkr.build_csv, suffix="csv", media_type="text/csv", numbered=True),
}
"""By the name in the settings and in every sealed batch. Add, never alter: an old file's bytes must stay the same."""


def read(file: Path | bytes, limit: int = iso20022.MAX_SIZE, sift: Sift = keep_all) -> Message:
    """What a file of the treasury says, whatever its format; of an account the lines that `sift` keeps. Raises `Unreadable`."""
    head = _head(file)
    if hkr.looks_like_csv(head):
        return hkr.read_tree(hkr.from_csv(b"".join(chunks(file, min(limit, MAX_HELD)))))
    if namespace_of(head) in hkr.NAMESPACES.values():
        return hkr.read_tree(whole(file, limit))
    try:
        return iso20022.read(file, limit, sift)
    except Unreadable as error:
        if error.code == "not-well-formed" and not head.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"<"):
            error.reason = "Die Datei ist weder XML noch CSV: In CSV nennt die erste Zeile die Art der Datei und ihre Fassung, mit Semikolon getrennt."
        raise


def _head(file: Path | bytes) -> bytes:
    """Where a message says what it is."""
    if isinstance(file, bytes):
        return file[:_HEAD]
    with file.open("rb") as handle:
        return handle.read(_HEAD)
