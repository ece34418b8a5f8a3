"""What the matrix means, written a second time from its sentences and not from its file: who may do what after what.

The columns are those of the matrix that authorities use (Sachbearbeitung, Fachprüfung, Freigabe, Feststellung, Anordnung,
Kasse), with Haushalt and Kommune beside them; every sentence says which acts of one person exclude each other in a case.
"""

from collections.abc import Mapping, Sequence

from shared.identity import Role

COMMUNE = {"submit-application", "request-drawdown", "supply-documents", "request-early-start", "request-change"}
WITHDRAWAL = {"withdraw-application"}
INTAKE = {"declare-complete", "name-successor", "request-documents", "extend-deadline", "scan-paper-document"}
EARLY_PROPOSAL, EARLY_DECISION = {"propose-early-start"}, {"approve-early-start", "refuse-early-start"}
HANDLING = INTAKE | {
    "assess-expenditure", "propose-award", "propose-refusal", "propose-formal-rejection",
    "open-hearing", "record-statement", "extend-hearing", "dispense-with-hearing", "put-on-hold", "resume-case",
}  # fmt: skip
"""Sachbearbeitung that prepares the decision, at the desk of intake and at that of review."""
ISSUING = {"dispatch-notice", "record-waiver", "declare-final", "record-succession"}
REGISTER = {
    "preview-directory", "accept-directory", "discard-directory", "import-territorial-changes",
    "record-territorial-change", "register-special-purpose-association",
}  # fmt: skip
EXPERT = {"record-expert-opinion"}
APPROVAL = {"approve-grant", "refuse-grant", "reject-formally"}
BUDGET = {"reserve-funds", "release-reservation"}
PLAN = {
    "open-budget", "proclaim-budget", "freeze-funds", "lift-freeze", "reallocate-funds", "close-budget",
    "hand-over-remainder", "allow-despite-provisional", "record-repayment",
}  # fmt: skip
ASSIGNMENT = {"assign-reviewer", "hand-back-case", "appoint-substitute"}
CONFLICT = {"declare-conflict-of-interest"}
EXAMINATION, CERTIFICATION, ORDER, TREASURY = (
    {"examine-drawdown"},
    {"certify-drawdown"},
    {"order-payment"},
    {"release-batch"},
)
SEALING = {"seal-batch"}
AUTHORITY = (
    EARLY_PROPOSAL
    | EARLY_DECISION
    | HANDLING
    | ISSUING
    | EXPERT
    | APPROVAL
    | BUDGET
    | EXAMINATION
    | CERTIFICATION
    | ORDER
)

EXCLUDING: Sequence[tuple[str, set[str], set[str]]] = (
    ("Wer für die Kommune handelt, handelt nicht für die Behörde (§ 20 VwVfG).", COMMUNE, AUTHORITY),
    ("Das Votum gibt nicht, wer den Vorgang bearbeitet.", EXPERT, HANDLING - INTAKE),
    ("Auch wer die Vollständigkeit feststellt, bearbeitet den Vorgang.", EXPERT, INTAKE),
    ("Wer entscheidet, hat den Vorgang nicht bearbeitet.", APPROVAL, HANDLING),
    ("Wer entscheidet, hat nicht das Votum abgegeben.", APPROVAL, EXPERT),
    ("Haushalt: wer vorschlägt, merkt nicht vor (§ 9 LHO).", BUDGET, HANDLING - INTAKE),
    ("Haushalt: wer entscheidet, merkt nicht vor (§ 9 LHO).", BUDGET, APPROVAL),
    ("Wer den vorzeitigen Beginn vorschlägt, entscheidet ihn nicht.", EARLY_PROPOSAL, EARLY_DECISION),
    ("Wer feststellt, ordnet nicht an.", CERTIFICATION, ORDER),
    ("Wer bewilligt, ordnet nicht an.", APPROVAL, ORDER),
    ("Wer anordnet, gibt in der Kasse nicht frei (§ 77 LHO).", ORDER, TREASURY),
    ("Wer feststellt, wirkt an der Anordnung mit (§ 77 LHO).", CERTIFICATION, TREASURY),
    ("Wer den Abruf prüft, wirkt an der Anordnung mit (§ 77 LHO).", EXAMINATION, TREASURY),
    ("Wer das Geld verlangt, gibt es nicht frei.", COMMUNE, TREASURY),
)
BINDING: Sequence[tuple[str, set[str], set[str]]] = (
    (
        "Wer befangen ist, tut in dem Vorgang nichts mehr (§§ 20, 21 VwVfG).",
        CONFLICT,
        AUTHORITY | TREASURY | ASSIGNMENT,
    ),
    ("Wer zurückgenommen hat, handelt danach nicht für die Behörde.", WITHDRAWAL, AUTHORITY | TREASURY),
    ("Wer einen Zahlungslauf versiegelt, gibt ihn nicht frei (§ 77 LHO).", SEALING, TREASURY),
    ("Zwei Zeichnungen leisten zwei Personen.", {"approve-grant"}, {"approve-grant"}),
)
"""The same, but only in this order: the first act bars the second."""


def excluded(done: str, action: str) -> bool:
    """Whether who has done one act in a case may not do the other."""
    both = any((done in a and action in b) or (done in b and action in a) for _, a, b in EXCLUDING)
    return both or any(done in first and action in second for _, first, second in BINDING)


MAY: Mapping[Role, set[str]] = {
    Role.APPLICANT: COMMUNE | WITHDRAWAL | {"deliver-submission"},
    Role.INTAKE_CLERK: INTAKE | REGISTER,
    Role.EXPERT: EXPERT | CONFLICT,
    Role.CASE_OFFICER: EARLY_PROPOSAL | (HANDLING - INTAKE) | ISSUING | EXAMINATION | ASSIGNMENT | CONFLICT,
    Role.APPROVER: APPROVAL | EARLY_DECISION | ASSIGNMENT | CONFLICT,
    Role.BUDGET_OFFICER: BUDGET | PLAN | CONFLICT,
    Role.CERTIFIER: CERTIFICATION,
    Role.ORDERING_OFFICER: ORDER | SEALING,
    Role.TREASURY: TREASURY,
    Role.USAGE_AUDITOR: set(),
    Role.AUDITOR: set(),
    Role.OPERATOR: {"discard-parked-message"} | REGISTER,
}
"""Who may do what at all; who is not listed may nothing."""
