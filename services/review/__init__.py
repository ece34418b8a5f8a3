"""review (Prüfung und Bewilligung): everything the ministry decides.

Owns the programme (Richtlinie und Verwaltungspraxis), the assessment (fachliches Votum, zuwendungsfähige Ausgaben,
Bewilligungsvorschlag, Antragsrücknahme), the budget (Haushaltstitel mit Ansatz und Verpflichtungsermächtigungen,
Vormerkung, Festlegung) and the award (Zuwendungsbescheid, Bekanntgabe, Rechtsbehelfsverzicht, Bestandskraft,
Ablehnung). Once an award is final, its money belongs to payout (`FundsAssigned`); here only what was paid is noted.
"""
