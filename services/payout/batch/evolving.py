"""What an event makes of a batch; no rules."""

from typing import assert_never

from services.payout.batch.events import (
    BatchDiscarded,
    BatchEntered,
    BatchListed,
    BatchReleased,
    BatchSealed,
    BatchTransmitted,
    Event,
    OrderEntered,
    SubmissionStarted,
    SubmissionUnknown,
)
from services.payout.batch.states import (
    Batch,
    Discarded,
    Released,
    Submitting,
    Transmitted,
    Unknown,
    Unreleased,
    Unsealed,
)
from shared.decider import replace


def evolve(batch: Batch, it: Event) -> Batch:
    match it, batch:
        case BatchListed(), Unsealed():
            return Unsealed(listed=(*batch.listed, *it.entries))
        case BatchListed(), _:
            return batch
        case BatchSealed(), Unsealed():
            return Unreleased(sealed=it if it.entries else replace(it, entries=batch.listed))
        case BatchSealed(), _:
            return Unreleased(sealed=it)
        case _, Unsealed():
            return batch
        case BatchDiscarded(), _:
            return Discarded(sealed=batch.sealed, cancelled=it.cancelled)
        case _, Discarded():
            return batch
        case BatchReleased(), _:
            return Released(sealed=batch.sealed, released_by=it.released_by)
        case _, Unreleased():
            return batch
        case OrderEntered(), Released():
            return replace(batch, entered=(*batch.entered, (it.order, it.cash_reference)))
        case OrderEntered(), _:
            return batch
        case BatchEntered(), _:
            typed = batch.entered if isinstance(batch, Released) else ()
            return Transmitted(
                sealed=batch.sealed, released_by=batch.released_by, cash_reference=it.cash_reference, entered=typed
            )
        case SubmissionStarted(), _:
            return Submitting(
                sealed=batch.sealed,
                attempt=it.attempt,
                released_by=batch.released_by,
                sent=(*_sent(batch), it.file_sha256),
            )
        case SubmissionUnknown(), _:
            return Unknown(sealed=batch.sealed, attempt=it.attempt, released_by=batch.released_by, sent=_sent(batch))
        case BatchTransmitted(), _:
            return Transmitted(sealed=batch.sealed, released_by=batch.released_by, sent=_sent(batch))
        case _ as missing:
            assert_never(missing)


def _sent(batch: Released | Submitting | Unknown | Transmitted) -> tuple[str, ...]:
    return () if isinstance(batch, Released) else batch.sent
