"""What is looked up before a form is judged, as facts: hints for people, never a reason to refuse."""

import asyncio
from collections.abc import Sequence
from datetime import date

from services.intake import views
from services.intake.api.bodies import ApplicationBody
from services.intake.api.offers import OfferedItem, OfferedProgramme, offered
from services.intake.application import Facts, Similar
from services.intake.application.commands import AskedField
from services.intake.vocabulary import ITEM_CODES, ITEMS
from shared.records import replace
from shared.service import House
from shared.views import Body
from shared.web import Ask

OURS = "thueregovrl"
MOST = 5
"""Hits shown at most; whoever looks into one finds the others."""


async def facts_of(house: House, body: ApplicationBody, ask: Ask) -> Facts:
    """The facts about a form that is handed in now."""
    own = await asyncio.to_thread(views.own_applications, house.views, body.applicant_key)
    case = ask.new_id("case")
    found = (_similar(body, it) for it in own if it["case"] != case and it["status"] not in ("withdrawn", "refused"))
    similar = tuple(it for it in found if it is not None)[:MOST]
    early_start_on, early_start_ends_on = _early_start(body, own)
    found_out = Facts(similar=similar, early_start_on=early_start_on, early_start_ends_on=early_start_ends_on)
    programme = next((it for it in await offered(house, ask.today) if it.programme == body.programme), None)
    if programme is None:
        # Before review's policies were heard of, what the form offers is known.
        known = body.programme == OURS and (body.item in ITEMS or body.item in ITEM_CODES)
        return replace(found_out, item_known=known)
    item = _offer(programme, body.item)
    if item is None:
        return replace(found_out, item_known=False)
    return replace(
        found_out,
        asked=tuple(AskedField(code=it.code, title=it.title, kind=it.kind.value) for it in item.fields),
        closed_because="" if item.is_open else item.closed_because or "Der Gegenstand ist nicht geöffnet.",
        rate_bp=_rate(item, body),
        minimum_cents=item.minimum_cents,
        maximum_cents=item.maximum_cents,
        period_months=programme.period_months,
    )


def _offer(programme: OfferedProgramme, item: str) -> OfferedItem | None:
    return next((it for it in programme.items if item in (it.code, it.letter)), None)


def _rate(item: OfferedItem, body: ApplicationBody) -> int:
    """The rate up to which a grant may be applied for; a fixed amount has none."""
    if item.fixed_cents:
        return 0
    return item.rate_bp + (item.cooperation_bonus_bp if body.cooperation else 0)


def _similar(body: ApplicationBody, other: Body) -> Similar | None:
    """An earlier application with the same title, or with the same item in an overlapping period (B11)."""
    same_title = _plain(other["title"]) == _plain(body.title)
    if not same_title and not (_item(other["item"]) == _item(body.item) and _overlaps(body, other)):
        return None
    return Similar(file_number=other["file_number"], same_title=same_title)


def _early_start(body: ApplicationBody, own: Sequence[Body]) -> tuple[date | None, date | None]:
    """From when and until when the ministry allowed to begin early with this project, in an earlier application for it.

    It allowed the project, not the form: who hands it in once more, corrected or after a withdrawal, may have begun. Of
    several consents the one that holds longest counts, of these the first.
    """
    allowed = [it for it in own if _plain(it["title"]) == _plain(body.title) and it.get("early_start_on")]
    if not allowed:
        return None, None
    days = ((date.fromisoformat(it["early_start_on"]), _day(it.get("early_start_ends_on", ""))) for it in allowed)
    return min(days, key=lambda it: (-(it[1] or date.max).toordinal(), it[0]))


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _plain(title: str) -> str:
    return " ".join(title.casefold().split())


def _item(code: str) -> str:
    return ITEM_CODES.get(code, code)


def _overlaps(body: ApplicationBody, other: Body) -> bool:
    starts_on, ends_on = other.get("starts_on"), other.get("ends_on")
    if not starts_on or not ends_on:
        return False
    return date.fromisoformat(starts_on) <= body.ends_on and body.starts_on <= date.fromisoformat(ends_on)
