"""Schemathesis over payout's OpenAPI: whatever is sent, the service answers, and never with a 5xx."""

from typing import Any

import schemathesis
from hypothesis import HealthCheck, settings

from services.payout.wiring import openapi
from shared.identity import Role
from tests.payout.road import Road

schema = schemathesis.openapi.from_dict(openapi())
SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
ALL_ROLES = [it for it in Role if it not in (Role.SYSTEM, Role.APPLICANT)]


@schema.parametrize()  # pyright: ignore[reportUntypedFunctionDecorator] schemathesis has no types here
@settings(max_examples=12, suppress_health_check=SLOW, derandomize=True)
def test_nothing_that_is_sent_breaks_the_service(case: Any, road: Road) -> None:
    token = road.service.place.token("p-everything", *ALL_ROLES)
    answer = case.call(base_url=road.service.url, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code < 500, answer.text


def test_the_service_still_serves(road: Road) -> None:
    assert road.ask("p-auditor", "/payout/cases").status_code == 200
