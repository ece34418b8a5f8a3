"""Whatever is sent to intake's API: a clear answer as its OpenAPI description says, never an error of the server."""

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from services.intake.wiring import openapi
from shared.identity import Role
from tests.intake.builders import STADTILM
from tests.intake.offices import Desk

schema = schemathesis.openapi.from_dict(openapi())
CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance, status_code_conformance]


@pytest.fixture(scope="module")
def somebody(desk: Desk) -> dict[str, str]:
    """A token that every action lets in, so that requests get far."""
    token = desk.service.place.token("p-everybody", *(set(Role) - {Role.SYSTEM}), keys=(STADTILM,))
    return {"Authorization": f"Bearer {token}", "Idempotency-Key": "", "Accept": "application/json"}


@schema.parametrize()  # pyright: ignore[reportUntypedFunctionDecorator]  schemathesis leaves it untyped
@settings(
    max_examples=20,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.function_scoped_fixture],
)
def test_no_request_breaks_the_service(case: schemathesis.Case, desk: Desk, somebody: dict[str, str]) -> None:
    headers = {name: it for name, it in somebody.items() if it}
    answer = case.call(base_url=desk.service.url, headers=headers)
    case.validate_response(answer, checks=CHECKS)
