"""Whatever is sent to review, it is never a fault of the house: schemathesis over its OpenAPI, against the running service."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error

from services.review.wiring import blueprint, openapi
from shared.identity import Role
from tests.conftest import StartNats
from tests.review.road import Road
from tests.review.test_api import place
from tests.service import Running, serving

schema = schemathesis.openapi.from_dict(openapi())


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, start_nats: StartNats) -> Iterator[Running]:
    with serving(blueprint, place(tmp_path_factory.mktemp("fuzz"), start_nats)) as running:
        road = Road(running)
        road.open_budget()
        road.propose(road.receive("0123456789abcdef0123456789abcdef"))
        yield running


BOUNDED = settings(
    max_examples=12, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)  # fmt: skip


@schema.parametrize()  # pyright: ignore[reportUntypedFunctionDecorator]  schemathesis leaves it untyped
@BOUNDED
def test_no_request_is_a_fault_of_the_house(case: Any, service: Running) -> None:
    everybody = service.place.token("p-all", *(it for it in Role if it != Role.SYSTEM), keys=("16070048",))
    case.call_and_validate(
        base_url=service.url, headers={"Authorization": f"Bearer {everybody}"}, checks=[not_a_server_error]
    )
