"""Die Bankverbindung on pages: the forms to enter, confirm and discard another one, and how it stands."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.payout import account as accounts
from services.payout.api.answers import Case
from services.payout.pages.forms import Failed, form
from shared import duties
from shared.access import Person
from shared.web import Action


def account_forms(
    acts: Mapping[str, Action],
    person: Person,
    failed: Failed | None,
    told: Case,
    account: accounts.Account,
    shown: Sequence[Mapping[str, Any]],
) -> Sequence[dict[str, Any]]:
    """What this person may do with the case's account now; `shown` are the accounts as facts, for who may see them."""
    back = f"/payout/cases/{told.case}"
    if not person.roles & acts["propose-account"].roles:
        return []
    if account.proposed is None:
        propose = acts["propose-account"]
        path = propose.path.format(case=told.case)
        reason = duties.hindrance("propose-account", account.acted, person.id)
        return [form(propose, person, failed, path=path, back=back, reason=reason, fields=_FIELDS)]
    found: list[dict[str, Any]] = []
    for name in ("confirm-account", "discard-account"):
        path = acts[name].path.format(case=told.case, change=account.proposed.change)
        reason = duties.hindrance(name, account.acted, person.id)
        text = _compared(account.proposed, shown) if name == "confirm-account" else _DISCARDING
        found.append(
            form(acts[name], person, failed, path=path, back=back, if_match=told.etag, reason=reason, text=text)
        )
    return found


_DISCARDING = "Die eingetragene Bankverbindung wird nie verwendet; die bisherige gilt weiter."


def _compared(proposed: accounts.AccountProposed, shown: Sequence[Mapping[str, Any]]) -> str:
    """What the second person compares before they confirm."""
    known = {it["key"]: it["value"] for it in shown}
    seen = [f"{name}: {known[key]}." for name, key in (("Neu", NEW), ("Bisher", "IBAN")) if key in known]
    return " ".join([*seen, f"Anlass: {proposed.reason.rstrip('.')}.", _CONFIRMING])


NEW = "Eingetragene Bankverbindung"
_CONFIRMING = (
    "Fragen Sie vorher bei der Kommune nach, über eine Nummer, die Sie schon hatten. Nach der Bestätigung wird einige Tage nichts "
    "angeordnet, und was schon festgestellt war, ist neu festzustellen."
)


_FIELDS: Sequence[dict[str, Any]] = (
    {"name": "account_holder", "label": "Kontoinhaber", "required": True},
    {"name": "iban", "label": "IBAN", "required": True},
    {"name": "reason", "label": "Anlass", "kind": "textarea", "required": True, "hint": "ohne Namen von Personen"},
)


def account_facts(account: accounts.Account) -> list[dict[str, Any]]:
    if account.proposed is not None:
        return [{"key": "Bankverbindung", "value": "wird geändert; bis zur Bestätigung wird nichts angeordnet"}]
    if account.usable_on is not None:
        return [{"key": "Bankverbindung geändert, Anordnung ab", "value": account.usable_on, "kind": "date"}]
    return []
