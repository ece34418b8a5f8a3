"""Files as a treasury writes them: pain.002.001.10, camt.052/053/054.001.08 and camt.029.001.06, for the reader's tests."""

PAIN_002 = "urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"
CAMT_054 = "urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"
CAMT_053 = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
CAMT_029 = "urn:iso:std:iso:20022:tech:xsd:camt.029.001.06"

ACCOUNT = "DE65820000000082001589"
"""The treasury's, in all of these."""


def reason(code: str) -> str:
    return f"<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn></StsRsnInf>" if code else ""


def transaction(reference: str, status: str, code: str = "") -> str:
    return f"<TxInfAndSts><OrgnlEndToEndId>{reference}</OrgnlEndToEndId><TxSts>{status}</TxSts>{reason(code)}</TxInfAndSts>"


def information(group: str, *transactions: str, status: str = "", code: str = "") -> str:
    own = f"<PmtInfSts>{status}</PmtInfSts>{reason(code)}" if status else ""
    return f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{group}</OrgnlPmtInfId>{own}{''.join(transactions)}</OrgnlPmtInfAndSts>"


def pain_002(*information: str, batch: str = "B-1", status: str = "", code: str = "", sums: bool = False) -> bytes:
    own = f"<GrpSts>{status}</GrpSts>{reason(code)}" if status else ""
    counted = "<OrgnlNbOfTxs>2</OrgnlNbOfTxs><OrgnlCtrlSum>30000.00</OrgnlCtrlSum>" if sums else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="{PAIN_002}"><CstmrPmtStsRpt>'
        "<GrpHdr><MsgId>S-1</MsgId><CreDtTm>2025-08-04T12:00:00Z</CreDtTm></GrpHdr>"
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>{batch}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>{counted}{own}"
        f"</OrgnlGrpInfAndSts>{''.join(information)}</CstmrPmtStsRpt></Document>"
    ).encode()


def details(reference: str, amount: str = "", group: str = "") -> str:
    own = f"<PmtInfId>{group}</PmtInfId>" if group else ""
    cents = f'<Amt Ccy="EUR">{amount}</Amt>' if amount else ""
    return f"<TxDtls><Refs>{own}<EndToEndId>{reference}</EndToEndId></Refs>{cents}</TxDtls>"


def entry(
    amount: str,
    *details: str,
    group: str = "",
    direction: str = "DBIT",
    status: str = "BOOK",
    servicer: str = "K-1",
    booked: str = "<Dt>2025-08-06</Dt>",
    currency: str = "EUR",
) -> str:
    batch = f"<Btch><PmtInfId>{group}</PmtInfId></Btch>" if group else ""
    own = f"<AcctSvcrRef>{servicer}</AcctSvcrRef>" if servicer else ""
    inner = f"<NtryDtls>{batch}{''.join(details)}</NtryDtls>" if batch or details else ""
    return (
        f'<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd><Sts><Cd>{status}</Cd></Sts>'
        f"<BookgDt>{booked}</BookgDt>{own}<BkTxCd/>{inner}</Ntry>"
    )


def camt_054(*entries: str) -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="{CAMT_054}"><BkToCstmrDbtCdtNtfctn>'
        "<GrpHdr><MsgId>C-1</MsgId><CreDtTm>2025-08-06T12:00:00Z</CreDtTm></GrpHdr>"
        f"<Ntfctn><Id>N-1</Id><Acct><Id><IBAN>{ACCOUNT}</IBAN></Id></Acct>"
        f"{''.join(entries)}</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>"
    ).encode()


def interim(*entries: str) -> bytes:
    """A report during the day (camt.052), with the lines of a notification."""
    raw = camt_054(*entries).replace(b"camt.054", b"camt.052").replace(b"BkToCstmrDbtCdtNtfctn", b"BkToCstmrAcctRpt")
    return raw.replace(b"Ntfctn>", b"Rpt>")


def balance(code: str, amount: str, on: str, direction: str = "CRDT") -> str:
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{amount}</Amt>'
        f"<CdtDbtInd>{direction}</CdtDbtInd><Dt><Dt>{on}</Dt></Dt></Bal>"
    )


def camt_053(
    *entries: str,
    message: str = "M-1",
    number: int = 7,
    opening: str = "",
    closing: str = "",
    summary: str = "",
    on: str = "2025-08-06",
) -> bytes:
    """One statement of the account; balances and sums only if given."""
    balances = (balance("OPBD", opening, on) if opening else "") + (balance("CLBD", closing, on) if closing else "")
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="{CAMT_053}"><BkToCstmrStmt>'
        f"<GrpHdr><MsgId>{message}</MsgId><CreDtTm>{on}T20:00:00Z</CreDtTm></GrpHdr>"
        f"<Stmt><Id>S-{message}</Id><ElctrncSeqNb>{number}</ElctrncSeqNb><CreDtTm>{on}T20:00:00Z</CreDtTm>"
        f"<Acct><Id><IBAN>{ACCOUNT}</IBAN></Id></Acct>{balances}{summary}"
        f"{''.join(entries)}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def came_back(amount: str, reference: str, *, code: str = "AC04", servicer: str = "K-R1", charges: str = "") -> str:
    """A credit by which a payment comes back."""
    kept = f'<Chrgs><Rcrd><Amt Ccy="EUR">{charges}</Amt></Rcrd></Chrgs>' if charges else ""
    return (
        f'<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
        f"<BookgDt><Dt>2025-08-08</Dt></BookgDt><AcctSvcrRef>{servicer}</AcctSvcrRef>"
        "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>RRTN</SubFmlyCd></Fmly></Domn></BkTxCd>"
        f'<NtryDtls><TxDtls><Refs><EndToEndId>{reference}</EndToEndId></Refs><Amt Ccy="EUR">{amount}</Amt>'
        f"<CdtDbtInd>CRDT</CdtDbtInd>{kept}<RtrInf><Rsn><Cd>{code}</Cd></Rsn></RtrInf></TxDtls></NtryDtls></Ntry>"
    )


def camt_029(batch: str, *transactions: tuple[str, str, str]) -> bytes:
    """Answers to a request to cancel: reference, status, reason."""
    answers = "".join(
        f"<TxInfAndSts><OrgnlEndToEndId>{reference}</OrgnlEndToEndId><TxCxlSts>{status}</TxCxlSts>"
        f"<CxlStsRsnInf><Rsn><Cd>{code}</Cd></Rsn></CxlStsRsnInf></TxInfAndSts>"
        for reference, status, code in transactions
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="{CAMT_029}"><RsltnOfInvstgtn>'
        "<Assgnmt><Id>R-1</Id><Assgnr><Agt><FinInstnId><Nm>Landeshauptkasse</Nm></FinInstnId></Agt></Assgnr>"
        "<Assgne><Pty><Nm>Freistaat</Nm></Pty></Assgne><CreDtTm>2025-08-06T12:00:00Z</CreDtTm></Assgnmt>"
        "<Sts><Conf>RJCR</Conf></Sts><CxlDtls>"
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>{batch}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId></OrgnlGrpInfAndSts>"
        f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{batch}-01</OrgnlPmtInfId>{answers}</OrgnlPmtInfAndSts>"
        "</CxlDtls></RsltnOfInvstgtn></Document>"
    ).encode()
