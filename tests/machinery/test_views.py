"""Views are what the log says, however they were made: at once, bit by bit, by a process that died, beside another one."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace as another
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared import records
from shared.projecting import FEW
from shared.recorders import Row
from shared.store import Recorded
from shared.view_following import ViewFollower
from shared.view_tables import SQLite, Stretch, provision
from shared.views import FOLLOWER, Draft, Views
from tests.benchmarks.conversation import SERVICES
from tests.conftest import StartNats
from tests.machinery import toys
from tests.machinery.lived import Log, Plainly, committed, content, empty_views, live, log_of

LIFECYCLES = 12
QUICK = settings(
    max_examples=15, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory, start_nats: StartNats) -> str:
    """Three logs that hold some whole lifecycles."""
    return live(tmp_path_factory.mktemp("lived"), start_nats(), LIFECYCLES)


@pytest.fixture(params=SERVICES)
def log(request: pytest.FixtureRequest, stores: str) -> Iterator[Log]:
    with log_of(request.param, stores) as opened:
        yield opened


def made_at_once(log: Log, folder: Path) -> Any:
    with empty_views(f"sqlite:{folder / 'at-once'}", log.service) as target:
        while log.follower(target).step():
            pass
        return content(target)


# ---- However they are made ------------------------------------------------------------------------------------------


def test_views_hold_what_event_after_event_says(log: Log, store_setting: str):
    with empty_views(store_setting, log.service) as target:
        follower = log.follower(target)
        while follower.step():
            pass
        documents, concerned = content(target)
        plainly = Plainly(log)
        assert {(name, key): (grp, sort, json.loads(body)) for name, key, grp, sort, body in documents} == dict(
            plainly.found()
        )
        assert concerned == sorted(plainly.concerned)
        assert follower.idle


@QUICK
@given(parts=st.data())
def test_views_are_the_same_in_whatever_stretches_they_are_made(log: Log, tmp_path: Path, parts: st.DataObject):
    with empty_views(f"sqlite:{tmp_path / 'bit-by-bit'}", log.service) as target:
        follower = log.follower(target)
        while not follower.idle:
            if parts.draw(st.booleans(), label="the process starts anew"):
                # With next to nothing at hand, documents are read back and states are folded again from the log.
                page, documents = parts.draw(st.integers(1, 60)), parts.draw(st.sampled_from([0, 2, 5_000]))
                follower = log.follower(target, page=page, documents=documents)
            if parts.draw(st.booleans(), label="handed over"):
                first = follower.position + 1
                follower.take(log.events(first, first + parts.draw(st.integers(0, 40))))
            else:
                follower.step()
        assert content(target) == made_at_once(log, tmp_path)


def test_documents_that_are_not_at_hand_are_read_in_few_round_trips(log: Log, tmp_path: Path):
    class Counting(SQLite):
        asked = 0

        def documents(self, wanted: Any) -> Any:
            self.asked += 1
            return super().documents(wanted)

    provision(f"sqlite:{tmp_path}", log.service, "")
    target, half = Counting(tmp_path / f"{log.service}.views.sqlite"), len(log.rows) // 2
    log.follower(target).take(log.events(1, half))
    target.asked = 0
    log.follower(target).take(log.events(half + 1, len(log.rows)))
    # Four rounds, for a document may name another, and so on; where the logs are cut in half decides how far. Each round reads a few
    # singly and all others in one round trip: there are hundreds.
    assert target.asked <= 4 * (FEW + 1)
    assert content(target) == made_at_once(log, tmp_path)
    target.close()


def test_streams_that_are_not_at_hand_are_folded_in_few_round_trips_whichever_of_their_events_are_looked_at(
    log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    rows_of, asked, standings = log.store.recorder.rows_of, list[Sequence[str]](), dict[tuple[str, int], Any]()

    def counting(streams: Sequence[str]) -> Sequence[Row]:
        asked.append(streams)
        assert len(asked) <= 3 * (FEW + 1), "one after the other, or without end"
        return rows_of(streams)

    def every_third(it: Recorded, row: Row, draft: Draft) -> None:
        if row.version % 3 == 0:
            standings[row.stream, row.version] = draft.standing(log.store.noun_of(row.stream), it, row).state

    monkeypatch.setattr(log.store.recorder, "rows_of", counting)
    with empty_views(f"sqlite:{tmp_path}", log.service) as target:
        follower = log.follower(target)
        follower.project = every_third
        follower.take(log.events(1, len(log.rows)))
    assert max(map(len, asked)) > FEW
    for (stream, version), state in standings.items():
        assert state == log.store.load(log.store.noun_of(stream), stream, version=version).state


# ---- Handed over ----------------------------------------------------------------------------------------------------


def test_events_handed_over_are_taken_once_and_never_across_a_gap(log: Log, tmp_path: Path):
    with empty_views(f"sqlite:{tmp_path}", log.service) as target:
        follower = log.follower(target)
        assert follower.take(log.events(2, 5)) == 0
        assert follower.take(log.events(1, 3)) == 3
        assert follower.take(log.events(1, 3)) == 0
        assert follower.take(log.events(2, 7)) == 4
        assert follower.take(log.events(9, 12)) == 0
        assert follower.take([]) == 0
        assert follower.position == 7
        while follower.step():
            pass
        assert content(target) == made_at_once(log, tmp_path)


def test_an_event_that_cannot_be_drawn_leaves_the_views_where_they_were(log: Log, tmp_path: Path):
    with empty_views(f"sqlite:{tmp_path}", log.service) as target:
        follower = log.follower(target, page=10)
        follower.take(log.events(1, 10))
        before, project = content(target), follower.project

        def failing(it: Recorded, row: Row, draft: Draft) -> None:
            if row.position == 25:
                raise ZeroDivisionError
            project(it, row, draft)

        follower.project = failing
        with pytest.raises(ZeroDivisionError):
            follower.step()
        assert (content(target), follower.position) == (before, 10)
        follower.project = project
        while follower.step():
            pass
        assert content(target) == made_at_once(log, tmp_path)


# ---- Killed ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("moment", ["within", "after"])
def test_a_rebuild_that_is_killed_goes_on_where_it_was_written(
    stores: str, store_setting: str, tmp_path: Path, moment: str
):
    with empty_views(store_setting, "payout") as target:
        command = [sys.executable, "-m", "tests.machinery.dying_rebuild", "payout", stores, store_setting, moment]
        assert subprocess.run(command, check=False, timeout=60).returncode == -9
        with log_of("payout", stores) as log:
            follower, written = log.follower(target), Views(target).position(FOLLOWER)[1]
            assert written == (20 if moment == "within" else 30)
            assert max(position for _, position in content(target)[1]) <= written
            while follower.step():
                pass
            assert content(target) == made_at_once(log, tmp_path)


# ---- Beside another process -----------------------------------------------------------------------------------------


class Unguarded(SQLite):
    """The protection switched off: writes wherever the views stand, and does not mind what is there."""

    def write(self, stretch: Stretch) -> bool:
        [(epoch, position)] = self.all("SELECT epoch, position FROM follower") or [stretch.before]
        return super().write(records.replace(stretch, before=(epoch, position), concerned={}))


async def shown_cents(at: Path, kind: type[SQLite], meanwhile: Any) -> int:
    """Two purses are given 25 cents each; a follower has read of the first when something happens. What the views show."""
    async with toys.writing(toys.PUBLISHER, toys.settings(at, None)) as house:
        for case in ("first", "second"):
            for _ in range(5):
                await toys.putting(house, 5, case)
        events = committed(house.store, house.store.recorder.rows(0, 100))
        house.views.close()
        house.views.database = kind(at / "intake.views.sqlite")
        house.view_follower.take(events[:5])
        meanwhile(house.view_follower, events)
        house.view_follower.take(events[5:])
        while house.view_follower.step():
            pass
        return sum(it.body["cents"] for it in house.views.find("purses", grp="all").entries)


def another_process_reads_on(follower: ViewFollower, events: Any) -> None:
    another(follower).take(events[5:])


def the_views_are_wiped(follower: ViewFollower, _events: Any) -> None:
    follower.views.wipe()


@pytest.mark.parametrize("meanwhile", [another_process_reads_on, the_views_are_wiped])
async def test_whatever_moves_the_views_meanwhile_no_cent_is_shown_twice_or_lost(tmp_path: Path, meanwhile: Any):
    assert await shown_cents(tmp_path, SQLite, meanwhile) == 50


@pytest.mark.parametrize(("meanwhile", "wrong"), [(another_process_reads_on, 75), (the_views_are_wiped, 25)])
async def test_without_the_guard_cents_are_shown_twice_or_lost(tmp_path: Path, meanwhile: Any, wrong: int):
    assert await shown_cents(tmp_path, Unguarded, meanwhile) == wrong


def test_on_postgresql_too_only_one_of_two_followers_writes(postgres_server: Any, postgres_database: str, stores: str):
    with (
        log_of("payout", stores) as log,
        empty_views(postgres_server.url(postgres_database), "payout") as target,
    ):
        one, other = log.follower(target), log.follower(target)
        one.take(log.events(1, 5))
        other.take(log.events(1, 9))
        assert one.take(log.events(6, 12)) == 7, "it believed to have read on"
        assert Views(target).position(FOLLOWER)[1] == 9
        assert (one.step(), one.idle) == (len(log.rows) - 9, True)
        assert Views(target).count("totals") == len({key for name, key in Plainly(log).found() if name == "totals"})


def test_views_that_were_made_in_another_way_are_made_anew(log: Log, tmp_path: Path):
    with empty_views(f"sqlite:{tmp_path}", log.service) as target:
        target.execute(
            [
                ("INSERT INTO view VALUES ('events', '000000000001', 'case', '000000000001', '{}')", ()),
                ("INSERT INTO follower VALUES ('views', ?, 3)", (log.store.recorder.head().epoch,)),
            ]
        )
        while log.follower(target).step():
            pass
        assert content(target) == made_at_once(log, tmp_path)


def test_views_of_another_log_are_made_anew(log: Log, tmp_path: Path):
    with empty_views(f"sqlite:{tmp_path}", log.service) as target:
        log.follower(target).step()
        target.execute([("UPDATE follower SET epoch='restored'", ())])
        while log.follower(target).step():
            pass
        assert content(target) == made_at_once(log, tmp_path)
