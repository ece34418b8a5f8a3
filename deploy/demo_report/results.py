"""What was found at the end, by asking the house, the treasury and the export."""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.decider import value


@value
class Outcome:
    """How a case stands in intake at the end, in the words of the applicant's status; amounts in cents.

    Of an award that was changed review tells what it is now: `amended`, or how it fell away.
    """

    status: str
    applied_cents: int
    awarded_cents: int
    ordered_cents: int
    settled_cents: int


@value
class Account:
    """One year's account in one budget, as review tells it; amounts in cents."""

    title: str
    budget_year: int
    year: int
    available_cents: int
    reserved_cents: int
    committed_cents: int
    paid_cents: int


@value
class Proof:
    """What the offline verifier said about the export."""

    verified: bool
    size: int
    root: str
    heads: Mapping[str, int]
    said: str


@value
class Recount:
    """What the second reckoning made of the export's bytes: the same accounts, what was paid, whose acts exclude each other.

    `settled` is cents by budget year; `unread` names events that the second reckoning does not know.
    """

    accounts: Sequence[Account]
    settled: Mapping[int, int]
    acts: int
    refused_attempts: int
    violations: Sequence[str]
    unread: Sequence[str]


@value
class ClaimFound:
    """A claim at the end: `ordered` when the treasury took the order to collect it (Annahmeanordnung)."""

    demanded_cents: int
    received_cents: int
    ordered: bool
    settled: bool


@value
class Result:
    """Everything that was found at the end. `book` is the simulated treasury's own, `trace` d1's."""

    cases: Mapping[str, Outcome]
    accounts: Sequence[Account]
    refused_attempts: int
    book: Mapping[str, Any]
    proof: Proof
    recount: Recount
    closed_days: int
    overdue_files: Sequence[str]
    claims: Sequence[ClaimFound]
    trace_services: int
    trace_spans: int
    seconds: float
