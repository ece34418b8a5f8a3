"""Abschluss: one person writes the closing note, another closes the case."""

from pydantic import Field

from services.review import closing, closure
from services.review.api.common import APPROVER, ROAD, opened_case, programme_of
from services.review.api.proving import USAGE_AUDITOR
from shared.decider import Decision
from shared.service import House
from shared.web import Action, Ask, Body, NoBody, Text


class ClosingNoteBody(Body):
    note: Text = Field(title="Schlussvermerk")


def closing_cases(house: House) -> list[Action]:
    """The closing note, the closure."""

    async def write(body: ClosingNoteBody, ask: Ask) -> Decision:
        return closing.write_note(await opened_case(house, ask), body.note)

    async def close(_body: NoBody, ask: Ask) -> Decision:
        case = await opened_case(house, ask)
        return closing.close(case, await programme_of(house, case))

    road = f"{ROAD}/closure"
    return [
        Action(
            name=closure.WRITE, title="Schlussvermerk schreiben", path=f"{road}/note", roles=USAGE_AUDITOR,
            body=ClosingNoteBody, decide=write,
            summary="Hält fest, wie der Vorgang endet; abgeschlossen wird er von einer anderen Person.",
        ),
        Action(
            name=closure.CLOSE, title="Vorgang abschließen", path=road, roles=APPROVER, decide=close,
            summary="Schließt den Vorgang ab, wenn nichts mehr offen ist, und hält fest, bis wann die Akte aufbewahrt wird.",
        ),
    ]  # fmt: skip
