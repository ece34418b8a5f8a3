"""What was paid: by day of booking, by title and year, and in all; and what is listed without a payment, by day."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.payout import payment
from services.payout.clearing import Direction
from services.payout.reconciliation import Sides
from services.payout.statement import StatementNoted
from shared.views import Body, Draft, Views

ALL = "all"
type Parts = Mapping[tuple[str, str], int]
"""Cents by key and column."""


def parts_of(state: payment.Payment) -> Parts:
    """What a payment adds to which sums."""
    if not isinstance(state, payment.Settled | payment.Returned):
        return {}
    title = f"{state.order.title}/{state.order.year}"
    found = {
        (it, "settled"): state.order.cents for it in (f"day/{state.settled_on.isoformat()}", f"title/{title}", ALL)
    }
    if isinstance(state, payment.Returned):
        back = state.returned
        days = (f"day/{back.returned_on.isoformat()}", f"title/{title}", ALL)
        found |= {(it, "returned"): back.cents for it in days}
    return found


def count_payment(draft: Draft, id: str, state: payment.Payment) -> None:
    """A payment's parts are added once, whatever stretches its events are read in."""
    now = parts_of(state)
    known = draft.get("paid-parts", id) or {"parts": []}
    before = {(key, column): cents for key, column, cents in known["parts"]}
    if now == before:
        return
    for name in {*now, *before}:
        add(draft, *name, now.get(name, 0) - before.get(name, 0))
    draft.put("paid-parts", id, {"parts": [[*name, cents] for name, cents in sorted(now.items())]})


def add(draft: Draft, key: str, column: str, cents: int) -> None:
    body = draft.get("sums", key) or {}
    draft.put("sums", key, body | {column: body.get(column, 0) + cents})


def count_item(draft: Draft, item: Mapping[str, Any], *, sign: int) -> None:
    """A clearing item that books money; one that was assigned to a payment is none any more."""
    if item["booked_on"] and item["direction"] != Direction.NONE:
        column = "listed_out" if item["direction"] == Direction.OUT else "listed_in"
        add(draft, f"day/{item['booked_on']}", column, sign * item["cents"])


def note_days(draft: Draft, account: str, it: StatementNoted) -> None:
    """The days that an account's statement books."""
    draft.put("accounts", account, {"account": account})
    for one in it.days:
        key = one.booked_on.isoformat()
        body: Body = draft.get("days", key) or {"booked_on": key, "debit_cents": 0, "credit_cents": 0, "closed_by": ""}
        body["debit_cents"] += one.debit_cents
        body["credit_cents"] += one.credit_cents
        draft.put("days", key, body, grp="closed" if body["closed_by"] else "open", sort=key)


def close_listed_day(draft: Draft, on: date, by: str) -> None:
    key = on.isoformat()
    body = draft.get("days", key) or {"booked_on": key, "debit_cents": 0, "credit_cents": 0}
    draft.put("days", key, body | {"closed_by": by}, grp="closed", sort=key)


def our_sides(views: Views, day: date, budget_cents: int) -> Sides:
    """What our books say of a day; the statements' side is read when it is closed."""
    of_day, of_all = _sums(views, f"day/{day.isoformat()}"), _sums(views, ALL)
    return Sides(
        debit_cents=0,
        credit_cents=0,
        settled_cents=of_day.get("settled", 0),
        returned_cents=of_day.get("returned", 0),
        listed_out_cents=of_day.get("listed_out", 0),
        listed_in_cents=of_day.get("listed_in", 0),
        paid_cents=of_all.get("settled", 0) - of_all.get("returned", 0),
        budget_cents=budget_cents,
        files=(),
        statements=(),
        opening_cents=0,
        closing_cents=0,
        open_items=views.count("clearing"),
    )


def paid_by_title(views: Views, title: str, year: int) -> int:
    """What a title paid in a year, less what came back."""
    found = _sums(views, f"title/{title}/{year}")
    return found.get("settled", 0) - found.get("returned", 0)


def _sums(views: Views, key: str) -> Mapping[str, int]:
    found = views.get("sums", key)
    return found.body if found else {}
