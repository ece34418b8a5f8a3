"""What `summary.json` holds."""

from collections.abc import Mapping
from typing import Any

from deploy.demo_report.complaining import is_consistent
from deploy.demo_report.results import Result

_CHANGED: Mapping[str, str] = {
    "amended": "amended",
    "lapsed": "lapse",
    "revoked": "revocation",
    "retracted": "retraction",
    "reduced": "resolutory-condition",
}


def summary(result: Result) -> Mapping[str, Any]:
    """What `summary.json` holds."""
    outcomes = result.cases.values()
    awarded = [it for it in outcomes if it.awarded_cents]
    return {
        "applications": {
            "submitted": len(outcomes),
            "awarded": len(awarded),
            "refused": sum(it.status == "refused" for it in outcomes),
            "withdrawn": sum(it.status == "withdrawn" for it in outcomes),
        },
        "changed": {name: sum(it.status == status for it in outcomes) for name, status in _CHANGED.items()},
        "cents": {
            "applied": sum(it.applied_cents for it in outcomes),
            "awarded": sum(it.awarded_cents for it in outcomes),
            "ordered": sum(it.ordered_cents for it in outcomes),
            "settled": sum(it.settled_cents for it in outcomes),
        },
        "payments": {name: result.book["totals"][name] for name in ("ordered", "settled", "duplicate")},
        "budget": {
            "consistent": is_consistent(result),
            "statement": [
                {
                    "title": it.title,
                    "budget_year": it.budget_year,
                    "year": it.year,
                    "available": it.available_cents,
                    "reserved": it.reserved_cents,
                    "committed": it.committed_cents,
                    "paid": it.paid_cents,
                }
                for it in result.accounts
            ],
        },
        "reconciliation": {"closed_days": result.closed_days, "overdue_files": len(result.overdue_files)},
        "claims": {
            "demanded": len(result.claims),
            "ordered": sum(it.ordered for it in result.claims),
            "settled": sum(it.settled for it in result.claims),
            "demanded_cents": sum(it.demanded_cents for it in result.claims),
            "received_cents": sum(it.received_cents for it in result.claims),
        },
        "sod": {
            "violations": len(result.recount.violations),
            "acts": result.recount.acts,
            "refused_attempts": result.recount.refused_attempts,
        },
        "events": dict(result.proof.heads),
        "ledger": {"size": result.proof.size, "root": result.proof.root, "verified": result.proof.verified},
        "trace": {"services": result.trace_services, "spans": result.trace_spans},
        "seconds": round(result.seconds, 1),
        "cases": {
            label: {
                "status": it.status,
                "applied": it.applied_cents,
                "awarded": it.awarded_cents,
                "ordered": it.ordered_cents,
                "settled": it.settled_cents,
            }
            for label, it in sorted(result.cases.items())
        },
    }
