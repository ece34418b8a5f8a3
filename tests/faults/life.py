"""What one process is told for its life: which service it is, when it dies, what protects it no longer."""

import signal
from pathlib import Path

from shared.decider import value


@value
class Life:
    """One start of one service. JSON, because it travels to a process that was there before."""

    service: str
    folder: str
    """Where the house lies: keys, stores, treasury, sockets."""
    store: str
    nats_url: str
    ack_wait: float = 0.5
    """Seconds until the broker delivers again, so that nobody waits a minute for a process that is dead."""
    max_ack_pending: int = 1
    """More than one lets frames overtake each other: a broker that was set up wrongly."""
    seed: str = ""
    """Which life it is, and how its broker misbehaves."""
    moment: str = ""
    """Where it dies, by the names of `tests.faults.moments`; empty: it lives."""
    passes: int = 1
    """When it is there for so many times."""
    ends_by: int = signal.SIGKILL
    """By which signal it ends there."""
    unreliable: bool = False
    unprotected: tuple[str, ...] = ()
    """Protections that are switched off, by the names of `tests.faults.unprotected`."""
    variants: tuple[str, ...] = ()
    """Other versions of the purse's code (`tests.faults.purse`)."""
    patience: float = 30.0
    """Seconds after which the guard ends a process that only looks alive; the broker's pings are as patient."""
    name: str = ""
    """What the process is called, when it is not the only one of its service."""

    @property
    def called(self) -> str:
        return self.name or self.service

    @property
    def socket(self) -> Path:
        return Path(self.folder) / f"{self.called}.sock"
