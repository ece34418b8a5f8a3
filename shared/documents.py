"""Documents: stored by the hash of their content, encrypted under their person's key; events hold the reference only."""

import os
from collections.abc import Iterable, Iterator
from hashlib import file_digest, sha256
from pathlib import Path
from typing import BinaryIO, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.identity import DocumentReference, Erased
from shared.privacy import Forged, Keys


class MissingDocument(LookupError):
    """A reference whose bytes are not in the store."""


class ChangedMeanwhile(Exception):
    """A file was written to while it was taken in; nothing of it was kept."""


_CHUNK = 1 << 20
_NONCE, _TAG = 12, 16


class Documents(Protocol):
    """Where documents lie."""

    def put(self, content: bytes, *, kind: str, media_type: str, subject: str) -> DocumentReference: ...
    def put_file(self, file: Path, *, kind: str, media_type: str, subject: str) -> DocumentReference:
        """A file as it lies there, however large, a chunk at a time; `ChangedMeanwhile` when it did not lie still."""
        ...

    def get(self, reference: DocumentReference) -> bytes | Erased: ...
    def read(self, digest: str, *, subject: str) -> Iterator[bytes] | Erased:
        """The content of this hash, however large, a chunk at a time; all of it is verified before the first, with the errors of `get`."""
        ...

    def forget(self, reference: DocumentReference) -> None:
        """Remove the bytes of a document that nothing refers to any more; a second time, nothing happens."""
        ...


def write_durably(file: Path, content: bytes | Iterable[bytes]) -> None:
    """Bytes under a name, whole or not at all: temporary name, fsync, rename, fsync of the directory."""
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as handle:
            handle.writelines([content] if isinstance(content, bytes) else content)
            handle.flush()
            os.fsync(handle.fileno())
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)
    directory = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


class DocumentDirectory:
    """Documents in a directory: `<subject>/<sha256>`, AES-256-GCM with the hash as associated data."""

    def __init__(self, root: Path, keys: Keys) -> None:
        self._root = root
        self._keys = keys

    def put(self, content: bytes, *, kind: str, media_type: str, subject: str) -> DocumentReference:
        digest = sha256(content).hexdigest()
        file = self._root / subject / digest
        if not file.exists():
            nonce = os.urandom(12)
            box = AESGCM(self._keys.create(subject)).encrypt(nonce, content, digest.encode())
            write_durably(file, nonce + box)
        return DocumentReference(sha256=digest, size=len(content), media_type=media_type, kind=kind, subject=subject)

    def put_file(self, file: Path, *, kind: str, media_type: str, subject: str) -> DocumentReference:
        with file.open("rb") as handle:
            digest = file_digest(handle, "sha256").hexdigest()
            target = self._root / subject / digest
            if not target.exists():
                handle.seek(0)
                write_durably(target, self._boxed(handle, digest, subject))
            size = handle.seek(0, os.SEEK_END)
        return DocumentReference(sha256=digest, size=size, media_type=media_type, kind=kind, subject=subject)

    def _boxed(self, handle: BinaryIO, digest: str, subject: str) -> Iterator[bytes]:
        """The same form as that of `put`: nonce, what is encrypted, tag."""
        nonce = os.urandom(12)
        box = Cipher(algorithms.AES(self._keys.create(subject)), modes.GCM(nonce)).encryptor()
        box.authenticate_additional_data(digest.encode())
        seen = sha256()
        yield nonce
        while chunk := handle.read(_CHUNK):
            seen.update(chunk)
            yield box.update(chunk)
        if seen.hexdigest() != digest:
            raise ChangedMeanwhile(digest)
        yield box.finalize() + box.tag

    def get(self, reference: DocumentReference) -> bytes | Erased:
        """The content, `Erased` when its person was; `MissingDocument`, or `Forged` when the bytes are not the referenced ones."""
        key = self._keys.key(reference.subject)
        if key is None:
            return Erased(subject=reference.subject)
        try:
            box = (self._root / reference.subject / reference.sha256).read_bytes()
        except FileNotFoundError as error:
            raise MissingDocument(reference.sha256) from error
        try:
            content = AESGCM(key).decrypt(box[:12], box[12:], reference.sha256.encode())
        except (InvalidTag, ValueError) as error:
            raise Forged(reference.sha256) from error
        if sha256(content).hexdigest() != reference.sha256:
            raise Forged(reference.sha256)
        return content

    def read(self, digest: str, *, subject: str) -> Iterator[bytes] | Erased:
        key = self._keys.key(subject)
        if key is None:
            return Erased(subject=subject)
        seen = sha256()
        for chunk in self._unboxed(digest, subject, key):
            seen.update(chunk)
        if seen.hexdigest() != digest:
            raise Forged(digest)
        return self._unboxed(digest, subject, key)

    def _unboxed(self, digest: str, subject: str, key: bytes) -> Iterator[bytes]:
        """What `_boxed` wrote; not to be believed before the last chunk came, for the tag is at the end."""
        try:
            box = (self._root / subject / digest).open("rb")
        except FileNotFoundError as error:
            raise MissingDocument(digest) from error
        with box:
            left = os.fstat(box.fileno()).st_size - _NONCE - _TAG
            if left < 0:
                raise Forged(digest)
            opened = Cipher(algorithms.AES(key), modes.GCM(box.read(_NONCE))).decryptor()
            opened.authenticate_additional_data(digest.encode())
            while left > 0 and (chunk := box.read(min(_CHUNK, left))):
                left -= len(chunk)
                yield opened.update(chunk)
            try:
                yield opened.finalize_with_tag(box.read(_TAG))
            except (InvalidTag, ValueError) as error:
                raise Forged(digest) from error

    def forget(self, reference: DocumentReference) -> None:
        (self._root / reference.subject / reference.sha256).unlink(missing_ok=True)
