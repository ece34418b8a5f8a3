"""The bench itself: all sides still do what is compared, and a run that lost something does not count."""

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from deploy.sign_in import TokenDesk
from services.payout.report import PORTION
from shared.records import replace
from tests.benchmarks import accounts, appends, growth, lifecycles, over_http, rebuild, running, settlements
from tests.benchmarks.conversation import EVENTS
from tests.benchmarks.running import Asked, Bench, Figures, Lost, Part
from tests.servers import PostgresServer

pytestmark = pytest.mark.slow


def few(folder: Path, postgres: PostgresServer | None = None) -> Bench:
    return Bench(asked=Asked(folder=folder, count=40, in_flight=3, seconds=1, few=100), postgres=postgres)


def run(part: Part, variant: str, bench: Bench) -> Figures:
    with part.begin(bench) as run_once:
        return run_once(variant)


@contextmanager
def counting(lost: int, monkeypatch: pytest.MonkeyPatch, module: Any) -> Generator[None]:
    """The database counts an event too few or too many."""
    real = running.stored
    with monkeypatch.context() as patch:
        patch.setattr(module, "stored", lambda *where: real(*where) - lost)
        yield


@pytest.mark.parametrize("side", ["stock", "ours", "whole"])
def test_each_side_lives_through_the_conversation_and_loses_nothing(side: str, tmp_path: Path) -> None:
    found = run(lifecycles.PART, f"{side}_sqlite", few(tmp_path))
    assert found["lifecycles"] == 40
    assert found["lifecycles_per_second"] > 0


def test_a_statement_is_reconciled_and_one_that_leaves_a_line_unexplained_does_not_count(tmp_path: Path) -> None:
    for name in ("whole", "lost"):
        (tmp_path / name).mkdir()
    accounts.made(tmp_path / "whole", 500)
    for variant in accounts.VARIANTS.values():
        assert variant(tmp_path / "whole", 500)["lines_per_second"] > 0
    accounts.made(tmp_path / "lost", 500, without=250)
    with pytest.raises(Lost, match="499 of 500"):
        accounts.reconciled(tmp_path / "lost", 500)


@pytest.mark.parametrize("shape", settlements.SHAPES)
def test_what_a_statement_tells_first_is_settled_once_and_a_run_that_loses_or_doubles_one_does_not_count(
    shape: str, tmp_path: Path
) -> None:
    count = PORTION + 40
    variant = f"settle_{shape}_sqlite"
    with ExitStack() as stack:
        rounds = settlements.Rounds(replace(few(tmp_path), asked=Asked(folder=tmp_path, count=count)), stack)
        assert rounds.run(f"settle_{shape}_lxml")["lines_per_second"] > 0
        assert rounds.run(variant)["events"] == 2 * count + settlements.BESIDE
        rounds.files[shape].write_bytes(settlements.statement_file(shape, count, without=250))
        with pytest.raises(Lost, match=f"{count - 1} payments and {count - 1} drawdowns of {count} are settled"):
            rounds.run(variant)
        rounds.files[shape].write_bytes(settlements.statement_file(shape, count, 250))
        with pytest.raises(Lost, match="events instead of"):
            rounds.run(variant)


@pytest.mark.parametrize("lost", [1, -1])
def test_a_run_with_an_event_too_few_or_too_many_does_not_count(
    lost: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(EVENTS, "payout", EVENTS["payout"] + lost)
    monkeypatch.setattr(lifecycles, "ARRIVES_WITHIN", 2.0)
    with pytest.raises(Lost, match="events instead of"):
        run(lifecycles.PART, "stock_sqlite", few(tmp_path))


@pytest.mark.postgres
@pytest.mark.parametrize("side", appends.PART.variants)
def test_each_side_appends_what_its_clients_were_told_and_a_lost_append_does_not_count(
    side: str, tmp_path: Path, postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    if missing := appends.PART.missing(side):
        pytest.skip(missing)
    bench = few(tmp_path, postgres_server)
    assert run(appends.PART, side, bench)["acts"] >= 40
    with counting(1, monkeypatch, appends), pytest.raises(Lost, match="events instead of"):
        run(appends.PART, side, bench)


def test_a_command_over_http_is_durable_and_the_floor_does_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(over_http.PART, "floor", few(tmp_path))["acts"] >= 40
    assert run(over_http.PART, "opinion_sqlite", few(tmp_path))["rss_mb"] > 0
    with counting(1, monkeypatch, over_http), pytest.raises(Lost, match="events instead of"):
        run(over_http.PART, "opinion_sqlite", few(tmp_path))


def test_an_answer_that_is_an_error_makes_the_run_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TokenDesk, "jwks", lambda _desk: {"keys": []})
    with pytest.raises(Lost, match="issuer-unavailable"):
        run(over_http.PART, "opinion_sqlite", few(tmp_path))


def test_the_views_are_made_from_as_many_rows_as_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with rebuild.PART.begin(few(tmp_path)) as run_once:
        assert run_once("read_sqlite")["events"] == run_once("rebuild_sqlite")["events"] == 40 * 14 + rebuild.FURNISHED
        monkeypatch.setattr(rebuild, "EVENTS_OF_CASE", 15)
        with pytest.raises(Lost, match="events instead of"):
            run_once("read_sqlite")


@pytest.mark.postgres
def test_a_filled_store_is_whole_and_grows_by_what_was_appended(
    tmp_path: Path, postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with growth.PART.begin(few(tmp_path, postgres_server)) as run_once:
        assert run_once("append_1m")["before"] == 10_000
        assert run_once("load_1m")["acts"] == 40
        with counting(1, monkeypatch, growth), pytest.raises(Lost, match="events instead of"):
            run_once("append_1m")
