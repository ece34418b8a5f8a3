"""Der Arbeitsvorrat: what waits for whom, by its day."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import Response

from services.review import views
from services.review.pages import budgets as budget_pages
from services.review.pages import early_starts
from services.review.pages.budgets import BUDGETS, QUEUE
from services.review.pages.flash import flash
from services.review.pages.forms import Rejected
from services.review.pages.policies import POLICIES
from services.review.pages.successions import PATH as SUCCESSIONS
from services.review.queue_forms import queue_forms
from services.review.standing import STATUS, Status
from services.review.urgency import URGENCIES, Urgency, urgency_of
from shared.access import Person
from shared.calendar import local_date
from shared.identity import ROLE_TITLES
from shared.pages import page
from shared.problems import Problem
from shared.service import House
from shared.views import Page
from shared.web import checked_cursor

SIZE = 50


ALL = "all"


_QUEUE_COLUMNS: Sequence[Mapping[str, Any]] = (
    {"key": "case", "title": "Aktenzeichen", "kind": "link", "fit": True},
    {"key": "recipient", "title": "Kommune"},
    {"key": "heading", "title": "Vorhaben"},
    {"key": "status", "title": "Stand", "kind": "badge"},
    {"key": "due_on", "title": "Frist", "kind": "date"},
    {"key": "holder", "title": "Bei", "fit": True},
    {"key": "cents", "title": "Beantragt", "kind": "money"},
)


def _row(it: Mapping[str, Any]) -> dict[str, Any]:
    told = STATUS[Status(it["status"])]
    return {
        "case": {"text": it["file_number"], "url": f"/review/cases/{it['case']}"},
        "recipient": it["applicant_name"],
        "heading": it["title"],
        "status": {"text": told.title, "tone": told.tone},
        "due_on": it["due_on"] if told.holder else None,
        "holder": it["reviewer"] or (ROLE_TITLES[told.holder] if told.holder else ""),
        "cents": it["applied_cents"],
    }


def _is_mine(it: Mapping[str, Any], person: Person) -> bool:
    """Assigned to this person, or assigned to nobody and waiting for a role that the person has."""
    return it["reviewer"] == person.id or (not it["reviewer"] and STATUS[Status(it["status"])].holder in person.roles)


def _groups(page_of: Page, person: Person, today: date) -> list[dict[str, Any]]:
    """Mine first, then all others by how near their day is."""
    mine = [_row(it.body) for it in page_of.entries if _is_mine(it.body, person)]
    grouped: dict[Urgency, list[dict[str, Any]]] = {it: [] for it in Urgency}
    for it in page_of.entries:
        if not _is_mine(it.body, person):
            row = _row(it.body)
            grouped[urgency_of(date.fromisoformat(row["due_on"]) if row["due_on"] else None, today)].append(row)
    return [
        {"title": "Für Sie zu tun", "tone": "warning", "rows": mine},
        *(
            {"title": title, "tone": tone, "rows": grouped[it]}
            for it, (title, tone) in URGENCIES.items()
            if grouped[it]
        ),
    ]


async def queue_page(
    house: House,
    request: Request,
    person: Person,
    rejected: Rejected | None = None,
    problem: Problem | None = None,
) -> Response:
    """The cases of a person, a group or all, and what can be done with many at once."""
    asked, after = request.query_params.get("status", ""), checked_cursor(request.query_params.get("after", ""))
    if asked and asked not in (ALL, *Status):
        raise Problem(422, "unknown-status", "Diesen Stand gibt es nicht.", field="status")

    mine = request.query_params.get("assigned", "") == "me"

    def read() -> tuple[Page, Mapping[Status, int]]:
        if mine:
            return views.assigned(house.views, person.id, after=after, limit=SIZE), views.counts(house.views)
        if not asked:
            return views.open_cases(house.views, after=after, limit=SIZE), views.counts(house.views)
        status = None if asked == ALL else Status(asked)
        return views.cases(house.views, status=status, after=after, limit=SIZE), views.counts(house.views)

    found, counted = await asyncio.to_thread(read)
    kept = {"assigned": "me"} if mine else {"status": asked} if asked else {}
    still_open = sum(count for it, count in counted.items() if STATUS[it].holder)
    options: list[dict[str, Any]] = [
        {"text": "offen", "url": QUEUE, "active": not kept, "count": still_open},
        {
            "text": "alle",
            "url": f"{QUEUE}?{urlencode({'status': ALL})}",
            "active": asked == ALL and not mine,
            "count": sum(counted.values()),
        },
    ]
    options += [
        {
            "text": told.title,
            "url": f"{QUEUE}?{urlencode({'status': it})}",
            "active": it == asked and not mine,
            "count": counted[it],
        }
        for it, told in STATUS.items()
        if counted[it] or it == asked
    ]
    first = f"{QUEUE}?{urlencode(kept)}" if kept else QUEUE
    return page(
        house,
        request,
        "queue.html",
        page_title="Prüfung",
        heading="Prüfung und Bewilligung",
        lead="Vollständige Anträge bis zum bestandskräftigen Bescheid: was zu tun ist, Dringendes und Älteres zuerst.",
        columns=_QUEUE_COLUMNS,
        groups=_groups(found, person, local_date(house.now())),
        filters=[
            {
                "title": "Zuweisung",
                "options": [{"text": "mir zugewiesen", "url": f"{QUEUE}?assigned=me", "active": mine}],
            },
            {"title": "Stand", "options": options},
        ],
        pages={
            "previous": first if after else None,
            "next": f"{QUEUE}?{urlencode({**kept, 'after': found.next})}" if found.next else None,
            "text": f"{len(found.entries)} Vorgänge auf dieser Seite",
        },
        links=[
            {"text": "Haushalt", "url": BUDGETS},
            {"text": "Warteliste", "url": budget_pages.WAITING},
            {"text": "Rechtsnachfolge", "url": SUCCESSIONS},
            {"text": "Regelungen", "url": POLICIES},
            {"text": "Vorzeitiger Beginn", "url": early_starts.QUEUE},
        ],
        empty="Hier ist gerade nichts zu tun.",
        actions=queue_forms(found, person, rejected),
        status_code=problem.status if problem else 200,
        flash=flash(problem),
    )
