"""What the matrix means, written a second time from its sentences and not from its file: who may do what after what."""

from collections.abc import Mapping

from deploy.recount.duties.exclusions import broken
from deploy.recount.duties.kinds import (
    ACCOUNT,
    APPROVAL,
    ASSIGNMENT,
    AUDIT,
    BUDGET,
    CERTIFICATION,
    CLEARING_APPROVAL,
    CLEARING_PROPOSAL,
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
    INTAKE,
    INTEREST,
    ISSUING,
    MUNICIPALITY,
    ORDER,
    RECALL_ANSWER,
    RECALL_APPROVAL,
    RECALL_REQUEST,
    RECOVERY,
    RECOVERY_PROPOSAL,
    SEALING,
    TREASURY,
    WITHDRAWAL,
)
from shared.identity import Role


def excluded(done: str, action: str) -> bool:
    """Whether who has done one act in a case may not do the other."""
    return bool(broken(done, action))


PLAN = {
    "open-budget", "proclaim-budget", "freeze-funds", "lift-freeze", "reallocate-funds", "close-budget",
    "hand-over-remainder",
}  # fmt: skip
REGISTER = {
    "import-territorial-changes", "record-territorial-change", "register-special-purpose-association", "preview-directory",
    "accept-directory", "discard-directory",
}  # fmt: skip
"""The register of municipalities belongs to no case."""
TIE = {"declare-municipal-tie"}
PLACING, LIFTING = {"place-hold"}, {"lift-hold"}
CLOSING = {"close-day", "propose-day-difference", "seal-year", "acknowledge-overdue-file"}
CLEARING = CLEARING_PROPOSAL | CLEARING_APPROVAL | {"take-clearing", "decline-resolution"}
RECALL = RECALL_REQUEST | RECALL_APPROVAL
MAY: Mapping[Role, set[str]] = {
    Role.APPLICANT: MUNICIPALITY
    | WITHDRAWAL
    | {"deliver-submission", "begin-draft", "save-draft", "discard-draft", "submit-draft", "remove-draft-file"},
    Role.INTAKE_CLERK: INTAKE | CONFLICT | TIE | REGISTER,
    Role.EXPERT: EXPERT | CONFLICT | TIE,
    Role.CASE_OFFICER: EARLY_PROPOSAL
    | RECOVERY_PROPOSAL
    | INTEREST
    | (HANDLING - INTAKE)
    | ISSUING
    | FULFILMENT
    | EXAMINATION
    | PLACING
    | LIFTING
    | ACCOUNT
    | ASSIGNMENT
    | CONFLICT
    | TIE,
    Role.APPROVER: APPROVAL
    | RECOVERY
    | CLOSURE
    | EARLY_DECISION
    | ASSIGNMENT
    | CONFLICT
    | TIE
    | LIFTING
    | {"publish-policy"},
    Role.BUDGET_OFFICER: BUDGET | CONCESSION | PLAN | CONFLICT | TIE,
    Role.CERTIFIER: CERTIFICATION | PLACING | CONFLICT | TIE,
    Role.ORDERING_OFFICER: ORDER
    | COLLECTION_ORDER
    | PLACING
    | RECALL
    | CLEARING
    | SEALING
    | {"discard-batch"}
    | CONFLICT
    | TIE,
    Role.TREASURY: TREASURY
    | COLLECTION
    | PLACING
    | RECALL
    | RECALL_ANSWER
    | CLEARING
    | ENTRY
    | CLOSING
    | CONFLICT
    | TIE,
    Role.USAGE_AUDITOR: AUDIT | CONFLICT | TIE,
    Role.AUDITOR: set(),
    Role.OPERATOR: {"discard-parked-message"} | REGISTER,
}
"""Who may do what at all; who is not listed may nothing."""
