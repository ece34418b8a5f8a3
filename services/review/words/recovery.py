"""Rückforderung in words: the timeline, the table on the case's page, and the forms of its acts."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from pydantic import BaseModel

from services.review import recovery as r
from services.review.pages.form_fields import Form, FormField, area, chosen, line, money
from services.review.recovery import ClaimKind, Recovery, RepaymentDemanded
from services.review.words import Words
from shared.money import euros

KINDS = {
    ClaimKind.EXCESS: "Erstattung (§ 49a Abs. 1 VwVfG)",
    ClaimKind.LATE_USE: "Zwischenzinsen (§ 49a Abs. 4 VwVfG)",
    ClaimKind.OVERPAYMENT: "Überzahlung (öffentlich-rechtlicher Erstattungsanspruch)",
}
OUTCOMES = {"paid": "gezahlt", "remitted": "ganz oder teilweise erlassen"}
ACTIONS = (r.PROPOSE, r.DEMAND, r.DROP)


class RepaymentTold(BaseModel):
    """One demand for money: what it asks for, under which reference, and what came in on it so far."""

    number: int
    claim: str
    kind: str
    cents: int
    interest_cents: int
    interest_from_on: date | None
    waived_because: str
    reference: str
    due_on: date | None
    demanded_on: date | None
    received_cents: int
    received_interest_cents: int
    outcome: str
    proof: str = ""
    awaits_service: bool = False


class FindingTold(BaseModel):
    """What payout found and a demand can rest on, by the name with which it is proposed: money that was paid twice, or used too late."""

    found: str
    kind: str
    cents: int
    from_on: date
    until_on: date | None


def told_findings(known: Recovery) -> list[FindingTold]:
    """What of it is not demanded yet, oldest first."""
    late = {it.drawdown: None for it in known.unspent}
    return [
        *(
            FindingTold(
                found=name_of(ClaimKind.OVERPAYMENT, it.payment), kind=ClaimKind.OVERPAYMENT, cents=left,
                from_on=it.paid_on, until_on=None,
            )
            for it in known.overpaid
            if (left := known.reclaimable_cents(it.payment)) > 0
        ),
        *(told for drawdown in late if (told := _late(known, drawdown))),
    ]  # fmt: skip


def _late(known: Recovery, drawdown: str) -> FindingTold | None:
    try:
        found = r.late_balances(known, drawdown)
    except r.LateUseDemanded:
        return None
    return FindingTold(
        found=name_of(ClaimKind.LATE_USE, drawdown), kind=ClaimKind.LATE_USE, cents=sum(it.cents for it in found),
        from_on=min(it.from_on for it in found), until_on=max(it.until_on for it in found),
    )  # fmt: skip


def name_of(kind: ClaimKind, name: str) -> str:
    return f"{kind}/{name}"


def findings_table(its: Sequence[FindingTold]) -> dict[str, Any]:
    """What can be demanded because payout found it, on the case's page."""
    columns = [
        {"key": "kind", "title": "Feststellung"},
        {"key": "cents", "title": "Betrag", "kind": "money"},
        {"key": "from_on", "title": "seit", "kind": "date"},
        {"key": "until_on", "title": "bis", "kind": "date"},
    ]
    rows = [
        {"kind": FINDINGS[ClaimKind(it.kind)], "cents": it.cents, "from_on": it.from_on, "until_on": it.until_on}
        for it in its
    ]
    return {"caption": "Feststellungen der Auszahlung", "columns": columns, "rows": rows}


FINDINGS = {
    ClaimKind.OVERPAYMENT: "von der Kasse zweimal gezahlt",
    ClaimKind.LATE_USE: "nicht rechtzeitig verwendet",
}


def told_repayments(known: Recovery) -> list[RepaymentTold]:
    """The case's demands, oldest first, and what is proposed."""
    found = [_told(known, it.proposed, it) for it in known.demanded]
    return [*found, *([_told(known, known.proposal, None)] if known.proposal else [])]


def _told(known: Recovery, it: r.RepaymentProposed, demanded: RepaymentDemanded | None) -> RepaymentTold:
    came = [one for one in known.noted if one.claim == it.claim]
    outcome = next((one.outcome for one in known.settlements if one.claim == it.claim), "")
    return RepaymentTold(
        number=it.number, claim=it.claim, kind=it.kind, cents=it.cents, interest_cents=it.interest_cents,
        interest_from_on=it.interest_from_on, waived_because=it.waived_because,
        reference=demanded.reference if demanded else "", due_on=demanded and known.due_on(demanded),
        demanded_on=demanded and demanded.demanded_on, received_cents=sum(one.cents for one in came),
        received_interest_cents=sum(one.interest_cents for one in came), outcome=outcome,
        proof=it.proof, awaits_service=demanded is not None and known.awaits_service(demanded),
    )  # fmt: skip


def repayments_table(its: Sequence[RepaymentTold]) -> dict[str, Any]:
    """The demands on the case's page."""
    rows = [
        {
            "kind": {"text": KINDS[ClaimKind(it.kind)], "note": it.reference},
            "cents": it.cents + it.interest_cents,
            "due_on": it.due_on,
            "received": it.received_cents + it.received_interest_cents,
            "standing": _standing(it),
        }
        for it in its
    ]
    columns = [
        {"key": "kind", "title": "Forderung"},
        {"key": "cents", "title": "gefordert", "kind": "money"},
        {"key": "due_on", "title": "fällig", "kind": "date"},
        {"key": "received", "title": "eingegangen", "kind": "money"},
        {"key": "standing", "title": "Stand", "kind": "badge"},
    ]
    return {"caption": "Rückforderungen", "columns": columns, "rows": rows}


def _standing(it: RepaymentTold) -> dict[str, str]:
    if it.outcome:
        return {"text": OUTCOMES.get(it.outcome, it.outcome), "tone": "success"}
    if it.awaits_service:
        return {"text": "Bescheid nicht bekannt gegeben", "tone": "neutral"}
    if it.demanded_on:
        return {"text": "offen", "tone": "warning"}
    return {"text": "vorgeschlagen", "tone": "neutral"}


def tell_of_recovery(it: object) -> Words | None:
    """What the timeline says of a recovery; None when it is none of these."""
    match it:
        case r.OverpaymentNoted():
            why = f"{euros(it.cents)} am {it.paid_on:%d.%m.%Y}; zurückzufordern ist, was zweimal gezahlt ist."
            return Words(title="Überzahlung gemeldet", tone="danger", why=why)
        case r.OverpaymentEnded():
            why = "Von den beiden Zahlungen ist eine nicht ausgeführt oder zurückgekommen."
            return Words(title="Überzahlung erledigt", tone="success", why=why)
        case r.UnspentNoted():
            why = f"{euros(it.late_cents)}, zu verwenden bis {it.due_on:%d.%m.%Y}, am {it.noted_on:%d.%m.%Y} noch nicht verwendet."
            return Words(title="Nicht rechtzeitig verwendete Mittel gemeldet", tone="warning", why=why)
        case r.RepaymentProposed():
            return Words(title="Rückforderung vorgeschlagen", tone="warning", why=f"{_amount(it)}: {it.reasons}")
        case r.RepaymentDemanded():
            why = f"{_amount(it.proposed)}, fällig am {it.due_on:%d.%m.%Y}, Kennung {it.reference}"
            return Words(title="Erstattung festgesetzt", tone="danger", why=why)
        case r.DemandDispatched():
            why = f"Zu zahlen bis {it.due_on:%d.%m.%Y}."
            return Words(title="Fälligkeit der Erstattung bestimmt", tone="info", why=why)
        case r.DemandServiceFailed():
            why = "Bis zur erneuten Bekanntgabe ist nichts fällig."
            return Words(title="Erstattung wartet auf ihre Bekanntgabe", tone="warning", why=why)
        case r.RepaymentDropped():
            return Words(title="Rückforderung nicht gefolgt", tone="info", why=it.reason)
        case r.RepaymentNoted():
            why = f"{euros(it.cents)} und Zinsen {euros(it.interest_cents)} am {it.received_on:%d.%m.%Y}"
            return Words(title="Rückzahlung eingegangen", tone="success", why=why)
        case r.ClaimSettlementNoted():
            return Words(title="Forderung erledigt", tone="success", why=OUTCOMES.get(it.outcome, it.outcome))
        case _:
            return None


def _amount(it: r.RepaymentProposed) -> str:
    return f"{KINDS[it.kind]} {euros(it.cents or it.interest_cents)}"


def form_of_recovery(name: str, findings: Sequence[FindingTold] = ()) -> Form | None:
    """The form of one of these steps; None when it is none. What payout found is proposed by its name, with its own amounts and days."""
    match name:
        case r.PROPOSE:
            by_hand: dict[str, str] = {it.found: _found(it) for it in findings} | {"": "keine davon"}
            found: list[FormField] = (
                [chosen("found", "Feststellung der Auszahlung", by_hand, findings[0].found)] if findings else []
            )
            fields: list[FormField] = [
                *found,
                chosen("kind", "Forderung", BY_HAND, ClaimKind.EXCESS),
                money("cents", "Betrag", None, required=not findings),
                area("reasons", "Begründung"),
                line(
                    "waived_because",
                    "Von Zinsen wird abgesehen, weil",
                    required=False,
                    hint="leer: es werden Zinsen erhoben",
                ),
                {
                    "name": "ineffective_on",
                    "label": "Unwirksam seit",
                    "kind": "date",
                    "value": "",
                    "width": "date",
                    "hint": "wenn nach dem anerkannten Nachweis weniger bleibt; von da an laufen Zinsen",
                },
                {"name": "from_on", "label": "Zwischenzinsen ab", "kind": "date", "value": "", "width": "date"},
                {"name": "until_on", "label": "verwendet am", "kind": "date", "value": "", "width": "date"},
            ]
            text = "Gefordert werden kann, was über die Bewilligung hinaus gezahlt ist; Zwischenzinsen für gezahltes Geld, das zu spät verwendet wurde."
            if findings:
                text = (
                    f"{text} Bei einer Feststellung der Auszahlung stehen Betrag und Tage fest. "
                    "Bei einer Überzahlung ist anzugeben, seit wann sie zu verzinsen ist, oder warum von Zinsen abgesehen wird."
                )
            return Form(fields=fields, submit="Rückforderung vorschlagen", text=text)
        case r.DEMAND:
            consequence = (
                "Die Forderung entsteht, das Schreiben wird bereitgestellt, die Auszahlung erwartet den Eingang."
            )
            return Form(fields=[], submit="Erstattung festsetzen", consequence=consequence)
        case r.DROP:
            return Form(fields=[area("reason", "Grund")], submit="Vorschlag nicht folgen")
        case _:
            return None


def _found(it: FindingTold) -> str:
    until = f" bis {it.until_on:%d.%m.%Y}" if it.until_on else ""
    return f"{FINDINGS[ClaimKind(it.kind)]}: {euros(it.cents)}, seit {it.from_on:%d.%m.%Y}{until}"


BY_HAND = {str(it): KINDS[it] for it in (ClaimKind.EXCESS, ClaimKind.LATE_USE)}


def steps_of_recovery(known: Recovery, *, possible: bool) -> Sequence[str]:
    """What can be done of it now; `possible` says whether money was granted at all."""
    if known.proposal:
        return (r.DEMAND, r.DROP)
    return (r.PROPOSE,) if possible else ()
