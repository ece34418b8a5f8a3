"""Verfahren: hearing, hold, formal rejection."""

from services.review import assessment as assessments
from services.review import award as awards
from services.review.api.bodies import (
    DispensationBody,
    ExtensionBody,
    FormalRejectionBody,
    HearingBody,
    HoldBody,
    ResumptionBody,
    StatementBody,
    WarningsBody,
)
from services.review.api.common import APPROVER, OFFICER, ROAD, opened_case, programme_of, told
from shared.decider import Decision, decision
from shared.service import House
from shared.web import Action, Ask, NoBody


def proceeding(house: House) -> list[Action]:
    """What happens beside the road from opinion to decision."""
    return [*_hearing(house), *_waiting(house), *_rejecting(house)]


def _hearing(house: House) -> list[Action]:
    async def open_hearing(body: HearingBody, ask: Ask) -> Decision:
        case = await opened_case(house, ask)
        return assessments.open_hearing(case, await programme_of(house, case), body.about, body.announced, body.days)

    async def record_statement(body: StatementBody, ask: Ask) -> Decision:
        case = await opened_case(house, ask)
        command = assessments.RecordStatement(received_on=body.received_on, consideration=body.consideration)
        return decision(assessments.decider, case, command)

    async def extend(body: ExtensionBody, ask: Ask) -> Decision:
        case = await opened_case(house, ask)
        return decision(assessments.decider, case, assessments.ExtendHearing(days=body.days))

    async def dispense(body: DispensationBody, ask: Ask) -> Decision:
        case = await opened_case(house, ask)
        command = assessments.DispenseWithHearing(about=body.about, ground=body.ground, reasons=body.reasons)
        return decision(assessments.decider, case, command)

    return [
        Action(
            name="open-hearing", title="Kommune anhören", path=f"{ROAD}/hearing", roles=OFFICER, body=HearingBody,
            decide=open_hearing, answer=told, summary="Kommune vor einer Ablehnung oder Kürzung anhören (§ 28 VwVfG).",
        ),
        Action(
            name="record-statement", title="Stellungnahme würdigen", path=f"{ROAD}/hearing/statement", roles=OFFICER,
            body=StatementBody, decide=record_statement, answer=told,
        ),
        Action(
            name="extend-hearing", title="Frist zur Stellungnahme verlängern", path=f"{ROAD}/hearing/extension",
            roles=OFFICER, body=ExtensionBody, decide=extend, answer=told,
            summary="Frist verlängern, auch nach ihrem Ablauf (§ 31 VII VwVfG).",
        ),
        Action(
            name="dispense-with-hearing", title="Von der Anhörung absehen", path=f"{ROAD}/hearing/dispensation",
            roles=OFFICER, body=DispensationBody, decide=dispense, answer=told,
        ),
    ]  # fmt: skip


def _waiting(house: House) -> list[Action]:
    async def put_on_hold(body: HoldBody, ask: Ask) -> Decision:
        case = await opened_case(house, ask)
        command = assessments.PutOnHold(reason=body.reason, text=body.text, resubmission_on=body.resubmission_on)
        return decision(assessments.decider, case, command)

    async def resume(body: ResumptionBody, ask: Ask) -> Decision:
        case = await opened_case(house, ask)
        return decision(assessments.decider, case, assessments.ResumeCase(reason=body.reason))

    async def acknowledge(body: WarningsBody, ask: Ask) -> Decision:
        case = await opened_case(house, ask)
        return decision(assessments.decider, case, assessments.AcknowledgeWarnings(consideration=body.consideration))

    return [
        Action(
            name="acknowledge-warnings", title="Hinweise würdigen", path=f"{ROAD}/warnings", roles=OFFICER,
            body=WarningsBody, decide=acknowledge, answer=told,
            summary="Würdigen, worauf der Antragseingang hinwies; vorher wird keine Bewilligung vorgeschlagen.",
        ),
        Action(
            name="put-on-hold", title="Vorgang zurückstellen", path=f"{ROAD}/hold", roles=OFFICER, body=HoldBody,
            decide=put_on_hold, answer=told,
        ),
        Action(
            name="resume-case", title="Vorgang wieder aufnehmen", path=f"{ROAD}/resumption", roles=OFFICER,
            body=ResumptionBody, decide=resume, answer=told,
        ),
    ]  # fmt: skip


def _rejecting(house: House) -> list[Action]:
    async def propose(body: FormalRejectionBody, ask: Ask) -> Decision:
        case = await opened_case(house, ask)
        return assessments.propose_formal_rejection(case, await programme_of(house, case), body.grounds, body.reasons)

    async def reject(_body: NoBody, ask: Ask) -> Decision:
        case = await opened_case(house, ask)
        return awards.reject_formally(case)

    return [
        Action(
            name="propose-formal-rejection", title="Formale Ablehnung vorschlagen", path=f"{ROAD}/rejection-proposal",
            roles=OFFICER, body=FormalRejectionBody, decide=propose, answer=told,
            summary="Ablehnung als unzulässig vorschlagen, ohne fachliche Prüfung.",
        ),
        Action(
            name="reject-formally", title="Antrag als unzulässig ablehnen", path=f"{ROAD}/rejection", roles=APPROVER,
            decide=reject, answer=told,
        ),
    ]  # fmt: skip
