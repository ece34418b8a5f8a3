"""`faults.toml`: what can go wrong at a treasury, one entry per fault, and what this one does to play it."""

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

TABLE = Path(__file__).parent / "faults.toml"


class FaultsMistaken(Exception):
    """faults.toml is not what this module describes; a misspelt word must not silently do nothing."""


@dataclass(frozen=True, slots=True)
class Step:
    """One file on its way to the sender; without anything but `send` it says the truth.

    `days` after the order's own day it is due. `again` sends the bytes of an earlier step. `damage` is done to the
    bytes, by a name of `damage.py`; `name` replaces the file's name, `{name}` in it is the usual one. With `in_place` the file
    is written under its final name instead of being renamed to it.
    """

    send: str
    """`status`, `notification`, `statement`, `interim` or `recall`."""
    days: int = 0
    again: int = 0
    same_id: bool = False
    damage: str = ""
    name: str = ""
    in_place: bool = False
    only: str = ""
    """`first`, or `rejected`: the payments that it speaks of; all of them without."""

    # Of a status report
    answers: str = ""
    """The status of every payment, whatever is true."""
    reason: str = ""
    level: str = "payment"
    """`file`, `group` or `payment`: where it says so."""
    whole: str = "ACTC"
    """The status of the whole file where payments are answered singly."""
    also: str = ""
    """A second status of each payment in the same file, with `reason`."""
    of_another: bool = False
    """It answers a file that nobody sent."""
    count_off: int = 0
    sum_off: int = 0

    orders: str = ""
    """What an HKR acknowledgement says of the orders about claims, whatever is true: a result, or `silent`."""
    trailer_off: int = 0
    """What the count in the trailer of an HKR file is wrong by."""

    # Of the account
    lines: Sequence[str] = ("debits",)
    """`debits`, `returns`, `strange-debit`, `strange-credit`."""
    cents_off: int = 0
    singly: bool = False
    bare: bool = False
    """A sum without its details."""
    together: bool = False
    """Several returns in one line."""
    another_line: bool = False
    """The account's own name of the line is another one than before."""
    another_reference: bool = False
    another_account: bool = False
    booked_days: int = 0
    charges: int = 0
    number_off: int = 0
    opening_off: int = 0
    closing_off: int = 0
    total_off: int = 0

    # Of an answer to a request to cancel
    recall: str = ""


@dataclass(frozen=True, slots=True)
class Remedy:
    """Who does what about a fault, and by which command they see it or do it."""

    title: str
    who: str
    do: str
    how: str


@dataclass(frozen=True, slots=True)
class Fault:
    """One entry: `key`, German `name`, what the treasury does, what the house must do, and what a person then does.

    `sees` is what the desk shows. `rejects` is `first` or `all` of the payments, with `code`. `events` are those the house records from the hand-over on,
    `reasons` the codes under which it shows what it could not take in; `ends` is how the house then knows the first payment of
    the file, and the others.
    """

    key: str
    name: str
    treasury: str
    house: str
    sees: str
    remedy: Remedy
    plays: tuple[Step, ...]
    events: tuple[str, ...]
    ends: tuple[str, ...]
    reasons: tuple[str, ...] = ()
    asked_back: bool = False
    """Whether the sender then asks for the payments back; `recalled` are the files that answer it."""
    recalled: tuple[Step, ...] = ()
    payments: int = 1
    """So many a batch needs, for this fault to show."""
    rejects: str = ""
    code: str = "AC04"
    opens_after_days: int = 0
    refuses_orders: str = ""
    """The code with which the treasury really refuses every order about a claim."""
    claims: int = 0
    """So many orders about claims a file needs, for this fault to show."""
    claims_end: str = "accepted"
    """How the house then knows them."""
    format: str = "iso20022"
    """`iso20022`, or `hkr` for the files of a budget and cash system."""

    def end(self, place: int) -> str:
        """How the house then knows the payment at this place of the file."""
        return self.ends[min(place, len(self.ends)) - 1]

    def refuses(self, place: int) -> bool:
        """Whether the treasury really refuses the payment at this place of the file."""
        return self.rejects == "all" or (self.rejects == "first" and place == 1)


@cache
def table() -> Mapping[str, Fault]:
    """All faults by key, in the order of the file. Raises `FaultsMistaken`."""
    document: dict[str, Any] = tomllib.loads(TABLE.read_text("utf-8"))
    remedies = {name: Remedy(**it) for name, it in document["remedy"].items()}
    faults = [_fault(it, remedies) for it in document["fault"]]
    found = {it.key: it for it in faults}
    if len(found) != len(faults):
        raise FaultsMistaken("ein Schlüssel steht zweimal in der Tafel")
    return found


def _fault(told: dict[str, Any], remedies: Mapping[str, Remedy]) -> Fault:
    try:
        plays = tuple(Step(**step) for step in told.pop("plays"))
        recalled = tuple(Step(**step) for step in told.pop("recalled", ()))
        known: dict[str, Any] = {
            name: tuple(cast(list[Any], it)) if isinstance(it, list) else it for name, it in told.items()
        }
        known["remedy"] = remedies[told["remedy"]]
        return Fault(plays=plays, recalled=recalled, **known)
    except (TypeError, KeyError) as mistaken:
        raise FaultsMistaken(f"{told.get('key')}: {mistaken}") from mistaken


def drawn(seed: str, rate: float, among: Sequence[str], message_id: str) -> str:
    """The fault that a seed gives to a file, or none: the same for the same file, however often the program was killed."""
    digest = hashlib.sha256(f"{seed}/{message_id}".encode()).digest()
    if int.from_bytes(digest[:4]) >= rate * 2**32 or not among:
        return ""
    return among[int.from_bytes(digest[4:8]) % len(among)]
