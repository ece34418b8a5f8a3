"""Verwendungsnachweis: the recipient hands in what its grant was spent on."""

from typing import Any

from services.intake import proof_of_use
from services.intake.api.bodies import ProofBody
from services.intake.api.reading import opened
from services.intake.application import Application
from services.intake.proof_of_use import SUBMIT, SubmitProof
from shared.contracts.intake import SpentLine, Voucher
from shared.decider import Decision
from shared.identity import Role
from shared.service import House
from shared.web import Action, Ask


def proving(house: House) -> list[Action]:
    """Handing in a proof, by the recipient."""

    async def submit(body: ProofBody, ask: Ask) -> Decision:
        await opened(house, ask.path["case"])
        command = SubmitProof(
            proof=ask.new_id("proof"),
            case=ask.path["case"],
            applicant_keys=ask.person.applicant_keys,
            kind=body.kind,
            lines=tuple(
                SpentLine(
                    line=it.line,
                    cents=it.cents,
                    vouchers=tuple(
                        Voucher(number=one.number, paid_on=one.paid_on, cents=one.cents, purpose=one.purpose)
                        for one in it.vouchers
                    ),
                )
                for it in body.lines
            ),
            covering_cents=body.covering_cents,
            report=body.report,
        )
        return proof_of_use.submit(command)

    def received(_state: Application, ask: Ask) -> dict[str, Any]:
        return {"proof": ask.new_id("proof")}

    return [
        Action(
            name=SUBMIT, title="Nachweis einreichen", path="/intake/cases/{case}/proofs", roles=frozenset({Role.APPLICANT}),
            body=ProofBody, decide=submit, creates=True, status=202, answer=received,
        )
    ]  # fmt: skip
