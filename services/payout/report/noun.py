"""One file of the treasury, recorded once."""

from collections.abc import Sequence
from typing import assert_never

from shared.decider import Context, Decider, event, value

MAX_LISTED = 1_000
"""So many unexplained items are listed in the event, which stays below 512 kB; `unmatched_count` counts them all."""


@value
class Unmatched:
    """An item of the file that moved nothing: its reference (or group, or entry) and the code that says why."""

    reference: str
    reason: str


@value
class ReceiveReport:
    sha256: str
    kind: str
    message_id: str
    batches: tuple[str, ...]
    matched: int
    unmatched: tuple[Unmatched, ...]
    opened: bool = False


@value
class QuarantineReport:
    sha256: str
    file_name: str
    reason_code: str
    reason: str
    message_id: str = ""
    count: int = 0
    cents: int = 0
    opened: bool = False


type Command = ReceiveReport | QuarantineReport


@event("payout.report-received")
class ReportReceived:
    """A file of the treasury was read and taken in once (Einlesen einer Datei): so many items moved payments, these moved nothing and need a person.

    `opened` says that the same transaction opened all of them as clearing items.
    """

    sha256: str
    kind: str
    message_id: str
    batches: tuple[str, ...]
    matched: int
    unmatched: tuple[Unmatched, ...]
    unmatched_count: int
    opened: bool = False


@event("payout.report-conflicting")
class ReportConflicting:
    """A second file came under a message id that was used before, with other bytes (Kennung doppelt): an incident; nothing of it was taken in."""

    sha256: str
    kind: str
    message_id: str
    opened: bool = False


@event("payout.report-quarantined")
class ReportQuarantined:
    """A file could not be read (Quarantäne; `reason_code` says why); it lies in quarantine as it came, and nothing of it was taken in.

    `message_id`, `count` and `cents` are what could be read of it: its own name, and the items before it broke.
    """

    sha256: str
    file_name: str
    reason_code: str
    reason: str
    message_id: str = ""
    count: int = 0
    cents: int = 0
    opened: bool = False


type Event = ReportReceived | ReportConflicting | ReportQuarantined


@value
class Unseen: ...


@value
class Received:
    """`others` are the hashes of further files under the same message id."""

    sha256: str
    others: tuple[str, ...] = ()


@value
class Quarantined:
    sha256: str


type Report = Unseen | Received | Quarantined


def decide(command: Command, report: Report, context: Context) -> Sequence[Event]:
    match command, report:
        case ReceiveReport(), Unseen() | Quarantined():
            return [
                ReportReceived(
                    sha256=command.sha256,
                    kind=command.kind,
                    message_id=command.message_id,
                    batches=command.batches,
                    matched=command.matched,
                    unmatched=command.unmatched[:MAX_LISTED],
                    unmatched_count=len(command.unmatched),
                    opened=command.opened,
                )
            ]
        case ReceiveReport(), Received():
            if command.sha256 in (report.sha256, *report.others):
                return []
            return [
                ReportConflicting(
                    sha256=command.sha256, kind=command.kind, message_id=command.message_id, opened=command.opened
                )
            ]
        case QuarantineReport(), Unseen():
            return [
                ReportQuarantined(
                    sha256=command.sha256,
                    file_name=command.file_name,
                    reason_code=command.reason_code,
                    reason=command.reason,
                    message_id=command.message_id,
                    count=command.count,
                    cents=command.cents,
                    opened=command.opened,
                )
            ]
        case QuarantineReport(), Received() | Quarantined():
            return []
        case _ as missing:
            assert_never(missing)


def evolve(report: Report, it: Event) -> Report:
    match it, report:
        case ReportReceived(), _:
            return Received(sha256=it.sha256)
        case ReportConflicting(), Received():
            return Received(sha256=report.sha256, others=(*report.others, it.sha256))
        case ReportConflicting(), _:
            return report
        case ReportQuarantined(), _:
            return Quarantined(sha256=it.sha256)
        case _ as missing:
            assert_never(missing)


decider = Decider[Command, Event, Report](
    name="report",
    per_case=False,
    initial=Unseen(),
    decide=decide,
    evolve=evolve,
    events=[ReportReceived, ReportConflicting, ReportQuarantined],
)
