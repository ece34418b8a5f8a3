"""Rückforderung: what is demanded back once it is clear that more was paid than is granted, or used too late."""

import asyncio
from datetime import date

from pydantic import Field

from services.review import recovering as recoveries
from services.review import recovery
from services.review.api.award_bodies import WhyBody
from services.review.api.common import APPROVER, OFFICER, ROAD, opened_case, programme_of
from services.review.api.reading import known
from services.review.recovery import ClaimKind
from shared.decider import Decision, DomainError
from shared.published_rates import base_rates
from shared.service import House
from shared.web import Action, Ask, Body, Cents, Line, NoBody, Text


class RepaymentBody(Body):
    kind: ClaimKind = Field(default=ClaimKind.EXCESS, title="Forderung")
    cents: Cents | None = Field(
        default=None, title="Betrag", description="bei Zwischenzinsen der zu spät verwendete Betrag"
    )
    reasons: Text = Field(title="Begründung")
    waived_because: Line | None = Field(default=None, title="Von Zinsen wird abgesehen, weil")
    ineffective_on: date | None = Field(
        default=None,
        title="Unwirksam seit",
        description="wenn nach dem anerkannten Nachweis weniger bleibt; von da an laufen Zinsen",
    )
    from_on: date | None = Field(default=None, title="Zwischenzinsen ab")
    until_on: date | None = Field(default=None, title="verwendet am")
    found: Line | None = Field(
        default=None,
        title="Feststellung",
        description="Name aus `findings`: Betrag und Tage sind dann die der Auszahlung, `kind` und `cents` zählen nicht",
    )


class AmountMissing(DomainError):
    code = "amount-missing"
    title = "Bitte geben Sie an, welcher Betrag zurückgefordert wird."
    status = 422


def recovering(house: House) -> list[Action]:
    """Proposed by one, demanded or dropped by another."""

    async def on_finding(body: RepaymentBody, found: str, case: str, programme: str, claim: str) -> Decision:
        kind, _, name = found.partition("/")
        if kind == ClaimKind.OVERPAYMENT:
            return recoveries.propose_overpaid(
                case, programme, claim, name, waived_because=body.waived_because or "", reasons=body.reasons,
                interest_from_on=body.ineffective_on,
            )  # fmt: skip
        if kind != ClaimKind.LATE_USE:
            raise recovery.UnknownFinding(field="found")
        rates = await asyncio.to_thread(base_rates, house.settings.base_rates)
        return recoveries.propose_late_money(case, programme, claim, name, reasons=body.reasons, rates=rates)

    async def propose(body: RepaymentBody, ask: Ask) -> Decision:
        case, claim = await opened_case(house, ask), ask.new_id("claim")
        programme = await programme_of(house, case)
        if body.found:
            return await on_finding(body, body.found, case, programme, claim)
        if body.cents is None:
            raise AmountMissing(field="cents")
        if body.kind == ClaimKind.OVERPAYMENT:
            raise recovery.UnknownFinding(field="found")
        if body.kind == ClaimKind.EXCESS:
            return recoveries.propose_excess(
                case, programme, claim, cents=body.cents, waived_because=body.waived_because or "", reasons=body.reasons,
                ineffective_on=body.ineffective_on,
            )  # fmt: skip
        if body.from_on is None or body.until_on is None:
            raise recoveries.UseNotValid(field="from_on")
        rates = await asyncio.to_thread(base_rates, house.settings.base_rates)
        return recoveries.propose_late_use(
            case, programme, claim, cents=body.cents, from_on=body.from_on, until_on=body.until_on,
            reasons=body.reasons, rates=rates,
        )  # fmt: skip

    async def demand(_body: NoBody, ask: Ask) -> Decision:
        it = await known(house, ask.path["case"])
        return recoveries.demand(it.case, await programme_of(house, it.case), it.recovery.proposals)

    async def drop(body: WhyBody, ask: Ask) -> Decision:
        it = await known(house, ask.path["case"])
        return recoveries.drop(it.case, await programme_of(house, it.case), it.recovery.proposals, body.reason)

    road = f"{ROAD}/repayment"
    return [
        Action(
            name=recovery.PROPOSE, title="Rückforderung vorschlagen", path=road, roles=OFFICER, body=RepaymentBody,
            decide=propose,
            summary="Schlägt vor, über die Bewilligung hinaus Gezahltes zurückzufordern oder Zwischenzinsen zu erheben.",
        ),
        Action(
            name=recovery.DEMAND, title="Erstattung festsetzen", path=f"{road}/demand", roles=APPROVER, decide=demand,
        ),
        Action(
            name=recovery.DROP, title="Rückforderung nicht folgen", path=f"{road}/drop", roles=APPROVER, body=WhyBody,
            decide=drop,
        ),
    ]  # fmt: skip
