"""Bekanntgabe und Bestandskraft: a notice on its way from its dispatch to its finality."""

from datetime import date

from services.review.award.commands import Channel, FailureReason, Outcome
from shared.decider import event
from shared.identity import DocumentReference


@event("review.notice-dispatched")
class NoticeDispatched:
    """The notice left the house; from here the day of service and the last day for remedies follow (Bekanntgabe).

    Served on the fourth day, before 2025 the third (§ 41 II VwVfG); from a portal the day after retrieval, here at the
    latest (§ 41 IIa). An action is possible for a month, or for a year without a correct instruction (§§ 58 II, 74 VwGO).
    `number` counts the notice's dispatches; `service_rule` and `remedy_rule` tell how the two days were computed.
    `proposal` names the change that is told, 0 the award itself; so it does in all that follows from a dispatch.
    """

    letter: DocumentReference
    instructed: bool
    dispatched_by: str
    dispatched_on: date
    deemed_served_on: date
    remedy_ends_on: date
    channel: Channel = Channel.ELECTRONIC
    number: int = 1
    service_rule: str = ""
    remedy_rule: str = ""
    proposal: int = 0


@event("review.notice-deemed-served")
class NoticeDeemedServed:
    """The day came on which the notice counts as served (Bekanntgabefiktion)."""

    number: int
    served_on: date
    proposal: int = 0


@event("review.notice-received")
class NoticeReceived:
    """The notice is known to have arrived, or to have been retrieved; later than deemed it moves the period (§ 41 II 3 VwVfG)."""

    number: int
    received_on: date
    served_on: date
    remedy_ends_on: date
    remedy_rule: str
    recorded_by: str
    recorded_on: date
    proposal: int = 0


@event("review.notice-service-failed")
class NoticeServiceFailed:
    """The notice was not served (Bekanntgabe gescheitert): no period runs, it has to be dispatched anew."""

    number: int
    reason: FailureReason
    failed_on: date
    recorded_by: str
    proposal: int = 0


@event("review.remedy-waived")
class RemedyWaived:
    """The applicant renounced all remedies (Rechtsbehelfsverzicht)."""

    declared_on: date
    recorded_by: str
    recorded_on: date
    proposal: int = 0


@event("review.lawsuit-recorded")
class LawsuitRecorded:
    """An action against the decision is pending at the administrative court (Klage); until it ends nothing becomes final.

    `stopped` is whether payments stopped with it: of an award that is not final none goes out, when the policy says so.
    """

    filed_on: date
    court_reference: str
    in_time: bool
    recorded_by: str
    recorded_on: date
    proposal: int = 0
    stopped: bool = False


@event("review.lawsuit-concluded")
class LawsuitConcluded:
    """The action has ended (Klageverfahren beendet); upheld it took the decision away.

    `remedy_ends_on` is the last day of a period that still runs, as it was; none runs on a decision that is final or gone.
    """

    outcome: Outcome
    concluded_on: date
    remedy_ends_on: date | None
    recorded_by: str
    recorded_on: date
    proposal: int = 0


@event("review.decision-became-final")
class DecisionBecameFinal:
    """The decision can no longer be contested (Bestandskraft): the period passed, was waived, or a lawsuit came to nothing."""

    by_waiver: bool
    final_on: date
    by_lawsuit: bool = False
    proposal: int = 0
