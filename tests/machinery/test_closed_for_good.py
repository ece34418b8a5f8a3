"""A client that the server has turned out does not come back by itself: its process ends within seconds, and is started again."""

from pathlib import Path

import pytest

from shared.provisioning import provision
from tests.conftest import StartNats
from tests.machinery.test_standby import process
from tests.servers import wait_until
from tests.service import Place

pytestmark = pytest.mark.slow


def users(password: str) -> str:
    return (
        "authorization { timeout: 5, users: [\n"
        '  {user: operator, password: "operator"}\n'
        f'  {{user: intake, password: "{password}"}}\n'
        "] }\n"
    )


def test_after_its_password_was_changed_a_process_ends_and_the_next_one_works(tmp_path: Path, start_nats: StartNats):
    nats = start_nats(users("old"), tmp_path / "nats")
    place = Place(folder=tmp_path / "place", nats=nats)
    (place.folder / "operator").write_text("operator")
    (place.folder / "password").write_text("old")
    provision("intake", place.settings())
    told = {"nats_password_file": place.folder / "password"}
    with process(place, **told) as it:
        wait_until(lambda: it.ready().get("status") == "ok", "der Prozess")
        assert it.put(1, "one").status_code == 200
        nats.reload(users("new"))
        assert it.running.wait(timeout=40) == 70
    (place.folder / "password").write_text("new")
    with process(place, **told) as it:
        wait_until(lambda: it.ready().get("status") == "ok", "der Prozess")
        assert it.put(2, "two").status_code == 200
        assert it.get("/intake/purses/case").json() == {"cents": 3}
    nats.stop()


def test_a_process_that_was_turned_away_while_it_came_back_works_again_or_ends_in_time(
    tmp_path: Path, start_nats: StartNats
):
    nats = start_nats(users("right"), tmp_path / "nats")
    place = Place(folder=tmp_path / "place", nats=nats)
    (place.folder / "operator").write_text("operator")
    (place.folder / "password").write_text("right")
    provision("intake", place.settings())
    with process(place, nats_password_file=place.folder / "password") as it:
        wait_until(lambda: it.ready().get("status") == "ok", "der Prozess")
        assert it.put(1, "one").status_code == 200
        nats.kill()
        nats.config = users("wrong")
        nats.start()
        log = nats.folder / "nats.log"
        wait_until(lambda: "authentication error" in log.read_text(), "eine Abweisung")
        nats.kill()
        nats.config = users("right")
        nats.start()
        assert it.put(2, "two").status_code == 200

        def has_told() -> bool:
            relays = it.ready().get("relays", {})
            return it.running.poll() == 70 or (
                bool(relays) and all(relay["position"] == 2 for relay in relays.values())
            )

        wait_until(has_told, "der Prozess oder sein Ende", within=40)
    nats.stop()
