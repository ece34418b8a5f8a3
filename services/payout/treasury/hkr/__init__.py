"""HKR: the order file of a state budget and cash system, and its answers, in XML and CSV (docs/treasury.md)."""

from services.payout.treasury.hkr.notation import COLUMNS, NAMESPACE, NAMESPACES, from_csv, looks_like_csv
from services.payout.treasury.hkr.reading import read_tree
from services.payout.treasury.hkr.writing import build_csv, build_xml, iban_checksum

__all__ = [
    "COLUMNS",
    "NAMESPACE",
    "NAMESPACES",
    "build_csv",
    "build_xml",
    "from_csv",
    "iban_checksum",
    "looks_like_csv",
    "read_tree",
]
