"""Der Merkle-Baum der Prüfkette: RFC 6962 section 2.1 (proofs as in RFC 9162), SHA-256, and its C2SP tlog-tiles."""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import batched

HASH_BYTES = 32
WIDTH = 256
"""Hashes in a full tile, entries in a full bundle (C2SP tlog-tiles)."""
MAX_LEAF_BYTES = 65_535
"""A bundle prefixes each leaf with its length in 16 bits."""
EMPTY_ROOT = sha256(b"").digest()


class ProofInvalid(ValueError):
    """A proof that does not lead to the root, or one about nothing: an empty tree proves nothing."""


class LeafTooLong(ValueError):
    """A leaf of more than 65,535 bytes does not fit into an entry bundle."""


def leaf_hash(leaf: bytes) -> bytes:
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def _fold(subtrees: Sequence[bytes]) -> bytes:
    """The root over complete subtrees of falling size, left to right."""
    root = subtrees[-1]
    for left in reversed(subtrees[:-1]):
        root = node_hash(left, root)
    return root


def _split(size: int) -> int:
    """The largest power of two below `size` (RFC 6962: k < n <= 2k)."""
    return 1 << ((size - 1).bit_length() - 1)


class MerkleLog:
    """All complete subtrees of a growing tree, about 64 bytes a leaf; the right edge is folded when asked for.

    Appending costs O(log n) hashes at worst and one on average. Every size the tree ever had can be asked for its
    root and proofs. Sizes and indices out of range raise `IndexError`.
    """

    def __init__(self, leaf_hashes: Iterable[bytes] = ()) -> None:
        self._levels: list[bytearray] = [bytearray()]
        for each in leaf_hashes:
            self.append(each)

    @property
    def size(self) -> int:
        return len(self._levels[0]) // HASH_BYTES

    def append(self, leaf_hash: bytes) -> int:
        """Add the hash of a leaf and return its index from 0."""
        if len(leaf_hash) != HASH_BYTES:
            raise ValueError("kein SHA-256-Wert")
        index = place = self.size
        height, node = 0, leaf_hash
        self._levels[0] += node
        while place & 1:
            node = node_hash(self.subtree(height, place - 1), node)
            height, place = height + 1, place >> 1
            if height == len(self._levels):
                self._levels.append(bytearray())
            self._levels[height] += node
        return index

    def subtree(self, height: int, index: int) -> bytes:
        """The hash over the leaves from index·2^height to (index+1)·2^height, which must all be there."""
        node = bytes(self._levels[height][index * HASH_BYTES : (index + 1) * HASH_BYTES])
        if len(node) != HASH_BYTES:
            raise IndexError(index)
        return node

    def root(self, size: int | None = None) -> bytes:
        """The root when the tree had this size; by default now."""
        size = self.size if size is None else size
        self._check(size)
        return self._hash(0, size) if size else EMPTY_ROOT

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """The audit path of a leaf, lowest sibling first (RFC 9162, 2.1.3.1)."""
        size = self.size if size is None else size
        self._check(size)
        if not 0 <= index < size:
            raise IndexError(index)
        return self._path(index, size, 0)

    def consistency(self, first: int, second: int | None = None) -> list[bytes]:
        """The proof that the tree of `second` leaves begins with that of `first` (RFC 9162, 2.1.4.1)."""
        second = self.size if second is None else second
        self._check(second)
        if not 0 < first <= second:
            raise IndexError(first)
        proof: list[bytes] = []
        start, size, within = 0, second, True
        while first != size:
            left = _split(size)
            if first <= left:
                proof.append(self._hash(start + left, size - left))
                size = left
            else:
                proof.append(self._hash(start, left))
                start, first, size, within = start + left, first - left, size - left, False
        if not within:
            proof.append(self._hash(start, size))
        return proof[::-1]

    def _check(self, size: int) -> None:
        if not 0 <= size <= self.size:
            raise IndexError(size)

    def _path(self, index: int, size: int, start: int) -> list[bytes]:
        path: list[bytes] = []
        while size > 1:
            left = _split(size)
            if index < left:
                path.append(self._hash(start + left, size - left))
                size = left
            else:
                path.append(self._hash(start, left))
                index, start, size = index - left, start + left, size - left
        return path[::-1]

    def _hash(self, start: int, size: int) -> bytes:
        """The hash over a range that begins where a tree of its size may begin (RFC 6962's D[start:start+size])."""
        subtrees: list[bytes] = []
        while size:
            height = size.bit_length() - 1
            subtrees.append(self.subtree(height, start >> height))
            start, size = start + (1 << height), size - (1 << height)
        return _fold(subtrees)


def verify_inclusion(*, index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """That the leaf with this hash is at this index under this root (RFC 9162, 2.1.3.2), or `ProofInvalid`."""
    _check_hashes(leaf, root, *proof)
    if not 0 <= index < size:
        raise ProofInvalid(f"Index {index} liegt nicht in einem Baum der Größe {size}")
    node, last = leaf, size - 1
    for sibling in proof:
        if last == 0:
            raise ProofInvalid("der Beweis ist zu lang")
        if index & 1 or index == last:
            node = node_hash(sibling, node)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        index, last = index >> 1, last >> 1
    if last != 0 or node != root:
        raise ProofInvalid("der Beweis führt nicht zur Wurzel")


def verify_consistency(
    *, first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]
) -> None:
    """That the second tree begins with the first (RFC 9162, 2.1.4.2), or `ProofInvalid`; from size 0 nothing follows."""
    if not 0 < first <= second:
        raise ProofInvalid(f"von Größe {first} zu {second} gibt es keinen Beweis")
    if first == second:
        if proof or first_root != second_root:
            raise ProofInvalid("gleiche Größe, aber nicht derselbe Baum")
        return
    _check_hashes(first_root, second_root, *proof)
    path = list(proof) if first & (first - 1) else [first_root, *proof]
    if not path:
        raise ProofInvalid("der Beweis ist leer")
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = path[0]
    for node in path[1:]:
        if last == 0:
            raise ProofInvalid("der Beweis ist zu lang")
        if place & 1 or place == last:
            old, new = node_hash(node, old), node_hash(node, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, node)
        place, last = place >> 1, last >> 1
    if last != 0 or old != first_root or new != second_root:
        raise ProofInvalid("der Beweis führt nicht zu beiden Wurzeln")


def _check_hashes(*hashes: bytes) -> None:
    if any(len(each) != HASH_BYTES for each in hashes):
        raise ProofInvalid("kein SHA-256-Wert")


# ---- Tiles (C2SP tlog-tiles) ---------------------------------------------------------------------------------------


def numbered(index: int, width: int = WIDTH) -> str:
    """A tile's number as path: 1234067 is `x001/x234/067`; a partial one ends in `.p/<width>`."""
    parts = [f"{index % 1000:03d}"]
    while index := index // 1000:
        parts.insert(0, f"x{index % 1000:03d}")
    return "/".join(parts) + (f".p/{width}" if width < WIDTH else "")


def tile_path(level: int, index: int, width: int = WIDTH) -> str:
    return f"tile/{level}/{numbered(index, width)}"


def entries_path(index: int, width: int = WIDTH) -> str:
    return f"tile/entries/{numbered(index, width)}"


def states_path(index: int, width: int = WIDTH) -> str:
    """Our own addition beside the tiles: the state bytes of the same bundle of leaves."""
    return f"states/{numbered(index, width)}"


def bundle(leaves: Sequence[bytes]) -> bytes:
    """Up to 256 leaves, each after its length as 16 bits big-endian; `LeafTooLong` beyond 65,535 bytes."""
    for leaf in leaves:
        if len(leaf) > MAX_LEAF_BYTES:
            raise LeafTooLong(f"{len(leaf)} Bytes")
    return b"".join(len(leaf).to_bytes(2) + leaf for leaf in leaves)


class TileStack:
    """Tiles from a stream of leaf hashes, with one unfinished tile a level in memory, whatever the tree's size."""

    def __init__(self) -> None:
        self._open: list[list[bytes]] = [[]]
        self._done: list[int] = [0]

    def add(self, leaf_hash: bytes) -> Iterator[tuple[str, bytes]]:
        """Take one leaf hash; yields (path, bytes) of each tile that this completes. Must be exhausted."""
        level, node = 0, leaf_hash
        while True:
            if level == len(self._open):
                self._open.append([])
                self._done.append(0)
            tile = self._open[level]
            tile.append(node)
            if len(tile) < WIDTH:
                return
            yield tile_path(level, self._done[level]), b"".join(tile)
            self._open[level] = []
            self._done[level] += 1
            level, node = level + 1, _fold(_complete(tile))

    def rest(self) -> Iterator[tuple[str, bytes]]:
        """(path, bytes) of the partial tiles at the right edge."""
        for level, tile in enumerate(self._open):
            if tile:
                yield tile_path(level, self._done[level], len(tile)), b"".join(tile)

    def root(self) -> bytes:
        edge = [node for tile in reversed(self._open) if tile for node in _complete(tile)]
        return _fold(edge) if edge else EMPTY_ROOT


def _complete(hashes: Sequence[bytes]) -> list[bytes]:
    """The complete subtrees of falling size over these hashes."""
    subtrees: list[bytes] = []
    start = 0
    while start < len(hashes):
        size = 1 << ((len(hashes) - start).bit_length() - 1)
        row = list(hashes[start : start + size])
        while len(row) > 1:
            row = [node_hash(left, right) for left, right in batched(row, 2)]
        subtrees.append(row[0])
        start += size
    return subtrees


def tiles(leaf_hashes: Iterable[bytes]) -> Iterator[tuple[str, bytes]]:
    """Every tile of the tree over these leaf hashes as (path, bytes)."""
    stack = TileStack()
    for each in leaf_hashes:
        yield from stack.add(each)
    yield from stack.rest()


def entry_bundles(leaves: Iterable[bytes]) -> Iterator[tuple[str, bytes]]:
    """Every entry bundle over these leaves as (path, bytes)."""
    for index, some in enumerate(batched(leaves, WIDTH)):
        yield entries_path(index, len(some)), bundle(some)
