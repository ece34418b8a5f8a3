"""ISO 20022, inbound: which message is read by what. What is not understood in full is refused in full, with what could be read of it."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from services.payout.report import Message, Sift, keep_all
from services.payout.treasury import Found, Unreadable
from services.payout.treasury.iso20022.account import AccountReader
from services.payout.treasury.iso20022.details import layout_of
from services.payout.treasury.iso20022.fields import Fields, is_name
from services.payout.treasury.iso20022.parsing import Parts
from services.payout.treasury.iso20022.recall import RecallReader
from services.payout.treasury.iso20022.status import StatusReader

MAX_SIZE = 500_000_000
"""The largest file that is read when the settings say nothing else."""
_ISO = "urn:iso:std:iso:20022:tech:xsd:"


class Reader(Protocol):
    """One kind of message, read part by part; `count` and `cents` are what was read so far."""

    count: int
    cents: int

    def take(self, name: str, part: Any) -> None: ...
    def finish(self, message: Any) -> Message: ...


_STATUSES = (
    *(f"{_ISO}pain.002.001.{it:02}" for it in range(3, 16)),
    f"{_ISO}pain.002.002.03",
    f"{_ISO}pain.002.003.03",
    "http://www.six-interbank-clearing.com/de/pain.002.001.03.ch.02.xsd",
    "http://www.six-interbank-clearing.com/de/pain.002.001.10.ch.03.xsd",
    "ISO:pain.002.001.03:APC:STUZZA:payments:003",
)
"""Answers to a file: what is read of them stands in the same place in all versions; the last ones are names that German, Swiss and Austrian banks gave them."""
_RECALLS = tuple(f"{_ISO}camt.029.001.{it:02}" for it in range(3, 14))
_ACCOUNTS = range(2, 15)
"""Of a version 001.01 nothing is read: its message, account, balances and details stand elsewhere, and no bank writes it any more."""

_AUSTRIAN = range(1, 4)
"""Under these names Austrian banks write the second version."""


def _accounts(name: str, root: str, block: str, kind: str) -> Mapping[tuple[str, str], Callable[[Fields], Reader]]:
    versions = [
        *((f"{_ISO}{name}.001.{it:02}", it) for it in _ACCOUNTS),
        *((f"ISO:{name}.001.02:APC:STUZZA:payments:{it:03}", 2) for it in _AUSTRIAN),
    ]
    return {
        (space, root): partial(AccountReader, block=block, kind=kind, layout=layout_of(it)) for space, it in versions
    }


READERS: Mapping[tuple[str, str], Callable[[Fields], Reader]] = {
    **{(it, "CstmrPmtStsRpt"): StatusReader for it in _STATUSES},
    **{(it, "RsltnOfInvstgtn"): RecallReader for it in _RECALLS},
    **_accounts("camt.052", "BkToCstmrAcctRpt", "Rpt", "interim"),
    **_accounts("camt.053", "BkToCstmrStmt", "Stmt", "statement"),
    **_accounts("camt.054", "BkToCstmrDbtCdtNtfctn", "Ntfctn", "notification"),
}
"""Namespace and message: these are read and no others; a new version is a number here, and a test."""
_PARTS = ("TxInfAndSts", "OrgnlPmtInfAndSts", "TxDtls", "Ntry", "Rpt", "Stmt", "Ntfctn")


def read(file: Path | bytes, limit: int = MAX_SIZE, sift: Sift = keep_all) -> Message:
    """What a message of `READERS` says, of an account the lines that `sift` keeps. Raises `Unreadable` for everything else, with what could be read."""
    parts, reader = Parts(file, limit, _PARTS), None
    try:
        for part in parts:
            if reader is None:
                reader = _reader_of(parts.root, sift)
            reader.take(part.tag.rpartition("}")[2], part)
        if reader is None:
            reader = _reader_of(parts.root, sift)
        return reader.finish(parts.root[0])
    except Unreadable as error:
        error.found = _found(parts.root, reader)
        raise


def _reader_of(root: Any, sift: Sift) -> Reader:
    namespace, _, name = root.tag.rpartition("}")
    children = list(root)
    message = children[0].tag.rpartition("}") if len(children) == 1 else ("", "", "")
    if name != "Document" or namespace[1:] not in {it for it, _ in READERS}:
        raise Unreadable("unknown-message", _unknown(root.tag))
    make = READERS.get((namespace[1:], message[2])) if message[0] == namespace else None
    if make is None:
        raise Unreadable("missing", "Die Nachricht fehlt oder kommt mehrfach vor.")
    reader = make(Fields(namespace[1:]))
    if isinstance(reader, AccountReader):
        reader.sift = sift
    return reader


def _unknown(tag: str) -> str:
    """What is said of a message that has no reader: of another version of a known one, which ones are read."""
    versions = sorted(it.removeprefix(_ISO) for it, _ in READERS)
    read = [it for it in versions if it[8:12] == ".001" and it[:8] in tag]
    if not read:
        return "Die Datei ist keine Nachricht eines bekannten Formats."
    return (
        f"Die Datei ist keine Nachricht einer vereinbarten Fassung ({read[0]} bis {read[-1]}), sondern einer anderen."
    )


def _found(root: Any, reader: Reader | None) -> Found:
    """The message's own name, if it is one, and how far its reader came."""
    name = ""
    if root is not None and len(root):
        named = root.findtext("{*}*/{*}GrpHdr/{*}MsgId") or root.findtext("{*}*/{*}Assgnmt/{*}Id") or ""
        name = named.strip() if is_name(named.strip()) else ""
    return Found(message_id=name, count=reader.count if reader else 0, cents=reader.cents if reader else 0)
