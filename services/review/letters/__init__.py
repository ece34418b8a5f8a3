"""Die Schreiben: what each letter says, a pure function of what was decided; `pages/*_letter.typ` give them their form."""

from services.review.letters.award import guideline_of
from services.review.letters.award import letter as award_letter
from services.review.letters.change import amendment_letter, annulment_letter
from services.review.letters.courts import COURTS, CourtUnknown, court_of
from services.review.letters.head import Account, Authority, Head
from services.review.letters.hearing import award_hearing_letter, hearing_letter
from services.review.letters.refusal import refusal_letter
from services.review.letters.rejection import rejection_letter
from services.review.letters.repayment import repayment_letter

__all__ = [
    "COURTS",
    "Account",
    "Authority",
    "CourtUnknown",
    "Head",
    "amendment_letter",
    "annulment_letter",
    "award_hearing_letter",
    "award_letter",
    "court_of",
    "guideline_of",
    "hearing_letter",
    "refusal_letter",
    "rejection_letter",
    "repayment_letter",
]
