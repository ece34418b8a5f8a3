"""What an event makes of an application."""

from typing import assert_never

from services.intake import supply
from services.intake.application.commands import Command
from services.intake.application.deciding import decide
from services.intake.application.events import (
    ApplicationDeclaredComplete,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    Event,
    ReceiptAcknowledged,
)
from services.intake.application.states import Application, Submitted, Unsubmitted
from services.intake.progress import FACTS
from services.intake.supply import (
    DeadlineExtended,
    DocumentDeadlineExpired,
    DocumentsRequested,
    DocumentsSupplied,
    PaperDocumentScanned,
)
from shared.decider import Decider, replace


def evolve(application: Application, it: Event) -> Application:
    match it, application:
        case ApplicationSubmitted(), _:
            return Submitted(form=it)
        case _, Unsubmitted():
            return application
        case ReceiptAcknowledged(), Submitted():
            return replace(application, file_number=it.file_number)
        case ApplicationDeclaredComplete(), Submitted():
            return replace(application, completed=it)
        case ApplicationWithdrawn(), Submitted():
            return replace(application, withdrawn=it)
        case (
            (
                DocumentsRequested()
                | DocumentsSupplied()
                | DeadlineExtended()
                | DocumentDeadlineExpired()
                | PaperDocumentScanned()
            ),
            Submitted(),
        ):
            return replace(application, supply=supply.evolve(application.supply, it))
        case _, Submitted():
            return replace(application, progress=application.progress.with_fact(it))
        case _ as missing:
            assert_never(missing)


decider = Decider[Command, Event, Application](
    name="application",
    initial=Unsubmitted(),
    decide=decide,
    evolve=evolve,
    events=[
        ApplicationSubmitted,
        ReceiptAcknowledged,
        ApplicationDeclaredComplete,
        ApplicationWithdrawn,
        *supply.EVENTS,
        *FACTS,
    ],
)
