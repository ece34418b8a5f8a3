"""What an applicant reads of review's procedure: a hearing, a hold, an award that was changed or fell away."""

from datetime import date

from services.intake.proceeding import award_hearing, hearing, hold, is_frozen, last_change, notices, open_proof
from services.intake.progress import (
    AwardBecameFinal,
    CaseClosed,
    ClaimSettled,
    DemandProgressed,
    FundsSupplemented,
    PaymentsStopped,
    Progress,
    ProofDecided,
    ProofReceived,
    ProofReminded,
    RepaymentDemanded,
)
from shared.money import euros

_INTENDED = {
    "refusal": "Das Ministerium beabsichtigt, Ihren Antrag abzulehnen.",
    "cut": "Das Ministerium beabsichtigt, weniger zu bewilligen, als Sie beantragt haben.",
}
_FELL = {
    "lapse": "Der Zuwendungsbescheid ist seit dem {day} gegenstandslos.",
    "revocation": "Der Zuwendungsbescheid ist mit Wirkung vom {day} widerrufen.",
    "retraction": "Der Zuwendungsbescheid ist mit Wirkung vom {day} zurückgenommen.",
    "resolutory-condition": "Eine auflösende Bedingung ist eingetreten, die Zuwendung ist seit dem {day} entfallen.",
}
_CHANGED = {
    "amendment": "Der Bescheid ist seit dem {day} geändert.",
    "lapse": "Der Zuwendungsbescheid ist seit dem {day} zum Teil gegenstandslos.",
    "revocation": "Der Zuwendungsbescheid ist mit Wirkung vom {day} zum Teil widerrufen.",
    "retraction": "Der Zuwendungsbescheid ist mit Wirkung vom {day} zum Teil zurückgenommen.",
    "resolutory-condition": "Eine auflösende Bedingung ist eingetreten, die Zuwendung ist seit dem {day} geringer.",
}


def told_of_hearing(progress: Progress) -> str:
    """A running hearing, empty when none runs. It has a deadline for the applicant, also while the case is on hold."""
    heard = hearing(progress)
    if heard is None or heard.answered is not None:
        return ""
    intended = _INTENDED.get(heard.opened.about, "Vor der Entscheidung werden Sie angehört.")
    until = f"Sie können sich bis zum {heard.ends_on:%d.%m.%Y} beim Ministerium dazu äußern."
    held = hold(progress)
    waits = f" Daneben ist Ihr Antrag zurückgestellt: {held.reason}" if held else ""
    return f"{intended} {until} Darum geht es: {heard.opened.announced}{waits}"


def told_of_hold(progress: Progress) -> str:
    """Why the case waits and until when, empty when it does not."""
    held = hold(progress)
    if held is None:
        return ""
    again = f"Das Ministerium befasst sich spätestens am {held.resubmission_on:%d.%m.%Y} wieder damit."
    return f"Ihr Antrag ist zurückgestellt. Grund: {held.reason} {again} Sie müssen nichts tun."


def told_of_examination(progress: Progress) -> str:
    """The examination goes on, perhaps after a hearing."""
    heard = hearing(progress)
    goes_on = "Das Ministerium prüft Ihren Antrag und entscheidet. Sie erhalten einen Bescheid."
    if heard is None:
        return goes_on
    stated = "Ihre Stellungnahme liegt vor." if heard.answered else "Die Frist für Ihre Stellungnahme ist abgelaufen."
    return f"{stated} {goes_on}"


def told_of_claims(progress: Progress) -> str:
    """What is to be repaid, empty when nothing is open."""
    settled = {it.claim for it in progress.noted(ClaimSettled)}
    return "".join(
        f"Zu erstatten sind {euros(it.cents + it.interest_cents)} bis zum {due_on:%d.%m.%Y} unter der Kennung {it.reference}. "
        for it in progress.noted(RepaymentDemanded)
        if it.claim not in settled and (due_on := _due_on(progress, it))
    )


def _due_on(progress: Progress, it: RepaymentDemanded) -> date | None:
    """The day that the last notice of a demand says, None when that notice was not served or has not left."""
    told = [one for one in progress.noted(DemandProgressed) if one.claim == it.claim]
    last = max(told, key=lambda one: (one.number, one.due_on is None), default=None)
    if last:
        return last.due_on
    return None if it.awaits_service else it.due_on


def told_of_loss(progress: Progress) -> str:
    """Why nothing of the award is left."""
    changed = last_change(progress)
    if changed is None:
        return ""
    fell = _FELL.get(changed.kind, "Die Zuwendung ist seit dem {day} entfallen.")
    paid = (
        " Ob Sie ausgezahltes Geld erstatten müssen, teilt Ihnen das Ministerium mit." if progress.settled_cents else ""
    )
    return f"{fell.format(day=f'{changed.effective_on:%d.%m.%Y}')}{paid} Gründe: {changed.reasons}"


def told_of_freeze(progress: Progress) -> str:
    """That nothing is paid for the time being, to be read after what comes next; empty when money flows."""
    stopped = " Auszahlungen sind zurzeit angehalten, bis das Ministerium über den Bescheid entschieden hat."
    return stopped if is_frozen(progress) else ""


def told_of_supplements(progress: Progress) -> str:
    """What was made available beside the first assignment, by the last supplement; empty when nothing was."""
    last = max(progress.noted(FundsSupplemented), key=lambda it: it.supplement, default=None)
    if last is None:
        return ""
    cents = sum(it.cents for it in last.by_year)
    return f" Seit dem {last.supplemented_on:%d.%m.%Y} stehen weitere {euros(cents)} zur Auszahlung bereit."


def told_of_change(progress: Progress) -> str:
    """What is granted since the award was changed, to be read before what comes next; empty when it was not."""
    changed = last_change(progress)
    if changed is None:
        return ""
    since = _CHANGED.get(changed.kind, _CHANGED["amendment"]).format(day=f"{changed.effective_on:%d.%m.%Y}")
    years = "; ".join(f"{it.year}: {euros(it.cents)}" for it in changed.by_year)
    granted = f"Bewilligt sind jetzt {euros(changed.granted_cents)} ({years})."
    return f"{since} {granted} Das Vorhaben endet spätestens am {changed.ends_on:%d.%m.%Y}. "


_NOTICES = {
    "award": "Der Zuwendungsbescheid",
    "refusal": "Der Ablehnungsbescheid",
    "formal-rejection": "Der Bescheid über die Ablehnung als unzulässig",
    "amendment": "Der Änderungsbescheid",
    "lapse": "Der Bescheid, dass die Zuwendung gegenstandslos ist,",
    "revocation": "Der Bescheid über den Widerruf",
    "retraction": "Der Bescheid über die Rücknahme",
    "resolutory-condition": "Der Bescheid über die auflösende Bedingung",
}
_TOLD = {
    "dispatched": "ist am {day} an Sie versandt; Sie können bis zum {until} klagen.",
    "service-failed": "konnte nicht bekannt gegeben werden und wird erneut versandt.",
    "contested": "ist seit dem {day} beklagt; bis zum Ende des Verfahrens wird er nicht bestandskräftig.",
    "upheld": "ist vom Gericht mit Wirkung vom {day} aufgehoben; das Ministerium entscheidet neu.",
}
"""What an applicant has to know of a notice; of one that is final or whose lawsuit came to nothing the case itself tells."""
_STEPS = {
    "dispatched": "versandt",
    "service-failed": "nicht bekannt gegeben",
    "contested": "beklagt",
    "dismissed": "Klage abgewiesen",
    "withdrawn": "Klage zurückgenommen",
    "settled": "Klage durch Vergleich oder Erledigung beendet",
    "upheld": "vom Gericht aufgehoben",
    "final": "bestandskräftig",
}
_INTENDED_WITH_AWARD = {
    "lapse": "festzustellen, dass Ihre Zuwendung gegenstandslos ist",
    "revocation": "Ihren Zuwendungsbescheid zu widerrufen",
    "retraction": "Ihren Zuwendungsbescheid zurückzunehmen",
    "resolutory-condition": "festzustellen, dass eine auflösende Bedingung eingetreten ist",
}


def told_of_notices(progress: Progress) -> str:
    """What is to be known of notices on their way, to be read first; empty when there is nothing."""
    final = progress.only(AwardBecameFinal) is not None
    return "".join(
        f"{_NOTICES[it.kind]} {_TOLD[it.step].format(day=_day(it.happened_on), until=_day(it.remedy_ends_on))} "
        for it in notices(progress)
        if it.step in _TOLD and not (final and it.kind == "award" and it.step in ("dispatched", "service-failed"))
    )


def step_in_words(kind: str, step: str, on: date) -> str:
    """A step of a notice, as the timeline tells it."""
    return f"{_NOTICES.get(kind, _NOTICES['award']).rstrip(',')}: {_STEPS[step]}, {_day(on)}"


def _day(on: date | None) -> str:
    return f"{on:%d.%m.%Y}" if on else ""


def told_of_award_hearing(progress: Progress) -> str:
    """A running hearing on the award, to be read first; empty when none runs."""
    heard = award_hearing(progress)
    if heard is None:
        return ""
    intended = _INTENDED_WITH_AWARD.get(heard.annulment, "Ihren Zuwendungsbescheid aufzuheben")
    until = f"Sie können sich bis zum {heard.ends_on:%d.%m.%Y} dazu äußern."
    return f"Das Ministerium beabsichtigt, {intended}. {until} Darum geht es: {heard.facts} "


_IN_CHECK = {
    "interim": "Ihr Zwischennachweis",
    "final": "Ihr Verwendungsnachweis",
    "confirmation": "Ihre Verwendungsbestätigung",
}


def told_of_proof(progress: Progress) -> str:
    """How it stands with a proof that was handed in: it is checked, or it is to be handed in anew; empty when neither."""
    if waiting := open_proof(progress):
        return f"{_IN_CHECK[waiting.kind]} vom {waiting.received_on:%d.%m.%Y} wird geprüft."
    if told := _told_of_lack(progress):
        return told
    last = max(progress.noted(ProofDecided), key=lambda it: (it.decided_on, it.outcome == "sent-back"), default=None)
    if last is None or last.outcome != "sent-back":
        return ""
    return f"Bitte reichen Sie den Nachweis ergänzt neu ein. Gründe: {last.reasons}"


def _told_of_lack(progress: Progress) -> str:
    """That the proof is missing, by the last reminder since a proof came in; empty when none runs."""
    came = max((it.received_on for it in progress.noted(ProofReceived)), default=date.min)
    reminder = max(progress.noted(ProofReminded), key=lambda it: it.reminded_on, default=None)
    if reminder is None or reminder.reminded_on <= came:
        return ""
    day = f"Ihr Verwendungsnachweis war am {reminder.due_on:%d.%m.%Y} fällig."
    released = {it.number for it in progress.noted(PaymentsStopped) if not it.stopped}
    if any(it.stopped and it.number not in released for it in progress.noted(PaymentsStopped)):
        return f"{day} Bis er vorliegt, wird nichts mehr ausgezahlt."
    return f"{day} Bitte reichen Sie ihn bis zum {reminder.ends_on:%d.%m.%Y} ein; danach wird nichts mehr ausgezahlt."


def told_of_accepted(it: ProofDecided) -> str:
    """What remains of the grant after the proof of use, and whether too much was paid."""
    remains = f"Von der Zuwendung stehen Ihnen {euros(it.final_cents)} zu."
    if it.overpaid_cents:
        more = f"{euros(it.overpaid_cents)} sind zu viel ausgezahlt; das Ministerium fordert sie gesondert zurück."
        return f"{remains} {more}"
    return f"{remains} Heben Sie die Belege bitte auf."


def told_of_closure(it: CaseClosed) -> str:
    """That the case is closed, and how long the books are kept."""
    return f"Ihr Vorgang ist abgeschlossen. Bewahren Sie die Belege bitte bis zum {it.recipient_keeps_until_on:%d.%m.%Y} auf."
