"""What an application still lacks: documents that were asked for, and what the checks found missing in the form."""

from collections.abc import Mapping, Sequence

from services.intake.application.about_money import OWN_FUNDS_PROOFS
from services.intake.application.found import Severity
from services.intake.application.states import Submitted
from shared.contracts.intake import Finding

KINDS: Mapping[str, frozenset[str]] = {
    "proxy-missing": frozenset({"proxy"}),
    "agreement-missing": frozenset({"cooperation-agreement"}),
    "supervisory-statement-missing": frozenset({"supervisory-statement"}),
    "own-share-unproven": OWN_FUNDS_PROOFS,
}
"""Finding → documents of which kinds settle it, whoever asked for them."""


def unsettled(application: Submitted) -> Sequence[Finding]:
    """What the checks found missing and nothing that came later settles; a warning never hinders (it is for review)."""
    return [it for it in application.form.findings if it.severity == Severity.MISSING and not _settled(it, application)]


def _settled(finding: Finding, application: Submitted) -> bool:
    supply = application.supply
    if any(it.kind in KINDS.get(finding.code, ()) for it in supply.documents):
        return True
    came = set(supply.requested) - {it.number for it in supply.missing}
    asked = (supply.requested[number] for number in came)
    return any(it.text == finding.text or it.code == finding.code for it in asked)


def lacks(application: Submitted) -> Sequence[str]:
    """All that is lacking, in words, each once."""
    texts = [it.text for it in (*application.supply.missing, *unsettled(application))]
    return list(dict.fromkeys(texts))
