"""Der Bescheid in Worten: what the timeline says of an award's events, and the labels of what people choose from."""

from collections.abc import Mapping

from services.review import award as w
from services.review.award import Annulment, Channel, FailureReason, LegalBasis, Outcome
from services.review.words import Words, split
from shared.money import euros

CHANNELS: Mapping[Channel, str] = {
    Channel.ELECTRONIC: "elektronisch",
    Channel.POST: "Post",
    Channel.PORTAL: "Portal, zum Abruf",
}
FAILURES: Mapping[FailureReason, str] = {
    FailureReason.RETURNED: "Das Schreiben kam zurück.",
    FailureReason.NOT_RECEIVED: "Die Kommune bestreitet den Zugang, und er ist nicht nachzuweisen.",
    FailureReason.NOT_RETRIEVED: "Das Schreiben wurde im Portal nicht abgerufen.",
}
OUTCOMES: Mapping[Outcome, str] = {
    Outcome.DISMISSED: "abgewiesen",
    Outcome.WITHDRAWN: "zurückgenommen",
    Outcome.SETTLED: "durch Vergleich oder Erledigung beendet",
    Outcome.UPHELD: "stattgegeben, der Bescheid ist aufgehoben",
}


ANNULMENTS: Mapping[Annulment, str] = {
    Annulment.LAPSE: "Bescheid gegenstandslos",
    Annulment.REVOCATION: "Widerruf",
    Annulment.RETRACTION: "Rücknahme",
    Annulment.CONDITION: "Ermäßigung durch auflösende Bedingung",
}
BASES_IN_WORDS: Mapping[LegalBasis, str] = {
    LegalBasis.WITHOUT_OBJECT: "§ 43 Absatz 2 VwVfG: nie begonnen oder verzichtet",
    LegalBasis.UNLAWFUL: "§ 48 VwVfG: rechtswidrig bewilligt",
    LegalBasis.PURPOSE_MISSED: "§ 49 Absatz 3 Nummer 1 VwVfG: nicht zweckentsprechend verwendet",
    LegalBasis.CONDITION_UNFULFILLED: "§ 49 Absatz 3 Nummer 2 VwVfG: Auflage nicht erfüllt",
    LegalBasis.CONDITION_OCCURRED: "§ 36 Absatz 2 Nummer 2 VwVfG: auflösende Bedingung eingetreten",
}


def tell_of_award(it: object) -> Words | None:
    """What the timeline says of an event of an award; None when it is none."""
    match it:
        case w.FirstSignatureGiven():
            why = f"{euros(it.granted_cents)} liegen über der Zeichnungsgrenze von {euros(it.signing_limit_cents)}."
            return Words(title="Erste Zeichnung", tone="info", why=why)
        case w.GrantApproved():
            return Words(title="Zuwendung bewilligt", tone="success", why=euros(it.grant.granted_cents))
        case w.GrantRefused(formal=True):
            return Words(title="Bescheid über die formale Ablehnung zu versenden", tone="info")
        case w.GrantRefused():
            return Words(title="Antrag abgelehnt", tone="danger", why="; ".join(it.reasons))
        case w.FundsAssigned():
            return Words(title="Mittel der Auszahlung zugewiesen", tone="success", why=split(it.by_year))
        case _:
            return _of_notice(it) or _of_remedy(it) or _of_hearing(it) or _of_change(it) or _of_money(it)


def _name(it: w.NoticeEvent) -> str:
    return f"Änderungs- oder Aufhebungsbescheid {it.proposal}" if it.proposal else "Bescheid"


def _of_notice(it: object) -> Words | None:
    match it:
        case w.NoticeDispatched():
            why = f"Gilt am {it.deemed_served_on:%d.%m.%Y} als bekannt gegeben; Klage bis {it.remedy_ends_on:%d.%m.%Y}."
            title = f"{_name(it)} versandt" if it.number == 1 else f"{_name(it)} erneut versandt"
            return Words(title=f"{title} ({CHANNELS[it.channel]})", tone="info", why=why)
        case w.NoticeDeemedServed():
            return Words(title=f"{_name(it)} gilt als bekannt gegeben", tone="info", why=f"am {it.served_on:%d.%m.%Y}")
        case w.NoticeReceived():
            why = f"bekannt gegeben am {it.served_on:%d.%m.%Y}; {it.remedy_rule}"
            return Words(title=f"{_name(it)} am {it.received_on:%d.%m.%Y} zugegangen", tone="info", why=why)
        case w.NoticeServiceFailed():
            return Words(title=f"Bekanntgabe gescheitert: {_name(it)}", tone="warning", why=FAILURES[it.reason])
        case _:
            return None


def _of_remedy(it: object) -> Words | None:
    match it:
        case w.RemedyWaived():
            return Words(title="Rechtsbehelfsverzicht", tone="info", why=f"erklärt am {it.declared_on:%d.%m.%Y}")
        case w.LawsuitRecorded():
            late = "" if it.in_time else ", nach Ablauf der Frist"
            why = f"am {it.filed_on:%d.%m.%Y}{late}; Aktenzeichen {it.court_reference}"
            return Words(title="Klage erhoben", tone="warning", why=why)
        case w.LawsuitConcluded():
            tone = "danger" if it.outcome == Outcome.UPHELD else "info"
            return Words(title=f"Klage {OUTCOMES[it.outcome]}", tone=tone, why=f"am {it.concluded_on:%d.%m.%Y}")
        case w.DecisionBecameFinal():
            return Words(title=f"{_name(it)} bestandskräftig", tone="success", why=f"am {it.final_on:%d.%m.%Y}")
        case _:
            return None


def _of_hearing(it: object) -> Words | None:
    match it:
        case w.AwardHearingOpened():
            why = f"{ANNULMENTS[it.annulment]}, {BASES_IN_WORDS[it.legal_basis]}; {it.facts} Frist: {it.deadline.rule}"
            return Words(title="Anhörung zum Bescheid", tone="warning", why=why)
        case w.AwardStatementReceived():
            why = f"am {it.received_on:%d.%m.%Y}; Jahresfrist bis {it.limit.ends_on:%d.%m.%Y}"
            return Words(title="Äußerung der Kommune eingegangen", tone="info", why=why)
        case w.AwardHearingExpired():
            why = f"Keine Äußerung; Jahresfrist bis {it.limit.ends_on:%d.%m.%Y}"
            return Words(title="Frist der Anhörung abgelaufen", tone="info", why=why)
        case w.AwardHearingServiceFailed():
            why = "Aufgehoben wird erst, wenn das Schreiben bekannt gegeben und die Frist neu gelaufen ist."
            return Words(title="Anhörung zum Bescheid nicht bekannt gegeben", tone="warning", why=why)
        case w.AwardHearingRestarted():
            why = f"Äußerung bis {it.deadline.ends_on:%d.%m.%Y}: {it.deadline.rule}."
            return Words(title="Frist der Anhörung zum Bescheid läuft neu", tone="info", why=why)
        case w.AwardHearingClosed():
            return Words(title="Anhörung ohne Folgen beendet", why=it.reason)
        case _:
            return None


def _of_change(it: object) -> Words | None:
    match it:
        case w.AnnulmentProposed():
            why = f"{BASES_IN_WORDS[it.legal_basis]}; es bleibt {split(it.by_year) or 'nichts'}. {it.reasons}"
            return Words(title=f"Vorgeschlagen: {ANNULMENTS[it.annulment]}", tone="warning", why=why)
        case w.ProposalDropped():
            return Words(title="Vorschlag nicht gefolgt", why=it.reason)
        case w.GrantLapsed() | w.GrantRevoked() | w.GrantRetracted() | w.GrantReducedByCondition():
            made = it.decided
            why = f"{BASES_IN_WORDS[made.legal_basis]}; unwirksam seit {made.effective_on:%d.%m.%Y}: {split(it.lost)}"
            return Words(title=ANNULMENTS[made.annulment], tone="danger", why=f"{why}. {made.reasons}{_execution(it)}")
        case w.ChangeTookEffect():
            why = f"Bewilligt bleibt {split(it.by_year) or 'nichts'}, seit dem {it.took_effect_on:%d.%m.%Y}."
            return Words(title=f"Änderung oder Aufhebung {it.number} ist wirksam", tone="warning", why=why)
        case w.ChangeReceived():
            return Words(title="Änderungsantrag eingegangen", tone="info", why=it.reason)
        case w.AmendmentProposed():
            return Words(title="Änderung vorgeschlagen", tone="info", why=f"{split(it.by_year)}. {it.reasons}")
        case w.GrantAmended():
            why = f"Bewilligt: {split(it.grant.by_year)}; bis {it.grant.ends_on:%d.%m.%Y}. {it.reasons}{_execution(it)}"
            return Words(title="Bescheid geändert", tone="success", why=why)
        case w.ChangeRefused():
            return Words(title="Änderungsantrag abgelehnt", tone="danger", why=it.reasons)
        case _:
            return None


def _execution(it: w.Annulled | w.GrantAmended) -> str:
    """Whether a change is executed at once or waits (§ 80 VwGO)."""
    if it.immediate:
        return f" Sofortige Vollziehung: {it.immediate}"
    return " Wirkt erst, wenn der Bescheid bestandskräftig ist (§ 80 Absatz 1 VwGO)." if it.waits else ""


def _of_money(it: object) -> Words | None:
    match it:
        case w.ReductionRequested(by_year=()):
            title = "Auszahlung gesperrt" if it.freeze else "Auszahlung freigegeben"
            return Words(title=title, tone="warning" if it.freeze else "info", why=it.reason)
        case w.ReductionRequested():
            return Words(title="Mittel von der Auszahlung zurückverlangt", tone="warning", why=split(it.by_year))
        case w.FundsTakenBack():
            kept = f"; bereits angeordnet: {split(it.kept)}" if it.kept else ""
            return Words(title="Mittel zurück von der Auszahlung", why=f"{split(it.by_year) or 'nichts'}{kept}")
        case w.FundsSupplemented():
            return Words(title="Weitere Mittel der Auszahlung zugewiesen", tone="success", why=split(it.by_year))
        case _:
            return None
