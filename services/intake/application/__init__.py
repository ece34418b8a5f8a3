"""Antrag: from its submission to what the other services decided about it.

Intake decides what is handed in (Eingang, Vollständigkeit, Rücknahme) and notes what review and payout tell
(progress). `submit` records an application together with its file number.
"""

from services.intake.application.commands import (
    AcknowledgeReceipt,
    Command,
    Declarations,
    DeclareComplete,
    Facts,
    Note,
    Similar,
    SubmitApplication,
    WithdrawApplication,
)
from services.intake.application.deciding import decide, require_own
from services.intake.application.errors import (
    AlreadyComplete,
    AlreadyDecided,
    AlreadySubmitted,
    AlreadyWithdrawn,
    DeclarationMissing,
    DissolvedApplicant,
    DocumentsMissing,
    InvalidSubmission,
    NotAcknowledged,
    NotSubmitted,
    ProjectBegun,
    TextMissing,
    UnknownApplicant,
)
from services.intake.application.events import (
    ApplicationDeclaredComplete,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    Event,
    ReceiptAcknowledged,
)
from services.intake.application.evolving import decider, evolve
from services.intake.application.states import Application, Submitted, Unsubmitted
from services.intake.application.submitting import submit

__all__ = [
    "AcknowledgeReceipt",
    "AlreadyComplete",
    "AlreadyDecided",
    "AlreadySubmitted",
    "AlreadyWithdrawn",
    "Application",
    "ApplicationDeclaredComplete",
    "ApplicationSubmitted",
    "ApplicationWithdrawn",
    "Command",
    "DeclarationMissing",
    "Declarations",
    "DeclareComplete",
    "DissolvedApplicant",
    "DocumentsMissing",
    "Event",
    "Facts",
    "InvalidSubmission",
    "NotAcknowledged",
    "NotSubmitted",
    "Note",
    "ProjectBegun",
    "ReceiptAcknowledged",
    "Similar",
    "SubmitApplication",
    "Submitted",
    "TextMissing",
    "UnknownApplicant",
    "Unsubmitted",
    "WithdrawApplication",
    "decide",
    "decider",
    "evolve",
    "require_own",
    "submit",
]
