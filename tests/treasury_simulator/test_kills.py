"""kill -9 between any two durable steps: after a restart the same book and the same answers, to the byte."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.treasury_simulator.__main__ import ALREADY_RUNNING
from deploy.treasury_simulator.interruption import Moment
from tests.treasury_simulator.builders import ROOT, Counter, Transfer, pain_001

FILES = {
    "a.xml": pain_001(Transfer("TH26AAAA0001"), Transfer("TH26AAAA0002", "1.00"), message_id="A"),
    "b.xml": pain_001(Transfer("TH26AAAA0002", "1.00"), Transfer("TH26AAAA0003"), message_id="B"),
    "c.xml": pain_001(message_id="C")[:-40],
}


def send_all(counter: Counter) -> None:
    for place, (name, content) in enumerate(FILES.items()):
        counter.send(content, name)
        os.utime(counter.root / "to-treasury" / name, (1_770_000_000 + place, 1_770_000_000 + place))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Counter:
    counter = Counter(tmp_path_factory.mktemp("undisturbed") / "treasury")
    send_all(counter)
    assert counter.run().returncode == 0
    return counter


@pytest.mark.parametrize("passage", [1, 2])
@pytest.mark.parametrize("moment", Moment)
def test_a_kill_at_any_moment_changes_nothing(
    tmp_path: Path, undisturbed: Counter, moment: Moment, passage: int
) -> None:
    counter = Counter(tmp_path / "treasury")
    send_all(counter)
    died = counter.run(dies_at=f"{moment}:{passage}").returncode
    # a round takes all files at once: there is no second passage of TAKEN to die at
    assert died == (0 if (moment, passage) == (Moment.TAKEN, 2) else -signal.SIGKILL)
    assert counter.answers().items() <= undisturbed.answers().items(), "no answer is visible before it is whole"
    assert counter.run().returncode == 0
    assert counter.answers() == undisturbed.answers()
    assert counter.book() == undisturbed.book()
    assert counter.book()["totals"] == {"ordered": 3, "settled": 3, "rejected": 0, "duplicate": 1}
    assert [path for path in (counter.root / "from-treasury").iterdir() if path.name.startswith(".")] == []


def test_a_program_killed_again_and_again_comes_through(tmp_path: Path, undisturbed: Counter) -> None:
    counter = Counter(tmp_path / "treasury")
    send_all(counter)
    for moment in Moment:
        counter.run(dies_at=moment)
    assert counter.run().returncode == 0
    assert counter.answers() == undisturbed.answers()
    assert counter.book() == undisturbed.book()


def test_the_book_itself_refuses_a_second_booking(tmp_path: Path) -> None:
    counter = Counter(tmp_path / "treasury")
    send_all(counter)
    counter.run()
    connection = sqlite3.connect(counter.root / "book" / "book.sqlite")
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute("INSERT INTO booking SELECT * FROM booking LIMIT 1")
    connection.close()


def test_an_answer_that_no_longer_follows_from_the_book_is_not_sent(tmp_path: Path) -> None:
    counter = Counter(tmp_path / "treasury")
    send_all(counter)
    counter.run(dies_at=Moment.RECORDED)
    connection = sqlite3.connect(counter.root / "book" / "book.sqlite", isolation_level=None)
    connection.execute("UPDATE payment SET amount_cents = amount_cents + 1")
    connection.close()
    assert "BookContradicted" in counter.run().stderr
    assert counter.answers() == {}


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_it_serves_until_it_is_asked_to_stop_and_one_directory_has_one_treasury(tmp_path: Path) -> None:
    counter = Counter(tmp_path / "treasury")
    command = [sys.executable, "-m", "deploy.treasury_simulator", str(counter.root), "--poll", "0.02"]
    program = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        until((counter.root / "from-treasury").exists)
        counter.send(pain_001(), ".a.xml")
        (counter.root / "to-treasury" / ".a.xml").rename(counter.root / "to-treasury" / "a.xml")
        until(lambda: len(counter.answers()) == 2)
        assert counter.run().returncode == ALREADY_RUNNING
        assert counter.book()["totals"]["settled"] == 1
    finally:
        program.terminate()
        told, _ = program.communicate(timeout=20)
    assert program.returncode == 0
    assert told.splitlines()[0] == '{"event": "a.xml is file 1: accepted"}'


def test_the_book_of_a_directory_without_one_is_empty_and_stays_unwritten(tmp_path: Path) -> None:
    counter = Counter(tmp_path / "treasury")
    assert counter.book()["totals"] == {"ordered": 0, "settled": 0, "rejected": 0, "duplicate": 0}
    assert not (counter.root / "book").exists()
