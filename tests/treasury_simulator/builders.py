"""Order files as a Fachverfahren would send them, and the answers of the simulated treasury as plain tuples."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue] - compiled, without types

ROOT = Path(__file__).parents[2]
DEBTOR = "DE02500105170137075030"
CREDITOR = "DE02120300000000202051"
OTHER_CREDITOR = "DE02300209000106531065"


@dataclass(frozen=True)
class Transfer:
    reference: str
    amount: str = "19200.00"
    iban: str = CREDITOR
    name: str = "Stadt Erfurt"
    text: str = "EG-2026-00001 Mittelabruf 1"


def pain_001(
    *transfers: Transfer,
    message_id: str = "FS20260302A",
    debtor: str = DEBTOR,
    batch_booking: str = "true",
    count: int | None = None,
    total: str | None = None,
    batch_count: int | None = None,
    batch_total: str | None = None,
) -> bytes:
    """A right file with one PmtInf, unless counts and sums are given."""
    transfers = transfers or (Transfer("TH26AAAA0001"),)
    true_count, true_total = len(transfers), sum(Decimal(transfer.amount) for transfer in transfers)
    body = "".join(
        f"<CdtTrfTxInf><PmtId><InstrId>I-{t.reference}</InstrId><EndToEndId>{t.reference}</EndToEndId></PmtId>"
        f'<Amt><InstdAmt Ccy="EUR">{t.amount}</InstdAmt></Amt><Cdtr><Nm>{t.name}</Nm></Cdtr>'
        f"<CdtrAcct><Id><IBAN>{t.iban}</IBAN></Id></CdtrAcct><Purp><Cd>GOVT</Cd></Purp>"
        f"<RmtInf><Ustrd>{t.text}</Ustrd></RmtInf></CdtTrfTxInf>"
        for t in transfers
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09">'
        f"<CstmrCdtTrfInitn><GrpHdr><MsgId>{message_id}</MsgId><CreDtTm>2026-03-02T09:00:00Z</CreDtTm>"
        f"<NbOfTxs>{true_count if count is None else count}</NbOfTxs><CtrlSum>{total or true_total}</CtrlSum>"
        "<InitgPty><Nm>Freistaat Thüringen</Nm></InitgPty></GrpHdr>"
        f"<PmtInf><PmtInfId>{message_id}-1</PmtInfId><PmtMtd>TRF</PmtMtd><BtchBookg>{batch_booking}</BtchBookg>"
        f"<NbOfTxs>{true_count if batch_count is None else batch_count}</NbOfTxs>"
        f"<CtrlSum>{batch_total or true_total}</CtrlSum><ReqdExctnDt><Dt>2026-03-04</Dt></ReqdExctnDt>"
        f"<Dbtr><Nm>Freistaat Thüringen</Nm></Dbtr><DbtrAcct><Id><IBAN>{debtor}</IBAN></Id></DbtrAcct>"
        "<DbtrAgt><FinInstnId><Othr><Id>NOTPROVIDED</Id></Othr></FinInstnId></DbtrAgt><ChrgBr>SLEV</ChrgBr>"
        f"{body}</PmtInf></CstmrCdtTrfInitn></Document>"
    ).encode()


def camt_055(*transfers: Transfer, reason: str = "<Cd>DUPL</Cd>") -> bytes:
    """A request to cancel these payments of the right file."""
    wanted = "".join(
        f"<TxInf><OrgnlEndToEndId>{it.reference}</OrgnlEndToEndId><CxlRsnInf><Rsn>{reason}</Rsn></CxlRsnInf></TxInf>"
        for it in transfers
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.055.001.05">'
        "<CstmrPmtCxlReq><Assgnmt><Id>R20260302</Id><Assgnr><Pty><Nm>Freistaat</Nm></Pty></Assgnr>"
        "<Assgne><Agt><FinInstnId><Nm>Kasse</Nm></FinInstnId></Agt></Assgne><CreDtTm>2026-03-02T10:00:00Z</CreDtTm>"
        "</Assgnmt><Undrlyg><OrgnlPmtInfAndCxl><OrgnlPmtInfId>FS20260302A-1</OrgnlPmtInfId><OrgnlGrpInf>"
        "<OrgnlMsgId>FS20260302A</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId></OrgnlGrpInf>"
        f"{wanted}</OrgnlPmtInfAndCxl></Undrlyg></CstmrPmtCxlReq></Document>"
    ).encode()


class Counter:
    """The Schalter of the treasury: a directory, and the program started on it as its users start it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "to-treasury").mkdir(parents=True)

    def send(self, content: bytes, name: str = "orders.xml") -> None:
        (self.root / "to-treasury" / name).write_bytes(content)

    def run(self, dies_at: str = "") -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "TREASURY_SIMULATOR_DIES_AT": dies_at}
        command = [sys.executable, "-m", "deploy.treasury_simulator", str(self.root), "--once"]
        return subprocess.run(
            command, check=False, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
        )

    def answers(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in sorted((self.root / "from-treasury").glob("*.xml"))}

    def book(self) -> dict[str, Any]:
        command = [sys.executable, "-m", "deploy.treasury_simulator", str(self.root), "--book"]
        return json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=60).stdout)


def found(content: bytes, path: str) -> list[str]:
    """The texts at an element path anywhere in a message, namespaces aside: `StsRsnInf/Rsn/Cd`."""
    steps = "/".join(f"*[local-name()='{name}']" for name in path.split("/"))
    return [element.text for element in etree.fromstring(content).xpath(f"//{steps}")]
