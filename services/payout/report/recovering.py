"""An overpayment is recovered by the claim that it founded, and by no other one of its case."""

from services.payout import claim as claims
from services.payout.clearing import Item
from shared.decider import DomainError


class ClaimOfOtherMoney(DomainError):
    """`detail` names the claim that the overpayment founded, or says that there is none yet."""

    code = "claim-of-other-money"
    title = "Diese Forderung ist nicht aus dieser Überzahlung entstanden; sie holt anderes Geld zurück."


def refuse_other_claim(item: Item, known: claims.Claims, claim: str) -> None:
    """`ClaimOfOtherMoney` unless the claim was demanded for what the item's payment paid twice."""
    founded = [it for it in known.claims if item.payment and it.opened.payment == item.payment]
    if any(it.id == claim for it in founded):
        return
    named = ", ".join(it.opened.reference for it in founded)
    told = f"Aus ihr entstand die Forderung {named}." if named else "Aus ihr ist noch keine Forderung entstanden."
    raise ClaimOfOtherMoney(told, field="reference")
