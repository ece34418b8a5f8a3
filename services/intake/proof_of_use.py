"""Verwendungsnachweis: the recipient shows what its grant was spent on, line by line of the plan, with vouchers.

Judged together with its application, which knows the plan and whether another proof is still being checked. What is
recognised, and what of the grant remains, review decides; here only what cannot be is refused.
"""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar, assert_never

from services.intake import application
from services.intake.application import Application, Note, Submitted, require_own
from services.intake.proceeding import accepted_proof, is_gone, open_proof
from services.intake.progress import FundsAssigned, ProofReceived
from shared import duties
from shared.contracts import Acted
from shared.contracts.intake import SpentLine
from shared.decider import Context, Decided, Decider, Decision, DomainError, event, value
from shared.identity import Role
from shared.money import NotAnAmount, amount
from shared.policy import FinancingType

SUBMIT = "submit-proof"


class ProofKind(StrEnum):
    """Zwischennachweis, Verwendungsnachweis, Verwendungsbestätigung (without vouchers, of a fixed amount)."""

    INTERIM = "interim"
    FINAL = "final"
    CONFIRMATION = "confirmation"


PROOF_TITLES = {
    ProofKind.INTERIM: "Zwischennachweis",
    ProofKind.FINAL: "Verwendungsnachweis",
    ProofKind.CONFIRMATION: "Verwendungsbestätigung",
}

# ---- Commands -------------------------------------------------------------------------------------------------------


@value
class SubmitProof:
    """Hand in a proof: what was spent per line of the plan, other money that came in unplanned (`covering_cents`), and the
    factual report. `applicant_keys` are the bodies the signed-in person acts for."""

    proof: str
    case: str
    applicant_keys: tuple[str, ...]
    kind: ProofKind
    lines: tuple[SpentLine, ...]
    covering_cents: int
    report: str


type Command = SubmitProof

# ---- Events ---------------------------------------------------------------------------------------------------------


@event("intake.proof-submitted")
class ProofSubmitted:
    """The recipient handed in a proof of use (Verwendungsnachweis eingegangen): factual report, figures, list of vouchers."""

    proof: str
    case: str
    kind: ProofKind
    lines: tuple[SpentLine, ...]
    covering_cents: int
    report: str
    submitted_on: date
    submitted_by: str


type Event = ProofSubmitted

# ---- States ---------------------------------------------------------------------------------------------------------


@value
class Unsubmitted:
    pass


@value
class HandedIn:
    """The proof as it was handed in."""

    proof: ProofSubmitted


type ProofOfUse = Unsubmitted | HandedIn

# ---- Errors ---------------------------------------------------------------------------------------------------------


class OtherProof(DomainError):
    code = "other-proof"
    title = "Unter dieser Kennung wurde schon ein anderer Nachweis eingereicht."


class NothingToProve(DomainError):
    code = "nothing-to-prove"
    title = "Ein Nachweis kann erst eingereicht werden, wenn Mittel zugewiesen sind, und nur, solange die Zuwendung besteht."


class AnotherProofOpen(DomainError):
    code = "another-proof-open"
    title = "Ein früherer Nachweis wird noch geprüft."


class ProofIsAccepted(DomainError):
    code = "proof-is-accepted"
    title = "Der Verwendungsnachweis ist anerkannt; weitere Nachweise sind nicht vorgesehen."


class InvalidProof(DomainError):
    """A proof that cannot be; each subclass names why."""

    status: ClassVar[int] = 422


class ReportMissing(InvalidProof):
    code = "report-missing"
    title = "Zum Nachweis gehört ein Sachbericht."


class ProofAmountInvalid(InvalidProof):
    code = "proof-amount-invalid"
    title = "Das ist kein zulässiger Betrag."


class LineNotInPlan(InvalidProof):
    code = "line-not-in-plan"
    title = "Jede Position des Nachweises gehört zu genau einer Position des Ausgabenplans."


class VouchersNotMatching(InvalidProof):
    code = "vouchers-not-matching"
    title = "Die Belege einer Position ergeben zusammen nicht ihren Betrag."


class VoucherDateNotValid(InvalidProof):
    code = "voucher-date-not-valid"
    title = "Ein Beleg kann nicht in der Zukunft bezahlt sein."


class VoucherTwice(InvalidProof):
    code = "voucher-twice"
    title = "Jeder Beleg darf in einer Position nur einmal vorkommen."


class ConfirmationNotEnough(InvalidProof):
    code = "confirmation-not-enough"
    title = "Eine Verwendungsbestätigung ohne Belege genügt nur bei Festbetragsfinanzierung."


# ---- decide ---------------------------------------------------------------------------------------------------------


def decide(command: Command, proof: ProofOfUse, context: Context) -> list[Event]:
    match proof:
        case Unsubmitted():
            _check(command, context)
            return [
                ProofSubmitted(
                    proof=command.proof,
                    case=command.case,
                    kind=command.kind,
                    lines=command.lines,
                    covering_cents=command.covering_cents,
                    report=command.report,
                    submitted_on=context.valid_on,
                    submitted_by=context.actor,
                )
            ]
        case HandedIn():
            if _said(command) != _said(proof.proof):
                raise OtherProof
            return []
        case _ as missing:
            assert_never(missing)


def _check(command: SubmitProof, context: Context) -> None:
    if not command.report.strip():
        raise ReportMissing(field="report")
    _require_amount(command.covering_cents, "covering_cents")
    for index, it in enumerate(command.lines):
        _check_line(it, f"lines.{index}", context)
        if command.kind != ProofKind.CONFIRMATION and sum(one.cents for one in it.vouchers) != it.cents:
            raise VouchersNotMatching(field=f"lines.{index}.vouchers")


def _check_line(it: SpentLine, field: str, context: Context) -> None:
    _require_amount(it.cents, f"{field}.cents")
    for index, voucher in enumerate(it.vouchers):
        _require_amount(voucher.cents, f"{field}.vouchers.{index}.cents")
        if voucher.paid_on > context.valid_on:
            raise VoucherDateNotValid(field=f"{field}.vouchers.{index}.paid_on")
    if len({one.number for one in it.vouchers}) != len(it.vouchers):
        raise VoucherTwice(field=f"{field}.vouchers")


def _require_amount(cents: int, field: str) -> None:
    try:
        amount(cents)
    except NotAnAmount as error:
        raise ProofAmountInvalid(field=field) from error


def _said(it: SubmitProof | ProofSubmitted) -> tuple[Any, ...]:
    return it.case, it.kind, it.lines, it.covering_cents, it.report


# ---- evolve ---------------------------------------------------------------------------------------------------------


def evolve(proof: ProofOfUse, it: Event) -> ProofOfUse:
    match it:
        case ProofSubmitted():
            return HandedIn(proof=it)
        case _ as missing:
            assert_never(missing)


decider = Decider[Command, Event, ProofOfUse](
    name="proof-of-use", initial=Unsubmitted(), decide=decide, evolve=evolve, events=[ProofSubmitted]
)


# ---- Together with the application ---------------------------------------------------------------------------------


def submit(command: SubmitProof) -> Decision:
    """Judge a proof against its application, and let the application know the open one, in one transaction."""
    case, own = application.decider.stream(command.case), decider.stream(command.proof)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        asked: Application = states[0]
        if not isinstance(asked, Submitted):
            raise application.NotSubmitted
        require_own(command.applicant_keys, asked, SUBMIT)
        submitted = decide(command, states[1], context)
        if not submitted:
            return {}
        _check_against(command, asked)
        duties.refuse(SUBMIT, asked.acted, context)
        received = ProofReceived(
            proof=command.proof,
            kind=command.kind,
            spent_cents=sum(it.cents for it in command.lines),
            received_on=context.valid_on,
            acted=(Acted(person=context.actor, role=Role.APPLICANT, action=SUBMIT),),
        )
        return {case: application.decide(Note(fact=received), asked, context), own: submitted}

    return Decision(reads={case: application.decider, own: decider}, judge=judge, action=SUBMIT)


def _check_against(command: SubmitProof, asked: Submitted) -> None:
    progress = asked.progress
    funds = progress.only(FundsAssigned)
    if funds is None or asked.withdrawal_effective or is_gone(progress):
        raise NothingToProve
    if open_proof(progress):
        raise AnotherProofOpen
    if accepted_proof(progress):
        raise ProofIsAccepted
    lines = [it.line for it in command.lines]
    if not lines or len(set(lines)) != len(lines) or not set(lines) <= {it.line for it in asked.form.lines}:
        raise LineNotInPlan(field="lines")
    if command.kind == ProofKind.CONFIRMATION and funds.financing_type != FinancingType.FIXED:
        raise ConfirmationNotEnough(field="kind")


def may_submit(asked: Submitted) -> bool:
    """Whether a proof can be handed in now."""
    progress = asked.progress
    stands = progress.only(FundsAssigned) is not None and not asked.withdrawal_effective and not is_gone(progress)
    return stands and open_proof(progress) is None and accepted_proof(progress) is None
