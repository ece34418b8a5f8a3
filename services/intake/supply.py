"""Nachforderung: what an application lacks, until when it may be supplied, and what was supplied for it.

A part of the application's own stream: completeness is judged against it. The period is set by the authority, so it may
be extended, also after it has ended (§ 31 VII VwVfG); its end changes nothing by itself, a person decides then.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import ClassVar, assert_never

from shared import duties
from shared.calendar import Deadline, days_after, next_working_day
from shared.contracts import Acted
from shared.decider import Context, DomainError, event, field, replace, value
from shared.identity import DocumentReference, Role

MAX_DOCUMENTS = 200
"""Documents of one case at most: keeps what is told about it far below the 512 kB of a message."""


@value
class RequestedDocument:
    """Something that the application lacks. `number` counts from 1 within the case, `kind` as for attachments,
    `code` is that of the finding it answers, if one does."""

    number: int
    kind: str
    text: str
    code: str = ""


@value
class SuppliedDocument:
    """A document handed in for the requested one of this number."""

    number: int
    document: DocumentReference


@value
class Wanted:
    """What a clerk asks for, before it is numbered."""

    kind: str
    text: str
    code: str = ""


# ---- Commands ------------------------------------------------------------------------------------------------------


@value
class RequestDocuments:
    """Ask the applicant for what is missing until a day; `least_days` is the shortest period that policy allows,
    which holds when no day is named."""

    wanted: tuple[Wanted, ...]
    least_days: int
    ends_on: date | None = None


@value
class SupplyDocuments:
    """Hand in documents that were asked for. `applicant_keys` are the bodies the signed-in person acts for."""

    applicant_keys: tuple[str, ...]
    supplied: tuple[SuppliedDocument, ...]


@value
class ExtendDeadline:
    """Give more time for what was asked for, before or after the period has ended; `days` when policy named the length."""

    ends_on: date
    reason: str
    days: int = 0


@value
class ExpireDocumentDeadline:
    """The period is over and something is still missing."""


@value
class ScanPaperDocument:
    """A document came on paper and was scanned; `number` is the requested one that it answers, 0 for none."""

    document: DocumentReference
    received_on: date
    number: int = 0


type Command = RequestDocuments | SupplyDocuments | ExtendDeadline | ExpireDocumentDeadline | ScanPaperDocument


# ---- Events --------------------------------------------------------------------------------------------------------


@event("intake.documents-requested")
class DocumentsRequested:
    """Intake asked the applicant for what is missing, with a deadline (Nachforderung)."""

    documents: tuple[RequestedDocument, ...]
    deadline: Deadline
    requested_on: date
    requested_by: str


@event("intake.documents-supplied")
class DocumentsSupplied:
    """The applicant handed in documents that were asked for (Unterlagen nachgereicht)."""

    supplied: tuple[SuppliedDocument, ...]
    supplied_on: date
    supplied_by: str


@event("intake.deadline-extended")
class DeadlineExtended:
    """Intake gave more time for what is missing, perhaps after the period had ended (Fristverlängerung, § 31 VII VwVfG)."""

    deadline: Deadline
    reason: str
    extended_on: date
    extended_by: str


@event("intake.document-deadline-expired")
class DocumentDeadlineExpired:
    """The period ended and something is still missing (Frist fruchtlos abgelaufen): a person decides what follows."""

    missing: tuple[int, ...]
    expired_on: date


@event("intake.paper-document-scanned")
class PaperDocumentScanned:
    """A document came on paper and was scanned (Medienbruch): counted, because the file is electronic."""

    document: DocumentReference
    number: int
    received_on: date
    scanned_on: date
    scanned_by: str


type Event = DocumentsRequested | DocumentsSupplied | DeadlineExtended | DocumentDeadlineExpired | PaperDocumentScanned
EVENTS: Sequence[type[Event]] = (
    DocumentsRequested,
    DocumentsSupplied,
    DeadlineExtended,
    DocumentDeadlineExpired,
    PaperDocumentScanned,
)


# ---- State ---------------------------------------------------------------------------------------------------------


@value
class Supply:
    """What was asked for and what came, electronically or on paper."""

    requested: Mapping[int, RequestedDocument] = field(default_factory=dict[int, RequestedDocument])
    supplied: tuple[SuppliedDocument, ...] = ()
    scanned: tuple[PaperDocumentScanned, ...] = ()
    deadline: Deadline | None = None
    expired: DocumentDeadlineExpired | None = None
    acted: tuple[Acted, ...] = ()

    @property
    def missing(self) -> tuple[RequestedDocument, ...]:
        """What was asked for and for which nothing has come."""
        came = {it.number for it in (*self.supplied, *self.scanned)}
        return tuple(it for number, it in sorted(self.requested.items()) if number not in came)

    @property
    def documents(self) -> tuple[DocumentReference, ...]:
        """All that came after the submission."""
        return tuple(it.document for it in (*self.supplied, *self.scanned))


# ---- Errors --------------------------------------------------------------------------------------------------------


class InvalidRequest(DomainError):
    """Something that cannot be asked or supplied; each subclass names why."""

    status: ClassVar[int] = 422


class NothingWanted(InvalidRequest):
    code = "nothing-wanted"
    title = "Bitte nennen Sie mindestens eine fehlende Unterlage."


class DeadlineTooShort(InvalidRequest):
    code = "deadline-too-short"
    title = "Die Frist ist kürzer, als die Verwaltungspraxis es zulässt."


class DeadlineNotLater(InvalidRequest):
    code = "deadline-not-later"
    title = "Die neue Frist muss nach der bisherigen und nach dem heutigen Tag enden."


class NotRequested(InvalidRequest):
    code = "document-not-requested"
    title = "Diese Unterlage wurde nicht nachgefordert."


class ReceivedLater(InvalidRequest):
    code = "received-later"
    title = "Ein Schriftstück kann nicht erst in der Zukunft eingegangen sein."


class NothingRequested(DomainError):
    code = "nothing-requested"
    title = (
        "Zu diesem Antrag wurde nichts nachgefordert. Unterlagen können nach einer Nachforderung eingereicht werden."
    )


class NothingMissing(DomainError):
    code = "nothing-missing"
    title = "Es fehlt keine nachgeforderte Unterlage mehr; eine Frist läuft nicht."


class TooManyDocuments(DomainError):
    code = "too-many-documents"
    title = f"Zu einem Vorgang können höchstens {MAX_DOCUMENTS} Unterlagen eingereicht werden."


# ---- Decide --------------------------------------------------------------------------------------------------------


def decide(command: Command, supply: Supply, context: Context) -> list[Event]:
    match command:
        case RequestDocuments():
            return _requested(command, supply, context)
        case SupplyDocuments():
            return _supplied(command, supply, context)
        case ExtendDeadline():
            return _extended(command, supply, context)
        case ExpireDocumentDeadline():
            return _expired(supply, context)
        case ScanPaperDocument():
            return _scanned(command, supply, context)
        case _ as missing:
            assert_never(missing)


def _requested(command: RequestDocuments, supply: Supply, context: Context) -> list[Event]:
    open_already = {(it.kind, it.text) for it in supply.missing}
    new = [it for it in dict.fromkeys(command.wanted) if (it.kind, it.text) not in open_already]
    if not command.wanted:
        raise NothingWanted(field="documents")
    if not new:
        return []
    if len(supply.requested) + len(new) > MAX_DOCUMENTS:
        raise TooManyDocuments
    least = context.valid_on + timedelta(days=command.least_days)
    if command.ends_on is not None and command.ends_on < least:
        raise DeadlineTooShort(f"Sie muss mindestens bis zum {least:%d.%m.%Y} laufen.", field="ends_on")
    deadline = days_after(context.valid_on, command.least_days)
    if command.ends_on is not None:
        rule = f"Von der Behörde gesetzt, mindestens {command.least_days} Tage ab {context.valid_on:%d.%m.%Y}"
        deadline = _deadline(command.ends_on, rule)
    if supply.missing and supply.deadline and supply.deadline.ends_on > deadline.ends_on:
        deadline = supply.deadline
    last = max(supply.requested, default=0)
    numbered = tuple(
        RequestedDocument(number=number, kind=it.kind, text=it.text, code=it.code)
        for number, it in enumerate(new, last + 1)
    )
    return [
        DocumentsRequested(
            documents=numbered, deadline=deadline, requested_on=context.valid_on, requested_by=context.actor
        )
    ]


def _deadline(ends_on: date, rule: str) -> Deadline:
    """A period that would end on a day off ends on the next working day (§ 31 III VwVfG)."""
    moved = next_working_day(ends_on)
    law = "§ 31 II, VII VwVfG" if moved == ends_on else "§ 31 III VwVfG: nächster Werktag"
    return Deadline(ends_on=moved, rule=f"{rule} ({law})")


def _supplied(command: SupplyDocuments, supply: Supply, context: Context) -> list[Event]:
    if not supply.requested:
        raise NothingRequested
    for index, it in enumerate(command.supplied):
        if it.number not in supply.requested:
            raise NotRequested(field=f"attachments.{index}.number")
    new = tuple(it for it in dict.fromkeys(command.supplied) if it not in supply.supplied)
    if len(supply.documents) + len(new) > MAX_DOCUMENTS:
        raise TooManyDocuments
    if not new:
        return []
    return [DocumentsSupplied(supplied=new, supplied_on=context.valid_on, supplied_by=context.actor)]


def _extended(command: ExtendDeadline, supply: Supply, context: Context) -> list[Event]:
    if supply.deadline is None or not supply.missing:
        raise NothingMissing
    length = f" um {command.days} Tage nach der Verwaltungspraxis" if command.days else ""
    deadline = _deadline(command.ends_on, f"Verlängert{length} auf Antrag oder von Amts wegen, auch nach Ablauf")
    if deadline == supply.deadline:
        return []
    if command.ends_on <= supply.deadline.ends_on or command.ends_on < context.valid_on:
        raise DeadlineNotLater(field="ends_on")
    return [
        DeadlineExtended(
            deadline=deadline, reason=command.reason, extended_on=context.valid_on, extended_by=context.actor
        )
    ]


def _expired(supply: Supply, context: Context) -> list[Event]:
    if supply.deadline is None or supply.expired or not supply.missing or context.valid_on <= supply.deadline.ends_on:
        return []
    return [
        DocumentDeadlineExpired(missing=tuple(it.number for it in supply.missing), expired_on=supply.deadline.ends_on)
    ]


def _scanned(command: ScanPaperDocument, supply: Supply, context: Context) -> list[Event]:
    if any((it.document.sha256, it.number) == (command.document.sha256, command.number) for it in supply.scanned):
        return []
    if command.number and command.number not in supply.requested:
        raise NotRequested(field="number")
    if command.received_on > context.valid_on:
        raise ReceivedLater(field="received_on")
    if len(supply.documents) >= MAX_DOCUMENTS:
        raise TooManyDocuments
    return [
        PaperDocumentScanned(
            document=command.document,
            number=command.number,
            received_on=command.received_on,
            scanned_on=context.valid_on,
            scanned_by=context.actor,
        )
    ]


# ---- Evolve --------------------------------------------------------------------------------------------------------


def evolve(supply: Supply, it: Event) -> Supply:
    match it:
        case DocumentsRequested():
            acted = duties.with_act(supply.acted, it.requested_by, Role.INTAKE_CLERK, "request-documents")
            requested = {**supply.requested, **{one.number: one for one in it.documents}}
            return replace(supply, requested=requested, deadline=it.deadline, expired=None, acted=acted)
        case DocumentsSupplied():
            acted = duties.with_act(supply.acted, it.supplied_by, Role.APPLICANT, "supply-documents")
            return replace(supply, supplied=(*supply.supplied, *it.supplied), acted=acted)
        case DeadlineExtended():
            acted = duties.with_act(supply.acted, it.extended_by, Role.INTAKE_CLERK, "extend-deadline")
            return replace(supply, deadline=it.deadline, expired=None, acted=acted)
        case DocumentDeadlineExpired():
            return replace(supply, expired=it)
        case PaperDocumentScanned():
            acted = duties.with_act(supply.acted, it.scanned_by, Role.INTAKE_CLERK, "scan-paper-document")
            return replace(supply, scanned=(*supply.scanned, it), acted=acted)
        case _ as missing:
            assert_never(missing)
