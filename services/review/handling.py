"""Bearbeitung: who works on a case, who stands in until when, and who is excluded because of a conflict of interest.

A stream of its own, so that an assignment takes nobody's typed decision away. What it says binds every action in the case:
who declared a conflict does nothing in it any more (§§ 20, 21 VwVfG), and an assigned case is its reviewer's or substitute's.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, assert_never

from services.review import municipal_tie
from services.review.examination import ReasonMissing
from shared import duties, ties
from shared.calendar import Deadline
from shared.contracts import Acted
from shared.decider import Context, Decided, Decider, Decision, DomainError, event, replace, value
from shared.identity import Role

CONFLICT = ties.CONFLICT


class ConflictGround(StrEnum):
    """Why somebody may not act, by the numbers of § 20 I VwVfG; doubt is that of § 21. No text: it would name people."""

    OWN_INTEREST = "own-interest"
    RELATIVE = "relative"
    REPRESENTATIVE = "representative"
    EMPLOYED_OR_BOARD = "employed-or-board"
    EARLIER_OPINION = "earlier-opinion"
    DOUBT = "doubt"


CONFLICT_TITLES: Mapping[ConflictGround, str] = {
    ConflictGround.OWN_INTEREST: "selbst beteiligt oder mit eigenem Vorteil (§ 20 Abs. 1 Nr. 1 VwVfG)",
    ConflictGround.RELATIVE: "angehörig (§ 20 Abs. 1 Nr. 2, 4 VwVfG)",
    ConflictGround.REPRESENTATIVE: "vertretungsberechtigt (§ 20 Abs. 1 Nr. 3 VwVfG)",
    ConflictGround.EMPLOYED_OR_BOARD: "beschäftigt oder in einem Organ tätig (§ 20 Abs. 1 Nr. 5 VwVfG)",
    ConflictGround.EARLIER_OPINION: "außerhalb des Amtes begutachtet (§ 20 Abs. 1 Nr. 6 VwVfG)",
    ConflictGround.DOUBT: "Besorgnis der Befangenheit (§ 21 VwVfG)",
}

# ---- Commands -------------------------------------------------------------------------------------------------------


@value
class AssignReviewer:
    """`case` is told where many are assigned at once, so that no message has to say it."""

    person: str
    case: str = ""


@value
class HandBackCase:
    reason: str


@value
class AppointSubstitute:
    """Somebody stands in for the reviewer through `ends_on`."""

    person: str
    ends_on: date


@value
class ExpireSubstitution:
    """The last day of the substitution has passed."""


@value
class DeclareConflictOfInterest:
    ground: ConflictGround


type Command = AssignReviewer | HandBackCase | AppointSubstitute | ExpireSubstitution | DeclareConflictOfInterest

# ---- Events ---------------------------------------------------------------------------------------------------------


@event("review.reviewer-assigned")
class ReviewerAssigned:
    """A person works on the case from now on (Zuweisung)."""

    person: str
    assigned_by: str
    assigned_on: date
    case: str = ""


@event("review.case-handed-back")
class CaseHandedBack:
    """The case is nobody's again (Rückgabe)."""

    person: str
    reason: str
    handed_back_by: str
    handed_back_on: date


@event("review.substitute-appointed")
class SubstituteAppointed:
    """Another person stands in for the reviewer until a day (Vertretung)."""

    person: str
    substitute: str
    deadline: Deadline
    appointed_by: str
    appointed_on: date


@event("review.substitution-ended")
class SubstitutionEnded:
    """The substitute does not stand in any more: the last day passed, or the substitute is excluded."""

    substitute: str
    is_expired: bool
    ended_on: date
    noted_on: date
    case: str = ""


@event("review.conflict-of-interest-declared")
class ConflictOfInterestDeclared:
    """A person declared a conflict of interest and does nothing in this case from now on (Befangenheit, §§ 20, 21 VwVfG)."""

    person: str
    role: Role
    ground: ConflictGround
    declared_on: date


type Event = ReviewerAssigned | CaseHandedBack | SubstituteAppointed | SubstitutionEnded | ConflictOfInterestDeclared

# ---- State ----------------------------------------------------------------------------------------------------------


@value
class Handling:
    """Reviewer and substitute, if any, and everybody who is excluded, as the duties' matrix knows acts."""

    reviewer: str = ""
    substitution: SubstituteAppointed | None = None
    conflicts: tuple[Acted, ...] = ()

    def is_excluded(self, person: str) -> bool:
        return any(it.person == person for it in self.conflicts)

    def is_in_charge(self, person: str, on: date) -> bool:
        """Whether the case is this person's, or still nobody's."""
        stands_in = self.substitution is not None and on <= self.substitution.deadline.ends_on
        return person in ("", self.reviewer) or not self.reviewer or (stands_in and self._substitute == person)

    @property
    def _substitute(self) -> str:
        return self.substitution.substitute if self.substitution else ""


# ---- Errors ---------------------------------------------------------------------------------------------------------


class PersonIsExcluded(DomainError):
    code = "person-is-excluded"
    title = "Diese Person hat erklärt, in diesem Vorgang befangen zu sein."
    status = 422


class OthersAreAssignedByApprovers(DomainError):
    code = "others-are-assigned-by-approvers"
    title = "Sie können den Vorgang selbst übernehmen; anderen weist ihn eine zeichnungsbefugte Person zu."


class CaseIsNotAssigned(DomainError):
    code = "case-is-not-assigned"
    title = "Der Vorgang ist niemandem zugewiesen."


class AssignedToAnother(DomainError):
    code = "assigned-to-another"
    title = "Der Vorgang ist einer anderen Person zugewiesen; übernehmen Sie ihn, oder lassen Sie sich als Vertretung eintragen."


class SubstitutionNotValid(DomainError):
    code = "substitution-not-valid"
    title = "Vertreten wird durch eine andere Person, mindestens bis heute."
    status = 422


# ---- decide ---------------------------------------------------------------------------------------------------------


def decide(command: Command, handling: Handling, context: Context) -> Sequence[Event]:
    match command:
        case AssignReviewer():
            return _assign(command, handling, context)
        case HandBackCase():
            return _hand_back(command, handling, context)
        case AppointSubstitute():
            return _appoint(command, handling, context)
        case ExpireSubstitution():
            deadline = handling.substitution.deadline if handling.substitution else None
            if deadline is None or context.valid_on < deadline.expired_from:
                return []
            return _end_substitution(handling, context, expired_on=deadline.expired_from)
        case DeclareConflictOfInterest():
            return _declare(command, handling, context)
        case _ as missing:
            assert_never(missing)


def _assign(command: AssignReviewer, handling: Handling, context: Context) -> Sequence[Event]:
    if handling.reviewer == command.person:
        return []
    duties.refuse("assign-reviewer", handling.conflicts, context)
    if handling.is_excluded(command.person):
        raise PersonIsExcluded(field="person")
    if context.role != Role.APPROVER and command.person != context.actor:
        raise OthersAreAssignedByApprovers(field="person")
    return [
        *_end_substitution(handling, context, case=command.case),
        ReviewerAssigned(
            person=command.person, assigned_by=context.actor, assigned_on=context.valid_on, case=command.case
        ),
    ]


def _hand_back(command: HandBackCase, handling: Handling, context: Context) -> Sequence[Event]:
    if not handling.reviewer:
        return []
    duties.refuse("hand-back-case", handling.conflicts, context)
    _refuse_others(handling, context)
    if not command.reason.strip():
        raise ReasonMissing(field="reason")
    return [*_end_substitution(handling, context), _handed_back(handling, command.reason, context)]


def _handed_back(handling: Handling, reason: str, context: Context) -> CaseHandedBack:
    return CaseHandedBack(
        person=handling.reviewer, reason=reason, handed_back_by=context.actor, handed_back_on=context.valid_on
    )


def _refuse_others(handling: Handling, context: Context) -> None:
    if context.role != Role.APPROVER and context.actor != handling.reviewer:
        raise AssignedToAnother


def _appoint(command: AppointSubstitute, handling: Handling, context: Context) -> Sequence[Event]:
    if not handling.reviewer:
        raise CaseIsNotAssigned
    known = handling.substitution
    if known and (known.substitute, known.deadline.ends_on) == (command.person, command.ends_on):
        return []
    duties.refuse("appoint-substitute", handling.conflicts, context)
    _refuse_others(handling, context)
    if handling.is_excluded(command.person):
        raise PersonIsExcluded(field="person")
    if command.person == handling.reviewer or command.ends_on < context.valid_on:
        raise SubstitutionNotValid(field="ends_on")
    return [
        SubstituteAppointed(
            person=handling.reviewer,
            substitute=command.person,
            deadline=Deadline(ends_on=command.ends_on, rule="Vertretung, von der Bearbeitung gesetzt"),
            appointed_by=context.actor,
            appointed_on=context.valid_on,
        )
    ]


def _end_substitution(
    handling: Handling, context: Context, expired_on: date | None = None, case: str = ""
) -> Sequence[Event]:
    if handling.substitution is None:
        return []
    return [
        SubstitutionEnded(
            substitute=handling.substitution.substitute,
            is_expired=expired_on is not None,
            ended_on=expired_on or context.valid_on,
            noted_on=context.valid_on,
            case=case,
        )
    ]


def _declare(command: DeclareConflictOfInterest, handling: Handling, context: Context) -> Sequence[Event]:
    if handling.is_excluded(context.actor):
        return []
    found: list[Event] = [
        ConflictOfInterestDeclared(
            person=context.actor, role=context.role, ground=command.ground, declared_on=context.valid_on
        )
    ]
    substituted = handling.substitution is not None and handling.substitution.substitute == context.actor
    if substituted or context.actor == handling.reviewer:
        found += _end_substitution(handling, context)
    if context.actor == handling.reviewer:
        found.append(_handed_back(handling, "befangen", context))
    return found


# ---- evolve ---------------------------------------------------------------------------------------------------------


def evolve(handling: Handling, it: Event) -> Handling:
    match it:
        case ReviewerAssigned():
            return replace(handling, reviewer=it.person)
        case CaseHandedBack():
            return replace(handling, reviewer="")
        case SubstituteAppointed():
            return replace(handling, substitution=it)
        case SubstitutionEnded():
            return replace(handling, substitution=None)
        case ConflictOfInterestDeclared():
            return replace(handling, conflicts=duties.with_act(handling.conflicts, it.person, it.role, CONFLICT))
        case _ as missing:
            assert_never(missing)


decider = Decider[Command, Event, Handling](
    name="handling",
    initial=Handling(),
    decide=decide,
    evolve=evolve,
    events=[ReviewerAssigned, CaseHandedBack, SubstituteAppointed, SubstitutionEnded, ConflictOfInterestDeclared],
)

# ---- Every action of a case -----------------------------------------------------------------------------------------


def within_duty(decided: Decision, case: str, action: str, keys: Sequence[str] = ()) -> Decision:
    """The same decision, but not for who is excluded from the case, nor for a case officer whose case it is not.

    `keys` are the municipalities that the case is about: who is tied to one of them is excluded, too.
    """
    stream, place = decider.stream(case), len(decided.reads)
    if stream in decided.reads:
        return ties.untied(decided, municipal_tie.decider, action, keys)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        handling: Handling = states[place]
        duties.refuse(action, handling.conflicts, context)
        if context.role == Role.CASE_OFFICER and not handling.is_in_charge(context.actor, context.valid_on):
            raise AssignedToAnother
        return decided.judge([*states[:place], *states[place + 1 :]], context)

    guarded = replace(decided, reads={**decided.reads, stream: decider}, judge=judge)
    return ties.untied(guarded, municipal_tie.decider, action, keys)


def hindrance(action: str, handling: Handling, context: Context) -> str:
    """Why this person may not act in the case, as a sentence; empty when nothing is in the way."""
    if barred := duties.hindrance(action, handling.conflicts, context.actor):
        return barred
    if context.role == Role.CASE_OFFICER and not handling.is_in_charge(context.actor, context.valid_on):
        return AssignedToAnother.title
    return ""
