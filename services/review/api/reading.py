"""Lesen: a case, its letter, the budgets, as they are committed now; what the API and the pages both show."""

from collections.abc import Sequence

from services.review import assessment as assessments
from services.review import award as awards
from services.review import closing, dissolution, municipal_tie, succession
from services.review import closure as closures
from services.review import correspondence as correspondences
from services.review import fulfilment as fulfilments
from services.review import handling as handlings
from services.review import involvement as involvements
from services.review import proof as proofs
from services.review import recovery as recoveries
from services.review.api.letter_file import refutable, waiting
from services.review.api.next_action import NextAction
from services.review.assessment import Assessment, Unopened
from services.review.award import Approved, Award, Final, Gone, Notified
from services.review.correspondence import Correspondence
from services.review.dissolution import BodyDissolved
from services.review.fulfilment import Fulfilment
from services.review.handling import Handling
from services.review.standing import Primary, Status, Step, hindrance, status_of, steps
from services.review.succession import Recipient
from services.review.words.closure import steps_of_closure
from services.review.words.fulfilment import steps_of_fulfilment
from services.review.words.handling import steps_of
from services.review.words.proof import steps_of_proof
from services.review.words.recovery import steps_of_recovery, told_findings
from shared import duties, ties
from shared.access import Person
from shared.calendar import local_date
from shared.contracts import Acted
from shared.decider import Context, value
from shared.identity import Role, is_id
from shared.problems import Problem
from shared.service import House
from shared.store import Folded
from shared.web import Action, etag


@value
class Known:
    """A case as it is committed now: the folded states and their versions; `heirs` take over from its recipient."""

    case: str
    assessment: Assessment
    award: Award
    handling: Handling
    etags: dict[str, str]
    recipient: Recipient = Recipient()
    heirs: tuple[BodyDissolved, ...] = ()
    elsewhere: involvements.Involvement = involvements.Involvement()
    correspondence: Correspondence = Correspondence()
    fulfilment: Fulfilment = Fulfilment()
    recovery: recoveries.Recovery = recoveries.Recovery()
    ties: municipal_tie.Ties = municipal_tie.Ties()
    proof: proofs.Proof = proofs.Proof()
    closure: closures.Closure = closures.Closure()

    @property
    def status(self) -> Status:
        return status_of(self.assessment, self.award)


def unknown_case() -> Problem:
    return Problem(404, "unknown-case", "Diesen Vorgang gibt es hier nicht.", field="case")


async def opened(house: House, case: str) -> Folded:
    """The case's assessment, or a 404 problem: unknown here, or its application has not arrived."""
    if not is_id(case):
        raise unknown_case()
    assessment = await house.writer.state(assessments.decider, case)
    if isinstance(assessment.state, Unopened):
        raise unknown_case()
    return assessment


async def told(house: House, case: str) -> bool:
    """Whether review was told of the case, though its application has not arrived: the municipality acted in it."""
    return is_id(case) and bool((await house.writer.state(involvements.decider, case)).state.acted)


async def known(house: House, case: str) -> Known:
    """The case with its award, or a 404 problem."""
    assessment = await opened(house, case)
    award = await house.writer.state(awards.decider, case)
    recipient = await house.writer.state(succession.decider, case)
    elsewhere = await house.writer.state(involvements.decider, case)
    dissolved = await house.writer.state(dissolution.decider, dissolution.REGISTER)
    handling = await house.writer.state(handlings.decider, case)
    letters = await house.writer.state(correspondences.decider, case)
    fulfilment = await house.writer.state(fulfilments.decider, case)
    proof = await house.writer.state(proofs.decider, case)
    recovery = await house.writer.state(recoveries.decider, case)
    closure = await house.writer.state(closures.decider, case)
    tied = await house.writer.state(municipal_tie.decider, municipal_tie.REGISTER)
    read = {
        Primary.ASSESSMENT: assessment, Primary.AWARD: award, Primary.RECIPIENT: recipient, Primary.HANDLING: handling,
        Primary.CORRESPONDENCE: letters, Primary.FULFILMENT: fulfilment,
        Primary.PROOF: proof, Primary.RECOVERY: recovery, Primary.CLOSURE: closure,
    }  # fmt: skip
    due = succession.due(recipient.state, assessment.state.file.application, dissolved.state, local_date(house.now()))
    return Known(
        case=case, assessment=assessment.state, award=award.state, handling=handling.state,
        etags={str(name): etag(it.version) for name, it in read.items()}, recipient=recipient.state, heirs=tuple(due),
        elsewhere=elsewhere.state, correspondence=letters.state, fulfilment=fulfilment.state,
        ties=tied.state, proof=proof.state, recovery=recovery.state,
        closure=closure.state,
    )  # fmt: skip


def next_actions(house: House, it: Known, person: Person, offered: Sequence[Action]) -> list[NextAction]:
    """What the case's state allows now, and what of it this person may do."""
    return _offered(house, it, person, offered, possible_steps(it))


def possible_steps(it: Known) -> Sequence[Step]:
    """What the case's state allows now, whoever may do it."""
    possible = steps(it.assessment, it.award)
    if not isinstance(it.award, Gone):
        found = steps_of_fulfilment(it.fulfilment)
        possible = (*possible, *(Step(action=one, primary=Primary.FULFILMENT) for one in found))
    if found := steps_of_proof(it.proof):
        possible = (*(Step(action=one, primary=Primary.PROOF) for one in found), *possible)
    repaid = steps_of_recovery(it.recovery, possible=_is_handed_over(it.award))
    asked_back = tuple(Step(action=one, primary=Primary.RECOVERY) for one in repaid)
    possible = (*asked_back, *possible) if told_findings(it.recovery) else (*possible, *asked_back)
    ended = steps_of_closure(it.closure, proven=closing.is_proven(it.award, it.proof))
    possible = (*possible, *(Step(action=one, primary=Primary.CLOSURE) for one in ended))
    if it.heirs:
        possible = (Step(action=succession.ACTION, primary=Primary.RECIPIENT), *possible)
    if refutable(it.assessment, it.award, it.correspondence, it.recovery):
        possible = (*possible, Step(action=correspondences.FAIL, primary=Primary.CORRESPONDENCE, again=True))
    if waiting(it.assessment, it.award, it.correspondence, it.recovery):
        possible = (Step(action=correspondences.ACTION, primary=Primary.CORRESPONDENCE), *possible)
    return possible


def _is_handed_over(award: Award) -> bool:
    """Whether money may have been paid."""
    return isinstance(award, Approved | Notified | Final | Gone) and award.assigned


def handling_actions(house: House, it: Known, person: Person, offered: Sequence[Action]) -> list[NextAction]:
    """What this person may do about who works on the case."""
    on_handling = [Step(action=one, primary=Primary.HANDLING) for one in steps_of(it.handling, person)]
    return _offered(house, it, person, offered, on_handling)


def _offered(
    house: House, it: Known, person: Person, offered: Sequence[Action], possible: Sequence[Step]
) -> list[NextAction]:
    by_name, now = {one.name: one for one in offered}, house.now()
    found: list[NextAction] = []
    for step in possible:
        action = by_name[step.action]
        mine = sorted(person.roles & action.roles)
        context = Context(actor=person.id, role=mine[0] if mine else Role.SYSTEM, now=now, valid_on=local_date(now))
        barred = _hindrance(step, it, context) or duties.hindrance(
            step.action,
            (
                *it.elsewhere.acted,
                *it.fulfilment.acted,
                *it.proof.acted,
                *it.recovery.acted,
                *it.closure.acted,
                *_tied(it, person),
            ),
            person.id,
        )
        reason = barred if mine else "Ihre Rolle erlaubt diese Handlung nicht."
        found.append(
            NextAction(
                name=action.name,
                title=action.title,
                path=action.path.format(case=it.case),
                roles=sorted(action.roles),
                primary=step.primary,
                if_match=it.etags[step.primary],
                allowed=not reason,
                reason=reason,
                proposal=step.proposal,
            )
        )
    return found


def _tied(it: Known, person: Person) -> tuple[Acted, ...]:
    return ties.conflicts(it.ties.declared, person.id, municipal_tie.keys_of(it.assessment, it.recipient))


def _hindrance(step: Step, it: Known, context: Context) -> str:
    if step.primary == Primary.HANDLING:
        return ""
    barred = handlings.hindrance(step.action, it.handling, context)
    return barred or hindrance(step, it.assessment, it.award, context)
