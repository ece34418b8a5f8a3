"""One case as intake tells it: everything a client needs to read and to act, folded from the log."""

from collections.abc import Callable, Sequence
from datetime import date

from services.intake.application import Declarations, Submitted
from services.intake.application.lacking import lacks
from services.intake.change_request import granted_by_year, open_change
from services.intake.conditions import ConditionStatus, conditions
from services.intake.municipality import Municipality
from services.intake.proceeding import drawable, settled_changes
from services.intake.progress import (
    AwardAnnounced,
    ChangeReceived,
    EarlyStartDecided,
    EarlyStartReceived,
    FundsAssigned,
    Progress,
    ProofDecided,
    ProofReceived,
    RecipientSucceeded,
)
from services.intake.proof_of_use import SUBMIT, may_submit
from services.intake.status import DrawdownStatus, Status, drawdowns, status
from services.intake.supply import Supply
from services.intake.vocabulary import MEDIA_TYPES
from shared.calendar import Deadline
from shared.contracts import YearAmount
from shared.contracts.intake import Cooperation, ExpenditureLine, Financing, Finding, Measure
from shared.decider import value
from shared.identity import DocumentReference, Erased, Role, Sealed
from shared.web import etag

ERASED = "gelöscht"

type OpenSeal = Callable[[Sealed], str | Erased]


@value
class Document:
    """An attachment, to download at `url`."""

    sha256: str
    size: int
    media_type: str
    kind: str
    url: str


@value
class Personal:
    """Contact, account and representative in clear, for who needs them; a person who was erased is "gelöscht"."""

    contact_name: str
    contact_mail: str
    account_holder: str
    iban: str
    representative_name: str = ""
    representative_office: str = ""


@value
class Heir:
    """A body that took over from an applicant that has ceased."""

    key: str
    name: str


@value
class StreamVersion:
    """A stream's version as `If-Match` wants it."""

    stream: str
    version: int
    etag: str


@value
class NextAction:
    """Something that this person may do now; with `if_match` it refers to that version, else it wants an `Idempotency-Key`."""

    name: str
    title: str
    path: str
    if_match: str = ""


@value
class Requested:
    """A document that intake asked for; `came` tells whether one was handed in for it."""

    number: int
    kind: str
    text: str
    came: bool


@value
class EarlyStartStatus:
    """One wish to begin before the decision; `approved` is None until review decided."""

    early_start: str
    contract_on: date
    requested_on: date
    approved: bool | None
    may_begin_on: date | None
    expires_on: date | None
    text: str


@value
class ChangeStatus:
    """One change asked for; `granted` is None until review decided."""

    change: str
    kind: str
    requested_on: date
    granted: bool | None
    text: str


@value
class ProofStatus:
    """One proof of use; `outcome` is empty until review decided, `final_cents` what remains of the grant once accepted."""

    proof: str
    kind: str
    submitted_on: date
    spent_cents: int
    outcome: str
    recognised_cents: int
    final_cents: int
    overpaid_cents: int
    text: str


@value
class CaseRecord:
    """A case; drawn money is to be needed within `drawdown_months`, if any are known. `personal` is None for
    who does not need it; years and amounts as applied for, assigned as review told last;
    `administration` is who runs the applicant's administration when it is not its own (B3)."""

    case: str
    file_number: str
    applicant_key: str
    applicant_name: str
    item: str
    title: str
    status: Status
    lines: tuple[ExpenditureLine, ...]
    financing: Financing
    by_year: tuple[YearAmount, ...]
    starts_on: date
    ends_on: date
    declarations: Declarations
    documents: tuple[Document, ...]
    submission_sha256: str
    submitted_on: date
    completed_on: date | None
    withdrawn_on: date | None
    remedy_ends_on: date | None
    assigned: tuple[YearAmount, ...]
    on_behalf_of: tuple[str, ...]
    administration: str
    cooperation: Cooperation | None
    measures: tuple[Measure, ...]
    findings: tuple[Finding, ...]
    lacking: tuple[str, ...]
    contract_on: date | None
    drawdown_months: int
    drawdowns: tuple[DrawdownStatus, ...]
    requested: tuple[Requested, ...]
    deadline: Deadline | None
    media_breaks: int
    early_starts: tuple[EarlyStartStatus, ...]
    changes: tuple[ChangeStatus, ...]
    proofs: tuple[ProofStatus, ...]
    side_conditions: tuple[ConditionStatus, ...]
    cut_reason: str
    personal: Personal | None
    successions: tuple[RecipientSucceeded, ...]
    heirs: tuple[Heir, ...]
    streams: tuple[StreamVersion, ...]
    actions: tuple[NextAction, ...]


def case_record(
    case: str,
    state: Submitted,
    version: int,
    roles: frozenset[Role],
    open_seal: OpenSeal | None,
    administration: str = "",
    heirs: Sequence[Municipality] = (),
) -> CaseRecord:
    """The record of a case for a person in these roles; `open_seal` is given for who may see personal values."""
    form, progress = state.form, state.progress
    award, funds = progress.only(AwardAnnounced), progress.only(FundsAssigned)
    stream = form.iban.stream
    return CaseRecord(
        case=case,
        file_number=state.file_number,
        applicant_key=state.applicant_key,
        applicant_name=state.applicant_name,
        item=form.item,
        title=form.title,
        status=status(state),
        lines=form.lines,
        financing=form.financing,
        by_year=form.by_year,
        starts_on=form.starts_on,
        ends_on=form.ends_on,
        declarations=form.declarations,
        documents=tuple(_document(case, it) for it in state.documents),
        submission_sha256=form.submission_sha256,
        submitted_on=form.submitted_on,
        completed_on=state.completed and state.completed.completed_on,
        withdrawn_on=state.withdrawn and state.withdrawn.withdrawn_on,
        remedy_ends_on=award and award.remedy_ends_on,
        assigned=drawable(progress) or (funds.by_year if funds else ()),
        on_behalf_of=form.on_behalf_of,
        administration=administration,
        cooperation=form.cooperation,
        measures=form.measures,
        findings=form.findings,
        lacking=() if state.completed else tuple(lacks(state)),
        contract_on=form.contract_on,
        drawdown_months=funds.drawdown_months if funds else 0,
        drawdowns=tuple(drawdowns(progress)),
        requested=_requested(state.supply),
        deadline=state.supply.deadline,
        media_breaks=len(state.supply.scanned),
        early_starts=_early_starts(progress),
        changes=_changes(progress),
        proofs=_proofs(progress),
        side_conditions=tuple(conditions(progress)),
        cut_reason=award.cut_reason if award else "",
        personal=personal(state, open_seal) if open_seal else None,
        successions=tuple(progress.noted(RecipientSucceeded)),
        heirs=tuple(Heir(key=it.key, name=it.full_name) for it in heirs),
        streams=(StreamVersion(stream=stream, version=version, etag=etag(version)),),
        actions=(*_successor(case, state, version, roles, heirs), *next_actions(case, state, version, roles)),
    )


def _requested(supply: Supply) -> tuple[Requested, ...]:
    missing = {it.number for it in supply.missing}
    return tuple(
        Requested(number=it.number, kind=it.kind, text=it.text, came=it.number not in missing)
        for _, it in sorted(supply.requested.items())
    )


def _early_starts(progress: Progress) -> tuple[EarlyStartStatus, ...]:
    decided = {it.early_start: it for it in progress.noted(EarlyStartDecided)}
    return tuple(
        EarlyStartStatus(
            early_start=it.early_start,
            contract_on=it.contract_on,
            requested_on=it.received_on,
            approved=known.approved if known else None,
            may_begin_on=known.may_begin_on if known else None,
            expires_on=known.expires_on if known else None,
            text=known.text if known else "",
        )
        for it in sorted(progress.noted(EarlyStartReceived), key=lambda it: (it.received_on, it.early_start))
        for known in (decided.get(it.early_start),)
    )


def _changes(progress: Progress) -> tuple[ChangeStatus, ...]:
    settled = settled_changes(progress)
    return tuple(
        ChangeStatus(
            change=it.change,
            kind=it.kind,
            requested_on=it.received_on,
            granted=known.granted if known else None,
            text=known.text if known else "",
        )
        for it in sorted(progress.noted(ChangeReceived), key=lambda it: (it.received_on, it.change))
        for known in (settled.get(it.change),)
    )


def _proofs(progress: Progress) -> tuple[ProofStatus, ...]:
    decided = {it.proof: it for it in progress.noted(ProofDecided)}
    return tuple(
        ProofStatus(
            proof=it.proof,
            kind=it.kind,
            submitted_on=it.received_on,
            spent_cents=it.spent_cents,
            outcome=known.outcome if known else "",
            recognised_cents=known.recognised_cents if known else 0,
            final_cents=known.final_cents if known else 0,
            overpaid_cents=known.overpaid_cents if known else 0,
            text=known.reasons if known else "",
        )
        for it in sorted(progress.noted(ProofReceived), key=lambda it: (it.received_on, it.proof))
        for known in (decided.get(it.proof),)
    )


def _successor(
    case: str, state: Submitted, version: int, roles: frozenset[Role], heirs: Sequence[Municipality]
) -> Sequence[NextAction]:
    """First of all an applicant that has ceased needs a successor, by intake while it has the application."""
    if not heirs or state.completed or state.withdrawn or Role.INTAKE_CLERK not in roles:
        return ()
    path = f"/intake/cases/{case}/successor"
    return (NextAction(name="name-successor", title="Rechtsnachfolge vermerken", path=path, if_match=etag(version)),)


def _document(case: str, it: DocumentReference) -> Document:
    url = f"/intake/cases/{case}/documents/{it.sha256}"
    return Document(sha256=it.sha256, size=it.size, media_type=it.media_type, kind=it.kind, url=url)


def personal(state: Submitted, open_seal: OpenSeal) -> Personal:
    """Contact and account, opened."""

    def opened(it: Sealed) -> str:
        found = open_seal(it)
        return ERASED if isinstance(found, Erased) else found

    form = state.form
    return Personal(
        contact_name=opened(form.contact_name),
        contact_mail=opened(form.contact_mail),
        account_holder=opened(form.account_holder),
        iban=opened(form.iban),
        representative_name=opened(form.representative_name) if form.representative_name else "",
        representative_office=form.representative_office,
    )


def next_actions(case: str, state: Submitted, version: int, roles: frozenset[Role]) -> Sequence[NextAction]:
    """What these roles may do now; whether it is granted, the nouns decide."""
    path, seen = f"/intake/cases/{case}", etag(version)
    found: list[NextAction] = []
    if Role.INTAKE_CLERK in roles:
        found += [
            NextAction(name=name, title=title, path=f"{path}/{end}", if_match=seen)
            for name, title, end in _of_clerk(state)
        ]
    if Role.APPLICANT in roles and not state.completed and not state.withdrawn and state.supply.missing:
        name, title = "supply-documents", "Unterlagen nachreichen"
        found.append(NextAction(name=name, title=title, path=f"{path}/supplies", if_match=seen))
    if Role.APPLICANT in roles and _may_begin_early(state):
        name, title = "request-early-start", "Vorzeitigen Beginn beantragen"
        found.append(NextAction(name=name, title=title, path=f"{path}/early-starts"))
    if Role.APPLICANT in roles and _may_draw(state):
        found.append(NextAction(name="request-drawdown", title="Mittel abrufen", path=f"{path}/drawdowns"))
    if Role.APPLICANT in roles and _may_change(state):
        found.append(NextAction(name="request-change", title="Änderung beantragen", path=f"{path}/changes"))
    if Role.APPLICANT in roles and may_submit(state):
        found.append(NextAction(name=SUBMIT, title="Nachweis einreichen", path=f"{path}/proofs"))
    if Role.APPLICANT in roles and _may_withdraw(state):
        name, title = "withdraw-application", "Antrag zurücknehmen"
        found.append(NextAction(name=name, title=title, path=f"{path}/withdrawal", if_match=seen))
    return found


def _of_clerk(state: Submitted) -> Sequence[tuple[str, str, str]]:
    scan = ("scan-paper-document", "Schriftstück scannen", "paper-documents")
    if state.completed or state.withdrawn:
        return [scan]
    extend = [("extend-deadline", "Frist verlängern", "extensions")] if state.supply.missing else []
    return [
        ("declare-complete", "Vollständigkeit feststellen", "completeness"),
        ("request-documents", "Unterlagen nachfordern", "document-requests"),
        *extend,
        scan,
    ]


def _may_begin_early(state: Submitted) -> bool:
    progress = state.progress
    if state.withdrawn or progress.is_decided:
        return False
    return all(it.approved is False for it in _early_starts(progress))


def _may_change(state: Submitted) -> bool:
    awarded = granted_by_year(state.progress) is not None
    return awarded and not state.withdrawal_effective and open_change(state.progress) is None


def _may_withdraw(state: Submitted) -> bool:
    return not (state.withdrawn or state.progress.is_decided or state.progress.only(FundsAssigned))


def _may_draw(state: Submitted) -> bool:
    if state.withdrawal_effective or state.progress.open_drawdown:
        return False
    return sum(it.cents for it in drawable(state.progress)) > state.progress.accepted_cents


def file_name(file_number: str, it: DocumentReference) -> str:
    """The name under which an attachment is downloaded; the applicant's own is not kept."""
    return f"{file_number}-{it.kind}-{it.sha256[:8]}.{MEDIA_TYPES.get(it.media_type, 'bin')}"
