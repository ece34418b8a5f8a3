"""Einreichung über FIT-Connect: an envelope from a portal, verified, and accepted as an application or rejected with problems.

The shape is that of FITKO's FIT-Connect as documented at docs.fitko.de/fit-connect (receiving: verification, process and
acknowledge; event log): an envelope holds metadata with `contentStructure`, data and attachments, each under its SHA-512;
the subscriber answers `accept-submission`, or `reject-submission` with a list of problems shaped like RFC 7807.
Here the envelope arrives decrypted, over our own API: delivery service, JWE and signed event tokens are another's part.
"""

from collections.abc import Mapping, Sequence
from typing import Any, assert_never

from services.intake import application
from services.intake.application import ReceiptAcknowledged, SubmitApplication
from shared.decider import Context, Decided, Decider, Decision, DomainError, RefusedAttempt, event, value

PROBLEMS = "https://schema.fitko.de/fit-connect/events/problems/"
"""Problem types that FIT-Connect knows begin like this; ours are named `urn:foerderstrom:problem:<code>`."""


@value
class SubmissionProblem:
    """Why an envelope was rejected; `instance` is `metadata`, `data` or `attachment:<id>`."""

    type: str
    title: str
    detail: str
    instance: str


@value
class DeliverSubmission:
    """Take an envelope: either it has problems, or an application is in it. `envelope_sha512` is the hash over all hashes."""

    submission: str
    envelope_sha512: str
    problems: tuple[SubmissionProblem, ...] = ()
    command: SubmitApplication | None = None


type Command = DeliverSubmission


@event("intake.submission-delivered")
class SubmissionDelivered:
    """An envelope arrived from a portal over FIT-Connect (submit-submission)."""

    submission: str
    envelope_sha512: str
    delivered_by: str


@event("intake.submission-accepted")
class SubmissionAccepted:
    """The envelope was taken as an application (accept-submission)."""

    case: str
    file_number: str


@event("intake.submission-rejected")
class SubmissionRejected:
    """The envelope could not be taken (reject-submission), with the problems that its sender is told."""

    problems: tuple[SubmissionProblem, ...]


type Event = SubmissionDelivered | SubmissionAccepted | SubmissionRejected


@value
class Undelivered:
    pass


@value
class Delivered:
    """The envelope and what became of it."""

    envelope: SubmissionDelivered
    outcome: SubmissionAccepted | SubmissionRejected | None = None


type FitSubmission = Undelivered | Delivered


class SubmissionReused(DomainError):
    code = "submission-id-reused"
    title = "Unter dieser submissionId wurde schon etwas anderes eingereicht."


def decide(command: Command, submission: FitSubmission, context: Context) -> list[Event]:
    match submission:
        case Undelivered():
            delivered = SubmissionDelivered(
                submission=command.submission, envelope_sha512=command.envelope_sha512, delivered_by=context.actor
            )
            return [delivered, SubmissionRejected(problems=command.problems)] if command.problems else [delivered]
        case Delivered():
            if submission.envelope.envelope_sha512 != command.envelope_sha512:
                raise SubmissionReused
            return []
        case _ as missing:
            assert_never(missing)


def evolve(submission: FitSubmission, it: Event) -> FitSubmission:
    match it, submission:
        case SubmissionDelivered(), _:
            return Delivered(envelope=it)
        case ((SubmissionAccepted() | SubmissionRejected()), Delivered()):
            return Delivered(envelope=submission.envelope, outcome=it)
        case _, Undelivered():
            return submission
        case _ as missing:
            assert_never(missing)


decider = Decider[Command, Event, FitSubmission](
    name="fit-submission",
    per_case=False,
    initial=Undelivered(),
    decide=decide,
    evolve=evolve,
    events=[SubmissionDelivered, SubmissionAccepted, SubmissionRejected],
)


# ---- Together with the application ---------------------------------------------------------------------------------


def deliver(command: DeliverSubmission) -> Decision:
    """Judge envelope and application in one transaction; a rule that refuses the application rejects the envelope."""
    own = decider.stream(command.submission)
    handed_in = application.submit(command.command) if command.command else None
    inner: Mapping[str, Any] = handed_in.reads if handed_in else {}

    def judge(states: Sequence[Any], context: Context) -> Decided:
        delivered = decide(command, states[0], context)
        if not delivered or handed_in is None or command.command is None:
            return {own: delivered}
        try:
            decided = handed_in.judge(states[1:], context)
        except RefusedAttempt:
            raise
        except DomainError as error:
            return {own: [*delivered, SubmissionRejected(problems=(problem_of(error),))]}
        case = command.command.case
        events = decided.get(application.decider.stream(case), ())
        number = next((it.file_number for it in events if isinstance(it, ReceiptAcknowledged)), "")
        return {own: [*delivered, SubmissionAccepted(case=case, file_number=number)], **decided}

    meta = {"case": command.command.case} if command.command else {}
    return Decision(reads={own: decider, **inner}, judge=judge, action="deliver-submission", creates=True, meta=meta)


def problem_of(error: DomainError) -> SubmissionProblem:
    """A rule of ours as a problem of the data."""
    field = f" ({error.field})" if error.field else ""
    detail = error.detail or error.title
    return SubmissionProblem(
        type=f"urn:foerderstrom:problem:{error.code}", title=error.title, detail=f"{detail}{field}", instance="data"
    )
