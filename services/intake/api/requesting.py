"""What the applicant may ask of the ministry beside the grant itself: to begin early, to change what was awarded."""

from typing import Any

from services.intake import change_request, early_start
from services.intake.api.bodies import AwardChangeBody, EarlyStartBody
from services.intake.api.reading import opened
from services.intake.application import Application
from services.intake.change_request import RequestChange
from services.intake.early_start import RequestEarlyStart
from shared.contracts import YearAmount
from shared.contracts.intake import RoughExpenditure
from shared.decider import Decision
from shared.identity import Role
from shared.service import House
from shared.web import Action, Ask

_CASE = "/intake/cases/{case}"


def requesting(house: House) -> list[Action]:
    """Early start and change, by the applicant."""

    async def request_early_start(body: EarlyStartBody, ask: Ask) -> Decision:
        asked = (await opened(house, ask.path["case"])).state
        command = RequestEarlyStart(
            early_start=ask.new_id("early-start"),
            case=ask.path["case"],
            applicant_keys=ask.person.applicant_keys,
            file_number=asked.file_number,
            applicant_key=asked.applicant_key,
            applicant_name=asked.applicant_name,
            title=asked.form.title,
            description=body.description,
            reason=body.reason,
            expenditure=tuple(RoughExpenditure(description=it.description, cents=it.cents) for it in body.expenditure),
            contract_on=body.contract_on,
        )
        return early_start.request(command)

    async def request_change(body: AwardChangeBody, ask: Ask) -> Decision:
        await opened(house, ask.path["case"])
        command = RequestChange(
            change=ask.new_id("change"),
            case=ask.path["case"],
            applicant_keys=ask.person.applicant_keys,
            kind=body.kind,
            by_year=tuple(YearAmount(year=it.year, cents=it.cents) for it in body.by_year if it.cents),
            eligible_cents=body.eligible_cents or 0,
            ends_on=body.ends_on,
            reason=body.reason,
        )
        return change_request.request(command)

    def early_start_received(_state: Application, ask: Ask) -> dict[str, Any]:
        return {"early_start": ask.new_id("early-start")}

    def change_received(_state: Application, ask: Ask) -> dict[str, Any]:
        return {"change": ask.new_id("change")}

    applicant = frozenset({Role.APPLICANT})
    return [
        Action(
            name="request-early-start", title="Vorzeitigen Beginn beantragen", path=f"{_CASE}/early-starts",
            roles=applicant, body=EarlyStartBody, decide=request_early_start, creates=True, status=202,
            answer=early_start_received,
        ),
        Action(
            name="request-change", title="Änderung beantragen", path=f"{_CASE}/changes", roles=applicant,
            body=AwardChangeBody, decide=request_change, creates=True, status=202, answer=change_received,
        ),
    ]  # fmt: skip
