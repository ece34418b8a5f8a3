"""What an applicant reads of review's procedure: a hearing, a hold, an award that was changed or fell away."""

from services.intake.noted import FundsSupplemented
from services.intake.proceeding import hearing, hold, is_frozen, last_change
from services.intake.progress import Progress
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
