"""Format 1, whose files lie in logs for ever."""

from typing import Any

from shared.money import MAX_CENTS
from shared.policy.reading.errors import PolicyNotReadable
from shared.policy.reading.group import Group
from shared.policy.reading.items import check_once
from shared.policy.terms import Handling, Item, PolicyKind

_NUMBERS = ("signing_limit_cents", "reservation_days", "period_months", "proof_months", "drawdown_months")


def first_format(kind: PolicyKind, file: Group) -> dict[str, Any]:
    match kind:
        case PolicyKind.GUIDELINE:
            items = tuple(
                Item(
                    code=it.text("code"),
                    letter=it.text("letter", empty=True),
                    title=it.text("title"),
                    rate_bp=it.number("rate_bp", 1, 10_000),
                )
                for it in file.rows("items")
            )
            check_once("items", [it.code for it in items])
            return {"items": items}
        case PolicyKind.PRACTICE:
            closed = tuple(
                Handling(code=it, closed_because="nach dieser Verwaltungspraxis") for it in file.texts("closed_items")
            )
            numbers = tuple((key, file.number(key, 1, MAX_CENTS)) for key in _NUMBERS)
            return {"budget_title": file.id("budget_title"), "handlings": closed, "numbers": numbers}
        case PolicyKind.PARAMETERS:
            raise PolicyNotReadable("Parameter gibt es erst im Format 2", field="format")
