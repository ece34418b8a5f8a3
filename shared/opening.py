"""Opens a service's log, whatever database holds it."""

from pathlib import Path

from shared.postgresql import PostgreSQLRecorder
from shared.recorders import Recorder
from shared.sqlite import SQLiteRecorder


def recorder(store: str, service: str) -> Recorder:
    """The recorder for a setting: `sqlite:<directory>` or `postgresql://user:password@host:port/database`."""
    if store.startswith("sqlite:"):
        return SQLiteRecorder(Path(store.removeprefix("sqlite:")) / f"{service}.sqlite")
    return PostgreSQLRecorder(store, service)
