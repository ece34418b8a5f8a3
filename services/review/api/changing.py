"""Änderung und Aufhebung: what can be done with an award that stands, and with its money at payout."""

from services.review import award as awards
from services.review.api.award_bodies import (
    AmendmentBody,
    AnnulmentBody,
    AwardHearingBody,
    AwardStatementBody,
    ChangeRefusalBody,
    ExecutionBody,
    WhyBody,
)
from services.review.api.common import APPROVER, OFFICER, ROAD, amounts, opened_case, programme_of, told
from services.review.api.reading import known
from services.review.award import Approved, Final, Gone, Notified
from shared.decider import Decision, decision
from shared.service import House
from shared.web import Action, Ask


def changing(house: House) -> list[Action]:
    """Hearing, annulment, amendment, and the stop of payments."""
    return [*_hearing(house), *_annulling(house), *_amending(house), *_freezing(house)]


async def _standing(house: House, ask: Ask) -> Approved | Notified | Final:
    """The award that is to be changed; without one the noun says what is missing."""
    award = (await known(house, ask.path["case"])).award
    if isinstance(award, Approved | Notified | Final):
        return award
    raise awards.AwardIsGone if isinstance(award, Gone) else awards.NotApproved


def _hearing(house: House) -> list[Action]:
    async def hear(body: AwardHearingBody, ask: Ask) -> Decision:
        case = await opened_case(house, ask)
        programme = await programme_of(house, case)
        return awards.open_hearing(case, programme, body.annulment, body.legal_basis, body.facts)

    async def state(body: AwardStatementBody, ask: Ask) -> Decision:
        case = await opened_case(house, ask)
        return decision(awards.decider, case, awards.RecordAwardStatement(received_on=body.received_on))

    async def end(body: WhyBody, ask: Ask) -> Decision:
        case = await opened_case(house, ask)
        return decision(awards.decider, case, awards.CloseAwardHearing(reason=body.reason))

    return [
        Action(
            name="open-award-hearing", title="Zum Bescheid anhören", path=f"{ROAD}/award-hearing", roles=OFFICER,
            body=AwardHearingBody, decide=hear, answer=told,
        ),
        Action(
            name="record-award-statement", title="Äußerung der Kommune vermerken",
            path=f"{ROAD}/award-hearing/statement", roles=OFFICER, body=AwardStatementBody, decide=state, answer=told,
        ),
        Action(
            name="close-award-hearing", title="Anhörung ohne Folgen beenden", path=f"{ROAD}/award-hearing/closing",
            roles=OFFICER, body=WhyBody, decide=end, answer=told,
        ),
    ]  # fmt: skip


def _annulling(house: House) -> list[Action]:
    async def propose(body: AnnulmentBody, ask: Ask) -> Decision:
        case = await opened_case(house, ask)
        command = awards.ProposeAnnulment(
            annulment=body.annulment, legal_basis=body.legal_basis, by_year=amounts(body.by_year),
            eligible_cents=body.eligible_cents, effective_on=body.effective_on, reasons=body.reasons,
            discretion=body.discretion,
        )  # fmt: skip
        return decision(awards.decider, case, command)

    async def decide(body: ExecutionBody, ask: Ask) -> Decision:
        award = await _standing(house, ask)
        return awards.decide_annulment(ask.path["case"], award.course.proposals, body.immediate or "")

    async def drop(body: WhyBody, ask: Ask) -> Decision:
        award = await _standing(house, ask)
        command = awards.DropProposal(proposal=award.course.proposals, reason=body.reason)
        return awards.drop_proposal(ask.path["case"], command)

    return [
        Action(
            name="propose-annulment", title="Aufhebung vorschlagen", path=f"{ROAD}/annulment", roles=OFFICER,
            body=AnnulmentBody, decide=propose, answer=told,
        ),
        Action(
            name="decide-annulment", title="Bescheid aufheben", path=f"{ROAD}/annulment/decision", roles=APPROVER,
            body=ExecutionBody, decide=decide, answer=told,
        ),
        Action(
            name="drop-proposal", title="Vorschlag nicht folgen", path=f"{ROAD}/award-proposal/drop", roles=APPROVER,
            body=WhyBody, decide=drop, answer=told,
        ),
    ]  # fmt: skip


def _amending(house: House) -> list[Action]:
    async def propose(body: AmendmentBody, ask: Ask) -> Decision:
        award = await _standing(house, ask)
        command = awards.ProposeAmendment(
            change=award.course.change.change if award.course.change else "", by_year=amounts(body.by_year),
            eligible_cents=body.eligible_cents, ends_on=body.ends_on, conditions=body.conditions, reasons=body.reasons,
        )  # fmt: skip
        case = await opened_case(house, ask)
        return awards.propose_amendment(case, await programme_of(house, case), command)

    async def approve(body: ExecutionBody, ask: Ask) -> Decision:
        award = await _standing(house, ask)
        return awards.approve_amendment(ask.path["case"], award.course.proposals, body.immediate or "")

    async def refuse(body: ChangeRefusalBody, ask: Ask) -> Decision:
        award = (await known(house, ask.path["case"])).award
        change = award.course.change if isinstance(award, Approved | Notified | Final | Gone) else None
        if change is None:
            raise awards.UnknownChange
        command = awards.RefuseChange(change=change.change, reasons=body.reasons)
        return decision(awards.decider, ask.path["case"], command)

    return [
        Action(
            name="propose-amendment", title="Änderung vorschlagen", path=f"{ROAD}/amendment", roles=OFFICER,
            body=AmendmentBody, decide=propose, answer=told,
        ),
        Action(
            name="approve-amendment", title="Bescheid ändern", path=f"{ROAD}/amendment/approval", roles=APPROVER,
            body=ExecutionBody, decide=approve, answer=told,
        ),
        Action(
            name="refuse-change", title="Änderungsantrag ablehnen", path=f"{ROAD}/change/refusal", roles=APPROVER,
            body=ChangeRefusalBody, decide=refuse, answer=told,
        ),
    ]  # fmt: skip


def _freezing(house: House) -> list[Action]:
    async def freeze(body: WhyBody, ask: Ask) -> Decision:
        case = await opened_case(house, ask)
        return decision(awards.decider, case, awards.FreezePayout(reason=body.reason))

    async def thaw(body: WhyBody, ask: Ask) -> Decision:
        case = await opened_case(house, ask)
        return decision(awards.decider, case, awards.LiftPayoutFreeze(reason=body.reason))

    return [
        Action(
            name="freeze-payout", title="Auszahlung sperren", path=f"{ROAD}/payout-freeze", roles=OFFICER,
            body=WhyBody, decide=freeze, answer=told,
        ),
        Action(
            name="lift-payout-freeze", title="Auszahlung freigeben", path=f"{ROAD}/payout-freeze/lifting",
            roles=OFFICER, body=WhyBody, decide=thaw, answer=told,
        ),
    ]  # fmt: skip
