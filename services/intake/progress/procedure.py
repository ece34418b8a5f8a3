"""What is told of the procedure: when the examination began, the applicant's hearing, holds, who takes part, successions, closure."""

from datetime import date

from shared.contracts import Acted
from shared.decider import event


@event("intake.assessment-begun")
class AssessmentBegun:
    """Noted from review: the ministry examines the application."""

    begun_on: date


@event("intake.hearing-opened")
class HearingOpened:
    """Noted from review: the applicant may state its view until `ends_on`, before a refusal or a cut (Anhörung)."""

    number: int
    about: str
    announced: str
    ends_on: date
    opened_on: date
    acted: tuple[Acted, ...] = ()


@event("intake.hearing-extended")
class HearingExtended:
    """Noted from review: the period for the statement ends on a later day (Fristverlängerung)."""

    number: int
    ends_on: date
    extended_on: date
    acted: tuple[Acted, ...] = ()


@event("intake.hearing-closed")
class HearingClosed:
    """Noted from review: the statement came in (`answered`), or its period ended; after that it may still be extended."""

    number: int
    answered: bool
    closed_on: date
    acted: tuple[Acted, ...] = ()


@event("intake.case-put-on-hold")
class CasePutOnHold:
    """Noted from review: the case waits, for a reason, until it is looked at again (Zurückstellung mit Wiedervorlage)."""

    number: int
    reason: str
    resubmission_on: date
    put_on: date
    acted: tuple[Acted, ...] = ()


@event("intake.case-resumed")
class CaseResumed:
    """Noted from review: the case goes on; `number` is that of the last hold (Wiederaufnahme der Bearbeitung)."""

    number: int
    resumed_on: date
    acted: tuple[Acted, ...] = ()


@event("intake.conflict-of-interest-noted")
class ConflictOfInterestNoted:
    """Noted from review: a person declared a conflict of interest (Befangenheit) and does nothing in this case any more."""

    acted: tuple[Acted, ...]
    declared_on: date


@event("intake.involvement-noted")
class InvolvementNoted:
    """Noted from review: persons took part in the case there (Mitwirkung), and do not act for the municipality in it."""

    acted: tuple[Acted, ...]


@event("intake.recipient-succeeded")
class RecipientSucceeded:
    """Another body stepped into the applicant's place (Rechtsnachfolge); from now on it acts here. Noted from review, or by
    intake itself before it handed the application on; `reference` is empty where the facts that ship name the successor."""

    reference: str
    old_key: str
    new_key: str
    new_name: str
    effective_on: date
    recorded_on: date
    acted: tuple[Acted, ...] = ()


@event("intake.case-closed")
class CaseClosed:
    """Noted from review: the case is closed (Abschluss); `number` counts the closures. The recipient keeps its books until
    `recipient_keeps_until_on`, by this rule."""

    number: int
    recipient_keeps_until_on: date
    recipient_rule: str
    closed_on: date
    acted: tuple[Acted, ...] = ()


@event("intake.case-reopened")
class CaseReopened:
    """Noted from review: money moved after the closure of this number, the case is open again (Wiederaufnahme)."""

    number: int
    reopened_on: date


type OfProcedure = (
    AssessmentBegun
    | HearingOpened
    | HearingExtended
    | HearingClosed
    | CasePutOnHold
    | CaseResumed
    | ConflictOfInterestNoted
    | InvolvementNoted
    | RecipientSucceeded
    | CaseClosed
    | CaseReopened
)
