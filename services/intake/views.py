"""Lists of intake, made from its own log alone: all applications, and each applicant's own, by status in order of receipt."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from services.intake import application, deadlines, draft_views, policies
from services.intake.application import Submitted
from services.intake.progress import RecipientSucceeded
from services.intake.status import StatusCode, status
from services.intake.supply import PaperDocumentScanned
from shared.formats import topic_of
from shared.recorders import Row
from shared.store import Recorded
from shared.views import Body, Draft, Page, Standing, Views

ALL = "applications"
PROGRAMMES = "programmes"
PAPER = "paper-documents"
"""One entry for each scanned document: the media breaks."""
_CLASSES: Sequence[type[Any]] = application.decider.events
_TOPICS = frozenset(topic_of(it.TOPIC, it.VERSION) for it in _CLASSES)


def own(applicant_key: str) -> str:
    """The name of the list of one applicant's applications."""
    return f"{ALL}-{applicant_key}"


def project(it: Recorded, row: Row, draft: Draft) -> None:
    """One event into the lists; only an application's own events change them, and its status depends on the whole file."""
    if row.topic in _TOPICS:
        standing = draft.standing(application.decider, it, row)
        if isinstance(standing.state, Submitted):
            case = row.stream.removeprefix(f"{application.decider.name}-")
            if isinstance(it.event, PaperDocumentScanned):
                draft.put(
                    PAPER, f"{case}-{row.version}", {"case": case, "received_on": it.event.received_on.isoformat()}
                )
            draft.at_last(case, partial(_list, case, standing.state, standing))
    elif isinstance(it.event, policies.PolicyNoted):
        programme = row.stream.removeprefix(f"{policies.decider.name}-")
        draft.put(PROGRAMMES, programme, {"programme": programme})
    else:
        draft_views.project(it, row, draft)


def _list(case: str, state: Submitted, standing: Standing, draft: Draft) -> None:
    deadlines.tell(case, state, draft)
    body = _entry(case, state)
    for view in (ALL, own(state.applicant_key)):
        draft.put(view, case, body, grp=body["status"], sort=f"{standing.since:015d}")
    former = {state.form.applicant_key, *(it.old_key for it in state.progress.noted(RecipientSucceeded))}
    for key in former - {state.applicant_key}:
        draft.delete(own(key), case)


def _entry(case: str, state: Submitted) -> Body:
    told, form = status(state), state.form
    allowed = max(state.early_starts, key=lambda it: it.ends_on or date.max, default=None)
    return {
        "case": case,
        "file_number": state.file_number,
        "applicant_key": state.applicant_key,
        "applicant_name": state.applicant_name,
        "item": form.item,
        "title": form.title,
        "status": told.code.value,
        "status_title": told.title,
        "applied_cents": told.applied_cents,
        "granted_cents": told.granted_cents,
        "settled_cents": told.settled_cents,
        "submitted_on": form.submitted_on.isoformat(),
        "starts_on": form.starts_on.isoformat(),
        "ends_on": form.ends_on.isoformat(),
        "early_start_on": allowed.on.isoformat() if allowed else "",
        "early_start_ends_on": allowed.ends_on.isoformat() if allowed and allowed.ends_on else "",
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


def programmes(views: Views) -> Sequence[str]:
    """The ids of all programmes whose policies were told."""
    return [it.key for it in views.find(PROGRAMMES, limit=200).entries]


def own_applications(views: Views, applicant_key: str) -> Sequence[Body]:
    """An applicant's applications, the first hundred."""
    return [it.body for it in views.find(own(applicant_key), limit=100).entries]


def media_breaks(views: Views) -> int:
    """How many documents came on paper and were scanned."""
    return views.count(PAPER)


def counts(views: Views) -> Mapping[StatusCode, int]:
    """How many applications have each status."""
    return {it: views.count(ALL, it.value) for it in StatusCode}
