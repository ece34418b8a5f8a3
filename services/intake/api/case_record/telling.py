"""A case as it is told to whoever may read it."""

from collections.abc import Sequence

from services.intake.api.case_record.next_actions import next_actions, successor_named
from services.intake.api.case_record.requests import changes, early_starts, proofs
from services.intake.api.case_record.shapes import (
    ERASED,
    CaseRecord,
    Document,
    Heir,
    OpenSeal,
    Personal,
    Requested,
    StreamVersion,
)
from services.intake.application import Submitted
from services.intake.application.lacking import lacks
from services.intake.conditions import conditions
from services.intake.municipality import Municipality
from services.intake.proceeding import drawable
from services.intake.progress import (
    AwardAnnounced,
    FundsAssigned,
    RecipientSucceeded,
)
from services.intake.status import drawdowns, status
from services.intake.supply import Supply
from services.intake.vocabulary import MEDIA_TYPES
from shared.identity import DocumentReference, Erased, Role, Sealed
from shared.web import etag


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
        early_starts=early_starts(progress),
        changes=changes(progress),
        proofs=proofs(progress),
        side_conditions=tuple(conditions(progress)),
        cut_reason=award.cut_reason if award else "",
        personal=personal(state, open_seal) if open_seal else None,
        successions=tuple(progress.noted(RecipientSucceeded)),
        heirs=tuple(Heir(key=it.key, name=it.full_name) for it in heirs),
        streams=(StreamVersion(stream=stream, version=version, etag=etag(version)),),
        actions=(*successor_named(case, state, version, roles, heirs), *next_actions(case, state, version, roles)),
    )


def _requested(supply: Supply) -> tuple[Requested, ...]:
    missing = {it.number for it in supply.missing}
    return tuple(
        Requested(number=it.number, kind=it.kind, text=it.text, came=it.number not in missing)
        for _, it in sorted(supply.requested.items())
    )


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


def file_name(file_number: str, it: DocumentReference) -> str:
    """The name under which an attachment is downloaded; the applicant's own is not kept."""
    return f"{file_number}-{it.kind}-{it.sha256[:8]}.{MEDIA_TYPES.get(it.media_type, 'bin')}"
