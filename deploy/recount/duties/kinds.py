"""The acts by what they are: whoever prepares, decides, keeps the budget, orders, pays."""

MUNICIPALITY = {
    "submit-application",
    "request-drawdown",
    "supply-documents",
    "request-early-start",
    "request-change",
    "submit-proof",
}
WITHDRAWAL = {"withdraw-application"}
INTAKE = {"declare-complete", "name-successor", "request-documents", "extend-deadline", "scan-paper-document"}
EARLY_PROPOSAL, EARLY_DECISION = {"propose-early-start"}, {"approve-early-start", "refuse-early-start"}
HANDLING = INTAKE | {
    "assess-expenditure", "propose-award", "propose-refusal", "propose-formal-rejection",
    "open-hearing", "record-statement", "extend-hearing", "dispense-with-hearing", "put-on-hold", "resume-case",
    "acknowledge-warnings", "open-award-hearing", "record-award-statement", "close-award-hearing", "propose-annulment",
    "propose-amendment",
}  # fmt: skip
"""Sachbearbeitung that prepares the decision, at the desk of intake and at that of review."""
ISSUING = {
    "dispatch-notice", "dispatch-letter", "record-letter-failure",
    "record-receipt", "record-service-failure", "record-waiver", "record-lawsuit", "conclude-lawsuit",
    "declare-final", "record-succession", "freeze-payout", "lift-payout-freeze",
}  # fmt: skip
FULFILMENT, WAIVER = {"record-fulfilment", "find-violation"}, {"waive-side-condition"}
EXPERT = {"record-expert-opinion"}
AUDIT = {
    "check-proof", "check-proof-in-depth", "send-back-proof", "accept-proof", "accept-interim-proof", "write-closing-note",
}  # fmt: skip
"""Prüfung des Verwendungsnachweises."""
CLOSING_NOTE, CLOSURE = {"write-closing-note"}, {"close-case"}
APPROVAL = {
    "approve-grant", "refuse-grant", "reject-formally", "decide-annulment", "approve-amendment", "refuse-change",
    "drop-proposal", "waive-side-condition",
}  # fmt: skip
BUDGET = {"reserve-funds", "release-reservation", "allow-despite-provisional", "record-repayment"}
RECOVERY_PROPOSAL, RECOVERY = {"propose-repayment"}, {"demand-repayment", "drop-repayment"}
COLLECTION, INTEREST = {"book-repayment"}, {"assess-interest"}
CONCESSION = {"waive-interest", "defer-claim", "suspend-claim", "resume-claim", "remit-claim"}
COLLECTION_ORDER = {"order-collection"}
ASSIGNMENT = {"assign-reviewer", "assign-cases", "hand-back-case", "appoint-substitute"}
CONFLICT = {"declare-conflict-of-interest"}
EXAMINATION, CERTIFICATION, ORDER, SEALING, TREASURY = (
    {"examine-drawdown"}, {"certify-drawdown"}, {"order-payment"}, {"seal-batch"}, {"release-batch"},
)  # fmt: skip
ENTRY = {"record-entry"}
ACCOUNT_PROPOSAL, ACCOUNT_CONFIRMATION = {"propose-account", "discard-account"}, {"confirm-account"}
ACCOUNT = ACCOUNT_PROPOSAL | ACCOUNT_CONFIRMATION
HOLD = {"place-hold", "lift-hold"}
RECALL_REQUEST, RECALL_APPROVAL = {"request-recall", "drop-recall"}, {"approve-recall"}
RECALL_ANSWER = {"record-recall-answer"}
CLEARING_PROPOSAL, CLEARING_APPROVAL = {"propose-resolution"}, {"approve-resolution"}
AUTHORITY = (
    EARLY_PROPOSAL
    | EARLY_DECISION
    | HANDLING
    | ISSUING
    | FULFILMENT
    | EXPERT
    | AUDIT
    | CLOSURE
    | APPROVAL
    | BUDGET
    | EXAMINATION
    | CERTIFICATION
    | ORDER
    | RECOVERY_PROPOSAL
    | RECOVERY
    | COLLECTION
    | INTEREST
    | CONCESSION
    | COLLECTION_ORDER
)
