"""Committed states for reading: what was folded once is kept at hand and brought forward, never folded from the beginning."""

import threading
from collections import OrderedDict

from shared.decider import AnyDecider
from shared.store import Folded, Store

MOST = 1_000
"""How many streams are kept at hand: a budget of a year alone may be some ten megabytes."""


class States:
    """Streams as they were last read; reading one again reads only the events since then. For any number of threads."""

    def __init__(self, store: Store, most: int = MOST) -> None:
        self._store, self._most = store, most
        self._known: OrderedDict[str, Folded] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, noun: AnyDecider, stream: str) -> Folded:
        """The stream's state as the log has it now; blocks."""
        with self._lock:
            known = self._known.get(stream) or Folded(state=noun.initial)
        read = self._store.forward(noun, stream, known)
        with self._lock:
            self._keep(stream, read)
        return read

    def forget(self, stream: str) -> None:
        """Drop a stream that somebody else keeps."""
        with self._lock:
            self._known.pop(stream, None)

    def _keep(self, stream: str, read: Folded) -> None:
        known = self._known.get(stream)
        if read.version and (known is None or known.version <= read.version):
            self._known[stream] = read
            self._known.move_to_end(stream)
        while len(self._known) > self._most:
            self._known.popitem(last=False)
