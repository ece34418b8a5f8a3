"""intake (Antragstellung): everything a municipality hands in, and what it is told about it.

Owns the application (Antrag) with its submission (Antragseingang), file number (Aktenzeichen), receipt
(Eingangsbestätigung), completeness (Vollständigkeit) and withdrawal (Antragsrücknahme), the drawdown request
(Mittelabruf), the register of municipalities (Gebietskörperschaften) and the applicant's status (Sachstand).
It decides nothing about the grant: what review and payout decided is noted on the application (Vermerk).
"""
