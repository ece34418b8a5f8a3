"""Which two acts of one person exclude each other, in sentences of its own."""

from collections.abc import Sequence

from deploy.recount.duties.kinds import (
    ACCOUNT,
    ACCOUNT_CONFIRMATION,
    ACCOUNT_PROPOSAL,
    APPROVAL,
    ASSIGNMENT,
    AUDIT,
    AUTHORITY,
    BUDGET,
    CERTIFICATION,
    CLEARING_APPROVAL,
    CLEARING_PROPOSAL,
    CLOSING_NOTE,
    CLOSURE,
    COLLECTION,
    COLLECTION_ORDER,
    CONCESSION,
    CONFLICT,
    EARLY_DECISION,
    EARLY_PROPOSAL,
    ENTRY,
    EXAMINATION,
    EXPERT,
    FULFILMENT,
    HANDLING,
    HOLD,
    INTAKE,
    INTEREST,
    MUNICIPALITY,
    ORDER,
    RECALL_ANSWER,
    RECALL_APPROVAL,
    RECALL_REQUEST,
    RECOVERY,
    RECOVERY_PROPOSAL,
    SEALING,
    TREASURY,
    WAIVER,
    WITHDRAWAL,
)

EXCLUDING: Sequence[tuple[str, set[str], set[str]]] = (
    ("Wer für die Kommune handelt, handelt nicht für die Behörde (§ 20 VwVfG).", MUNICIPALITY, AUTHORITY),
    ("Das Votum gibt nicht, wer den Vorgang bearbeitet.", EXPERT, HANDLING),
    ("Wer entscheidet, hat den Vorgang nicht bearbeitet.", APPROVAL, HANDLING),
    ("Wer entscheidet, hat nicht das Votum abgegeben.", APPROVAL, EXPERT),
    ("Haushalt: wer vorschlägt, merkt nicht vor und bucht nicht (§ 9 LHO).", BUDGET, HANDLING - INTAKE),
    ("Haushalt: wer entscheidet, merkt nicht vor und bucht nicht (§ 9 LHO).", BUDGET, APPROVAL),
    ("Wer den vorzeitigen Beginn vorschlägt, entscheidet ihn nicht.", EARLY_PROPOSAL, EARLY_DECISION),
    ("Wer Geld zurückzufordern vorschlägt, entscheidet es nicht.", RECOVERY_PROPOSAL, RECOVERY),
    (
        "Wer Eingänge bucht, fordert nicht und gibt nichts nach (§§ 59, 77 LHO).",
        COLLECTION,
        RECOVERY_PROPOSAL | RECOVERY | INTEREST | CONCESSION,
    ),
    (
        "Wer zu einer Forderung anordnet, hat sie nicht entschieden oder verändert und bucht nicht (§§ 70, 77 LHO).",
        COLLECTION_ORDER,
        RECOVERY_PROPOSAL | RECOVERY | INTEREST | CONCESSION | COLLECTION,
    ),
    ("Wer zu einer Forderung anordnet, gibt in der Kasse nicht frei (§ 77 LHO).", COLLECTION_ORDER, TREASURY),
    ("Wer Nebenbestimmungen prüft, verzichtet auf keine.", FULFILMENT, WAIVER),
    ("Wer Nebenbestimmungen prüft, ordnet nicht an.", FULFILMENT, ORDER),
    ("Wer feststellt, ordnet nicht an.", CERTIFICATION, ORDER),
    ("Eine Bankverbindung ändern zwei Personen.", ACCOUNT_PROPOSAL, ACCOUNT_CONFIRMATION),
    ("Wer die Bankverbindung ändert, stellt nicht fest und ordnet nicht an.", ACCOUNT, CERTIFICATION | ORDER),
    ("Eine Zahlung rufen zwei Personen zurück.", RECALL_REQUEST, RECALL_APPROVAL),
    ("Einen Klärungsfall klären zwei Personen.", CLEARING_PROPOSAL, CLEARING_APPROVAL),
    ("Wer bewilligt, ordnet nicht an.", APPROVAL, ORDER),
    ("Wer bewilligt, prüft den Nachweis nicht.", APPROVAL, AUDIT),
    ("Wer den Schlussvermerk schreibt, schließt den Vorgang nicht ab.", CLOSING_NOTE, CLOSURE),
    ("Wer anordnet, gibt in der Kasse nicht frei (§ 77 LHO).", ORDER, TREASURY),
    ("Wer feststellt, wirkt an der Anordnung mit (§ 77 LHO).", CERTIFICATION, TREASURY),
    ("Wer den Abruf prüft, wirkt an der Anordnung mit (§ 77 LHO).", EXAMINATION, TREASURY),
    ("Wer das Geld verlangt, gibt es nicht frei.", MUNICIPALITY, TREASURY),
)
BINDING: Sequence[tuple[str, set[str], set[str]]] = (
    (
        "Wer befangen ist, tut in dem Vorgang nichts mehr (§§ 20, 21 VwVfG).",
        CONFLICT,
        AUTHORITY
        | SEALING
        | TREASURY
        | ENTRY
        | ASSIGNMENT
        | ACCOUNT
        | HOLD
        | RECALL_REQUEST
        | RECALL_APPROVAL
        | RECALL_ANSWER,
    ),
    ("Wer zurückgenommen hat, handelt danach nicht für die Behörde.", WITHDRAWAL, AUTHORITY | TREASURY),
    ("Wer für die Kommune handelt, ändert keine Bankverbindung.", MUNICIPALITY | WITHDRAWAL, ACCOUNT),
    ("Wer für die Kommune handelt, setzt keine Zahlungssperre und hebt keine auf.", MUNICIPALITY | WITHDRAWAL, HOLD),
    (
        "Wer für die Kommune handelt, ruft keine Zahlung zurück.",
        MUNICIPALITY | WITHDRAWAL,
        RECALL_REQUEST | RECALL_APPROVAL | RECALL_ANSWER,
    ),
    (
        "Wer einen Rückruf beantragt oder freigibt, vermerkt die Antwort nicht.",
        RECALL_REQUEST | RECALL_APPROVAL,
        RECALL_ANSWER,
    ),
    ("Wer einen Zahlungslauf versiegelt, gibt ihn nicht frei (§ 77 LHO).", SEALING, TREASURY),
    ("Wer eine Regelung veröffentlicht, bewilligt nicht nach ihr.", {"publish-policy"}, {"approve-grant"}),
    ("Zwei Zeichnungen leisten zwei Personen.", {"approve-grant"}, {"approve-grant"}),
    ("Ein Ergebnis, das abweicht, zeichnen zwei Personen.", {"accept-proof"}, {"accept-proof"}),
)
"""The same, but only in this order: the first act bars the second."""


def broken(first: str, second: str) -> str:
    """The sentence that two acts of one person in a case break, in this order; empty when none."""
    for sentence, one, other in EXCLUDING:
        if (first in one and second in other) or (first in other and second in one):
            return sentence
    return next((it for it, before, after in BINDING if first in before and second in after), "")
