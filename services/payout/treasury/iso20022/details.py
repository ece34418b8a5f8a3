"""One payment inside a line of the account: its name, its share, and whether it came back."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from services.payout import claim as claims
from services.payout import payment as payments
from services.payout.treasury.iso20022.fields import IDENTIFIER, Fields, Part, cents, name_of_ours

NAMELESS = frozenset({"", "NONREF", "NOTPROVIDED", "NOTAVAILABLE", "NOREF", "NONE", "N/A", "-", "0"})
"""What stands where a bank names nothing; taken for a name, two payments would be one."""
_RETURNED = frozenset({"RRTN", "RPCR"})
"""Sub-families of a booking that gives a credit transfer back: returned, or recalled by its payer."""
_RETURNED_OF_DK = re.compile(r"(?:N[A-Z]{3}\+)?159(?:\+.*)?", re.ASCII)
"""The same as the German banks number it (Geschäftsvorfallcode), for those that write nothing else."""
_ISSUERS_OF_DK = frozenset({"DK", "ZKA"})
_SHARES = ("Amt", "AmtDtls/TxAmt/Amt")


class Layout(NamedTuple):
    """Where a version of the messages puts what others put elsewhere."""

    status: str = "Sts/Cd"
    charges: str = "Chrgs/Rcrd/Amt"


def layout_of(version: int) -> Layout:
    """Of version 001.02 to 001.14: a status was a plain text until the sixth, what banks keep stood by itself in the second."""
    return Layout(status="Sts" if version <= 6 else "Sts/Cd", charges="Chrgs/Amt" if version == 2 else "Chrgs/Rcrd/Amt")


class Detail(NamedTuple):
    """One payment of a line: `named` is its payer's name for it, `paid_under` what it says to us when it comes in.

    `cents` is its share, `instructed` what its payer ordered, where that alone is told. `group` is what it was ordered with.
    """

    named: str
    paid_under: str
    cents: int | None
    instructed: int
    returned: bool
    reason: str
    charges: int
    credit: bool
    group: str

    @property
    def is_nameless(self) -> bool:
        return self.named.upper() in NAMELESS


def comes_back(part: Part) -> bool:
    """Whether the kind of a booking says that a credit transfer came back."""
    if part.text("BkTxCd/Domn/Fmly/SubFmlyCd") in _RETURNED:
        return True
    own = part.text("BkTxCd/Prtry/Cd")
    return bool(_RETURNED_OF_DK.fullmatch(own)) and part.text("BkTxCd/Prtry/Issr") in _ISSUERS_OF_DK


def read_detail(fields: Fields, element: Any, layout: Layout) -> Detail:
    detail = fields.part(element)
    # Most of a state's bookings are not ours and name nothing of ours: they are lines that move nothing.
    named = detail.text("Refs/EndToEndId")
    # Where the amount of one payment of several stands is the bank's choice; in another currency it is no share of the line.
    amounts = [one for it in _SHARES for one in detail.all(it) if one.get("Ccy") == "EUR"]
    returned, reason = False, ""
    if detail.all("RtrInf") or comes_back(detail):
        returned = True
        reason = fields.code(detail, "RtrInf/Rsn")
    ours = payments.recognised(named) or _ours_elsewhere(detail, named, returned=returned)
    named = ours or (named if IDENTIFIER.fullmatch(named) else "")
    return Detail(
        named=named,
        paid_under=_paid_under(fields, detail, named),
        cents=cents(amounts[0].text or "") if amounts else None,
        instructed=0 if amounts else _in_euros(detail.all("AmtDtls/InstdAmt/Amt")),
        returned=returned,
        reason=reason,
        charges=_in_euros(detail.all(layout.charges)),
        credit=detail.text("CdtDbtInd") == "CRDT",
        group=_group(detail, named),
    )


def _group(detail: Part, named: str) -> str:
    """The group it was ordered with; of one without any name the file, if it is called as ours are."""
    if group := detail.text("Refs/PmtInfId"):
        return name_of_ours(group) or group
    return name_of_ours(detail.text("Refs/MsgId")) if named.upper() in NAMELESS else ""


def _ours_elsewhere(detail: Part, named: str, *, returned: bool) -> str:
    """The one payment of ours that stands in another place, where a bank names none in the place for it, or names its return there."""
    if not returned and named.upper() not in NAMELESS:
        return ""
    words = [it.text or "" for it in detail.all("RmtInf/Ustrd")]
    texts = [
        *detail.all("Refs/InstrId"),
        *detail.all("Refs/TxId"),
        *detail.all("AddtlTxInf"),
        *detail.all("RtrInf/AddtlInf"),
    ]
    # A text that is cut into lines is whole again in one.
    told = [*(it.text or "" for it in texts), *words, "".join(words)]
    found = frozenset[str]().union(*(payments.references_in(it) for it in told))
    return next(iter(found)) if len(found) == 1 else ""


def _paid_under(fields: Fields, detail: Part, named: str) -> str:
    """The one claim that a credit names in any of its places; two say nothing, and are none."""
    words = fields.texts(detail, "RmtInf/Ustrd")
    texts = [
        named,
        *fields.texts(detail, "RmtInf/Strd/CdtrRefInf/Ref"),
        *words,
        *(["".join(words)] if len(words) > 1 else []),
    ]
    found = frozenset[str]().union(*(claims.references_in(it) for it in texts))
    if len(found) > 1:
        return ""
    return next(iter(found), named)


def _in_euros(amounts: Sequence[Any]) -> int:
    return sum(cents(it.text or "") for it in amounts if it.get("Ccy") == "EUR")
