"""Views of review: the queue by status, the open budgets, and each case's events in words. Translations, no rules."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, cast

from services.review import assessment as a
from services.review import award as w
from services.review import budget as b
from services.review import budget_acts, closure, early_start_list, proof
from services.review import early_start as e
from services.review import fulfilment as f
from services.review import handling as h
from services.review import programme as p
from services.review.criteria import points_in_words
from services.review.deadlines import note_closure, note_deadlines, note_proof, note_side_conditions
from services.review.dissolution import BodyDissolved
from services.review.examination import Opinion
from services.review.grant_cut import in_words
from services.review.involvement import InvolvementNoted
from services.review.pages.letter_forms import tell_of_letter
from services.review.proceeding import due_of, examined
from services.review.standing import STATUS, Status, status_of, status_of_award
from services.review.succession import RecipientSucceeded
from services.review.words import Words, split
from services.review.words.award import tell_of_award
from services.review.words.budget import RELEASES, tell_of_budget
from services.review.words.closure import tell_of_closure
from services.review.words.fulfilment import tell_of_fulfilment
from services.review.words.handling import tell_of_handling
from services.review.words.procedure import tell_of_procedure
from services.review.words.proof import tell_of_proof
from services.review.words.recovery import tell_of_recovery
from shared import duties
from shared.identity import ROLE_TITLES, Role
from shared.money import euros
from shared.recorders import Row
from shared.refusals import AttemptRefused
from shared.store import Recorded, Store
from shared.views import Draft, Page, Views

CASES, BUDGETS, WAITING = "cases", "budgets", "waiting"
DISSOLVED = "dissolved"
PROGRAMMES, ASSIGNED, OPEN = "programmes", "assigned", "open"

LEADS_TO: Mapping[type, Status] = {
    w.FirstSignatureGiven: Status.AWAITING_SECOND_SIGNATURE,
}
"""Events of the award after which a case stands elsewhere."""


def project(it: Recorded, row: Row, draft: Draft) -> None:
    """One event into the views."""
    note_deadlines(it, draft)
    case = getattr(it.event, "case", "") or it.context.correlation
    if case != it.context.correlation:
        draft.concern(case, row)  # a title's next budget takes over the promises of many cases at once
    early_start_list.project(it, draft)
    if row.stream == w.decider.stream(case) and not isinstance(it.event, w.FirstSignatureGiven):
        _award(case, draft.standing(w.decider, it, row).state, it, draft)
        return
    match it.event:
        case a.AssessmentOpened():
            _open(case, it.event, row, draft)
        case a.WithdrawalSettled(effective=True):
            _change(case, draft, it, status=Status.WITHDRAWN)
        case p.PolicyPublished():
            name = row.stream.removeprefix(f"{p.decider.name}-")
            draft.put(PROGRAMMES, name, {"programme": name})
        case RecipientSucceeded():
            _succeeded(case, it.event, draft)
        case BodyDissolved():
            body = {
                "key": it.event.old_key,
                "name": it.event.old_name,
                "effective_on": it.event.effective_on.isoformat(),
            }
            draft.put(DISSOLVED, it.event.old_key, body, sort=it.event.old_key)
        case b.BudgetOpened():
            key = b.budget_id(it.event.title, it.event.year)
            draft.put(BUDGETS, key, {"title": it.event.title, "year": it.event.year}, grp=it.event.title)
        case h.ReviewerAssigned():
            _assign(case, draft, it.event.person)
        case h.CaseHandedBack():
            _assign(case, draft, "")
        case event if type(event) in f.decider.events:
            note_side_conditions(case, draft.standing(f.decider, it, row).state, draft)
        case event if type(event) in proof.decider.events:
            note_proof(case, draft.standing(proof.decider, it, row).state, draft)
        case event if type(event) in closure.decider.events:
            note_closure(case, draft.standing(closure.decider, it, row).state, draft)
        case event if type(event) in a.decider.events:
            _go_on(case, draft, it, draft.standing(a.decider, it, row).state)
        case _:
            status = LEADS_TO.get(cast(type[Any], type(it.event)))
            if status is not None:
                _change(case, draft, it, status=status, due_on=None)


def _open(case: str, it: a.AssessmentOpened, row: Row, draft: Draft) -> None:
    application = it.application
    body: dict[str, Any] = {
        "case": case,
        "file_number": application.file_number,
        "applicant_key": application.applicant_key,
        "applicant_name": application.applicant_name,
        "title": application.title,
        "status": Status.AWAITING_OPINION,
        "since_on": it.opened_on.isoformat(),
        "due_on": None,
        "submitted_on": application.submitted_on.isoformat(),
        "applied_cents": application.financing.grant_cents,
        "granted_cents": None,
        "completed_on": application.completed_on.isoformat(),
        "proposed_cents": 0,
        "held_for": "",
        "dispatched_on": None,
        "reviewer": "",
        "sort": f"{row.position:012d}",
    }
    draft.put(CASES, case, body, grp=str(Status.AWAITING_OPINION), sort=body["sort"])
    _keep_open(body, draft)
    draft.put(_of_recipient(application.applicant_key), case, {"case": case})


def _succeeded(case: str, it: RecipientSucceeded, draft: Draft) -> None:
    """The case is now the successor's; since when it stands where it stands does not change."""
    draft.delete(_of_recipient(it.old_key), case)
    draft.put(_of_recipient(it.new_key), case, {"case": case})
    known = draft.get(CASES, case)
    if known is not None:
        body = {**known, "applicant_key": it.new_key, "applicant_name": it.new_name}
        draft.put(CASES, case, body, grp=str(body["status"]), sort=body["sort"])


def _of_recipient(key: str) -> str:
    """The name of the view of one recipient's cases."""
    return f"recipient-{key}"


def _go_on(case: str, draft: Draft, it: Recorded, state: a.Assessment) -> None:
    """The case as its assessment now stands; once that is concluded the award tells."""
    if here := examined(state):
        due_on = due_of(here)
        more: dict[str, Any] = {}
        if isinstance(it.event, a.AwardProposed):
            more["proposed_cents"] = it.event.granted_cents
        if isinstance(it.event, a.CasePutOnHold):
            more["held_for"] = it.event.reason
        status = status_of(here, w.Unsigned())
        _change(case, draft, it, status=status, due_on=due_on.isoformat() if due_on else None, **more)
    elif isinstance(state, a.Rejected) and not state.late_withdrawal:
        _change(case, draft, it, status=Status.REJECTED, due_on=None)


def _assign(case: str, draft: Draft, person: str) -> None:
    """Whose the case is: in the queue, and in a view of its own for each person."""
    if known := draft.get(CASES, case):
        draft.put(CASES, case, {**known, "reviewer": person}, grp=str(known["status"]), sort=known["sort"])
        if person:
            draft.put(ASSIGNED, case, {}, grp=person, sort=known["sort"])
        else:
            draft.delete(ASSIGNED, case)


def _award(case: str, award: w.Award, it: Recorded, draft: Draft) -> None:
    status, notice = status_of_award(award), w.notice_of(award)
    waits = status in (Status.AWAITING_FINALITY, Status.REFUSED, Status.REJECTED) and not getattr(award, "final", None)
    due_on = notice.remedy_ends_on.isoformat() if notice and waits else None
    granted_cents = None if isinstance(award, w.Unsigned | w.HalfSigned | w.Refused) else award.grant.granted_cents
    sent = notice.dispatched_on.isoformat() if notice else None
    _change(case, draft, it, status=status, due_on=due_on, granted_cents=granted_cents, dispatched_on=sent)


def _change(case: str, draft: Draft, it: Recorded, **changed: Any) -> None:
    known = draft.get(CASES, case)
    if known is None:
        return
    body = {**known, "since_on": it.context.valid_on.isoformat(), **changed}
    draft.put(CASES, case, body, grp=str(body["status"]), sort=body["sort"])
    _keep_open(body, draft)
    if _waits_for_money(body):
        draft.put(WAITING, case, {}, sort=f"{body['completed_on']}/{body['sort']}")
    elif _waits_for_money(known):
        draft.delete(WAITING, case)


def _keep_open(body: Mapping[str, Any], draft: Draft) -> None:
    """A case is open as long as it is somebody's turn."""
    if STATUS[Status(body["status"])].holder:
        draft.put(OPEN, body["case"], {}, sort=body["sort"])
    else:
        draft.delete(OPEN, body["case"])


FOR_WANT_OF_MONEY = {a.HoldReason.BUDGET_EXHAUSTED, a.HoldReason.BUDGET_FREEZE, a.HoldReason.PROVISIONAL_BUDGET}


def _waits_for_money(body: Mapping[str, Any]) -> bool:
    """Proposed without money set aside, or put on hold because there is none."""
    on_hold = body["status"] == Status.ON_HOLD and body["held_for"] in FOR_WANT_OF_MONEY
    return on_hold or body["status"] == Status.AWAITING_RESERVATION


# ---- Words ----------------------------------------------------------------------------------------------------------


OPINIONS: Mapping[Opinion, str] = {
    Opinion.POSITIVE: "positiv",
    Opinion.POSITIVE_WITH_CONDITIONS: "positiv mit Auflagen",
    Opinion.NEGATIVE: "negativ",
}


def tell(it: object) -> Words | None:
    """What the timeline says of an event; None for what concerns no case."""
    match it:
        case RecipientSucceeded():
            why = f"{it.old_name} → {it.new_name}, wirksam ab {it.effective_on:%d.%m.%Y} (Kennziffer {it.reference})"
            return Words(title="Rechtsnachfolge vermerkt", tone="warning", why=why)
        case BodyDissolved() | p.PolicyPublished():
            return None
        case InvolvementNoted() if all(one.action in budget_acts.ACTIONS for one in it.acted):
            return None
        case InvolvementNoted():
            who = ", ".join(sorted({ROLE_TITLES[Role(one.role)] for one in it.acted}))
            return Words(title="Mitwirkung anderswo vermerkt", why=f"Gehandelt haben dort: {who}.")
        case AttemptRefused():
            return Words(title="Versuch zurückgewiesen", tone="danger", why=duties.sentence_of(it.rule))
        case _:
            told = _of_assessment(it) or tell_of_procedure(it) or tell_of_handling(it)
            told = told or tell_of_award(it) or tell_of_budget(it) or tell_of_letter(it)
            told = told or tell_of_fulfilment(it) or tell_of_proof(it) or tell_of_recovery(it)
            return told or tell_of_closure(it) or _of_early_start(it)


def _of_assessment(it: object) -> Words | None:
    match it:
        case a.AssessmentOpened():
            return Words(title="Prüfung eröffnet", why="Die Antragsannahme hat die Vollständigkeit festgestellt.")
        case a.ExpertOpinionRecorded():
            judged = (f"{one.title}: {points_in_words(one)}" for one in it.criteria)
            reasons = "; ".join((it.reasons, *(f"Auflage: {one}" for one in it.conditions), *judged))
            tone = "warning" if it.opinion == Opinion.NEGATIVE else "info"
            return Words(title=f"Votum {OPINIONS[it.opinion]}", tone=tone, why=reasons)
        case a.EligibleExpenditureAssessed():
            cut = it.applied_cents - it.eligible_cents
            why = f"Zuwendungsfähig {euros(it.eligible_cents)} von {euros(it.applied_cents)}."
            return Words(title="Ausgaben festgestellt", tone="warning" if cut else "info", why=why)
        case a.AwardProposed():
            cut = f". {in_words(it.cut)}" if it.cut else ""
            why = f"{euros(it.granted_cents)}; {split(it.by_year)}{cut}"
            return Words(title="Bewilligung vorgeschlagen", tone="warning" if cut else "info", why=why)
        case a.RefusalProposed():
            return Words(title="Ablehnung vorgeschlagen", tone="warning", why="; ".join(it.reasons))
        case a.ReservationNoted():
            return Words(title="Vorschlag mit Mitteln unterlegt", tone="info", why=f"gilt bis {it.expires_on:%d.%m.%Y}")
        case a.ReservationDropped():
            return Words(title="Vormerkung aufgehoben", tone="warning", why=RELEASES.get(it.reason, it.reason))
        case a.PracticeChangedSinceProposal():
            why = "Seit dem Vorschlag gilt eine andere Richtlinie oder Verwaltungspraxis."
            return Words(title="Zurück in die Prüfung", tone="warning", why=why)
        case a.AssessmentConcluded():
            return Words(title="Prüfung abgeschlossen")
        case a.WithdrawalAwaitingApplication():
            return Words(title="Rücknahme vor dem Antrag eingegangen")
        case a.WithdrawalSettled():
            why = "Sie ging vor der Entscheidung ein." if it.effective else "Über den Antrag war bereits entschieden."
            title = "Rücknahme wirksam" if it.effective else "Rücknahme nicht mehr wirksam"
            return Words(title=title, tone="warning", why=why)
        case _:
            return None


def _of_early_start(it: object) -> Words | None:
    match it:
        case e.EarlyStartOpened():
            why = f"Vertrag geplant am {it.request.contract_on:%d.%m.%Y}: {it.request.reason}"
            return Words(title="Vorzeitiger Beginn beantragt", tone="info", why=why)
        case e.EarlyStartProposed():
            proposed = "Zustimmung" if it.consent else "Ablehnung"
            return Words(title=f"Vorzeitiger Beginn: {proposed} vorgeschlagen", tone="info", why=it.reasons)
        case e.EarlyStartApproved():
            until = f" bis {it.expires_on:%d.%m.%Y}" if it.expires_on else ""
            why = f"Gilt ab {it.may_begin_on:%d.%m.%Y}{until}; keine Förderzusage."
            return Words(title="Vorzeitigem Beginn zugestimmt", tone="success", why=why)
        case e.EarlyStartRefused():
            return Words(title="Vorzeitiger Beginn abgelehnt", tone="danger", why=it.reasons)
        case e.EarlyStartWithdrawn():
            why = "Über den vorzeitigen Beginn wird nicht mehr entschieden."
            return Words(title="Antrag vor der Entscheidung zurückgenommen", tone="warning", why=why)
        case _:
            return None


# ---- Queries --------------------------------------------------------------------------------------------------------


def cases(views: Views, *, status: Status | None = None, after: str = "", limit: int = 50) -> Page:
    """The cases, oldest first, all or those of one status."""
    return views.find(CASES, grp=str(status) if status else None, after=after, limit=limit)


def assigned(views: Views, person: str, *, after: str = "", limit: int = 50) -> Page:
    """The cases of one person, oldest first."""
    return _as_cases(views, views.find(ASSIGNED, grp=person, after=after, limit=limit))


def open_cases(views: Views, *, after: str = "", limit: int = 50) -> Page:
    """The cases in which it is somebody's turn, oldest first."""
    return _as_cases(views, views.find(OPEN, after=after, limit=limit))


def _as_cases(views: Views, found: Page) -> Page:
    known = views.get_all([(CASES, it.key) for it in found.entries])
    return Page(entries=[known[CASES, it.key] for it in found.entries if (CASES, it.key) in known], next=found.next)


def counts(views: Views) -> Mapping[Status, int]:
    """How many cases stand where."""
    return {it: views.count(CASES, str(it)) for it in Status}


def timeline(store: Store, views: Views, case: str) -> Sequence[tuple[Recorded, Row, Words]]:
    """What happened in a case in words, newest first; of the last 500 events those that say something to people."""
    rows = store.recorder.rows_at(views.latest_concerning(case, 500))
    told = ((it, row, tell(it.event)) for row in reversed(rows) for it in (store.mapper.recorded(row),))
    return [(it, row, words) for it, row, words in told if words]


def budgets(views: Views, *, after: str = "", limit: int = 50) -> Page:
    """The opened budgets, newest year of a title first."""
    return views.find(BUDGETS, after=after, limit=limit, newest_first=True)


def waiting(views: Views, *, after: str = "", limit: int = 50) -> Page:
    """The cases whose proposal waits for money, by the day on which their application was complete."""
    return views.find(WAITING, after=after, limit=limit)


def programmes(views: Views) -> Sequence[str]:
    """The ids of all programmes that policies were published for."""
    return [it.key for it in views.find(PROGRAMMES, limit=200).entries]


def of_dissolved(views: Views, on: date) -> Sequence[Mapping[str, Any]]:
    """The running cases whose recipient ceased by this day and that have no successor yet, by recipient, at most 200."""
    gone = [it.body for it in views.find(DISSOLVED, limit=200).entries if it.body["effective_on"] <= on.isoformat()]
    names = [(CASES, it.key) for body in gone for it in views.find(_of_recipient(body["key"]), limit=200).entries]
    found = (it.body for it in views.get_all(names[:200]).values())
    over = {str(Status.REFUSED), str(Status.WITHDRAWN)}
    return sorted((it for it in found if it["status"] not in over), key=lambda it: (it["applicant_key"], it["sort"]))
