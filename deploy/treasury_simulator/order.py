"""An order file as the treasury understands it, and its reasons to say no."""

from dataclasses import dataclass

MESSAGE_NAME = "pain.001.001.09"


@dataclass(frozen=True, slots=True)
class Reason:
    """An ISO external status reason code and a German text of at most 105 characters, free of personal values."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Payment:
    """One CdtTrfTxInf; `fault` is why this payment alone cannot be carried out."""

    reference: str
    instruction_id: str | None
    amount_cents: int
    creditor_iban: str
    fault: Reason | None = None


@dataclass(frozen=True, slots=True)
class Collection:
    """One order about a claim: `kind` is Annahme, Aenderung or Absetzung, `payable_under` what its debtor pays under."""

    kind: str
    reference: str
    refers_to: str
    payable_under: str
    amount_cents: int
    due_on: str


@dataclass(frozen=True, slots=True)
class TakeBack:
    """One order that takes an ordered payment back: an Absetzung without Kassenzeichen, `refers_to` is the payment's reference."""

    reference: str
    refers_to: str
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Batch:
    """One PmtInf; `execution_on` is an ISO date."""

    payment_information_id: str
    debtor_iban: str
    execution_on: str
    batch_booking: bool
    payments: tuple[Payment, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """One order file whose counts and sums are right; `number` is the running one of an HKR file, `version` that of its layout."""

    message_id: str
    created_at: str
    batches: tuple[Batch, ...]
    format: str = "iso20022"
    number: int = 0
    version: int = 1
    account: str = ""
    collections: tuple[Collection, ...] = ()
    taken_back: tuple[TakeBack, ...] = ()

    @property
    def payments(self) -> tuple[Payment, ...]:
        return tuple(payment for batch in self.batches for payment in batch.payments)


class FileRefused(Exception):
    """The whole file is refused; what could be read of its header goes into the answer."""

    def __init__(self, code: str, text: str, message_id: str | None = None, created_at: str | None = None) -> None:
        super().__init__(f"{code} {text}")
        self.reason = Reason(code, text[:105])
        self.message_id = message_id
        self.created_at = created_at
        self.format = "iso20022"
        """In which format the file was, and is answered."""
        self.version = 1
