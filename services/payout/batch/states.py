"""Where a batch stands."""

from services.payout.batch.content import Entry
from services.payout.batch.events import BatchSealed
from shared.decider import value


@value
class Unsealed:
    """`listed` is only ever seen between two events of one transaction."""

    listed: tuple[Entry, ...] = ()


@value
class Unreleased:
    """`sealed` holds all payments here and in every later state, however they are recorded."""

    sealed: BatchSealed


@value
class Released:
    """`entered` are the orders that a person typed in, each with its Kassenzeichen, here and when all are."""

    sealed: BatchSealed
    released_by: str = ""
    entered: tuple[tuple[str, str], ...] = ()


@value
class Submitting:
    """`sent` holds a hash for each time that bytes were handed over, here and in the later states."""

    sealed: BatchSealed
    attempt: int
    released_by: str = ""
    sent: tuple[str, ...] = ()


@value
class Unknown:
    sealed: BatchSealed
    attempt: int
    released_by: str = ""
    sent: tuple[str, ...] = ()


@value
class Transmitted:
    sealed: BatchSealed
    released_by: str = ""
    cash_reference: str = ""
    sent: tuple[str, ...] = ()
    entered: tuple[tuple[str, str], ...] = ()


@value
class Discarded:
    sealed: BatchSealed
    cancelled: tuple[str, ...] = ()
    released_by: str = ""


type Batch = Unsealed | Unreleased | Discarded | Released | Submitting | Unknown | Transmitted
