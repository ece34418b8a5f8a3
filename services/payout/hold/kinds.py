"""What a hold is about, and why it stands."""

from collections.abc import Mapping
from enum import StrEnum


class HoldKind(StrEnum):
    """What a hold is about."""

    CASE = "case"
    PAYEE = "payee"
    PROGRAMME = "programme"


KIND_TITLES: Mapping[str, str] = {
    HoldKind.CASE: "dieser Vorgang",
    HoldKind.PAYEE: "alle Vorgänge dieser Empfängerin",
    HoldKind.PROGRAMME: "alle Vorgänge dieses Programms",
}


class HoldReason(StrEnum):
    """Why nothing is paid."""

    ACCOUNT_IN_DOUBT = "account-in-doubt"
    CLAIM_OPEN = "claim-open"
    USE_IN_DOUBT = "use-in-doubt"
    AUDIT = "audit"
    LEGAL_ORDER = "legal-order"
    PROOF_OVERDUE = "proof-overdue"
    OTHER = "other"


REASON_TITLES: Mapping[str, str] = {
    HoldReason.ACCOUNT_IN_DOUBT: "Die Bankverbindung ist zweifelhaft.",
    HoldReason.CLAIM_OPEN: "Eine Rückforderung ist offen.",
    HoldReason.USE_IN_DOUBT: "Die zweckentsprechende Verwendung ist zweifelhaft.",
    HoldReason.AUDIT: "Eine Prüfung ist abzuwarten.",
    HoldReason.LEGAL_ORDER: "Ein Gericht oder eine Aufsicht hat es angeordnet.",
    HoldReason.PROOF_OVERDUE: "Ein Verwendungsnachweis ist überfällig.",
    HoldReason.OTHER: "Ein anderer Grund steht entgegen.",
}
