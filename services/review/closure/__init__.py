"""Abschluss: a case is closed once nothing in it is open, on a closing note of another person; from then on its file is kept.

A stream per case. What payout and the recipient tell of drawdowns and payments is noted here, so that it is known what of the
money is under way; whatever comes after the closure opens the case again. Nothing is deleted by it.
"""

from services.review.closure.commands import (
    CLOSE,
    WRITE,
    CloseCase,
    Command,
    EndRetention,
    NoteStep,
    OpenPoint,
    Step,
    WriteClosingNote,
)
from services.review.closure.deciding import decide, kept
from services.review.closure.errors import (
    ERRORS,
    AwardOpen,
    CaseIsClosed,
    ChangeOpen,
    ClaimOpen,
    ClosingNoteMissing,
    ConditionOpen,
    DrawdownOpen,
    ExcessOpen,
    LawsuitOpen,
    PaymentOpen,
    ProofNotAccepted,
    RemedyOpen,
)
from services.review.closure.events import (
    CaseClosed,
    CaseReopened,
    ClosingNoteWritten,
    Event,
    MoneyStepNoted,
    RetentionEnded,
)
from services.review.closure.evolving import decider, evolve
from services.review.closure.states import Closure

__all__ = [
    "CLOSE",
    "ERRORS",
    "WRITE",
    "AwardOpen",
    "CaseClosed",
    "CaseIsClosed",
    "CaseReopened",
    "ChangeOpen",
    "ClaimOpen",
    "CloseCase",
    "ClosingNoteMissing",
    "ClosingNoteWritten",
    "Closure",
    "Command",
    "ConditionOpen",
    "DrawdownOpen",
    "EndRetention",
    "Event",
    "ExcessOpen",
    "LawsuitOpen",
    "MoneyStepNoted",
    "NoteStep",
    "OpenPoint",
    "PaymentOpen",
    "ProofNotAccepted",
    "RemedyOpen",
    "RetentionEnded",
    "Step",
    "WriteClosingNote",
    "decide",
    "decider",
    "evolve",
    "kept",
]
