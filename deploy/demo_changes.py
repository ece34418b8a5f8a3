"""Was nach dem Bescheid geschieht: which awards of the demonstration are amended, lapse or are revoked, when and why."""

from collections.abc import Mapping
from datetime import date

from deploy.demo_making import called
from deploy.demo_plan import ChangeKind, PlannedCase, PlannedChange, PlannedLateUse
from shared.decider import replace
from shared.money import at_rate


def _partner_leaves(case: PlannedCase) -> PlannedCase:
    """Example d2: with a partner 30,000.00 of the expenditure leave, and 24,000.00 of the year 2027."""
    return _changed(
        case,
        PlannedChange(
            kind=ChangeKind.PARTNER_LEAVES, on=date(2025, 11, 3), decided_on=date(2025, 11, 3),
            left={**case.awarded, 2027: case.awarded[2027] - 24_000_00}, eligible_cents=_eligible(case) - 30_000_00,
            reason="Eine der beteiligten Körperschaften scheidet aus; ihr Teil der Ausgaben entfällt.",
        ),
        shape="twice",
    )  # fmt: skip


def _shift(case: PlannedCase, on: date, *, granted: bool = True) -> PlannedCase:
    """A tenth of the grant is needed a year later than thought."""
    first, second = sorted(case.awarded)
    later = at_rate(case.awarded_cents, 1_000) // 100 * 100
    change = PlannedChange(
        kind=ChangeKind.SHIFT if granted else ChangeKind.SHIFT_REFUSED, on=on, decided_on=on,
        left={first: case.awarded[first] - later, second: case.awarded[second] + later}, eligible_cents=_eligible(case),
        reason="Der Anbieter liefert den letzten Teil erst im folgenden Jahr.",
    )  # fmt: skip
    return _changed(case, change, shape="plain") if granted else replace(case, change=change)


def _lapsed(case: PlannedCase, on: date) -> PlannedCase:
    """The municipality gives the whole award up before it calls any money."""
    change = PlannedChange(
        kind=ChangeKind.LAPSE, on=on, decided_on=on, left={}, eligible_cents=0,
        reason="Die Kommune führt das Vorhaben nicht durch und verzichtet auf die Zuwendung.",
    )  # fmt: skip
    return replace(case, change=change, drawdowns=())


_REASONS: Mapping[ChangeKind, str] = {
    ChangeKind.REVOCATION: "Die weiteren Teile des Vorhabens werden entgegen dem Zweck des Bescheids nicht umgesetzt.",
    ChangeKind.RETRACTION: "Ein Teil der Ausgaben war schon vor der Bewilligung beauftragt; insoweit war sie rechtswidrig.",
    ChangeKind.CONDITION: "Die Kommune erhält für die weiteren Teile Mittel Dritter; insoweit ist die Bedingung eingetreten.",
}


def _annulled(case: PlannedCase, kind: ChangeKind, on: date, decided_on: date) -> PlannedCase:
    """What is not paid when the hearing begins falls away; what is paid stays."""
    paid = tuple(it for it in case.drawdowns if it.on < on)
    left = {year: sum(it.accepted_cents for it in paid if it.year == year) for year in {it.year for it in paid}}
    change = PlannedChange(kind=kind, on=on, decided_on=decided_on, left=left, eligible_cents=0, reason=_REASONS[kind])
    return replace(case, change=change, drawdowns=paid)


def _eligible(case: PlannedCase) -> int:
    return sum(it.eligible_cents for it in case.lines)


def _changed(case: PlannedCase, change: PlannedChange, shape: str) -> PlannedCase:
    return replace(case, change=change, drawdowns=called(case.days, change.left, shape))


def changed(cases: tuple[PlannedCase, ...]) -> tuple[PlannedCase, ...]:
    """The cases, some of them with what happens to their awards later."""
    by_label = {it.label: it for it in cases}
    new: Mapping[str, PlannedCase] = {
        it.label: it
        for it in (
            _partner_leaves(by_label["arnstadt"]),
            _shift(by_label["weimar"], date(2025, 9, 15)),
            _shift(by_label["geratal"], date(2024, 11, 18)),
            _shift(by_label["bad-salzungen"], date(2025, 11, 3), granted=False),
            _lapsed(by_label["meuselwitz"], date(2025, 12, 1)),
            _lapsed(by_label["stadtroda"], date(2024, 12, 2)),
            _annulled(by_label["waltershausen"], ChangeKind.REVOCATION, date(2025, 10, 15), date(2025, 10, 27)),
            _annulled(by_label["hildburghausen"], ChangeKind.REVOCATION, date(2025, 9, 15), date(2025, 9, 29)),
            _annulled(by_label["schmalkalden"], ChangeKind.RETRACTION, date(2025, 10, 15), date(2025, 11, 3)),
            _annulled(by_label["bleicherode"], ChangeKind.CONDITION, date(2025, 10, 15), date(2025, 10, 27)),
        )
    }
    return tuple(new.get(it.label, it) for it in cases)


def with_late_use(cases: tuple[PlannedCase, ...]) -> tuple[PlannedCase, ...]:
    """The cases, one of them with money that was used later than it was called for."""
    late = PlannedLateUse(
        cents=10_000_00, from_on=date(2025, 10, 4), until_on=date(2026, 3, 16), demanded_on=date(2026, 5, 18),
        repaid_on=date(2026, 6, 1),
    )  # fmt: skip
    return tuple(replace(it, late_use=late) if it.label == "soemmerda" else it for it in cases)
