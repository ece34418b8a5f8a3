"""Whatever is sent to the ledger's API: a clear answer as its OpenAPI description says, never an error of the server."""

from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck
from hypothesis import settings as bounded
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from services.ledger.wiring import blueprint, openapi
from shared.identity import Role
from tests.conftest import StartNats
from tests.ledger.rooms import settings
from tests.service import Place, Running, serving

schema = schemathesis.openapi.from_dict(openapi())
CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance, status_code_conformance]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, start_nats: StartNats) -> Iterator[Running]:
    place = Place(folder=tmp_path_factory.mktemp("fuzz"), nats=start_nats())
    with serving(blueprint, place, settings(place)) as running:
        yield running


@schema.parametrize()  # pyright: ignore[reportUntypedFunctionDecorator]  schemathesis leaves it untyped
@bounded(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
def test_no_request_breaks_the_ledger(case: schemathesis.Case, service: Running) -> None:
    token = service.place.token("p-everybody", *(set(Role) - {Role.SYSTEM}))
    answer = case.call(base_url=service.url, headers={"Authorization": f"Bearer {token}", "Accept": "application/json"})
    case.validate_response(answer, checks=CHECKS)
