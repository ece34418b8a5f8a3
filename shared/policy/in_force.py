"""What applies on a day: of each kind the file that took force last; and whether files that lie together leave gaps."""

from collections.abc import Sequence
from datetime import date

from shared.decider import DomainError, replace, value
from shared.policy.criterion import Criterion
from shared.policy.reading import PolicyFile, read
from shared.policy.terms import KIND_TITLES, Basis, Handling, Item, Parameters, PolicyKind, Published, Terms
from shared.rules import Rule


class NoPolicyInForce(DomainError):
    code = "no-policy-in-force"
    title = "Für diesen Tag sind nicht Richtlinie, Verwaltungspraxis und Parameter veröffentlicht."


class UnknownItem(DomainError):
    code = "unknown-item"
    title = "Die Richtlinie kennt diesen Fördergegenstand nicht."
    status = 422


class PolicyNotConsistent(DomainError):
    """Files that together would leave a day without rule, or contradict one another."""

    code = "policy-not-consistent"
    title = "Die Regelungen passen nicht zusammen."
    status = 422


@value
class InForce:
    """Guideline, practice and parameters of a programme on a day, with the hashes that name them."""

    on: date
    guideline: PolicyFile
    practice: PolicyFile
    parameters: Parameters
    basis: Basis

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The guideline's rules, then the practice's."""
        return (*self.guideline.rules, *self.practice.rules)

    def item(self, name: str) -> Item:
        """The item with this code, or this letter in Ziffer 2; `UnknownItem`."""
        for it in self.guideline.items:
            if name and name in (it.code, it.letter):
                return it
        raise UnknownItem(
            f"{name[:60]!r} steht nicht in {self.guideline.title} ({self.guideline.version})", field="item"
        )

    def handling(self, it: Item) -> Handling:
        """How the practice handles an item; a practice of format 1 names only what is closed."""
        found = [one for one in self.practice.handlings if one.code == it.code]
        return found[0] if found else Handling(code=it.code)

    def criteria(self, name: str) -> tuple[Criterion, ...]:
        """What the opinion on an item, by its code or letter, is asked to judge; `UnknownItem`."""
        code = self.item(name).code
        return tuple(it for it in self.practice.criteria if it.asks(code))

    def terms(self, name: str) -> Terms:
        it, its = self.item(name), self.parameters
        handling = self.handling(it)
        is_open = handling.is_open(self.on)
        return Terms(
            item=it.code,
            letter=it.letter,
            item_title=it.title,
            is_open=is_open,
            budget_title=self.practice.budget_title,
            rate_bp=it.rate_bp,
            signing_limit_cents=its.signing_limit_cents,
            reservation_days=its.reservation_days,
            period_months=its.period_months,
            proof_months=its.proof_months,
            drawdown_months=its.drawdown_months,
            basis=self.basis,
            programme=self.guideline.programme,
            closed_because="" if is_open else _closed_because(handling, self.on),
            financing_type=it.financing_type,
            fixed_cents=it.fixed_cents,
            minimum_cents=it.minimum_cents,
            maximum_cents=it.maximum_cents,
            cooperation_bonus_bp=it.cooperation_bonus_bp,
            categories=it.categories,
            hearing_cut_bp=its.hearing_cut_bp,
            cooperation_members=its.cooperation_members,
        )


def _closed_because(handling: Handling, on: date) -> str:
    if handling.closed_because:
        return handling.closed_because
    if handling.opens_on and on < handling.opens_on:
        return f"offen ab {handling.opens_on:%d.%m.%Y}"
    return f"offen bis {handling.closes_on:%d.%m.%Y}" if handling.closes_on else ""


def _latest(published: Sequence[Published], kind: PolicyKind, on: date) -> Published | None:
    candidates = [it for it in published if it.kind == kind and it.in_force_on <= on]
    latest = max((it.in_force_on for it in candidates), default=None)
    # Of two for the same day the one published later corrects the one before.
    return next((it for it in reversed(candidates) if it.in_force_on == latest), None)


def in_force(published: Sequence[Published], on: date) -> InForce:
    """What applies on a day; `NoPolicyInForce` names the kind that is missing."""
    found: dict[PolicyKind, Published] = {}
    for kind in PolicyKind:
        it = _latest(published, kind, on)
        if it is None:
            raise NoPolicyInForce(f"am {on:%d.%m.%Y} fehlt: {KIND_TITLES[kind]}")
        found[kind] = it
    guideline, practice = (read(found[kind].text) for kind in (PolicyKind.GUIDELINE, PolicyKind.PRACTICE))
    if guideline.expires_on is not None and guideline.expires_on < on:
        raise NoPolicyInForce(f"die Richtlinie galt bis {guideline.expires_on:%d.%m.%Y}")
    parameters = read(found[PolicyKind.PARAMETERS].text).parameters
    if parameters is None:
        raise NoPolicyInForce(f"am {on:%d.%m.%Y} fehlt: {KIND_TITLES[PolicyKind.PARAMETERS]}")
    return InForce(
        on=on,
        guideline=guideline,
        practice=practice,
        parameters=replace(parameters, **dict(practice.numbers)),
        basis=Basis(
            guideline_sha256=found[PolicyKind.GUIDELINE].sha256,
            practice_sha256=found[PolicyKind.PRACTICE].sha256,
            parameters_sha256=found[PolicyKind.PARAMETERS].sha256,
        ),
    )


def check_together(published: Sequence[Published]) -> None:
    """Nothing, or `PolicyNotConsistent`: on every day on which something begins to apply, all three fit together.

    Between two such days nothing changes, so that these days speak for all others.
    """
    guidelines = [it.in_force_on for it in published if it.kind == PolicyKind.GUIDELINE]
    if not guidelines:
        raise PolicyNotConsistent("Es fehlt die Richtlinie; veröffentlichen Sie alle drei Dateien zusammen.")
    for day in sorted({it.in_force_on for it in published if it.in_force_on >= min(guidelines)}):
        guideline = _latest(published, PolicyKind.GUIDELINE, day)
        ends_on = read(guideline.text).expires_on if guideline else None
        if ends_on and ends_on < day:
            continue
        try:
            _check_day(in_force(published, day))
        except NoPolicyInForce as error:
            raise PolicyNotConsistent(f"{error.detail}; veröffentlichen Sie die Dateien zusammen.") from error


def _check_day(it: InForce) -> None:
    if it.practice.format == 1:
        return
    defined, handled = ({one.code for one in its} for its in (it.guideline.items, it.practice.handlings))
    if unknown := sorted(handled - defined):
        raise PolicyNotConsistent(f"„{unknown[0]}“ steht nicht in der Richtlinie {it.guideline.version}", field="items")
    if missing := sorted(defined - handled):
        raise PolicyNotConsistent(f"Die Verwaltungspraxis sagt nichts zu „{missing[0]}“", field="items")
    if strange := sorted({item for one in it.practice.criteria for item in one.items} - defined):
        raise PolicyNotConsistent(
            f"„{strange[0]}“ steht nicht in der Richtlinie {it.guideline.version}", field="criteria"
        )
    if len({one.code for one in it.rules}) != len(it.rules):
        raise PolicyNotConsistent("Richtlinie und Verwaltungspraxis haben eine Regel gleichen Namens.", field="rules")
    begins, ends = it.guideline.in_force_on, it.guideline.expires_on
    for one in it.practice.handlings:
        last = one.closes_on or one.opens_on
        if (one.opens_on and one.opens_on < begins) or (ends and last and last > ends):
            raise PolicyNotConsistent(f"„{one.code}“ ist außerhalb der Geltung der Richtlinie offen", field="items")
