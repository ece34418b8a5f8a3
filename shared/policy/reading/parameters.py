"""The numbers of a programme, group by group with the least and the most that each may be."""

from collections.abc import Mapping
from typing import Any, cast

from shared.money import MAX_CENTS
from shared.policy.reading.errors import PolicyNotReadable
from shared.policy.reading.group import Group
from shared.policy.terms import Parameters

DAY_COUNTS = ("act/365", "act/360", "30/360")


_DAYS, _MONTHS, _BP, _YEARS = (1, 3_660), (1, 240), (0, 10_000), (1, 100)


_GROUPS: Mapping[str, Mapping[str, tuple[int, int]]] = {
    "deadlines": {
        # Under a fortnight no authority may expect papers from a council that meets once a month.
        "document_request_days": (14, 366),
        "document_extension_days": _DAYS,
        "hearing_days": (14, 366),
        "reservation_days": _DAYS,
        "early_start_months": _MONTHS,
        "period_months": _MONTHS,
        "drawdown_months": _MONTHS,
        "proof_months": _MONTHS,
        "interim_proof_months": _MONTHS,
        "proof_check_months": _MONTHS,
        "repayment_days": _DAYS,
        "revocation_months": _MONTHS,
    },
    "notice": {},
    "hearing": {"hearing_cut_bp": _BP},
    "signing": {"signing_limit_cents": (1, MAX_CENTS)},
    "samples": {"proof_sample_bp": (1, 10_000)},
    "bagatelles": {"recovery_bagatelle_cents": (0, MAX_CENTS), "interest_bagatelle_cents": (0, MAX_CENTS)},
    "interest": {},
    "payout": {"withheld_bp": _BP, "line_excess_bp": _BP},
    "budget": {"last_order_month": (1, 12), "last_order_day": (1, 28)},
    "cooperation": {"cooperation_members": (2, 100)},
    "retention": {"retention_years": _YEARS, "recipient_retention_years": _YEARS},
}


def parameters_of(file: Group) -> Parameters:
    groups = {key: file.group(key) for key in _GROUPS}
    found: dict[str, Any] = {}
    for key, group in groups.items():
        group.told()
        for name, (least, most) in _GROUPS[key].items():
            found[name] = group.number(name, least, most)
    notice, interest, payout, budget = (groups[it] for it in ("notice", "interest", "payout", "budget"))
    alarms = cast(list[object], budget.required("alarms_bp", list))
    percentages = [it for it in alarms if type(it) is int and 0 < it <= 10_000]
    if len(percentages) != len(alarms) or percentages != sorted(set(percentages)):
        raise PolicyNotReadable("Schwellen sind aufsteigende Basispunkte bis 10000", field=budget.at("alarms_bp"))
    parameters = Parameters(
        **found,
        service_on_working_day=notice.flag("service_on_working_day"),
        day_count=interest.one_of("day_count", DAY_COUNTS),
        payout_only_when_final=payout.flag("payout_only_when_final"),
        alarms_bp=tuple(percentages),
    )
    for group in groups.values():
        group.finish()
    return parameters
