"""The protections by name: switched off in a process before its service starts."""

from collections.abc import Callable, Mapping, Sequence

from tests.faults import unprotected_broker as broker
from tests.faults import unprotected_lanes as lanes
from tests.faults import unprotected_treasury as treasury
from tests.faults import unprotected_writer as writer

PROTECTIONS: Mapping[str, Callable[[], None]] = {
    "first-answer": writer.first_answer,
    "commit-before-answer": writer.commit_before_answer,
    "expected-version": writer.expected_version,
    "fence": writer.fence,
    "seat": writer.seat,
    "one-commit": writer.one_commit_interrupted,
    "lost-answers": writer.lost_answers,
    "commit-errors": writer.commit_errors,
    "log-time": writer.log_time,
    "graceful-end": writer.graceful_end,
    "previous": lanes.previous,
    "position": lanes.position,
    "known-events": lanes.known_events,
    "parking": lanes.parking,
    "waiting-behind": lanes.waiting_behind,
    "newer-contracts": lanes.newer_contracts,
    "one-transaction": lanes.one_transaction,
    "only-the-oldest": lanes.only_the_oldest,
    "waiting-for-the-other-lane": lanes.waiting_for_the_other_lane,
    "comparing": broker.comparing,
    "refusing-while-behind": broker.refusing_while_behind,
    "guard": broker.guard,
    "pings": broker.pings,
    "no-reply": broker.no_reply,
    "watching": broker.watching,
    "own-callback": broker.own_callback,
    "catching-up": lanes.catching_up,
    "same-bytes": treasury.same_bytes,
    "announced-first": treasury.announced_first,
    "renamed": treasury.renamed,
    "unknown-is-no-failure": treasury.unknown_is_no_failure,
    "duplicate-is-receipt": treasury.duplicate_is_receipt,
    "refused-and-paid": treasury.refused_and_paid,
    "keys-per-file": treasury.keys_per_file,
    "keys-per-entry": treasury.keys_per_entry,
}


def switch_off(names: Sequence[str]) -> None:
    """Take these protections out of the code of this process."""
    for name in names:
        PROTECTIONS[name]()
