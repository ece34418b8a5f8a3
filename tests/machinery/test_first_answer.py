"""A repeated request gets the first answer, also when asking again makes no sense any more."""

from pathlib import Path
from typing import Any

from shared.decider import Decision, decision
from shared.identity import Role
from shared.problems import Problem
from shared.records import replace
from shared.web import Action, Ask, NoBody
from tests.machinery.toys import PUBLISHER, Put, purse
from tests.servers import NatsServer
from tests.service import Place, serving


async def _only_once(house: Any, ask: Ask) -> Decision:
    if house.store.load(purse, purse.stream(ask.path["case"])).version:
        raise Problem(409, "already-full", "Das ist schon geschehen.")
    return decision(purse, ask.path["case"], Put(cents=5))


def _blueprint() -> Any:
    def actions(house: Any) -> list[Action]:
        async def fill(_body: NoBody, ask: Ask) -> Decision:
            return await _only_once(house, ask)

        return [
            Action(
                name="fill", title="Füllen", path="/intake/purses/{case}/fill", roles=frozenset({Role.EXPERT}),
                decide=fill, creates=True, status=201,
            )
        ]  # fmt: skip

    return replace(PUBLISHER, actions=actions)


def test_a_repetition_is_answered_as_the_first_although_it_could_not_be_decided_again(
    tmp_path: Path, shared_nats: NatsServer
):
    with serving(_blueprint(), Place(folder=tmp_path, nats=shared_nats)) as service:
        client = service.client("p-1", Role.EXPERT)
        headers = {"Idempotency-Key": "k"}
        first = client.post("/intake/purses/a/fill", json={}, headers=headers)
        assert first.status_code == 201, first.text
        again = client.post("/intake/purses/a/fill", json={}, headers=headers)
        assert (again.status_code, again.json()) == (201, first.json())
        other = client.post("/intake/purses/a/fill", json={}, headers={"Idempotency-Key": "another"})
        assert (other.status_code, other.json()["code"]) == (409, "already-full")
