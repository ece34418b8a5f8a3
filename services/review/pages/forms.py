"""Die Formulare der Entscheidungen: which fields each action shows, with what the case suggests; nothing is decided here."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from services.review import assessment as assessments
from services.review.api.case_file import TOPICS, facts_of
from services.review.api.next_action import NextAction
from services.review.assessment import Assessment, Unopened
from services.review.award import Award
from services.review.examination import CUT_TITLES, Application
from services.review.financing import basis_in_words, granted_cents, sought
from services.review.grant_cut import CUT_GROUND_TITLES
from services.review.pages.award_forms import award_form
from services.review.pages.criteria_fields import criteria_fields
from services.review.pages.form_fields import Form, FormField, area, day, hidden, money
from services.review.pages.procedure_forms import form_of_procedure
from services.review.pages.side_condition_fields import side_condition_fields
from services.review.programme import Terms
from services.review.settings import office
from services.review.views import OPINIONS
from services.review.words import split
from shared.contracts import YearAmount
from shared.decider import value
from shared.money import euros
from shared.money import split as split_cents
from shared.pages import placed
from shared.policy import ConditionBlock, Criterion


@value
class Applies:
    """What applies to a case's item on a day: terms, none where no policy does, side conditions to choose from, criteria."""

    terms: Terms | None = None
    blocks: Sequence[ConditionBlock] = ()
    criteria: Sequence[Criterion] = ()


def form_of(
    name: str,
    assessment: Assessment,
    award: Award,
    applies: Applies,
    today: date,
    proposal: int = 0,
) -> Form:
    """The form of one action in this case, with what applies to its item today."""
    if isinstance(assessment, Unopened):
        raise ValueError("kein eröffneter Vorgang")
    if form := form_of_procedure(name, assessment, today):
        return form
    application, facts = assessment.file.application, facts_of(assessment)
    match name:
        case "record-expert-opinion":
            return _opinion(applies.criteria, facts.opinion)
        case "assess-expenditure":
            return _expenditure(application, facts.expenditure)
        case "propose-award":
            return _proposal(application, facts.expenditure, facts.proposal, applies, today)
        case "propose-refusal":
            reasons = [area(f"reasons.{it}", f"{it + 1}. Grund", required=it == 0) for it in range(3)]
            return Form(fields=reasons, submit="Ablehnung vorschlagen", text="Die Gründe stehen im Bescheid.")
        case "reserve-funds":
            amounts = split(facts.proposal.by_year) if facts.proposal else ""
            title = facts.proposal.terms.budget_title if facts.proposal else office().budget_title
            text = f"Vorgemerkt wird im Titel {title}, Haushaltsjahr {today.year}: {amounts}."
            fields = [hidden("title", title)]
            return Form(fields=fields, submit="Mittel vormerken", text=text)
        case "release-reservation":
            return Form(fields=[area("reason", "Grund")], submit="Vormerkung aufheben")
        case "approve-grant":
            return _approval(facts.proposal, applies.terms)
        case "refuse-grant":
            text = "; ".join(facts.refusal.refusal.reasons) if facts.refusal else ""
            return Form(submit="Antrag ablehnen", text=f"Vorgeschlagene Gründe: {text}")
        case _:
            form = award_form(name, award, today, proposal)
            if form is None:
                raise ValueError(f"kein Formular für {name}")
            return form


def _opinion(criteria: Sequence[Criterion], made: assessments.ExpertOpinionRecorded | None) -> Form:
    options = [{"value": str(it), "text": text} for it, text in OPINIONS.items()]
    conditions = [
        {"name": f"conditions.{it}", "label": f"{it + 1}. Auflage", "quiet": True, "value": ""} for it in range(3)
    ]
    conditions[0]["hint"] = "Nur bei einem positiven Votum mit Auflagen; Auflagen stehen im Bescheid."
    fields: list[FormField] = [
        {"name": "opinion", "label": "Votum", "kind": "radio", "required": True, "options": options},
        area("reasons", "Begründung"),
        *conditions,
        *criteria_fields(criteria, made),
    ]
    return Form(fields=fields, submit="Votum abgeben")


def _expenditure(application: Application, made: assessments.EligibleExpenditureAssessed | None) -> Form:
    known = {it.line: it for it in made.lines} if made else {}
    options = [{"value": str(it), "text": text} for it, text in CUT_TITLES.items()]
    fields: list[FormField] = []
    for index, it in enumerate(application.lines):
        before, at = known.get(it.line), f"lines.{index}"
        label = f"Nr. {it.line} {it.description} ({it.year}): zuwendungsfähig"
        fields += [
            hidden(f"{at}.line", it.line),
            money(
                f"{at}.eligible_cents",
                label,
                before.eligible_cents if before else it.cents,
                required=True,
                hint=f"beantragt {euros(it.cents)}",
            ),
            {
                "name": f"{at}.reason",
                "label": f"Nr. {it.line}: Grund der Kürzung",
                "kind": "select",
                "options": options,
                "quiet": True,
                "value": str(before.reason or "") if before else "",
            },
            {
                "name": f"{at}.text",
                "label": f"Nr. {it.line}: Erläuterung für die Kommune",
                "quiet": True,
                "value": before.text if before else "",
            },
        ]
    text = "Jede Kürzung braucht Grund und Erläuterung; beides steht im Bescheid."
    return Form(fields=fields, submit="Ausgaben feststellen", text=text)


def suggested(application: Application, granted_cents: int, today: date) -> Sequence[YearAmount]:
    """The grant divided over the years as it was applied for; years gone by go to this one."""
    weights: dict[int, int] = {}
    for it in application.by_year:
        year = max(it.year, today.year)
        weights[year] = weights.get(year, 0) + it.cents
    if not sum(weights.values()):
        weights = {today.year: 1}
    parts = split_cents(granted_cents, list(weights.values()))
    return [YearAmount(year=year, cents=cents) for year, cents in zip(weights, parts, strict=True)]


def _proposal(
    application: Application,
    expenditure: assessments.EligibleExpenditureAssessed | None,
    made: assessments.AwardProposed | None,
    applies: Applies,
    today: date,
) -> Form:
    terms = applies.terms
    eligible = expenditure.eligible_cents if expenditure else 0
    granted = granted_cents(terms, eligible, sought(application, eligible, terms)) if terms else 0
    amounts = {it.year: it.cents for it in (made.by_year if made else suggested(application, granted, today))}
    last = max(application.ends_on.year, *amounts)
    fields: list[FormField] = []
    for index, year in enumerate(range(today.year, max(last, today.year) + 1)):
        fields += [
            hidden(f"by_year.{index}.year", year),
            money(f"by_year.{index}.cents", f"Zuwendung {year}", amounts.get(year)),
        ]
    fields += [
        day("starts_on", "Beginn des Bewilligungszeitraums", made.starts_on if made else application.starts_on),
        day("ends_on", "Ende des Bewilligungszeitraums", made.ends_on if made else application.ends_on),
        *(
            area(f"note.{topic}", label, value=getattr(made.note, topic) if made else "")
            for topic, label in TOPICS.items()
        ),
        *_cut_fields(made),
        *side_condition_fields(applies.blocks, made),
    ]
    text = "Für diesen Tag gilt keine Richtlinie mit Verwaltungspraxis."
    if terms:
        share = f"{basis_in_words(terms)} von {euros(eligible)}, höchstens der beantragte Betrag"
        text = f"Die Zuwendung beträgt {euros(granted)}: {share}. Die Jahre ergeben zusammen diesen Betrag."
    return Form(fields=fields, submit="Bewilligung vorschlagen", text=text)


def _cut_fields(made: assessments.AwardProposed | None) -> list[FormField]:
    cut = made.cut if made else None
    options = [{"value": str(it), "text": text} for it, text in CUT_GROUND_TITLES.items()]
    hint = "Nur wenn weniger als errechnet bewilligt werden soll; dazu wird die Kommune angehört."
    return [
        money("granted_cents", "Gekürzte Zuwendung", made.granted_cents if made and cut else None, hint=hint),
        {"name": "cut_ground", "label": "Grund der Kürzung der Zuwendung", "kind": "select", "options": options,
         "quiet": True, "value": str(cut.ground) if cut else ""},
        {"name": "cut_text", "label": "Begründung der Kürzung für die Kommune", "quiet": True, "value": cut.text if cut else ""},
    ]  # fmt: skip


def _approval(made: assessments.AwardProposed | None, terms: Terms | None) -> Form:
    if made is None:
        return Form(submit="Bewilligen")
    text = f"Zuwendung {euros(made.granted_cents)}, {made.starts_on:%d.%m.%Y} bis {made.ends_on:%d.%m.%Y}."
    if made.granted_cents > (terms or made.terms).signing_limit_cents:
        text += " Sie liegt über der Zeichnungsgrenze: Zwei Personen zeichnen."
    return Form(
        submit="Bewilligen", text=text, consequence=f"Mit der Bewilligung werden festgelegt: {split(made.by_year)}."
    )


# ---- As the templates want it ---------------------------------------------------------------------------------------


@value
class Rejected:
    """A form that came back: which action, what was wrong, what was typed."""

    action: str
    errors: Sequence[Mapping[str, str]]
    typed: Mapping[str, str]

    def is_of(self, action: NextAction) -> bool:
        """Whether it is this action's form, and that of the same notice."""
        return self.action == action.name and self.typed.get("proposal", "0") == str(action.proposal)


def _letter(action: NextAction) -> str:
    return f"letters/change-{action.proposal}" if action.proposal else "letter"


def decision_of(
    action: NextAction, form: Form, *, back: str, key: str, rejected: Rejected | None, secondary: bool
) -> dict[str, Any]:
    """One entry of `macros.decisions`: the form with what it suggests, or with what was typed and is wrong."""
    name = f"{action.name}-{action.proposal}" if action.proposal else action.name
    title = f"{action.title} (Nr. {action.proposal})" if action.proposal else action.title
    if not action.allowed:
        return {
            "id": name,
            "title": title,
            "submit": "",
            "url": "",
            "fields": [],
            "disabled_reason": action.reason,
        }
    return shown(
        name,
        title,
        action.path,
        form,
        back=back,
        rejected=rejected if rejected and rejected.is_of(action) else None,
        safeguards={"if_match": action.if_match, "idempotency_key": key},
        more={
            "tone": "secondary" if secondary else "primary",
            "documents": [{"text": "Vorschau des Bescheids (PDF)", "url": f"{back}/{_letter(action)}"}]
            if form.letter
            else [],
        },
    )


def shown(
    name: str,
    title: str,
    path: str,
    form: Form,
    *,
    back: str,
    rejected: Rejected | None,
    safeguards: Mapping[str, str],
    more: Mapping[str, Any],
) -> dict[str, Any]:
    """A form that this person may send."""
    fields = [dict(it) for it in form.fields]
    if rejected:
        for it in fields:
            if it.get("kind") != "hidden":
                it["value"] = rejected.typed.get(it["name"], "")
    return {
        "id": name,
        "title": title,
        "submit": form.submit,
        "url": "/review/forms" + path.removeprefix("/review"),
        "fields": [*fields, hidden("back", back)],
        "text": form.text,
        "consequence": form.consequence,
        "errors": placed(rejected.errors, fields) if rejected else [],
        **safeguards,
        **more,
    }
