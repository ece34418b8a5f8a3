"""The way back: a store restored from an older backup is rolled forward to all that it had already told others.

Nothing is decided again: the bytes that lie in the service's record stream, or in an export of the ledger, are appended
to the log in the positions they had, each checked against the one before it. All is checked before anything is written.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from shared.continuation import UNKNOWN, Continuation, Export, NotRecoverable, Told
from shared.decider import value
from shared.messaging import Lost, Messenger
from shared.recorders import Batch, FenceLost, Head, Lane, NotProvisioned, Recorder, Row
from shared.records import replace
from shared.topology import RECORDED, lane, record_lane, subjects_published
from shared.views import FOLLOWER, Views
from shared.witnessing import Witnessed, asked

BATCH = 1_000


@value
class LaneMoved:
    """A publisher's lane that was moved from one position to another.

    Where no frame and no export tells the publisher's chain there, a frame that begins or ends exactly there stops the
    lane; recovering once more, when the publisher's stream is filled again, tells it.
    """

    source: str
    before: int
    after: int
    chain_known: bool


@value
class Recovered:
    """What was done. `at`, `case` and `cause` are those of the log's last recovered event, empty when there was none."""

    service: str
    epoch: str
    before: int
    after: int
    chain: str
    lanes: Sequence[LaneMoved]
    views_wiped: bool
    at: str
    case: str
    cause: str


async def recover(
    service: str,
    recorder: Recorder,
    messenger: Messenger,
    views: Views,
    folder: Path | None = None,
    witnessed: Witnessed | None = None,
) -> Recovered:
    """Append what the stream, and the export in `folder` before it, hold after the store's head; move the lanes along.

    `witnessed` is what the ledger says it has: less than that is never called recovered. The service must be stopped
    and the broker reachable. Raises `NotRecoverable` (nothing was changed), `Lost` when the broker does not answer,
    `FenceLost` when somebody else writes: run it again, it goes on where it ended.
    """
    if service not in RECORDED:
        raise NotRecoverable(f"{service} hat keinen Aufzeichnungsstrom")
    start, lanes = recorder.head(), recorder.lanes()
    told = [*await _told(service, messenger, start), *_witnessed(witnessed, start)]
    export = Export(folder=folder) if folder is not None else None
    if export is None and not any(it.where == record_lane(service) for it in told):
        raise NotRecoverable("der Strom ist leer: ohne Export ist nicht zu sehen, was dem Bestand fehlt")

    def continuation() -> Continuation:
        return Continuation(
            service=service, recorder=recorder, messenger=messenger, export=export, head=start, told=told
        )

    checked = continuation()
    async for _ in checked.rows():
        pass
    moved = [await _resolved(it, messenger, export) for it in _moved(lanes, checked.causes)]
    await _append(continuation(), checked.head, recorder, lanes, moved)
    wipe = views.position(FOLLOWER)[1] > checked.head.position
    if wipe:  # they were not restored along, and show what is gone
        views.wipe()
    last = checked.context
    return Recovered(
        service=service,
        epoch=start.epoch,
        before=start.position,
        after=checked.head.position,
        chain=checked.head.chain,
        lanes=[
            LaneMoved(
                source=it.source,
                before=lanes[it.source].position if it.source in lanes else 0,
                after=it.position,
                chain_known=it.chain != UNKNOWN,
            )
            for it in moved
        ],
        views_wiped=wipe,
        at=last.at.isoformat() if last else "",
        case=last.correlation if last else "",
        cause=last.cause if last else "",
    )


async def _told(service: str, messenger: Messenger, start: Head) -> list[Told]:
    """What the service's own streams know of its history."""
    found: list[Told] = []
    for subject in subjects_published(service):
        newest = await messenger.last_frame(subject)
        if newest is None:
            continue
        if newest.epoch != start.epoch:
            raise NotRecoverable(f"{subject} bei Epoche {newest.epoch}, Bestand bei {start.epoch}")
        found.append(Told(where=subject, position=newest.last, chain=newest.chain_last))
    return found


def _witnessed(it: Witnessed | None, start: Head) -> list[Told]:
    if it is None or not it.position:
        return []
    if it.epoch != start.epoch:
        raise NotRecoverable(f"die Prüfkette bei Epoche {it.epoch}, Bestand bei {start.epoch}")
    return [Told(where="die Prüfkette", position=it.position, chain=it.chain)]


def _moved(lanes: dict[str, Lane], causes: dict[str, tuple[str, int]]) -> list[Lane]:
    """The lanes that these causes move, and those whose chain an earlier recovery could not tell.

    Exactly to the last message that provably caused something, never to the end of a frame around it: the frame that
    lies in the stream today may be longer than the one that was followed (a wiped stream is refilled in larger frames),
    and what only the longer one holds would be skipped for ever. Messages after it that had caused nothing come again:
    those that this service does not handle are passed over, and a repeated command decides nothing.
    """
    moved: list[Lane] = []
    for source in sorted(lanes.keys() | causes.keys()):
        old = lanes.get(source) or Lane(source=source)
        epoch, position = causes.get(source, (old.epoch, 0))
        if old.epoch and epoch != old.epoch:
            raise NotRecoverable(f"{source} wurde in Epoche {old.epoch} verfolgt, nun in {epoch}")
        if position > old.position:
            moved.append(Lane(source=source, epoch=epoch, position=position, chain=UNKNOWN))
        elif old.chain == UNKNOWN:
            moved.append(old)
    return moved


async def _resolved(it: Lane, messenger: Messenger, export: Export | None) -> Lane:
    """The lane with the publisher's chain at its position, as its frames or the export tell it."""
    subject = lane(it.source)
    for after in (it.position - 1, it.position):
        for frame in (await messenger.frames_after(subject, after))[:1]:
            if frame.epoch == it.epoch and frame.last == it.position:
                return replace(it, chain=frame.chain_last)
            if frame.epoch == it.epoch and frame.previous == it.position:
                return replace(it, chain=frame.chain_previous)
    return replace(it, chain=export.chain_at(it.source, it.epoch, it.position)) if export is not None else it


async def _append(
    again: Continuation, end: Head, recorder: Recorder, lanes: dict[str, Lane], moved: list[Lane]
) -> None:
    """Read and check once more, and write; each commit moves the lanes by its own rows, the last to where they belong."""
    before = again.head
    rows: list[Row] = []
    async for row in again.rows():
        if row.position > end.position:
            raise NotRecoverable("der Strom ist gewachsen: läuft der Dienst noch?")
        rows.append(row)
        if len(rows) == BATCH and row.position < end.position:
            after = _moved(lanes, again.causes)
            recorder.append(Batch(before=before, after=again.head, rows=rows, lanes=after, commands=()))
            before, rows = again.head, []
    if again.head != end:
        raise NotRecoverable("der Strom hat sich während des Lesens geändert")
    if rows or moved:
        recorder.append(Batch(before=before, after=end, rows=rows, lanes=moved, commands=()))


async def recovered(
    service: str,
    recorder: Recorder,
    messenger: Messenger,
    views: Views,
    folder: Path | None = None,
    *,
    ask_ledger: bool = False,
) -> Recovered:
    """`recover` over a connection of its own, with everything closed behind it; a ledger that answers is believed."""
    try:
        try:
            await asyncio.wait_for(messenger.broker.connect(), 15)
        except Exception as error:
            raise NotRecoverable("der Broker ist nicht erreichbar: sein Strom wird zum Vergleich gebraucht") from error
        witnessed = await asked(messenger) if ask_ledger else None
        return await recover(service, recorder, messenger, views, folder, witnessed)
    except NotProvisioned as error:
        raise NotRecoverable("der Bestand ist nicht angelegt: zuerst die Sicherung zurückspielen") from error
    except FenceLost as error:
        raise NotRecoverable("ein anderer Prozess schreibt in den Bestand: zuerst anhalten") from error
    except Lost as error:
        raise NotRecoverable(f"der Broker antwortet nicht, sind die Ströme angelegt? ({error})") from error
    finally:
        await messenger.leave()
        views.close()
        recorder.close()
