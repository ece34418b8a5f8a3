"""What happens to a file between the treasury's desk and the sender's: by name, from bytes to bytes."""

import re
from collections.abc import Callable, Mapping

_BOMB = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(9))


def _inside(text: bytes) -> Callable[[bytes], bytes]:
    """Put before the root element."""
    return lambda raw: raw.replace(b"<Document", text + b"<Document", 1)


def _instead(pattern: bytes, by: bytes, times: int = 0) -> Callable[[bytes], bytes]:
    return lambda raw: re.sub(pattern, by, raw, count=times, flags=re.DOTALL)


def _named(raw: bytes, encoding: str) -> bytes:
    """The sender's own name, which has an umlaut, in another encoding than the file says."""
    name = "<InitgPty><Nm>Thüringer Landeshauptkasse</Nm></InitgPty></GrpHdr>".encode(encoding)
    return raw.replace(b"</GrpHdr>", name, 1)


DAMAGES: Mapping[str, Callable[[bytes], bytes]] = {
    "": lambda raw: raw,
    "truncated": lambda raw: raw[: len(raw) * 2 // 3],
    "half": lambda raw: raw[: len(raw) // 2],
    "emptied": lambda _raw: b"",
    "utf-16": lambda raw: raw.decode().encode("utf-16"),
    "byte-order-mark": lambda raw: b"\xef\xbb\xbf" + raw,
    "latin-1": lambda raw: _named(raw, "latin-1"),
    "utf-7": lambda raw: raw.replace(b'"UTF-8"', b'"UTF-7"', 1),
    "doctype": _inside(b'<!DOCTYPE Document SYSTEM "camt.dtd">'),
    "external-entity": _inside(b'<!DOCTYPE Document [<!ENTITY x SYSTEM "file:///etc/hostname">]>'),
    "entity-bomb": _inside(f"<!DOCTYPE Document [{_BOMB}]>".encode()),
    "deep": lambda raw: raw.replace(b"</GrpHdr>", b"<a>" * 500 + b"</a>" * 500 + b"</GrpHdr>", 1),
    "other-root": lambda raw: raw.replace(b"<Document", b"<Dokument").replace(b"</Document", b"</Dokument"),
    "other-version": _instead(rb"(xsd:[a-z]+\.[0-9]{3}\.001)\.[0-9]{2}", rb"\1.99", 1),
    "web-page": lambda _raw: b"<!-- -->\n<html><body>Wartungsarbeiten</body></html>\n",
    "binary": lambda raw: b"PK\x03\x04" + bytes(range(256)) * 8,
    "oversized": lambda raw: raw + b" " * 1_200_000,
    "five-decimals": _instead(rb"(<Amt Ccy=\"EUR\">[0-9]+\.[0-9]{2})<", rb"\g<1>000<"),
    "comma": _instead(rb"(<Amt Ccy=\"EUR\">[0-9]+)\.([0-9]{2})<", rb"\1,\2<"),
    "negative": _instead(rb"<Amt Ccy=\"EUR\">", rb'<Amt Ccy="EUR">-'),
    "dollars": _instead(rb'Ccy="EUR"', b'Ccy="USD"'),
    "no-sums": _instead(rb"\s*<OrgnlNbOfTxs>[^<]*</OrgnlNbOfTxs>|\s*<OrgnlCtrlSum>[^<]*</OrgnlCtrlSum>", b""),
    "no-such-day": _instead(rb"<BookgDt>\s*<Dt>[0-9-]+</Dt>", b"<BookgDt><Dt>2025-02-30</Dt>"),
    "no-message-id": _instead(rb"\s*<MsgId>[^<]*</MsgId>", b"", 1),
    "no-trailer": _instead(rb"\s*<Nachsatz>.*?</Nachsatz>", b""),
    "unknown-field": _instead(rb"</Einzelsatz>", b"<Mahnstufe>1</Mahnstufe></Einzelsatz>"),
    "doubled": lambda raw: raw + raw,
}
