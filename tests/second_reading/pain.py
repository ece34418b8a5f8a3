"""pain.001.001.09 as a German payment system and this house's own agreement want it."""

from datetime import datetime

from tests.second_reading import values
from tests.second_reading.told import Told
from tests.second_reading.tree import Element, Texts, names, parsed, shaped

SPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
SHAPE = {
    "Document": "CstmrCdtTrfInitn",
    "CstmrCdtTrfInitn": "GrpHdr PmtInf+",
    "GrpHdr": "MsgId CreDtTm NbOfTxs CtrlSum InitgPty",
    "InitgPty": "Nm",
    "PmtInf": "PmtInfId PmtMtd BtchBookg NbOfTxs CtrlSum PmtTpInf ReqdExctnDt Dbtr DbtrAcct DbtrAgt ChrgBr CdtTrfTxInf+",
    "PmtTpInf": "SvcLvl",
    "SvcLvl": "Cd",
    "ReqdExctnDt": "Dt",
    "Dbtr": "Nm",
    "DbtrAcct": "Id",
    "CdtrAcct": "Id",
    "/Document/CstmrCdtTrfInitn/PmtInf/DbtrAcct/Id": "IBAN",
    "/Document/CstmrCdtTrfInitn/PmtInf/CdtTrfTxInf/CdtrAcct/Id": "IBAN",
    "DbtrAgt": "FinInstnId",
    "FinInstnId": "Othr",
    "Othr": "Id",
    "CdtTrfTxInf": "PmtId Amt Cdtr CdtrAcct Purp RmtInf",
    "PmtId": "EndToEndId",
    "Amt": "InstdAmt",
    "Cdtr": "Nm",
    "Purp": "Cd",
    "RmtInf": "Ustrd",
}
_MOST = 20_000
_text = Texts(SPACE)


def read(raw: bytes, *, native: bool, single: frozenset[str] | None) -> list[str]:
    told = Told()
    root = parsed(raw, told)
    if root is None:
        return told.found
    told.unless(root.tag == f"{{{SPACE}}}Document", "structure", "root")
    shaped(root, SPACE, SHAPE, told)
    every = set(names(root, SPACE))
    told.unless(not every & {"PstlAdr", "AdrLine", "CtryOfRes"}, "no-address")
    told.unless(not every & {"BIC", "BICFI", "AnyBIC", "CdtrAgt", "ClrSysMmbId"}, "no-bic")
    groups = _text.all(root, "CstmrCdtTrfInitn/PmtInf")
    transfers = [it for group in groups for it in _text.all(group, "CdtTrfTxInf")]
    header = root.find(f"{{{SPACE}}}CstmrCdtTrfInitn/{{{SPACE}}}GrpHdr")
    if header is None:
        return told.found
    made = values.instant(_text.one(header, "CreDtTm"))
    told.unless(made is not None, "instant")
    told.unless(values.is_identifier(_text.one(header, "MsgId")), "identifier", "MsgId")
    told.unless(values.is_name(_text.one(header, "InitgPty/Nm"), native=native), "name", "InitgPty")
    told.unless(0 < len(transfers) <= _MOST, "size")
    _sums(header, transfers, told, "file")
    ids = [_text.one(it, "PmtInfId") for it in groups]
    told.unless(len(set(ids)) == len(ids), "group-id-once")
    references = [_text.one(it, "PmtId/EndToEndId") for it in transfers]
    told.unless(len(set(references)) == len(references), "reference-once")
    for group in groups:
        _group(group, made, told, native=native, single=single)
    return told.found


def _group(group: Element, made: datetime | None, told: Told, *, native: bool, single: frozenset[str] | None) -> None:
    name = _text.one(group, "PmtInfId")
    transfers = _text.all(group, "CdtTrfTxInf")
    told.unless(values.is_identifier(name), "identifier", "PmtInfId")
    told.unless(_text.one(group, "PmtMtd") == "TRF", "method", name)
    booked = _text.one(group, "BtchBookg")
    told.unless(booked in ("true", "false"), "batch-booking", name)
    told.unless(single is None or booked == ("false" if name in single else "true"), "batch-booking", name)
    _sums(group, transfers, told, name)
    told.unless(_text.one(group, "PmtTpInf/SvcLvl/Cd") == "SEPA", "service-level", name)
    told.unless(values.is_execution_day(_text.one(group, "ReqdExctnDt/Dt"), made), "execution-day", name)
    told.unless(values.is_name(_text.one(group, "Dbtr/Nm"), native=native), "name", "Dbtr")
    told.unless(values.is_iban(_text.one(group, "DbtrAcct/Id/IBAN")), "iban", "Dbtr")
    told.unless(_text.one(group, "DbtrAgt/FinInstnId/Othr/Id") == "NOTPROVIDED", "agent", name)
    told.unless(_text.one(group, "ChrgBr") == "SLEV", "charges", name)
    for it in transfers:
        _transfer(it, told, native=native)


def _transfer(it: Element, told: Told, *, native: bool) -> None:
    reference = _text.one(it, "PmtId/EndToEndId")
    told.unless(values.is_reference(reference), "reference", reference)
    [amount] = _text.all(it, "Amt/InstdAmt") or [it]
    told.unless(amount.get("Ccy") == "EUR" and values.cents(amount.text) > 0, "amount", reference)
    told.unless(values.is_name(_text.one(it, "Cdtr/Nm"), native=native), "name", reference)
    iban = _text.one(it, "CdtrAcct/Id/IBAN")
    told.unless(values.is_iban(iban), "iban", reference)
    told.unless(values.in_eea(iban), "payee-country", reference)
    told.unless(_text.one(it, "Purp/Cd") == "GOVT", "purpose", reference)
    told.unless(values.is_text(_text.one(it, "RmtInf/Ustrd"), 140, native=native), "text", reference)


def _sums(holder: Element, transfers: list[Element], told: Told, where: str) -> None:
    told.unless(values.count(_text.one(holder, "NbOfTxs")) == len(transfers), "count", where)
    total = sum(values.cents(_text.one(it, "Amt/InstdAmt")) for it in transfers)
    told.unless(values.sum_cents(_text.one(holder, "CtrlSum")) == total, "sum", where)
