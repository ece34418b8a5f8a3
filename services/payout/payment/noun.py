"""The noun: what belongs together."""

from services.payout.payment.commands import Command
from services.payout.payment.deciding import decide
from services.payout.payment.events import (
    Event,
    PayeeCheckDecided,
    PayeeCheckMissed,
    PayeeCheckReported,
    PaymentAccepted,
    PaymentBatched,
    PaymentCancelled,
    PaymentOrdered,
    PaymentRecallAnswered,
    PaymentRecalled,
    PaymentRejected,
    PaymentReturnAwaitsDebit,
    PaymentReturned,
    PaymentSettled,
    PaymentUnbatched,
)
from services.payout.payment.evolving import evolve
from services.payout.payment.states import Payment, Unordered
from shared.decider import Decider

decider = Decider[Command, Event, Payment](
    name="payment",
    initial=Unordered(),
    decide=decide,
    evolve=evolve,
    events=[
        PaymentOrdered,
        PaymentBatched,
        PaymentUnbatched,
        PaymentCancelled,
        PaymentAccepted,
        PaymentSettled,
        PaymentRejected,
        PaymentReturnAwaitsDebit,
        PaymentReturned,
        PaymentRecalled,
        PaymentRecallAnswered,
        PayeeCheckReported,
        PayeeCheckMissed,
        PayeeCheckDecided,
    ],
)
