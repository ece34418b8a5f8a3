"""Verwendungsnachweis in Worten: the timeline, the table of the page, the steps and their forms."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import BaseModel

from services.review import proof as p
from services.review.pages.form_fields import Form, FormField, area, chosen, hidden, line, money
from services.review.proof import HandedIn, Kind, Proof
from services.review.proof_sample import CHANCE, FINDINGS, SHARE, SPECIAL, ProofDrawn, ProofSampleBegun
from services.review.words import Words
from shared.money import euros

KINDS: Mapping[Kind, str] = {
    Kind.INTERIM: "Zwischennachweis",
    Kind.FINAL: "Verwendungsnachweis",
    Kind.CONFIRMATION: "Verwendungsbestätigung",
}
BECAUSE: Mapping[str, str] = {
    CHANCE: "Los",
    SHARE: "Mindestanteil der Stichprobe",
    FINDINGS: "Hinweise der ersten Prüfung",
    SPECIAL: "besonderer Anlass",
}
YES_NO = {"true": "ja", "false": "nein"}


class SpentTold(BaseModel):
    """A line of a proof: what was spent, by how many vouchers, and what was recognised; None until it was checked."""

    line: int
    spent_cents: int
    vouchers: int
    recognised_cents: int | None
    reason: str


class ProofTold(BaseModel):
    """A proof as it was handed in and how far its check is; `outcome` is empty until it is decided."""

    proof: str
    kind: str
    kind_title: str
    submitted_on: date
    lines: list[SpentTold]
    covering_cents: int
    report: str
    checked_on: date | None
    findings: str
    selected: bool
    selected_because: list[str]
    in_depth_on: date | None
    final_cents: int | None
    paid_cents: int
    overpaid_cents: int | None
    signed_by: str
    outcome: str
    told: str


def told_proofs(proof: Proof) -> list[ProofTold]:
    """The proofs of a case, the newest first."""
    return [_told(it, proof) for it in reversed(proof.handed_in)]


def _told(it: HandedIn, proof: Proof) -> ProofTold:
    checked, settled = it.checked, it.settled
    final_cents = None if checked is None or it.is_interim else checked.final_cents
    return ProofTold(
        proof=it.proof, kind=it.received.kind, kind_title=KINDS[it.received.kind], submitted_on=it.received.submitted_on,
        lines=_lines(it), covering_cents=it.received.covering_cents, report=it.received.report,
        checked_on=it.first.checked_on if it.first else None, findings=checked.findings if checked else "",
        selected=bool(it.first and it.first.drawn.selected),
        selected_because=[BECAUSE[one] for one in it.first.drawn.because] if it.first else [],
        in_depth_on=it.in_depth.checked_on if it.in_depth else None, final_cents=final_cents,
        paid_cents=proof.paid_cents,
        overpaid_cents=None if final_cents is None else max(0, proof.paid_cents - final_cents),
        signed_by=it.signed.signed_by if it.signed else "", outcome=_outcome(settled),
        told=settled.reasons if isinstance(settled, p.ProofSentBack) else settled.note if settled else "",
    )  # fmt: skip


def _lines(it: HandedIn) -> list[SpentTold]:
    found = {one.line: one for one in it.checked.recognised} if it.checked else {}
    return [
        SpentTold(
            line=one.line, spent_cents=one.cents, vouchers=len(one.vouchers),
            recognised_cents=found[one.line].cents if one.line in found else None,
            reason=found[one.line].reason if one.line in found else "",
        )
        for one in it.received.lines
    ]  # fmt: skip


def _outcome(it: p.Settled | None) -> str:
    match it:
        case None:
            return ""
        case p.ProofSentBack():
            return "sent-back"
        case p.ProofAccepted():
            return "accepted"
        case p.InterimProofAccepted():
            return "interim-accepted"


def proof_tables(its: Sequence[ProofTold]) -> list[dict[str, Any]]:
    """The proofs on the case's page."""
    columns = [
        {"key": "line", "title": "Position"},
        {"key": "vouchers", "title": "Belege"},
        {"key": "spent", "title": "ausgegeben", "kind": "money"},
        {"key": "recognised", "title": "anerkannt", "kind": "money"},
        {"key": "reason", "title": "Grund"},
    ]
    return [
        {
            "caption": _caption(it),
            "columns": columns,
            "rows": [
                {
                    "line": f"Nr. {one.line}", "vouchers": str(one.vouchers), "spent": one.spent_cents,
                    "recognised": one.recognised_cents, "reason": one.reason,
                }
                for one in it.lines
            ],
            "footer": {
                "line": "Summe", "spent": sum(one.spent_cents for one in it.lines),
                "recognised": sum(one.recognised_cents or 0 for one in it.lines) if it.checked_on else None,
            },
        }
        for it in its
    ]  # fmt: skip


def _caption(it: ProofTold) -> str:
    final = f", Zuwendung danach {euros(it.final_cents)}" if it.final_cents is not None else ""
    over = f", überzahlt {euros(it.overpaid_cents)}" if it.overpaid_cents else ""
    return f"{it.kind_title} vom {it.submitted_on:%d.%m.%Y}{final}{over}"


def tell_of_proof(it: object) -> Words | None:
    """What the timeline says of proofs of use; None when it is none of these."""
    match it:
        case p.PaymentNoted():
            return Words(title="Auszahlung vermerkt", why=f"{euros(it.cents)}; ihre Verwendung ist nachzuweisen.")
        case p.ProofExpected():
            if it.due_on is None:
                return Words(title="Kein Nachweis mehr erwartet", why="Von der Bewilligung besteht nichts mehr.")
            return Words(title="Verwendungsnachweis erwartet", why=f"vorzulegen bis {it.due_on:%d.%m.%Y}")
        case p.ProofReminded():
            why = f"Fällig war er am {it.due_on:%d.%m.%Y}; Nachfrist bis {it.deadline.ends_on:%d.%m.%Y}."
            return Words(title="An den Verwendungsnachweis erinnert", tone="warning", why=why)
        case p.ProofOverdue():
            why = f"Fällig war er am {it.due_on:%d.%m.%Y}; bis er vorliegt, wird nichts ausgezahlt."
            return Words(title="Verwendungsnachweis überfällig", tone="danger", why=why)
        case p.ProofCheckOverdue():
            why = f"Zu prüfen war er bis {it.due_on:%d.%m.%Y} (erste Prüfung)."
            return Words(title="Prüfung des Nachweises überfällig", tone="warning", why=why)
        case p.InterimProofExpected():
            why = f"für {it.year}, vorzulegen bis {it.deadline.ends_on:%d.%m.%Y}"
            return Words(title="Zwischennachweis erwartet", why=why)
        case p.InterimProofOverdue():
            why = f"Für {it.year} war er am {it.due_on:%d.%m.%Y} fällig."
            return Words(title="Zwischennachweis überfällig", tone="warning", why=why)
        case p.PaymentsReleased():
            return Words(title="Zahlungssperre endet", tone="success", why="Der überfällige Nachweis liegt vor.")
        case p.ProofReceived():
            spent = sum(one.cents for one in it.lines)
            return Words(
                title=f"{KINDS[it.kind]} eingegangen", tone="info", why=f"Ausgegeben {euros(spent)}. {it.report}"
            )
        case p.ProofChecked():
            drawn = ", ".join(BECAUSE[one] for one in it.drawn.because)
            sample = f" Vertieft zu prüfen: {drawn}." if it.drawn.selected else ""
            why = f"Anerkannt {euros(it.recognised_cents)}.{sample} {it.findings}".strip()
            good = it.complete and it.plausible and it.purpose_reached
            return Words(title="Nachweis geprüft", tone="info" if good else "warning", why=why)
        case p.ProofCheckedInDepth():
            why = f"Anerkannt {euros(it.recognised_cents)}. {it.findings}"
            return Words(title="Nachweis vertieft geprüft", tone="info", why=why)
        case p.ProofResultSigned():
            why = f"Zuwendung {euros(it.final_cents)}; das weicht von der Bewilligung ab, eine zweite Person zeichnet."
            return Words(title="Ergebnis der Prüfung gezeichnet", tone="info", why=why)
        case p.ProofAccepted():
            over = f", überzahlt {euros(it.overpaid_cents)}" if it.overpaid_cents else ""
            tone = "warning" if it.overpaid_cents else "success"
            return Words(
                title="Nachweis anerkannt", tone=tone, why=f"Zuwendung {euros(it.final_cents)}{over}. {it.note}"
            )
        case p.InterimProofAccepted():
            return Words(title="Zwischennachweis anerkannt", tone="success", why=it.note)
        case p.ProofSentBack():
            return Words(title="Nachweis zurückgegeben", tone="warning", why=it.reasons)
        case ProofDrawn():
            drawn = ", ".join(BECAUSE[one] for one in it.because)
            return Words(title="Stichprobe gezogen", why=f"ausgewählt: {drawn}" if it.selected else "nicht ausgewählt")
        case ProofSampleBegun():
            return Words(title="Stichprobe des Jahres begonnen", why="Der Startwert der Auslosung ist festgehalten.")
        case _:
            return None


# ---- Steps and forms ------------------------------------------------------------------------------------------------

STEPS = (p.CHECK, p.CHECK_IN_DEPTH, p.ACCEPT, p.ACCEPT_INTERIM, p.SEND_BACK)


def steps_of_proof(proof: Proof) -> Sequence[str]:
    """What can be done with the proof that waits, the next step first."""
    it = proof.waiting
    if it is None:
        return ()
    if it.first is None:
        return (p.CHECK, p.SEND_BACK)
    if it.waits_for_in_depth:
        return (p.CHECK_IN_DEPTH, p.SEND_BACK)
    if not (it.first.complete and it.first.plausible):
        return (p.SEND_BACK,)
    return (p.ACCEPT_INTERIM if it.is_interim else p.ACCEPT, p.SEND_BACK)


def form_of_proof(name: str, proof: Proof) -> Form | None:
    """The form of one of these steps; None when it is none."""
    it = proof.waiting
    if name not in STEPS or it is None:
        return None
    which = hidden("proof", it.proof)
    match name:
        case p.CHECK:
            judged = [
                chosen("complete", "Vollständig?", YES_NO, "true"),
                chosen("plausible", "Plausibel?", YES_NO, "true"),
                chosen("purpose_reached", "Zweck erreicht?", YES_NO, "true"),
                area("findings", "Feststellungen", required=False),
                chosen("special_reason", "Besonderer Anlass für die vertiefte Prüfung?", YES_NO, "false"),
            ]
            text = "Mit der ersten Prüfung wird zugleich die Stichprobe gezogen."
            return Form(fields=[which, *_of_lines(it), *judged], submit="Prüfung abschließen", text=text)
        case p.CHECK_IN_DEPTH:
            fields = [which, *_of_lines(it), area("findings", "Feststellungen anhand der Belege")]
            return Form(fields=fields, submit="Vertiefte Prüfung abschließen")
        case p.ACCEPT:
            final = f"Von der Zuwendung bleiben {euros(it.checked.final_cents)}. " if it.checked else ""
            consequence = f"{final}Mit der Anerkennung steht das fest; die Kommune erfährt es."
            fields = [which, area("note", "Schlussvermerk")]
            return Form(fields=fields, submit="Anerkennen", consequence=consequence)
        case p.ACCEPT_INTERIM:
            return Form(fields=[which, area("note", "Vermerk")], submit="Zwischennachweis anerkennen")
        case _:
            text = "Die Kommune liest die Gründe und reicht einen neuen Nachweis ein."
            return Form(fields=[which, area("reasons", "Gründe")], submit="Zurückgeben", text=text)


def _of_lines(it: HandedIn) -> Sequence[FormField]:
    known = {one.line: one for one in it.checked.recognised} if it.checked else {}
    fields: list[FormField] = []
    for row, one in enumerate(it.received.lines):
        found = known.get(one.line)
        label = f"Position {one.line}: anerkannt von {euros(one.cents)}"
        fields += [
            hidden(f"lines.{row}.line", one.line),
            money(f"lines.{row}.cents", label, found.cents if found else one.cents, required=True),
            line(
                f"lines.{row}.reason",
                f"Position {one.line}: Grund der Kürzung",
                required=False,
                value=found.reason if found else "",
            ),
        ]
    return fields
