"""Verwendungsnachweis: what people find in it, and whether it is accepted."""

from collections.abc import Sequence

from services.review import proof
from services.review.api.bodies import (
    InDepthCheckBody,
    ProofAcceptanceBody,
    ProofCheckBody,
    RecognisedBody,
    SendBackBody,
)
from services.review.api.common import ROAD, opened_case, programme_of
from shared.calendar import local_date
from shared.decider import Decision
from shared.identity import Role
from shared.service import House
from shared.web import Action, Ask

USAGE_AUDITOR = frozenset({Role.USAGE_AUDITOR})


def proving(house: House) -> list[Action]:
    """First check, in-depth check, acceptance, sending back."""

    async def check(body: ProofCheckBody, ask: Ask) -> Decision:
        case = await opened_case(house, ask)
        found = proof.Found(
            proof=body.proof,
            recognised=recognised(body.lines),
            complete=body.complete,
            plausible=body.plausible,
            purpose_reached=body.purpose_reached,
            findings=body.findings,
            special_reason=body.special_reason,
        )
        year = local_date(house.now()).year
        return proof.check(case, await programme_of(house, case), year, ask.new_id("proof-sample-seed"), found)

    async def check_in_depth(body: InDepthCheckBody, ask: Ask) -> Decision:
        case = await opened_case(house, ask)
        programme = await programme_of(house, case)
        return proof.check_in_depth(case, programme, body.proof, recognised(body.lines), body.findings)

    async def accept(body: ProofAcceptanceBody, ask: Ask) -> Decision:
        case = await opened_case(house, ask)
        return proof.accept(case, await programme_of(house, case), body.proof, body.note)

    async def accept_interim(body: ProofAcceptanceBody, ask: Ask) -> Decision:
        return proof.accept_interim(await opened_case(house, ask), body.proof, body.note)

    async def send_back(body: SendBackBody, ask: Ask) -> Decision:
        case = await opened_case(house, ask)
        return proof.send_back(case, body.proof, body.reasons)

    road = f"{ROAD}/proof"
    return [
        Action(
            name=proof.CHECK, title="Nachweis prüfen (erste Prüfung)", path=f"{road}/check", roles=USAGE_AUDITOR,
            body=ProofCheckBody, decide=check,
            summary="Erste Prüfung: vollständig, plausibel, Zweck erreicht, anerkannte Ausgaben; zieht zugleich die Stichprobe.",
        ),
        Action(
            name=proof.CHECK_IN_DEPTH, title="Nachweis vertieft prüfen", path=f"{road}/in-depth-check", roles=USAGE_AUDITOR,
            body=InDepthCheckBody, decide=check_in_depth,
        ),
        Action(
            name=proof.ACCEPT, title="Nachweis anerkennen", path=f"{road}/acceptance", roles=USAGE_AUDITOR,
            body=ProofAcceptanceBody, decide=accept,
            summary="Anerkennen mit Schlussvermerk; weicht das Ergebnis von der Bewilligung ab, zeichnet eine zweite Person.",
        ),
        Action(
            name=proof.ACCEPT_INTERIM, title="Zwischennachweis anerkennen", path=f"{road}/interim-acceptance",
            roles=USAGE_AUDITOR, body=ProofAcceptanceBody, decide=accept_interim,
            summary="Einen geprüften Zwischennachweis anerkennen; an der Zuwendung ändert er nichts.",
        ),
        Action(
            name=proof.SEND_BACK, title="Nachweis zurückgeben", path=f"{road}/return", roles=USAGE_AUDITOR,
            body=SendBackBody, decide=send_back,
        ),
    ]  # fmt: skip


def recognised(lines: Sequence[RecognisedBody]) -> tuple[proof.RecognisedLine, ...]:
    """The lines of a body as the noun takes them."""
    return tuple(proof.RecognisedLine(line=it.line, cents=it.cents, reason=it.reason) for it in lines)
