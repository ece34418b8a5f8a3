"""Payout's states and events in the words of its pages."""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.identity import SYSTEM

type Badge = dict[str, str]

NEXT: Mapping[str, Badge] = {
    "examination": {"text": "Mittelabruf zu prüfen", "tone": "warning"},
    "certification": {"text": "Feststellung offen", "tone": "warning"},
    "order": {"text": "Anordnung offen", "tone": "warning"},
    "payment": {"text": "bei der Kasse", "tone": "info"},
    "plan": {"text": "wartet auf Mittelzuweisung", "tone": "neutral"},
    "rest": {"text": "nichts zu tun", "tone": "neutral"},
}
STAGES: Mapping[str, Badge] = {
    "registered": {"text": "eingegangen", "tone": "neutral"},
    "accepted": {"text": "geprüft", "tone": "info"},
    "rejected": {"text": "abgelehnt", "tone": "danger"},
    "certified": {"text": "festgestellt", "tone": "info"},
    "ordered": {"text": "angeordnet", "tone": "info"},
    "paid": {"text": "gezahlt", "tone": "success"},
}
BARS: Mapping[str, str] = {"first-payment": "die erste Auszahlung", "every-payment": "jede Auszahlung"}
CONDITIONS: Mapping[str, Badge] = {
    "open": {"text": "offen", "tone": "warning"},
    "overdue": {"text": "überfällig", "tone": "danger"},
    "violated": {"text": "verletzt", "tone": "danger"},
    "fulfilled": {"text": "erfüllt", "tone": "success"},
    "waived": {"text": "verzichtet", "tone": "info"},
}
PAYMENTS: Mapping[str, Badge] = {
    "ordered": {"text": "angeordnet", "tone": "neutral"},
    "batched": {"text": "im Zahlungslauf", "tone": "info"},
    "held": {"text": "Empfänger fraglich, zu entscheiden", "tone": "danger"},
    "accepted": {"text": "von der Kasse angenommen", "tone": "info"},
    "settled": {"text": "gezahlt", "tone": "success"},
    "rejected": {"text": "zurückgewiesen", "tone": "danger"},
    "returned": {"text": "von der Bank zurück", "tone": "danger"},
    "cancelled": {"text": "vor der Übergabe zurückgenommen", "tone": "warning"},
}
RECALLS: Mapping[str, Badge] = {
    "requested": {"text": "zweite Person fehlt", "tone": "warning"},
    "approved": {"text": "wird übergeben", "tone": "info"},
    "transmitted": {"text": "bei der Kasse", "tone": "info"},
    "answered": {"text": "beantwortet", "tone": "success"},
    "dropped": {"text": "verworfen", "tone": "neutral"},
}
ANSWERS: Mapping[str, str] = {
    "granted": "zugesagt: angehalten oder zurückgeholt",
    "refused": "abgelehnt: die Zahlung geht weiter",
    "pending": "mitgeteilt, Antwort steht aus",
}
RECALLED: Mapping[str, str] = {
    "requested": "Rückruf läuft",
    "pending": "Rückruf in Bearbeitung",
    "granted": "Rückruf zugesagt",
    "refused": "Rückruf abgelehnt",
}
GROUNDS: Mapping[str, str] = {
    "DUPL": "doppelt angeordnet",
    "AC03": "falsches Konto",
    "AM09": "falscher Betrag",
    "TECH": "technischer Fehler",
    "FRAD": "Betrug",
    "CUST": "anderer Grund",
}
CLAIMS: Mapping[str, Badge] = {
    "open": {"text": "offen", "tone": "warning"},
    "interest-open": {"text": "Zinsen festzusetzen", "tone": "warning"},
    "suspended": {"text": "niedergeschlagen", "tone": "danger"},
    "unserved": {"text": "Bescheid nicht bekannt gegeben", "tone": "neutral"},
    "settled": {"text": "erledigt", "tone": "success"},
}
CLAIMS_OF_CASE: Mapping[str, Badge] = {
    "open": {"text": "Forderung offen", "tone": "warning"},
    "interest-open": {"text": "Zinsen festzusetzen", "tone": "warning"},
    "suspended": {"text": "Forderung niedergeschlagen", "tone": "danger"},
    "unserved": {"text": "Erstattungsbescheid nicht bekannt gegeben", "tone": "neutral"},
}
"""A case of which nothing is to be paid out, but a claim stands."""
COLLECTION_KINDS: Mapping[str, str] = {
    "collect": "Annahmeanordnung",
    "change": "Änderungsanordnung",
    "deduct": "Absetzungsanordnung",
}
COLLECTIONS: Mapping[str, Badge] = {
    "ordered": {"text": "angeordnet", "tone": "neutral"},
    "batched": {"text": "in einer Datei", "tone": "info"},
    "accepted": {"text": "von der Kasse angenommen", "tone": "success"},
    "rejected": {"text": "zurückgewiesen", "tone": "danger"},
    "withdrawn": {"text": "vor der Übergabe zurückgenommen", "tone": "warning"},
}
PAID_BY: Mapping[str, str] = {"transfer": "Zahlungseingang", "set-off": "Aufrechnung"}
BATCHES: Mapping[str, Badge] = {
    "sealed": {"text": "versiegelt, Freigabe offen", "tone": "warning"},
    "released": {"text": "freigegeben", "tone": "info"},
    "submitting": {"text": "Übergabe läuft", "tone": "info"},
    "unknown": {"text": "Übergabe ungewiss, wird wiederholt", "tone": "danger"},
    "transmitted": {"text": "bei der Kasse", "tone": "info"},
    "completed": {"text": "vollständig beantwortet", "tone": "success"},
    "discarded": {"text": "verworfen, nie übergeben", "tone": "neutral"},
}
REPORTS: Mapping[str, Badge] = {
    "received": {"text": "zugeordnet", "tone": "success"},
    "conflicting": {"text": "Kennung doppelt verwendet", "tone": "danger"},
    "quarantined": {"text": "in Quarantäne", "tone": "danger"},
}
FILES: Mapping[str, Badge] = {
    "awaited": {"text": "erwartet", "tone": "info"},
    "overdue": {"text": "überfällig", "tone": "danger"},
    "acknowledged": {"text": "überfällig, Alarm quittiert", "tone": "warning"},
    "arrived": {"text": "eingegangen", "tone": "success"},
    "late": {"text": "verspätet eingegangen", "tone": "warning"},
}
KINDS: Mapping[str, str] = {
    "status": "Antwort auf Auftrag",
    "booking": "Kontobewegungen",
    "recall": "Antwort auf Rückruf",
}

CLEARING: Mapping[str, str] = {
    "unknown-batch": "Diesen Zahlungslauf gibt es nicht.",
    "unknown-reference": "Diese Zahlungskennung gibt es nicht.",
    "count-differs": "Die Anzahl weicht vom versiegelten Zahlungslauf ab.",
    "sum-differs": "Die Summe stimmt nicht.",
    "amount-differs": "Der Betrag weicht von der Anordnung ab.",
    "duplicate-of-other-bytes": "Die Kasse hält unter unserer Kennung eine andere Datei.",
    "answers-contradict": "Die Datei nimmt dieselbe Zahlung an und lehnt sie ab.",
    "unknown-status": "Die Meldung sagt es mit einem Status, der in keiner Liste steht.",
    "wrong-currency": "Ein Umsatz ist nicht in Euro.",
    "payment-blocked": "Die Bank hält die Zahlung an.",
    "duplicate-receipt": "Die Kasse meldet eine doppelte Einreichung.",
    "collection-not-in-this-batch": "Die Anordnung zu der Forderung liegt in einem anderen Zahlungslauf.",
    "collection-answered-otherwise": "Die Kasse hatte die Anordnung zu der Forderung anders beantwortet.",
    "not-booked": "Der Umsatz ist noch nicht gebucht.",
    "not-a-debit": "Eine Gutschrift, die sich keiner Forderung zuordnen lässt.",
    "repayment-surplus": "Auf die Forderung kam mehr ein, als offen war.",
    "claim-is-settled": "Die Forderung ist bereits erledigt.",
    "more-than-owed": "Auf die Forderung ist zurzeit nichts offen; Zinsen sind noch festzusetzen.",
    "claim-date-not-valid": "Der Eingang liegt vor der Forderung oder in der Zukunft.",
    "repayment-differs": "Der Eingang ist mit einem anderen Betrag gebucht.",
    "part-open": "Der Rest eines aufgeteilten Eingangs.",
    "to-give-back": "Der Rest eines aufgeteilten Eingangs; er ist dem Absender zurückzugeben.",
    "repayment-perhaps-by-hand": "Auf die Forderung ist von Hand schon ein gleich hoher Eingang gebucht; ist es derselbe?",
    "receipt-listed": "Dieser Eingang steht bereits in der Klärungsliste.",
    "debited-twice": "Die Zahlung wurde ein zweites Mal belastet.",
    "rejected-after-settlement": "Eine gebuchte Zahlung wurde als abgelehnt gemeldet.",
    "settled-after-rejection": "Eine abgelehnte Zahlung wurde gebucht.",
    "batch-discarded": "Der Zahlungslauf wurde verworfen und nie übergeben.",
    "payment-cancelled": "Die Anordnung wurde vor der Übergabe zurückgenommen.",
    "batch-not-released": "Der Zahlungslauf ist noch gar nicht freigegeben.",
    "batch-not-submitted": "Der Zahlungslauf wurde noch gar nicht übergeben.",
    "payment-not-in-this-batch": "Die Zahlung liegt in einem anderen Zahlungslauf.",
    "payment-not-of-this-drawdown": "Die Zahlung gehört nicht zu dem Mittelabruf.",
    "returned-after-rejection": "Eine abgelehnte Zahlung wurde als zurückgekommen gemeldet.",
    "returned-twice": "Die Zahlung kam ein zweites Mal zurück.",
    "return-names-no-payment": "Ein Rückläufer nennt keine Zahlung.",
    "payee-close-match": "Der Empfänger heißt bei seiner Bank etwas anders.",
    "payee-no-match": "Der Empfänger ist nicht der Inhaber des Kontos.",
    "payee-not-checked": "Der Empfänger konnte nicht überprüft werden.",
    "recall-cancelled": "Der Rückruf hatte Erfolg.",
    "recall-refused": "Der Rückruf wurde abgelehnt.",
    "recall-pending": "Der Rückruf ist noch offen.",
    "recall-not-approved": "Der Rückruf wurde noch gar nicht übergeben.",
    "recall-not-requested": "Um diesen Rückruf hat niemand gebeten, oder es ist nicht mehr der letzte.",
    "recall-contradicted": "Die Kasse hat auf denselben Rückruf bereits anders geantwortet.",
    "statement-gap": "Vor diesem Kontoauszug fehlt einer.",
    "statement-opening-differs": "Der Anfangssaldo ist nicht der Endsaldo des Auszugs davor.",
    "statement-pages-differ": "Die Salden führen nicht durch alle Seiten des Kontoauszugs.",
    "statement-number-twice": "Zwei Kontoauszüge tragen dieselbe Nummer.",
    "foreign-account": "Die Zahlung wurde auf einem anderen Konto gebucht als dem, von dem sie geht.",
    "booked-ahead": "Der Buchungstag liegt in der Zukunft.",
    "booked-before-order": "Der Buchungstag liegt lange vor der Anordnung.",
    "perhaps-in-sum": "Eine abgelehnte Zahlung liegt vielleicht in einer Sammelbuchung.",
    "drawdown-paid-twice": "Ein Mittelabruf wurde zweimal gezahlt.",
    "unreadable": "Die Datei ließ sich nicht lesen.",
    "report-conflicting": "Eine zweite Datei kam unter derselben Kennung mit anderem Inhalt.",
}

TREASURY_REASONS: Mapping[str, str] = {
    "CANC": "Von der Bank nach der Übergabe storniert.",
    "cancelled": "Vor der Übergabe zurückgenommen.",
    "abgesetzt": "Von der Kasse vor der Zahlung abgesetzt.",
}
"""Codes of the treasury that need a word; every other is looked up in its list."""

PLAN_CHANGES: Mapping[str, str] = {
    "lapse": "Der Bescheid ist gegenstandslos.",
    "revocation": "Der Bescheid ist widerrufen.",
    "retraction": "Der Bescheid ist zurückgenommen.",
    "resolutory-condition": "Eine auflösende Bedingung ist eingetreten.",
    "amendment": "Der Bescheid ist geändert.",
    "change-waits": "Eine Änderung oder Aufhebung des Bescheids ist noch nicht wirksam.",
    "change-taken-away": "Die Änderung oder Aufhebung des Bescheids gilt nicht mehr.",
    "taken-away": "Der Bescheid gilt nicht mehr.",
    "not-served": "Der Bescheid ließ sich nicht bekannt geben.",
    "lawsuit": "Gegen den Bescheid ist geklagt.",
    "lawsuit-ended": "Die Klage ist beendet.",
}
"""Why review asks money back, stops the payment or lets it go on."""

CAUSES: Mapping[str, str] = {
    "budget-entry-missing": "Der Haushalt hat nicht gebucht, was gezahlt ist.",
    "budget-entry-differs": "Der Haushalt hat etwas anderes gebucht, als gezahlt ist.",
}

ITEMS: Mapping[str, Badge] = {
    "open": {"text": "offen", "tone": "warning"},
    "proposed": {"text": "Vorschlag liegt vor", "tone": "info"},
    "resolved": {"text": "geklärt", "tone": "success"},
}

HOLDS: Mapping[str, Badge] = {
    "standing": {"text": "gesperrt", "tone": "danger"},
    "lifted": {"text": "aufgehoben", "tone": "neutral"},
    "expired": {"text": "abgelaufen", "tone": "neutral"},
}

EVENTS: Mapping[str, tuple[str, str]] = {
    "payout.payee-succeeded": ("Rechtsnachfolge der Empfängerin vermerkt, Konto unverändert", "warning"),
    "payout.plan-opened": ("Mittel zugewiesen, Auszahlungsplan eröffnet", "info"),
    "payout.drawdown-registered": ("Mittelabruf eingegangen", "neutral"),
    "payout.drawdown-accepted": ("Mittelabruf anerkannt", "success"),
    "payout.drawdown-reduced": ("Mittelabruf gekürzt", "warning"),
    "payout.drawdown-rejected": ("Mittelabruf abgelehnt", "danger"),
    "payout.unspent-noted": ("Ausgezahlte Mittel nicht rechtzeitig verwendet", "warning"),
    "payout.drawdown-certified": ("Sachlich und rechnerisch richtig festgestellt", "info"),
    "payout.drawdown-ordered": ("Auszahlung angeordnet", "info"),
    "payout.drawdown-paid": ("Mittelabruf gezahlt", "success"),
    "payout.drawdown-freed": ("Mittelabruf kann neu angeordnet werden", "warning"),
    "payout.reduction-received": ("Bewilligungsstelle verlangt Mittel zurück", "warning"),
    "payout.funds-returned": ("Nicht angeordnete Mittel zurückgegeben", "warning"),
    "payout.plan-supplemented": ("Weitere Mittel zugewiesen", "info"),
    "payout.side-condition-noted": ("Bewilligungsstelle über eine Nebenbestimmung", "info"),
    "payout.proof-noted": ("Verwendungsnachweis angenommen", "success"),
    "payout.conflict-noted": ("Befangenheit einer Person vermerkt", "warning"),
    "payout.involvement-noted": ("Mitwirkung an anderer Stelle vermerkt", "info"),
    "payout.drawdown-reopened": ("Mittelabruf ist neu zu prüfen", "warning"),
    "payout.claim-opened": ("Erstattung gefordert", "warning"),
    "payout.demand-service-noted": ("Bekanntgabe des Erstattungsbescheids vermerkt", "info"),
    "payout.repayment-booked": ("Rückzahlung gebucht", "success"),
    "payout.repayment-found-on-account": ("Von Hand gebuchte Rückzahlung auf dem Kontoauszug gefunden", "success"),
    "payout.interest-assessed": ("Zinsen festgesetzt", "warning"),
    "payout.interest-waived": ("Von Zinsen abgesehen", "info"),
    "payout.claim-deferred": ("Forderung gestundet", "info"),
    "payout.claim-suspended": ("Forderung niedergeschlagen", "warning"),
    "payout.claim-resumed": ("Beitreibung wieder aufgenommen", "warning"),
    "payout.claim-remitted": ("Forderung erlassen", "warning"),
    "payout.claim-reminded": ("An die Zahlung erinnert", "danger"),
    "payout.claim-settled": ("Forderung erledigt", "success"),
    "payout.collection-ordered": ("Anordnung zur Forderung erteilt", "info"),
    "payout.collection-withdrawn": ("Anordnung zur Forderung vor der Übergabe zurückgenommen", "warning"),
    "payout.collection-batched": ("Anordnung zur Forderung in eine Datei aufgenommen", "info"),
    "payout.collection-unbatched": ("Datei verworfen, Anordnung zur Forderung besteht fort", "warning"),
    "payout.collection-released": ("Datei mit der Anordnung zur Forderung in der Kasse freigegeben", "info"),
    "payout.collection-accepted": ("Anordnung zur Forderung von der Kasse angenommen", "success"),
    "payout.collection-rejected": ("Anordnung zur Forderung von der Kasse zurückgewiesen", "danger"),
    "payout.payment-ordered": ("Zahlung angelegt", "info"),
    "payout.payment-batched": ("In einen Zahlungslauf aufgenommen", "info"),
    "payout.payment-unbatched": ("Zahlungslauf verworfen, Anordnung besteht fort", "warning"),
    "payout.payment-cancelled": ("Anordnung vor der Übergabe zurückgenommen", "warning"),
    "payout.payment-accepted": ("Von der Kasse angenommen", "info"),
    "payout.payment-settled": ("Dem Konto belastet", "success"),
    "payout.payment-return-awaits-debit": ("Rücklauf gemeldet, Belastung noch nicht", "warning"),
    "payout.payment-returned": ("Von der Bank des Empfängers zurückgekommen", "danger"),
    "payout.drawdown-unpaid": ("Mittelabruf ist neu festzustellen", "warning"),
    "payout.payee-check-reported": ("Empfängerüberprüfung: über die Zahlung ist zu entscheiden", "danger"),
    "payout.payee-check-missed": ("Entscheidung über den Empfänger überfällig", "danger"),
    "payout.payee-check-decided": ("Über den Empfänger der Zahlung entschieden", "info"),
    "payout.payment-rejected": ("Von der Kasse zurückgewiesen", "danger"),
    "payout.payment-recalled": ("Bei der Kasse zurückgerufen", "warning"),
    "payout.payment-recall-answered": ("Antwort der Kasse auf den Rückruf", "info"),
    "payout.debit-questioned": ("Belastung ist zu klären, nichts wird neu angeordnet", "danger"),
    "payout.debit-explained": ("Belastung geklärt", "info"),
    "payout.drawdown-overpaid": ("Mittelabruf zweimal gezahlt", "danger"),
    "payout.overpayment-returned": ("Überzahlung zurückgekommen", "success"),
    "payout.overpayment-recovered": ("Überzahlung zurückgeholt", "success"),
    "payout.account-proposed": ("Andere Bankverbindung eingetragen", "warning"),
    "payout.account-confirmed": ("Bankverbindung bestätigt", "info"),
    "payout.account-discarded": ("Eingetragene Bankverbindung verworfen", "neutral"),
    "payout.certification-voided": ("Feststellung hinfällig: die Bankverbindung hat sich geändert", "warning"),
    "payout.day-difference-proposed": ("Abweichung zum Haushalt benannt", "warning"),
    "payout.statement-noted": ("Kontoauszug aufgenommen", "info"),
    "payout.statement-page-noted": ("Seite eines Kontoauszugs aufgenommen", "info"),
    "payout.statement-contradicted": ("Kontoauszugsnummer doppelt", "danger"),
    "payout.reconciliation-closed": ("Tag abgeschlossen", "success"),
    "payout.year-sealed": ("Haushaltsjahr eines Titels abgeschlossen", "success"),
    "payout.budget-entry-noted": ("Im Haushalt gebucht", "info"),
    "payout.clearing-opened": ("Klärungsfall eröffnet", "warning"),
    "payout.clearing-taken": ("Klärungsfall übernommen", "info"),
    "payout.resolution-proposed": ("Klärung vorgeschlagen", "info"),
    "payout.resolution-declined": ("Vorgeschlagene Klärung abgelehnt", "warning"),
    "payout.clearing-resolved": ("Klärungsfall geklärt", "success"),
    "payout.hold-placed": ("Zahlungssperre gesetzt", "danger"),
    "payout.hold-lifted": ("Zahlungssperre aufgehoben", "success"),
    "payout.hold-expired": ("Zahlungssperre abgelaufen", "info"),
    "house.attempt-refused": ("Handlung verwehrt", "danger"),
    "house.message-parked": ("Nachricht zurückgestellt", "warning"),
    "house.parked-message-handled": ("Zurückgestellte Nachricht verarbeitet", "info"),
    "house.parked-message-discarded": ("Zurückgestellte Nachricht verworfen", "danger"),
}
"""Title and tone of an event in a case's history, by its name without the version."""


def titled(topic: str, facts: Mapping[str, Any]) -> tuple[str, str]:
    """Title and tone of a stored event; what review tells of a plan may be that nothing may be paid, or that it may again."""
    name, _, version = topic.rpartition(".v")
    name = name if version.isdigit() else topic
    if name == "payout.reduction-received" and not facts.get("by_year"):
        stops = bool(facts.get("freeze"))
        return STOPPED if stops else LET_GO
    return EVENTS.get(name, (topic, "neutral"))


STOPPED = ("Bewilligungsstelle sperrt die Auszahlung", "danger")
LET_GO = ("Bewilligungsstelle gibt die Auszahlung frei", "success")


def person(who: str) -> str:
    """Who did it, where that may have been nobody: what falls due is done by the house."""
    return "ohne Zutun einer Person" if who == SYSTEM else who


def payment(status: str, recall: str) -> Badge:
    """Where a payment stands, and its request to cancel, if there is one."""
    badge = PAYMENTS[status]
    return {**badge, "text": f"{badge['text']}, {RECALLED[recall]}"} if recall else badge


def batch(status: str, silent: Sequence[str]) -> Badge:
    """Where a batch stands; while the treasury owes a word on it, what became of its payments is not known."""
    badge = BATCHES[status]
    return {"text": f"{badge['text']}, Kasse schweigt: Ausgang ungewiss", "tone": "danger"} if silent else badge


def reason(code: str) -> str:
    """Why an item is to be cleared; a code without words is shown as it is."""
    return CLEARING.get(code, code)
