"""What the applicant asked beside its application and handed in, with what was decided on it."""

from services.intake.api.case_record.shapes import ChangeStatus, EarlyStartStatus, ProofStatus
from services.intake.proceeding import settled_changes
from services.intake.progress import (
    ChangeReceived,
    EarlyStartDecided,
    EarlyStartReceived,
    Progress,
    ProofDecided,
    ProofReceived,
)


def early_starts(progress: Progress) -> tuple[EarlyStartStatus, ...]:
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


def changes(progress: Progress) -> tuple[ChangeStatus, ...]:
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


def proofs(progress: Progress) -> tuple[ProofStatus, ...]:
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
