"""What can be done with a case now, by whom."""

from collections.abc import Sequence

from services.intake.api.case_record.requests import early_starts
from services.intake.api.case_record.shapes import NextAction
from services.intake.application import Submitted
from services.intake.change_request import granted_by_year, open_change
from services.intake.municipality import Municipality
from services.intake.proceeding import drawable
from services.intake.progress import (
    FundsAssigned,
)
from services.intake.proof_of_use import SUBMIT, may_submit
from shared.identity import Role
from shared.web import etag


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


def successor_named(
    case: str, state: Submitted, version: int, roles: frozenset[Role], heirs: Sequence[Municipality]
) -> Sequence[NextAction]:
    """First of all an applicant that has ceased needs a successor, by intake while it has the application."""
    if not heirs or state.completed or state.withdrawn or Role.INTAKE_CLERK not in roles:
        return ()
    path = f"/intake/cases/{case}/successor"
    return (NextAction(name="name-successor", title="Rechtsnachfolge vermerken", path=path, if_match=etag(version)),)


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
    return all(it.approved is False for it in early_starts(progress))


def _may_change(state: Submitted) -> bool:
    awarded = granted_by_year(state.progress) is not None
    return awarded and not state.withdrawal_effective and open_change(state.progress) is None


def _may_withdraw(state: Submitted) -> bool:
    return not (state.withdrawn or state.progress.is_decided or state.progress.only(FundsAssigned))


def _may_draw(state: Submitted) -> bool:
    if state.withdrawal_effective or state.progress.open_drawdown:
        return False
    return sum(it.cents for it in drawable(state.progress)) > state.progress.accepted_cents
