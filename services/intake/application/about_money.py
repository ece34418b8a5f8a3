"""What it costs, who pays, when, and where the money goes (B7, B8, B9, B10, B17)."""

from collections.abc import Iterator
from datetime import date

from services.intake import financing_plan
from services.intake.application.commands import SubmitApplication
from services.intake.application.found import Found, answered, missing, warning
from services.intake.financing_plan import FinancingPlan
from shared.money import at_rate, euros

OWN_FUNDS_PROOFS = frozenset({"council-decision", "budget-extract"})


def plan(form: SubmitApplication) -> FinancingPlan:
    """The form's expenditure and financing plan."""
    return FinancingPlan(
        lines=form.lines,
        financing=form.financing,
        by_year=form.by_year,
        starts_on=form.starts_on,
        ends_on=form.ends_on,
    )


def years(form: SubmitApplication, _on: date) -> Iterator[Found]:
    """B7: the years sum to the grant applied for."""
    yield from financing_plan.about_years(plan(form))


def lines(form: SubmitApplication, _on: date) -> Iterator[Found]:
    """B8: every line says what, when and how much; amounts are gross unless input tax is deducted."""
    yield from financing_plan.about_lines(plan(form))
    answer, path = form.declarations.input_tax_reclaimed, "declarations.input_tax_reclaimed"
    if open_question := answered(answer, path, "Kann die Kommune Vorsteuer abziehen?"):
        yield open_question
    elif answer:
        yield warning(
            "input-tax",
            path,
            "Die Kommune zieht Vorsteuer ab; zuwendungsfähig sind dann die Beträge ohne Umsatzsteuer.",
        )


def financing(form: SubmitApplication, _on: date) -> Iterator[Found]:
    """B9: everything is paid for, not more is applied for than the rate allows, and the own share is proven."""
    its = plan(form)
    yield from financing_plan.about_financing(its)
    rate = form.facts.rate_bp
    if rate and form.financing.grant_cents > at_rate(its.total_cents, rate):
        text = f"Beantragt ist mehr als der Fördersatz von {rate // 100} Prozent der Ausgaben."
        yield warning("grant-above-rate", "financing.grant_cents", text)
    if form.financing.own_cents and not any(it.kind in OWN_FUNDS_PROOFS for it in form.documents):
        text = "Bitte weisen Sie die eigenen Mittel noch nach (Beschluss oder Auszug aus dem Haushaltsplan)."
        yield missing("own-share-unproven", "financing.own_cents", text)


def limits(form: SubmitApplication, _on: date) -> Iterator[Found]:
    """B10: neither below the least nor above the highest grant."""
    grant, facts, path = form.financing.grant_cents, form.facts, "financing.grant_cents"
    if grant < facts.minimum_cents:
        yield warning("grant-below-minimum", path, f"Die Zuwendung beträgt mindestens {euros(facts.minimum_cents)}.")
    if facts.maximum_cents and grant > facts.maximum_cents:
        yield warning("grant-above-maximum", path, f"Die Zuwendung beträgt höchstens {euros(facts.maximum_cents)}.")


def account(form: SubmitApplication, _on: date) -> Iterator[Found]:
    """B17: the account is in Germany and the applicant's own; its check digits were verified before it was sealed."""
    if form.facts.account_abroad:
        yield warning("iban-foreign", "iban", "Erwartet wird ein Konto in Deutschland.")
    if form.facts.account_of_another:
        yield warning("account-holder-differs", "account_holder", "Das Konto scheint nicht der Kommune zu gehören.")
