"""The same message told in every version that ISO has published of it, as a bank that writes that version does."""

from dataclasses import dataclass
from itertools import count

from tests.payout.messages import ACCOUNT

ISO = "urn:iso:std:iso:20022:tech:xsd:"
ACCOUNTS = range(2, 15)
STATUSES = range(3, 16)
_ROOTS = {
    "052": ("BkToCstmrAcctRpt", "Rpt"),
    "053": ("BkToCstmrStmt", "Stmt"),
    "054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
}


@dataclass(frozen=True)
class Paid:
    """What one payment of a line is; `charges` is what the banks kept of one that came back."""

    reference: str
    cents: int
    charges: int = 0
    text: str = ""


@dataclass(frozen=True)
class Line:
    """One line of the account; `group` is the group of payments that it books, `reason` why what it brings came back."""

    payments: tuple[Paid, ...] = ()
    group: str = ""
    cents: int = 0
    debit: bool = True
    reason: str = ""
    status: str = "BOOK"

    @property
    def total(self) -> int:
        return self.cents or sum(it.cents for it in self.payments)


def euros(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


def amount(cents: int) -> str:
    return f'<Amt Ccy="EUR">{euros(cents)}</Amt>'


def account(kind: str, version: int, *lines: Line, opening: int = 0, page: tuple[int, bool] | None = None) -> bytes:
    """A message of the account of this kind: its lines, with balances if it is no notification; of a page the one at its outer end."""
    root, block = _ROOTS[kind]
    booked = [it for it in lines if it.status == "BOOK"]
    closing = opening + sum(-it.total if it.debit else it.total for it in booked)
    numbers = count(1)
    written = "".join(_line(version, it, f"K-{next(numbers)}") for it in lines)
    before, after = (_balance("OPBD", opening), _balance("CLBD", closing)) if kind != "054" else ("", "")
    balances = before + after if page is None else (after if page[1] else before)
    paged = f"<PgNb>{page[0]}</PgNb><LastPgInd>{str(page[1]).lower()}</LastPgInd>" if page else ""
    own_page = f"<{block}Pgntn>{paged}</{block}Pgntn>" if page and version >= 3 else ""
    all_page = f"<MsgPgntn>{paged}</MsgPgntn>" if page and version < 3 else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="{ISO}camt.{kind}.001.{version:02}"><{root}>'
        f"<GrpHdr><MsgId>M-1</MsgId><CreDtTm>2025-08-06T20:00:00Z</CreDtTm>{all_page}</GrpHdr>"
        f"<{block}><Id>S-1</Id>{own_page}<ElctrncSeqNb>7</ElctrncSeqNb><CreDtTm>2025-08-06T20:00:00Z</CreDtTm>"
        f"<Acct><Id><IBAN>{ACCOUNT}</IBAN></Id><Ccy>EUR</Ccy></Acct>{balances}{_summary(version, lines)}{written}"
        f"</{block}></{root}></Document>"
    ).encode()


def _balance(code: str, cents: int) -> str:
    sign = "DBIT" if cents < 0 else "CRDT"
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{amount(abs(cents))}<CdtDbtInd>{sign}</CdtDbtInd>"
        "<Dt><Dt>2025-08-06</Dt></Dt></Bal>"
    )


def _summary(version: int, lines: tuple[Line, ...]) -> str:
    net = sum(-it.total if it.debit else it.total for it in lines)
    sign = f"<CdtDbtInd>{'DBIT' if net < 0 else 'CRDT'}</CdtDbtInd>"
    netted = (
        f"<TtlNetNtryAmt>{euros(abs(net))}</TtlNetNtryAmt>{sign}"
        if version <= 3
        else f"<TtlNetNtry><Amt>{euros(abs(net))}</Amt>{sign}</TtlNetNtry>"
    )
    return (
        f"<TxsSummry><TtlNtries><NbOfNtries>{len(lines)}</NbOfNtries><Sum>{euros(sum(it.total for it in lines))}</Sum>"
        f"{netted}</TtlNtries></TxsSummry>"
    )


def _line(version: int, line: Line, name: str) -> str:
    status = line.status if version <= 6 else f"<Cd>{line.status}</Cd>"
    batch = f"<Btch><PmtInfId>{line.group}</PmtInfId></Btch>" if line.group else ""
    inner = batch + "".join(_details(version, line, it) for it in line.payments)
    return (
        f"<Ntry>{amount(line.total)}<CdtDbtInd>{_sign(line)}</CdtDbtInd><Sts>{status}</Sts>"
        f"<BookgDt><Dt>2025-08-06</Dt></BookgDt><ValDt><Dt>2025-08-07</Dt></ValDt><AcctSvcrRef>{name}</AcctSvcrRef>"
        f"{_kind(line)}<NtryDtls>{inner}</NtryDtls><AddtlNtryInf>Buchung</AddtlNtryInf></Ntry>"
    )


def _sign(line: Line) -> str:
    return "DBIT" if line.debit else "CRDT"


def _kind(line: Line) -> str:
    family, sub = ("RCDT", "RRTN") if line.reason else ("ICDT", "ESCT") if line.debit else ("RCDT", "ESCT")
    return (
        f"<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>{family}</Cd><SubFmlyCd>{sub}</SubFmlyCd></Fmly></Domn>"
        "<Prtry><Cd>NTRF+116</Cd><Issr>DK</Issr></Prtry></BkTxCd>"
    )


def _details(version: int, line: Line, it: Paid) -> str:
    told = amount(it.cents)
    own = f"{told}<CdtDbtInd>{_sign(line)}</CdtDbtInd>" if version >= 3 else ""
    return (
        f"<TxDtls><Refs><AcctSvcrRef>B-1</AcctSvcrRef><EndToEndId>{it.reference or 'NOTPROVIDED'}</EndToEndId></Refs>"
        f"{own}<AmtDtls><TxAmt>{told}</TxAmt></AmtDtls>{_charges(version, it)}{_parties(version)}"
        f"{f'<RmtInf><Ustrd>{it.text}</Ustrd></RmtInf>' if it.text else ''}{_returned(line)}</TxDtls>"
    )


def _charges(version: int, it: Paid) -> str:
    if not it.charges:
        return ""
    kept = f"{amount(it.charges)}<CdtDbtInd>DBIT</CdtDbtInd>"
    return f"<Chrgs>{kept}</Chrgs>" if version == 2 else f"<Chrgs><Rcrd>{kept}</Rcrd></Chrgs>"


def _parties(version: int) -> str:
    name, bic = "<Nm>Stadt Stadtilm</Nm>", "BIC" if version == 2 else "BICFI"
    party = f"<Pty>{name}</Pty>" if version >= 7 else name
    return (
        f"<RltdPties><Cdtr>{party}</Cdtr><CdtrAcct><Id><IBAN>DE02120300000000202051</IBAN></Id></CdtrAcct></RltdPties>"
        f"<RltdAgts><CdtrAgt><FinInstnId><{bic}>BYLADEM1001</{bic}></FinInstnId></CdtrAgt></RltdAgts>"
    )


def _returned(line: Line) -> str:
    if not line.reason:
        return ""
    kind = "<Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn>"
    return f"<RtrInf><OrgnlBkTxCd>{kind}</OrgnlBkTxCd><Rsn><Cd>{line.reason}</Cd></Rsn></RtrInf>"
