"""The list of expected files: what is awaited, overdue or came; and what the follower has still to expect or to note.

An alarm that a person acknowledged is in a group of its own, and no alarm any more; its file is awaited as before.

`to-expect` holds what gives rise to an expectation, `arrivals` what came and is not recorded as such; `movements` are days on which
a payment was booked, `following` the last statement of each account: the calendar says which of them a statement is owed for.
"""

from datetime import timedelta
from typing import Any

from services.payout import expectation
from services.payout.expectation import FileArrived, FileExpected, FileKind, FileOverdue, OverdueFileAcknowledged
from services.payout.statement import GAP, StatementNoted
from shared.calendar import local_date, next_target_day
from shared.deadlines import clear_due, set_due
from shared.store import Recorded
from shared.views import Body, Draft

EXPECTED_FILE = "expected-file"
"""The kind of deadline that an expectation is."""
_OWED = ("awaited", "overdue", "acknowledged")


def list_expected(draft: Draft, id: str, it: Recorded) -> None:
    """One event of an expectation into the lists."""
    event: Any = it.event
    if isinstance(event, FileExpected):
        body: Body = {
            "expectation": id, "kind": event.kind, "title": event.title, "account": event.account, "about": event.about,
            "due_at": event.due_at.isoformat(), "rule": event.rule, "status": "awaited", "arrived_at": None, "sha256": "",
            "acknowledged_by": "", "acknowledged_at": None,
        }  # fmt: skip
        set_due(draft, EXPECTED_FILE, id, on=local_date(event.due_at), at=event.due_at, rule=event.rule)
    else:
        body = draft.get("expectations", id) or {}
    match event:
        case FileOverdue():
            body |= {"status": "overdue"}
            clear_due(draft, EXPECTED_FILE, id)
            _note_silence(draft, event, silent=True)
        case OverdueFileAcknowledged():
            at = it.context.at.isoformat()
            body |= {"status": "acknowledged", "acknowledged_by": event.acknowledged_by, "acknowledged_at": at}
        case FileArrived():
            status = "late" if event.late else "arrived"
            _note_silence(draft, event, silent=False)
            body |= {"status": status, "arrived_at": event.arrived_at.isoformat(), "sha256": event.sha256}
            clear_due(draft, EXPECTED_FILE, id)
            draft.delete("arrivals", id)
        case _:
            pass
    draft.put("expectations", id, body, grp=body["status"], sort=f"{body['due_at']}/{id}")
    if isinstance(event, FileExpected):
        _begun(draft, id, event)


def _note_silence(draft: Draft, it: FileOverdue | FileArrived, *, silent: bool) -> None:
    """While the treasury owes a word on a batch, what became of its payments is unknown."""
    batch = draft.get("batches", it.about) if it.kind in (FileKind.ANSWER, FileKind.BOOKING) else None
    if batch is None:
        return
    others = [one for one in batch["silent"] if one != it.kind]
    batch["silent"] = sorted([*others, it.kind.value]) if silent else others
    draft.put("batches", it.about, batch, grp=batch["status"], sort=batch["place"])


def note_movement(draft: Draft, account: str, on: str) -> None:
    """A payment was booked on this account on this day."""
    if draft.get("statement-days", f"{account}/{on}") is None:
        draft.put("movements", f"{account}/{on}", {"booked_on": on}, grp=account, sort=on)


def expect_return(draft: Draft, payment: str, debtor: str, at: str) -> None:
    """The treasury promised a payment's money back at this instant, on the account it was paid from; it is expected unless it came
    or is expected already."""
    if draft.get("expectations", expectation.id_of(FileKind.RETURN, payment)) is None:
        draft.put("to-expect", f"return/{payment}", {"payment": payment, "debtor": debtor, "at": at})


def meet_return(draft: Draft, payment: str, at: str) -> None:
    """The money is back."""
    draft.delete("to-expect", f"return/{payment}")
    meet(draft, expectation.id_of(FileKind.RETURN, payment), at)


def _begun(draft: Draft, id: str, it: FileExpected) -> None:
    """What came before it was expected is met at once."""
    if it.kind == FileKind.STATEMENT:
        account = id.split("-")[1]
        draft.delete("following", account)
        draft.delete("movements", f"{it.account}/{it.about}")
        draft.put("statement-days", f"{it.account}/{it.about}", {})
        series = draft.get("series", account) or {"last_on": "", "awaited": [], "gap": False}
        if series["last_on"] == it.about or (series["last_on"] > it.about and not series["gap"]):
            meet(draft, id, series["at"], series["sha256"])
        else:
            draft.put("series", account, series | {"awaited": [*series["awaited"], it.about]})
        return
    if it.kind == FileKind.RETURN:
        draft.delete("to-expect", f"return/{it.about}")
        return
    if it.kind == FileKind.RECALL:
        draft.delete("to-expect", f"recall/{it.about}")
        asked = draft.get("recalls", it.about)
        if asked and asked["answered_at"]:
            meet(draft, id, asked["answered_at"])
        return
    draft.delete("to-expect", f"batch/{it.about}")
    if body := draft.get("batches", it.about):
        meet_batch(draft, body)


def meet(draft: Draft, id: str, at: str, sha256: str = "") -> None:
    """Something came at this instant: if it is awaited, its arrival is to be recorded."""
    body = draft.get("expectations", id)
    if body and body["status"] in _OWED:
        draft.put("arrivals", id, {"at": at, "sha256": sha256})


def meet_batch(draft: Draft, batch: Body) -> None:
    """What came of what a batch's files are expected for."""
    moved_at = batch["moved_at"] if batch["status"] == "completed" else ""
    # Who books without a word has answered, too.
    if answered_at := batch["answered_at"] or moved_at:
        meet(draft, expectation.id_of(FileKind.ANSWER, batch["batch"]), answered_at, batch["answer_sha256"])
    if moved_at:
        meet(draft, expectation.id_of(FileKind.BOOKING, batch["batch"]), moved_at)


def expect_of_batch(draft: Draft, batch: Body, at: str) -> None:
    """The treasury was given this batch."""
    told = {it: batch[it] for it in ("batch", "format", "debtor", "execution_on")}
    draft.put("to-expect", f"batch/{batch['batch']}", told | {"at": at})


def note_series(draft: Draft, account: str, it: StatementNoted, at: str) -> None:
    """A statement of a day: those awaited until that day came, or there was none to come; the next one is expected."""
    if it.closed_on is None:
        return
    day, gap = it.closed_on.isoformat(), GAP in it.findings
    series: Body = draft.get("series", account) or {"last_on": "", "awaited": []}
    # The numbers join on: for the days between there is no statement.
    met = [one for one in series["awaited"] if one == day or (one < day and not gap)]
    for one in met:
        meet(draft, expectation.id_of(FileKind.STATEMENT, one, account), at, it.sha256)
    series["awaited"] = [one for one in series["awaited"] if one not in met]
    if day > series["last_on"]:
        series |= {"last_on": day, "at": at, "sha256": it.sha256, "gap": gap}
        following = next_target_day(it.closed_on + timedelta(days=1)).isoformat()
        if draft.get("expectations", expectation.id_of(FileKind.STATEMENT, following, account)) is None:
            draft.put("following", account, {"series": account, "last_on": day})
    draft.put("series", account, series)
