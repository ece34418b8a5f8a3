"""camt.055.001.05: what was ordered by a pain.001 is asked back."""

from tests.second_reading import values
from tests.second_reading.told import Told
from tests.second_reading.tree import Element, Texts, names, parsed, shaped

SPACE = "urn:iso:std:iso:20022:tech:xsd:camt.055.001.05"
SHAPE = {
    "Document": "CstmrPmtCxlReq",
    "CstmrPmtCxlReq": "Assgnmt Case CtrlData Undrlyg",
    "Assgnmt": "Id Assgnr Assgne CreDtTm",
    "Assgnr": "Pty",
    "Assgne": "Agt",
    "Case": "Id Cretr",
    "Cretr": "Pty",
    "Pty": "Nm",
    "Agt": "FinInstnId",
    "FinInstnId": "Othr",
    "Othr": "Id",
    "CtrlData": "NbOfTxs CtrlSum",
    "Undrlyg": "OrgnlPmtInfAndCxl+",
    "OrgnlPmtInfAndCxl": "OrgnlPmtInfId OrgnlGrpInf TxInf+",
    "OrgnlGrpInf": "OrgnlMsgId OrgnlMsgNmId OrgnlCreDtTm",
    "TxInf": "OrgnlEndToEndId OrgnlInstdAmt OrgnlReqdExctnDt CxlRsnInf",
    "CxlRsnInf": "Rsn",
    "Rsn": "Cd|Prtry",
}
_LISTED = {"DUPL", "AGNT", "CURR", "CUST", "UPAY", "CUTA", "TECH", "FRAD"}
_OTHER = {"AC03", "AM09"}
_text = Texts(SPACE)


def read(raw: bytes, *, native: bool) -> list[str]:
    told = Told()
    root = parsed(raw, told)
    if root is None:
        return told.found
    told.unless(root.tag == f"{{{SPACE}}}Document", "structure", "root")
    shaped(root, SPACE, SHAPE, told)
    every = set(names(root, SPACE))
    told.unless(not every & {"PstlAdr", "AdrLine"}, "no-address")
    told.unless(not every & {"BIC", "BICFI", "AnyBIC"}, "no-bic")
    told.unless(not every & {"IBAN", "Cdtr", "Dbtr", "OrgnlTxRef"}, "original", "a payee or an account")
    [message] = _text.all(root, "CstmrPmtCxlReq") or [root]
    told.unless(values.instant(_text.one(message, "Assgnmt/CreDtTm")) is not None, "instant", "CreDtTm")
    for path in ("Assgnmt/Id", "Case/Id"):
        told.unless(values.is_identifier(_text.one(message, path)), "identifier", path)
    for path in ("Assgnmt/Assgnr/Pty/Nm", "Case/Cretr/Pty/Nm"):
        told.unless(values.is_name(_text.one(message, path), native=native), "name", path)
    told.unless(_text.one(message, "Assgnmt/Assgne/Agt/FinInstnId/Othr/Id") == "NOTPROVIDED", "agent")
    groups = _text.all(message, "Undrlyg/OrgnlPmtInfAndCxl")
    orders = [it for group in groups for it in _text.all(group, "TxInf")]
    told.unless(values.count(_text.one(message, "CtrlData/NbOfTxs")) == len(orders), "count")
    total = sum(values.cents(_text.one(it, "OrgnlInstdAmt")) for it in orders)
    told.unless(values.sum_cents(_text.one(message, "CtrlData/CtrlSum")) == total, "sum")
    told.unless(len({_text.one(it, "OrgnlPmtInfId") for it in groups}) == len(groups), "group-id-once")
    references = [_text.one(it, "OrgnlEndToEndId") for it in orders]
    told.unless(len(set(references)) == len(references), "reference-once")
    told.unless(len({_text.one(it, "OrgnlGrpInf/OrgnlMsgId") for it in groups}) <= 1, "original", "one file")
    for group in groups:
        _original(group, told)
    for it in orders:
        _order(it, told)
    return told.found


def _original(group: Element, told: Told) -> None:
    name = _text.one(group, "OrgnlPmtInfId")
    told.unless(values.is_identifier(name), "identifier", "OrgnlPmtInfId")
    told.unless(values.is_identifier(_text.one(group, "OrgnlGrpInf/OrgnlMsgId")), "identifier", "OrgnlMsgId")
    told.unless(_text.one(group, "OrgnlGrpInf/OrgnlMsgNmId") == "pain.001.001.09", "original", name)
    told.unless(values.instant(_text.one(group, "OrgnlGrpInf/OrgnlCreDtTm")) is not None, "instant", "OrgnlCreDtTm")


def _order(it: Element, told: Told) -> None:
    reference = _text.one(it, "OrgnlEndToEndId")
    told.unless(values.is_reference(reference), "reference", reference)
    [amount] = _text.all(it, "OrgnlInstdAmt") or [it]
    told.unless(amount.get("Ccy") == "EUR" and values.cents(amount.text) > 0, "amount", reference)
    told.unless(values.is_execution_day(_text.one(it, "OrgnlReqdExctnDt"), None), "execution-day", reference)
    code, other = _text.one(it, "CxlRsnInf/Rsn/Cd"), _text.one(it, "CxlRsnInf/Rsn/Prtry")
    told.unless((code in _LISTED and not other) or (other in _OTHER and not code), "reason", reference)
