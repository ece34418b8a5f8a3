"""A mapping that is a value: a change makes a new one, shares all but one path with the old one, and leaves that as it was.

States need it that hold an entry per case: the writer goes back to earlier states, and readers hold them meanwhile.
Copying a dict of 50,000 entries for each event would cost a thousand times what the event costs.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any
from zlib import crc32

_BITS = 5
_MOST = 32
"""A leaf that would hold more becomes a branch of as many, as long as the hash has bits left to tell them apart."""

# A leaf is a dict, a branch a tuple of nodes; neither is changed once a map holds it.
type _Node = Mapping[str, Any] | tuple[_Node, ...]

_EMPTY: Mapping[str, Any] = MappingProxyType({})


class PersistentMap[V](Mapping[str, V]):
    """Text → anything; a change copies some 32 references per level, of which 50,000 entries need three."""

    __slots__ = ("_root", "_size")

    def __init__(self, root: _Node = _EMPTY, size: int = 0) -> None:
        self._root = root
        self._size = size

    def put(self, key: str, it: V) -> "PersistentMap[V]":
        """The map in which this is at the key."""
        return PersistentMap(_put(self._root, _hash(key), 0, key, it), self._size + (key not in self))

    def without(self, key: str) -> "PersistentMap[V]":
        """The map in which nothing is at the key."""
        return PersistentMap(_without(self._root, _hash(key), key), self._size - 1) if key in self else self

    def _leaf(self, key: str) -> Mapping[str, V]:
        node = self._root
        if isinstance(node, tuple):
            hashed = _hash(key)
            while isinstance(node, tuple):
                node = node[hashed % _MOST]
                hashed >>= _BITS
        return node

    def __getitem__(self, key: str) -> V:
        return self._leaf(key)[key]

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and key in self._leaf(key)

    def __iter__(self) -> Iterator[str]:
        """In an order that follows from the keys and how the map grew, and means nothing."""
        waiting: list[_Node] = [self._root]
        while waiting:
            node = waiting.pop()
            if isinstance(node, tuple):
                waiting.extend(node)
            else:
                yield from node

    def __len__(self) -> int:
        return self._size

    def __repr__(self) -> str:
        return f"PersistentMap({dict(self)!r})"


def _hash(key: str) -> int:
    return crc32(key.encode())


def _put(node: _Node, hashed: int, depth: int, key: str, it: Any) -> _Node:
    if isinstance(node, tuple):
        at = hashed % _MOST
        return (*node[:at], _put(node[at], hashed >> _BITS, depth + 1, key, it), *node[at + 1 :])
    grown = {**node, key: it}
    if len(grown) <= _MOST or depth * _BITS >= 30:
        return grown
    branch: tuple[dict[str, Any], ...] = tuple({} for _ in range(_MOST))
    for known, its in grown.items():
        branch[_hash(known) >> depth * _BITS & _MOST - 1][known] = its
    return branch


def _without(node: _Node, hashed: int, key: str) -> _Node:
    if isinstance(node, tuple):
        at = hashed % _MOST
        return (*node[:at], _without(node[at], hashed >> _BITS, key), *node[at + 1 :])
    return {known: it for known, it in node.items() if known != key}
