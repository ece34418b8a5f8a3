"""The formats that are known: how each is written, and whose reader a file that came belongs to."""

from collections.abc import Callable, Mapping

from services.payout.report import BookingReport, StatusReport
from services.payout.treasury import Instruction, hkr, iso20022, reading
from shared.decider import value


@value
class Known:
    """One format of files for the treasury; `numbered` says that its files bear a running number."""

    build: Callable[[Instruction], bytes]
    suffix: str
    media_type: str
    numbered: bool


FORMATS: Mapping[str, Known] = {
    "iso20022": Known(build=iso20022.build, suffix="xml", media_type="application/xml", numbered=False),
    "hkr-xml": Known(build=hkr.build_xml, suffix="xml", media_type="application/xml", numbered=True),
    "hkr-csv": Known(build=hkr.build_csv, suffix="csv", media_type="text/csv", numbered=True),
}
"""By the name in the settings and in every sealed batch. Add, never alter: an old file's bytes must stay the same."""


def read(raw: bytes) -> StatusReport | BookingReport:
    """What a file of the treasury says, whatever its format. Raises `Unreadable`."""
    if hkr.looks_like_csv(raw):
        reading.bounded(raw)
        return hkr.read_tree(hkr.from_csv(raw))
    root = reading.parse(raw)
    return hkr.read_tree(root) if root.tag.startswith(f"{{{hkr.NAMESPACE}}}") else reading.read_root(root)
