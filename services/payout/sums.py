"""What was paid: by day of booking, by title and year, and in all; and what is listed without a payment, by day."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from services.payout import claim, payment
from services.payout.budget_entry import BudgetEntryNoted, EntryKind
from services.payout.clearing import Direction
from services.payout.reconciliation import Sides
from services.payout.statement import StatementNoted
from shared.decider import value
from shared.view_tables import Name
from shared.views import Body, Draft, Entry, Views

ALL = "all"
_NAMED = 200
"""So many payments that the budget has not entered are named."""
type Parts = Mapping[tuple[str, str], int]
"""Cents by key and column."""

LATE, AGREED = "late", "agreed"
"""The groups of payments that the budget has still to enter, and of those on which both say the same."""


def parts_of(state: payment.Payment) -> Parts:
    """What a payment adds to which sums."""
    if not isinstance(state, payment.Settled | payment.Returned):
        return {}
    title = (state.order.title, state.order.year)
    found = _parts(state.settled_on, title, "settled", state.order.cents)
    if isinstance(state, payment.Returned):
        found |= _parts(state.returned.returned_on, title, "returned", state.returned.cents)
    return found


def _parts(on: date, title: tuple[str, int], column: str, cents: int) -> dict[tuple[str, str], int]:
    name, year = title
    return {(it, column): cents for it in (f"day/{on.isoformat()}", f"title/{name}/{year}", ALL)}


def asked_of(payment: str) -> Sequence[Name]:
    """The documents that are asked for when this payment is counted."""
    return ("paid-parts", payment), ("budget", payment)


def count_payment(draft: Draft, id: str, state: payment.Payment) -> None:
    """A payment's parts are added once, whatever stretches its events are read in."""
    now = parts_of(state)
    known = draft.get("paid-parts", id) or {"parts": []}
    before = {(key, column): cents for key, column, cents in known["parts"]}
    if now == before or not isinstance(state, payment.Settled | payment.Returned):
        return
    for name in {*now, *before}:
        add(draft, *name, now.get(name, 0) - before.get(name, 0))
    draft.put("paid-parts", id, {"parts": [[*name, cents] for name, cents in sorted(now.items())]})
    back = state.returned if isinstance(state, payment.Returned) else None
    title = f"{state.order.title}/{state.order.year}"
    for on in (state.settled_on, *([back.returned_on] if back else [])):
        draft.put("title-days", f"{title}/{on.isoformat()}", {"booked_on": on.isoformat()}, grp=title)
    told = {"settled": state.order.cents, "returned": back.cents if back else 0, "reference": state.order.reference}
    _agree(draft, id, {**told, "booked_on": state.settled_on.isoformat()})


def count_receipts(draft: Draft, it: claim.Claim) -> None:
    """What the account told to be repaid on a claim, by the day of the booking; each is counted once, whatever stretches are read."""
    now: dict[str, int] = {}
    for one in it.booked:
        if claim.of_account(one):
            day = f"day/{(one.account_on or one.received_on).isoformat()}"
            now[day] = now.get(day, 0) + one.cents + one.interest_cents
    for found in it.found:
        # What a person had entered: the account's booking of it counts for the account's own day.
        day = f"day/{found.account_on.isoformat()}"
        now[day] = now.get(day, 0) + found.cents
    before: Mapping[str, int] = draft.get("receipt-parts", it.id) or {}
    if now == before:
        return
    for key in {*now, *before}:
        add(draft, key, "received", now.get(key, 0) - before.get(key, 0))
    draft.put("receipt-parts", it.id, dict(sorted(now.items())))


def count_entry(draft: Draft, it: BudgetEntryNoted) -> None:
    """What the budget entered for a payment, or for its return."""
    column = "entered" if it.kind == EntryKind.PAID else "reversed"
    for name, cents in _parts(it.booked_on, (it.title, it.order_year), column, it.cents).items():
        add(draft, *name, cents)
    _agree(draft, it.payment, {column: it.cents})


def _agree(draft: Draft, id: str, told: Mapping[str, Any]) -> None:
    """A payment as our books and the budget tell it, under whether they say the same."""
    known = draft.get("budget", id) or {
        "payment": id, "reference": "", "booked_on": "", "settled": 0, "returned": 0, "entered": 0, "reversed": 0,
    }  # fmt: skip
    body = {**known, **told}
    agreed = (body["settled"], body["returned"]) == (body["entered"], body["reversed"])
    draft.put("budget", id, body, grp=AGREED if agreed else LATE, sort=body["booked_on"])


def add(draft: Draft, key: str, column: str, cents: int) -> None:
    """Add cents to a column of the sums under `key`."""
    body = draft.get("sums", key) or {}
    # In their order, for a payment is counted with the last of its events in a stretch, and what the budget says of it at once.
    summed = dict(sorted((body | {column: body.get(column, 0) + cents}).items()))
    draft.put("sums", key, summed, grp=key.partition("/")[0], sort=key)


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
    """The day is closed, by this person, also in the list."""
    key = on.isoformat()
    body = draft.get("days", key) or {"booked_on": key, "debit_cents": 0, "credit_cents": 0}
    draft.put("days", key, body | {"closed_by": by}, grp="closed", sort=key)


def our_sides(views: Views, day: date) -> Sides:
    """What our books and the budget say of a day; the statements' side is read when it is closed."""
    of_day = _sums(views, f"day/{day.isoformat()}")
    paid, entered = _until(views, day)
    late = [it for it in _late(views) if it["booked_on"] <= day.isoformat()]
    return Sides(
        debit_cents=0,
        credit_cents=0,
        settled_cents=of_day.get("settled", 0),
        returned_cents=of_day.get("returned", 0),
        listed_out_cents=of_day.get("listed_out", 0),
        listed_in_cents=of_day.get("listed_in", 0),
        paid_cents=paid,
        budget_cents=entered,
        files=(),
        statements=(),
        opening_cents=0,
        closing_cents=0,
        open_items=views.count("clearing"),
        unentered=len(late),
        first_unentered=late[0]["reference"] or late[0]["payment"] if late else "",
        received_cents=of_day.get("received", 0),
        unentered_payments=tuple(sorted(it["reference"] or it["payment"] for it in late)[:_NAMED]),
    )


def _until(views: Views, day: date) -> tuple[int, int]:
    """Up to and with a day, net: what we paid, and what the budget entered."""
    paid = entered = 0
    for it in _all(views, "sums", "day"):
        if it.key <= f"day/{day.isoformat()}":
            paid += it.body.get("settled", 0) - it.body.get("returned", 0)
            entered += it.body.get("entered", 0) - it.body.get("reversed", 0)
    return paid, entered


def _late(views: Views) -> Sequence[Mapping[str, Any]]:
    return [it.body for it in _all(views, "budget", LATE)]


def _all(views: Views, view: str, grp: str | None) -> Iterator[Entry]:
    after = ""
    while True:
        found = views.find(view, grp=grp, after=after, limit=500)
        yield from found.entries
        if not found.next:
            return
        after = found.next


@value
class TitleYear:
    """What is known of a title's year: paid and entered, net, and what of it is not finished."""

    paid_cents: int
    budget_cents: int
    open_items: int
    unclosed_days: int
    booked_days: int
    differing: tuple[str, ...] = ()
    differing_cents: int = 0


def of_title(views: Views, title: str, year: int) -> TitleYear:
    """A title's year. Only what concerns it is open in it: its days, and items that name its payments or nobody's."""
    name = f"{title}/{year}"
    found = _sums(views, f"title/{name}")
    booked = [it.body["booked_on"] for it in _all(views, "title-days", name)]
    days = [views.get("days", it) for it in booked]
    differing = _differing(views, title, year)
    return TitleYear(
        paid_cents=found.get("settled", 0) - found.get("returned", 0),
        budget_cents=found.get("entered", 0) - found.get("reversed", 0),
        open_items=sum(_may_concern(views, it.body, title, year) for it in _all(views, "clearing", None)),
        unclosed_days=sum(1 for it in days if it and not it.body["closed_by"]),
        booked_days=len(booked),
        differing=tuple(sorted(it["reference"] or it["payment"] for it in differing)),
        differing_cents=sum(it["settled"] - it["returned"] - it["entered"] + it["reversed"] for it in differing),
    )


def _differing(views: Views, title: str, year: int) -> Sequence[Mapping[str, Any]]:
    """The payments of a title's year of which the budget says something else."""
    late = list(_late(views))
    paid = {it: found.body for it in (one["payment"] for one in late) if (found := views.get("payments", it))}
    return [it for it in late if _is_of(paid.get(it["payment"]), title, year)]


def _is_of(paid: Mapping[str, Any] | None, title: str, year: int) -> bool:
    return paid is not None and (paid["title"], paid["year"]) == (title, year)


@value
class Booked:
    """What was booked of a title's year: paid and come back by our books, entered and reversed in the budget."""

    settled_cents: int
    returned_cents: int
    entered_cents: int
    reversed_cents: int


def title_years(views: Views) -> Sequence[tuple[str, int, Booked]]:
    """Each title's years with what was booked of them, the newest year first."""
    found: list[tuple[str, int, Booked]] = []
    for it in _all(views, "sums", "title"):
        _, title, year = it.key.split("/")
        found.append((title, int(year), _booked(it.body)))
    return sorted(found, key=lambda it: (-it[1], it[0]))


def of_title_booked(views: Views, title: str, year: int) -> Booked | None:
    """What was booked of a title's year, if anything was."""
    found = _sums(views, f"title/{title}/{year}")
    return _booked(found) if found else None


def days_of_title(views: Views, title: str, year: int) -> Sequence[date]:
    """The days on which something of a title's year was booked, in their order."""
    found = [it.body["booked_on"] for it in _all(views, "title-days", f"{title}/{year}")]
    return [date.fromisoformat(it) for it in sorted(found)]


def _booked(body: Mapping[str, int]) -> Booked:
    return Booked(
        settled_cents=body.get("settled", 0),
        returned_cents=body.get("returned", 0),
        entered_cents=body.get("entered", 0),
        reversed_cents=body.get("reversed", 0),
    )


def _may_concern(views: Views, item: Mapping[str, Any], title: str, year: int) -> bool:
    """An item that names a payment is of its title and year; money that nobody can explain may be anyone's of its year."""
    named = views.get("references", item["reference"])
    paid = views.get("payments", named.body["payment"]) if named else None
    if paid:
        return (paid.body["title"], paid.body["year"]) == (title, year)
    return bool(item["booked_on"]) and item["booked_on"].startswith(str(year))


def _sums(views: Views, key: str) -> Mapping[str, int]:
    found = views.get("sums", key)
    return found.body if found else {}
