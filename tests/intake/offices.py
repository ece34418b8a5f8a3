"""The people around an application and the other services, as far as intake's API meets them."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import uuid4

import httpx2

from services.intake.wiring import blueprint
from shared.contracts import payout, review
from shared.identity import Role
from tests.intake.builders import ARNSTADT, BY_YEAR, PDF, STADTILM, a_body, attached, sealed
from tests.service import Place, Running, serving

__all__ = ["Desk", "Place", "Running", "blueprint", "serving"]


class Desk:
    """A running intake with its people at hand."""

    def __init__(self, service: Running) -> None:
        self.service = service
        self.town = service.client("p-stadtilm", Role.APPLICANT, keys=(STADTILM,))
        self.other_town = service.client("p-arnstadt", Role.APPLICANT, keys=(ARNSTADT,))
        self.clerk = service.client("p-clerk", Role.INTAKE_CLERK)
        self.auditor = service.client("p-auditor", Role.AUDITOR)
        self.nobody = service.client()

    def submits(self, key: str = "", **changes: Any) -> httpx2.Response:
        headers = {"Idempotency-Key": key or str(uuid4())}
        return self.town.post("/intake/applications", json=a_body(**changes), headers=headers)

    def case(self, **changes: Any) -> str:
        """The id of a newly submitted application."""
        answer = self.submits(**changes)
        assert answer.status_code == 201, answer.text
        return answer.json()["case"]

    def etag(self, case: str) -> str:
        return self.clerk.get(f"/intake/cases/{case}").headers["etag"]

    def completes(self, case: str) -> httpx2.Response:
        headers = {"If-Match": self.etag(case)}
        return self.clerk.post(f"/intake/cases/{case}/completeness", json={}, headers=headers)

    def acts(self, client: httpx2.Client, case: str, step: str, body: Any) -> httpx2.Response:
        """A step on the version that the person has just read."""
        return client.post(f"/intake/cases/{case}/{step}", json=body, headers={"If-Match": self.etag(case)})

    def requests(self, case: str, text: str = "Nachweis des Eigenanteils", **more: Any) -> httpx2.Response:
        body = {"documents": [{"kind": "council-decision", "text": text}], **more}
        return self.acts(self.clerk, case, "document-requests", body)

    def supplies(self, case: str, number: int = 1, content: bytes = PDF) -> httpx2.Response:
        return self.acts(self.town, case, "supplies", {"attachments": [{**attached(content), "number": number}]})

    def withdraws(self, case: str) -> httpx2.Response:
        headers = {"If-Match": self.etag(case)}
        return self.town.post(f"/intake/cases/{case}/withdrawal", json={}, headers=headers)

    def draws(self, case: str, year: int, due: int, requested: int, key: str = "") -> httpx2.Response:
        body = {"year": year, "eligible_due_cents": due, "requested_cents": requested}
        headers = {"Idempotency-Key": key or str(uuid4())}
        return self.town.post(f"/intake/cases/{case}/drawdowns", json=body, headers=headers)

    def status(self, case: str) -> Mapping[str, Any]:
        return self.town.get(f"/intake/cases/{case}/status").json()

    # ---- What the others tell --------------------------------------------------------------------------------------

    def is_assessed(self, case: str) -> None:
        self.service.tell("review", case, review.AssessmentOpened(opened_on=date(2025, 5, 28)))

    def is_awarded(self, case: str) -> None:
        notified = review.AwardNotified(
            granted_cents=44_800_00, by_year=BY_YEAR, cut_cents=8_500_00, dispatched_on=date(2025, 7, 25),
            letter_sha256=64 * "b", remedy_ends_on=date(2025, 8, 29),
        )  # fmt: skip
        self.service.tell("review", case, notified)

    def is_final(self, case: str, drawdown_months: int = 0) -> None:
        assigned = review.FundsAssigned(
            award=case, file_number="EG-2025-00001", title="1605-63371", applicant_key=STADTILM,
            applicant_name="Stadt Stadtilm", by_year=BY_YEAR, eligible_cents=56_000_00, rate_bp=8_000,
            account_holder=sealed("account_holder"), iban=sealed("iban"), assigned_on=date(2025, 7, 31), acted=(),
            drawdown_months=drawdown_months,
        )  # fmt: skip
        self.service.tell("review", case, review.AwardFinal(final_on=date(2025, 7, 31), by_waiver=True), assigned)

    def is_examined(self, case: str, drawdown: str, requested: int, accepted: int, reason: str = "") -> None:
        examined = payout.DrawdownExamined(
            drawdown=drawdown,
            requested_cents=requested,
            accepted_cents=accepted,
            reason=reason,
            examined_on=date(2025, 8, 5),
        )
        self.service.tell("payout", case, examined)

    def is_paid(self, case: str, drawdown: str, year: int, cents: int) -> None:
        payment, title, on = f"m-{drawdown[:8]}", "1605-63371", date(year, 12, 5)
        self.service.tell(
            "payout",
            case,
            payout.PaymentOrdered(
                payment=payment, drawdown=drawdown, title=title, year=year, cents=cents, ordered_on=on
            ),
            payout.PaymentSettled(
                payment=payment, drawdown=drawdown, title=title, year=year, cents=cents, settled_on=on
            ),
        )
