"""Lists of intake, made from its own log alone: all applications, and each applicant's own, by status in order of receipt.

A status depends on the whole file, so a file's events lie beside the lists and are folded again; personal values
are sealed in them as in the log.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from services.intake import application
from services.intake.application import Event, Submitted
from services.intake.status import StatusCode, status
from shared.formats import topic_of
from shared.recorders import Row
from shared.store import Recorded
from shared.views import Body, Draft, Page, Views

ALL = "applications"
_FILE = "file"
_CLASSES: Sequence[type[Any]] = application.decider.events
_EVENTS: Mapping[str, type[Any]] = {topic_of(it.TOPIC, it.VERSION): it for it in _CLASSES}


def own(applicant_key: str) -> str:
    """The name of the list of one applicant's applications."""
    return f"{ALL}-{applicant_key}"


def project(it: Recorded, row: Row, draft: Draft) -> None:
    """One event into the lists; only an application's own events change them."""
    if row.topic not in _EVENTS:
        return
    case = row.stream.removeprefix(f"{application.decider.name}-")
    known = draft.get(_FILE, case)
    since = known["since"] if known else row.position
    entries = [*(known["events"] if known else ()), {"topic": row.topic, "facts": msgspec.to_builtins(it.event)}]
    draft.put(_FILE, case, {"since": since, "events": entries})
    state = application.decider.fold(_event(one) for one in entries)
    if isinstance(state, Submitted):
        body = _entry(case, state)
        for view in (ALL, own(state.form.applicant_key)):
            draft.put(view, case, body, grp=body["status"], sort=f"{since:015d}")


def _event(entry: Mapping[str, Any]) -> Event:
    return msgspec.convert(entry["facts"], type=_EVENTS[entry["topic"]])


def _entry(case: str, state: Submitted) -> Body:
    told, form = status(state), state.form
    return {
        "case": case,
        "file_number": state.file_number,
        "applicant_key": form.applicant_key,
        "applicant_name": form.applicant_name,
        "item": form.item,
        "title": form.title,
        "status": told.code.value,
        "status_title": told.title,
        "applied_cents": told.applied_cents,
        "granted_cents": told.granted_cents,
        "settled_cents": told.settled_cents,
        "submitted_on": form.submitted_on.isoformat(),
    }


def applications(views: Views, status: StatusCode | None, after: str, limit: int) -> Page:
    """A page of all applications, or of those with a status."""
    return views.find(ALL, grp=status and status.value, after=after, limit=limit)


def applications_of(views: Views, keys: Sequence[str], status: StatusCode | None, after: str, limit: int) -> Page:
    """A page of several applicants' applications together, in the same order."""
    pages = [views.find(own(key), grp=status and status.value, after=after, limit=limit) for key in sorted(set(keys))]
    entries = sorted((it for page in pages for it in page.entries), key=lambda it: (it.sort, it.key))
    more = len(entries) > limit or any(page.next for page in pages)
    last = entries[:limit][-1] if entries else None
    return Page(entries=entries[:limit], next=f"{last.sort}\x1f{last.key}" if more and last else "")


def counts(views: Views) -> Mapping[StatusCode, int]:
    """How many applications have each status."""
    return {it: views.count(ALL, it.value) for it in StatusCode}
