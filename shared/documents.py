"""Documents: stored by the hash of their content, encrypted under their person's key; events hold the reference only."""

import os
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.identity import DocumentReference, Erased
from shared.privacy import Forged, Keys


class MissingDocument(LookupError):
    """A reference whose bytes are not in the store."""


class Documents(Protocol):
    """Where documents lie."""

    def put(self, content: bytes, *, kind: str, media_type: str, subject: str) -> DocumentReference: ...
    def get(self, reference: DocumentReference) -> bytes | Erased: ...
    def forget(self, reference: DocumentReference) -> None:
        """Remove the bytes of a document that nothing refers to any more; a second time, nothing happens."""
        ...


def write_durably(file: Path, content: bytes) -> None:
    """Bytes under a name, whole or not at all: temporary name, fsync, rename, fsync of the directory."""
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    with temporary.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    temporary.replace(file)
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

    def forget(self, reference: DocumentReference) -> None:
        (self._root / reference.subject / reference.sha256).unlink(missing_ok=True)
