"""Files as a treasury writes them: pain.002.001.10 and camt.054.001.08, for the reader's tests."""

PAIN_002 = "urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"
CAMT_054 = "urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"


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
        "<Ntfctn><Id>N-1</Id><Acct><Id><IBAN>DE75512108001245126199</IBAN></Id></Acct>"
        f"{''.join(entries)}</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>"
    ).encode()
