"""Bekanntgabe und Rechtsbehelf: dispatch and service of the notice, waiver, lawsuit, finality."""

from services.review import award as awards
from services.review.api.bodies import (
    DispatchBody,
    DispatchLetterBody,
    LawsuitBody,
    LawsuitOutcomeBody,
    LetterFailureBody,
    OfNoticeBody,
    ReceiptBody,
    ServiceFailureBody,
    WaiverBody,
)
from services.review.api.common import OFFICER, ROAD, opened_case, programme_of, told
from services.review.api.letter_file import letter_named
from services.review.api.letter_reading import stored, stored_letter
from services.review.api.reading import known
from services.review.award import HalfSigned, Unsigned, notice_of
from services.review.correspondence import dispatch as dispatch_letter
from services.review.correspondence import record_failure
from shared.decider import Decision
from shared.service import House
from shared.web import Action, Ask


def notifying(house: House) -> list[Action]:
    """From the dispatch of a notice to the finality of what it says."""
    return [*_serving(house), *_remedies(house), *_beside(house)]


def _serving(house: House) -> list[Action]:
    async def dispatch(body: DispatchBody, ask: Ask) -> Decision:
        it = await known(house, ask.path["case"])
        if isinstance(it.award, Unsigned | HalfSigned):
            raise awards.NotApproved
        sent = notice_of(it.award, body.proposal)
        reference = sent.letter if sent else await stored_letter(house, it, body.proposal)
        programme = await programme_of(house, it.case)
        return awards.dispatch(
            it.case, programme, reference, instructed=body.instructed, channel=body.channel, proposal=body.proposal
        )

    async def receive(body: ReceiptBody, ask: Ask) -> Decision:
        case = await opened_case(house, ask)
        return awards.of_notice(case, awards.RecordReceipt(received_on=body.received_on, proposal=body.proposal))

    async def fail(body: ServiceFailureBody, ask: Ask) -> Decision:
        case = await opened_case(house, ask)
        return awards.of_notice(case, awards.RecordServiceFailure(reason=body.reason, proposal=body.proposal))

    return [
        Action(
            name="dispatch-notice", title="Bescheid versenden", path=f"{ROAD}/notice", roles=OFFICER,
            body=DispatchBody, decide=dispatch, answer=told,
        ),
        Action(
            name="record-receipt", title="Tatsächlichen Zugang vermerken", path=f"{ROAD}/notice/receipt",
            roles=OFFICER, body=ReceiptBody, decide=receive, answer=told,
        ),
        Action(
            name="record-service-failure", title="Gescheiterte Bekanntgabe vermerken", path=f"{ROAD}/notice/failure",
            roles=OFFICER, body=ServiceFailureBody, decide=fail, answer=told,
        ),
    ]  # fmt: skip


def _remedies(house: House) -> list[Action]:
    async def waive(body: WaiverBody, ask: Ask) -> Decision:
        case = await opened_case(house, ask)
        return awards.of_notice(case, awards.RecordWaiver(declared_on=body.declared_on, proposal=body.proposal))

    async def sue(body: LawsuitBody, ask: Ask) -> Decision:
        case = await opened_case(house, ask)
        command = awards.RecordLawsuit(
            filed_on=body.filed_on, court_reference=body.court_reference, proposal=body.proposal
        )
        return awards.of_notice(case, command)

    async def conclude(body: LawsuitOutcomeBody, ask: Ask) -> Decision:
        case = await opened_case(house, ask)
        command = awards.ConcludeLawsuit(outcome=body.outcome, concluded_on=body.concluded_on, proposal=body.proposal)
        return awards.of_notice(case, command)

    async def declare_final(body: OfNoticeBody, ask: Ask) -> Decision:
        case = await opened_case(house, ask)
        return awards.of_notice(case, awards.DeclareFinal(proposal=body.proposal))

    return [
        Action(
            name="record-waiver", title="Rechtsbehelfsverzicht vermerken", path=f"{ROAD}/waiver", roles=OFFICER,
            body=WaiverBody, decide=waive, answer=told,
        ),
        Action(
            name="record-lawsuit", title="Klage vermerken", path=f"{ROAD}/lawsuit", roles=OFFICER,
            body=LawsuitBody, decide=sue, answer=told,
        ),
        Action(
            name="conclude-lawsuit", title="Ausgang der Klage vermerken", path=f"{ROAD}/lawsuit/outcome",
            roles=OFFICER, body=LawsuitOutcomeBody, decide=conclude, answer=told,
        ),
        Action(
            name="declare-final", title="Bestandskraft feststellen", path=f"{ROAD}/finality", roles=OFFICER,
            body=OfNoticeBody, decide=declare_final, answer=told,
        ),
    ]  # fmt: skip


def _beside(house: House) -> list[Action]:
    async def dispatch(body: DispatchLetterBody, ask: Ask) -> Decision:
        it = await known(house, ask.path["case"])
        letter, reference = await stored(house, it, body.letter)
        programme = await programme_of(house, it.case)
        return dispatch_letter(it.case, programme, letter.kind, letter.number, reference, body.channel)

    async def fail(body: LetterFailureBody, ask: Ask) -> Decision:
        case = await opened_case(house, ask)
        return record_failure(case, *letter_named(body.letter), body.reason)

    return [
        Action(
            name="record-letter-failure", title="Gescheiterte Bekanntgabe eines Schreibens vermerken",
            path=f"{ROAD}/letters/failure", roles=OFFICER, body=LetterFailureBody, decide=fail, answer=told,
        ),
        Action(
            name="dispatch-letter", title="Schreiben versenden", path=f"{ROAD}/letters", roles=OFFICER,
            body=DispatchLetterBody, decide=dispatch, answer=told,
        ),
    ]  # fmt: skip
