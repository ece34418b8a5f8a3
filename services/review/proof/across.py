"""Decisions on proofs with the award, its plan, the parameters and the sample, and what a payment brings."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from services.review import assessment as assessments
from services.review import award as awards
from services.review import programme as programmes
from services.review import proof_sample
from services.review.financing import Financed
from services.review.involvement import beside
from services.review.proof.commands import (
    ACCEPT,
    ACCEPT_INTERIM,
    CHECK,
    CHECK_IN_DEPTH,
    SEND_BACK,
    AcceptInterimProof,
    AcceptProof,
    CheckProof,
    CheckProofInDepth,
    Command,
    Drawn,
    ExpireProof,
    Grounds,
    NotePayment,
    ReceiveProof,
    RecognisedLine,
    SendBackProof,
)
from services.review.proof.deciding import decide
from services.review.proof.errors import NoGrantToProve
from services.review.proof.evolving import decider
from services.review.proof.states import Proof
from shared import duties
from shared.calendar import Deadline, months_after
from shared.decider import AnyDecider, Context, Decided, Decision, replace, value
from shared.policy import Parameters


@value
class Found:
    """What a person found in the first check; a `special_reason` has the proof checked in depth whatever chance says."""

    proof: str
    recognised: tuple[RecognisedLine, ...]
    complete: bool
    plausible: bool
    purpose_reached: bool
    findings: str
    special_reason: bool = False

    @property
    def risks(self) -> tuple[str, ...]:
        found = () if self.plausible and self.purpose_reached else (proof_sample.FINDINGS,)
        return (*found, *((proof_sample.SPECIAL,) if self.special_reason else ()))


def grounds_of(assessment: assessments.Assessment, award: awards.Award, parameters: Parameters) -> Grounds:
    """What a proof is measured against now, or `NoGrantToProve`."""
    if not isinstance(award, awards.Approved | awards.Notified | awards.Final):
        raise NoGrantToProve
    grant = award.grant
    concluded = assessment.grounds if isinstance(assessment, assessments.Concluded) else None
    return Grounds(
        financed=Financed(
            financing_type=grant.financing_type,
            rate_bp=grant.rate_bp,
            granted_cents=grant.granted_cents,
            eligible_cents=grant.eligible_cents,
        ),
        planned=concluded.expenditure.lines if isinstance(concluded, assessments.Reserved) else (),
        line_excess_bp=parameters.line_excess_bp,
    )


def check(case: str, programme: str, year: int, seed: str, found: Found) -> Decision:
    """The first check, and with it whether the sample of this year selects the proof; `seed` counts for the year's first."""
    sample = proof_sample.decider.stream(proof_sample.sample_of(programme, year))

    def judged(states: Sequence[Any], grounds: Grounds, parameters: Parameters, context: Context) -> Decided:
        known: proof_sample.Sample = states[4]
        drawing = proof_sample.DrawProof(
            case=case, proof=found.proof, seed=seed, share_bp=parameters.proof_sample_bp, risks=found.risks
        )
        entered = proof_sample.decide(drawing, known, context)
        drawn = proof_sample.decider.fold(entered, known).drawn[found.proof]
        command = CheckProof(
            proof=found.proof,
            recognised=found.recognised,
            complete=found.complete,
            plausible=found.plausible,
            purpose_reached=found.purpose_reached,
            findings=found.findings,
            grounds=grounds,
            drawn=Drawn(selected=drawn.selected, because=drawn.because),
        )
        checked = decide(command, states[0], context)
        return {decider.stream(case): checked, sample: entered} if checked else {}

    return _by_grounds(case, programme, CHECK, judged, {sample: proof_sample.decider})


def check_in_depth(
    case: str, programme: str, proof: str, recognised: tuple[RecognisedLine, ...], findings: str
) -> Decision:
    """The in-depth check of a selected proof."""
    return _commanded(
        case,
        programme,
        CHECK_IN_DEPTH,
        lambda grounds: CheckProofInDepth(proof=proof, recognised=recognised, findings=findings, grounds=grounds),
    )


def accept(case: str, programme: str, proof: str, note: str) -> Decision:
    """Accept a proof; a result that deviates from the grant is signed by two persons."""
    return _commanded(case, programme, ACCEPT, lambda grounds: AcceptProof(proof=proof, note=note, grounds=grounds))


def accept_interim(case: str, proof: str, note: str) -> Decision:
    """Accept an interim proof."""
    return _beside_award(case, ACCEPT_INTERIM, AcceptInterimProof(proof=proof, note=note))


def send_back(case: str, proof: str, reasons: str) -> Decision:
    """Send a proof back to the recipient, also when nothing of the award is left."""
    return _beside_award(case, SEND_BACK, SendBackProof(proof=proof, reasons=reasons))


def _beside_award(case: str, action: str, command: Command) -> Decision:
    """What changes nothing of the award, by somebody whose acts there allow it."""
    own, award = decider.stream(case), awards.decider.stream(case)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        decided = decide(command, states[0], context)
        if decided:
            duties.refuse(action, awards.acts_of(states[1]), context)
        return {own: decided}

    return Decision(reads={own: decider, award: awards.decider}, judge=judge, action=action)


def _commanded(case: str, programme: str, action: str, command: Callable[[Grounds], Command]) -> Decision:
    def judged(states: Sequence[Any], grounds: Grounds, _parameters: Parameters, context: Context) -> Decided:
        return {decider.stream(case): decide(command(grounds), states[0], context)}

    return _by_grounds(case, programme, action, judged, {})


def _by_grounds(
    case: str,
    programme: str,
    action: str,
    judged: Callable[[Sequence[Any], Grounds, Parameters, Context], Decided],
    more: Mapping[str, AnyDecider],
) -> Decision:
    """A decision of a person who did nothing in the case that bars them from it."""
    own, award, file, policies = (
        decider.stream(case),
        awards.decider.stream(case),
        assessments.decider.stream(case),
        programmes.decider.stream(programme),
    )

    def judge(states: Sequence[Any], context: Context) -> Decided:
        parameters = programmes.parameters_in_force(states[3], context.valid_on)
        decided = judged(states, grounds_of(states[2], states[1], parameters), parameters, context)
        if any(decided.values()):
            duties.refuse(action, awards.acts_of(states[1]), context)
        return decided

    reads = {own: decider, award: awards.decider, file: assessments.decider, policies: programmes.decider, **more}
    return Decision(reads=reads, judge=judge, action=action)


# ---- Beside other decisions -----------------------------------------------------------------------------------------


def noting(case: str, command: NotePayment, inner: Decision) -> Decision:
    """What a payment makes review decide, and in the same transaction that its use has to be proven, by the award's day."""
    own, stream, award = len(inner.reads), decider.stream(case), awards.decider.stream(case)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        told = replace(command, due_on=_due_on(states[own + 1]))
        if states[own + 2 :] and command.cents > 0:
            parameters = programmes.parameters_in_force(states[own + 2], context.valid_on)
            told = replace(told, interim=_interim(states[own + 1], command.paid_on.year, parameters))
        return {**inner.judge(states[:own], context), stream: decide(told, states[own], context)}

    def programme(states: Sequence[Any]) -> Mapping[str, AnyDecider]:
        return _programme(states[own + 1])

    reads = {**inner.reads, stream: decider, award: awards.decider}
    return replace(inner, reads=reads, judge=judge, further=programme)


def receiving(case: str, command: ReceiveProof) -> Decision:
    """A proof came in; the parameters of the award's programme say how long its first check may take."""
    own, award = decider.stream(case), awards.decider.stream(case)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        months = programmes.parameters_in_force(states[2], context.valid_on).proof_check_months if states[2:] else 0
        return {own: decide(replace(command, check_months=months), states[0], context)}

    def programme(states: Sequence[Any]) -> Mapping[str, AnyDecider]:
        return _programme(states[1])

    reads = {own: decider, award: awards.decider}
    return Decision(reads=reads, judge=judge, action="ReceiveProof", further=programme)


def _interim(award: awards.Award, year: int, parameters: Parameters) -> Deadline | None:
    """When what was paid in this year is to be proven, by an award that runs on into another; None when it is proven at once."""
    due_on = _due_on(award)
    if due_on is None or not isinstance(award, awards.Approved | awards.Notified | awards.Final):
        return None
    ends = months_after(date(year, 12, 31), parameters.interim_proof_months)
    runs_on = any(it.year > year for it in award.grant.by_year)
    return ends if runs_on and ends.ends_on < due_on else None


def _programme(award: awards.Award) -> Mapping[str, AnyDecider]:
    """The programme of an award that stands."""
    if isinstance(award, awards.Approved | awards.Notified | awards.Final):
        return {programmes.decider.stream(award.grant.programme): programmes.decider}
    return {}


def _due_on(award: awards.Award) -> date | None:
    standing = isinstance(award, awards.Approved | awards.Notified | awards.Final)
    return award.grant.proof_due_on if standing else None


def expire(case: str) -> Decision:
    """The day for a proof has passed: the parameters say how long a reminder leaves, the award whether its day moved."""
    own, award = decider.stream(case), awards.decider.stream(case)

    def programme(states: Sequence[Any]) -> Mapping[str, AnyDecider]:
        return _programme(states[1])

    def judge(states: Sequence[Any], context: Context) -> Decided:
        days = programmes.parameters_in_force(states[2], context.valid_on).document_request_days if states[2:] else 0
        command = ExpireProof(due_on=_due_on(states[1]), reminder_days=days)
        return {own: decide(command, states[0], context)}

    return Decision(reads={own: decider, award: awards.decider}, judge=judge, action="ExpireProof", further=programme)


def consulting(case: str, action: str, inner: Decision) -> Decision:
    """The decision of a person who did not check the proof, where that bars them from it, or `RefusedAttempt`."""
    if decider.stream(case) in inner.reads:
        return inner

    def judged(decided: Decided, proof: Proof, context: Context) -> Decided:
        if any(decided.values()):
            duties.refuse(action, proof.acted, context)
        return decided

    return beside(inner, decider, case, judged)
