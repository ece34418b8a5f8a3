"""Signierte Notizen: C2SP signed-note v1 with Ed25519 (signature type 0x01), readable by every tool of that family."""

from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"
MAX_NOTE_BYTES = 1_000_000
MAX_SIGNATURES = 100
_DASH = "\u2014 "


class NoteInvalid(ValueError):
    """Text that must not be believed."""


class NoteMalformed(NoteInvalid):
    """No signed note at all."""


class KeyMalformed(NoteInvalid):
    """No Ed25519 key in the note format, or its key id is not its own."""


class SignerUnknown(NoteInvalid):
    """No signature of a key that is trusted."""


class SignatureForged(NoteInvalid):
    """A signature in the name of a trusted key that this key did not make."""


def key_id(name: str, public: bytes) -> bytes:
    """The first four bytes of SHA-256(name ‖ newline ‖ type ‖ public key)."""
    return sha256(name.encode() + b"\n" + ED25519 + public).digest()[:4]


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key under a name; its text form `vkey` is `<name>+<key id>+<base64(type ‖ key)>`."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        return key_id(self.name, self.public)

    @property
    def vkey(self) -> str:
        return f"{self.name}+{self.id.hex()}+{b64encode(ED25519 + self.public).decode()}"

    @classmethod
    def of(cls, vkey: str) -> Self:
        """Read a vkey, or `KeyMalformed`."""
        name, mark, key = _parts(vkey.strip())
        verifier = cls(name, key)
        if mark != verifier.id.hex():
            raise KeyMalformed("die Schlüsselkennung passt nicht zum Schlüssel")
        return verifier

    def check(self, text: str, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except (InvalidSignature, ValueError):
            return False
        return True


class Signer:
    """A private key under a name; its text form is `PRIVATE+KEY+<name>+<key id>+<base64(type ‖ seed)>`."""

    def __init__(self, name: str, seed: bytes) -> None:
        _check_name(name)
        self._seed = seed
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.verifier = Verifier(name, self._key.public_key().public_bytes_raw())

    @property
    def name(self) -> str:
        return self.verifier.name

    @property
    def skey(self) -> str:
        return f"PRIVATE+KEY+{self.name}+{self.verifier.id.hex()}+{b64encode(ED25519 + self._seed).decode()}"

    @classmethod
    def of(cls, skey: str) -> Self:
        """Read a private key, or `KeyMalformed`; the message never repeats the key."""
        prefix, _, rest = skey.strip().partition("PRIVATE+KEY+")
        if prefix:
            raise KeyMalformed("kein privater Schlüssel")
        name, mark, seed = _parts(rest)
        signer = cls(name, seed)
        if mark != signer.verifier.id.hex():
            raise KeyMalformed("die Schlüsselkennung passt nicht zum Schlüssel")
        return signer

    @classmethod
    def generate(cls, name: str) -> Self:
        return cls(name, Ed25519PrivateKey.generate().private_bytes_raw())

    def line(self, text: str) -> str:
        """The signature line over a note's text."""
        return f"{_DASH}{self.name} {b64encode(self.verifier.id + self._key.sign(text.encode())).decode()}\n"


def _parts(key: str) -> tuple[str, str, bytes]:
    try:
        # Base64 may hold a plus itself, so only the first two separate.
        name, mark, encoded = key.split("+", 2)
        _check_name(name)
        raw = _exactly(encoded)
    except ValueError as error:
        raise KeyMalformed("kein Schlüssel im Format signed-note") from error
    if len(raw) != 33 or raw[:1] != ED25519:
        raise KeyMalformed("kein Ed25519-Schlüssel")
    return name, mark, raw[1:]


def _exactly(encoded: str) -> bytes:
    try:
        raw = b64decode(encoded, validate=True)
    except ValueError as error:
        raise NoteMalformed("kein Base64") from error
    if b64encode(raw).decode() != encoded:
        raise NoteMalformed("kein kanonisches Base64")
    return raw


def _check_name(name: str) -> None:
    if not name or "+" in name or any(each.isspace() or each < " " for each in name):
        raise KeyMalformed("ein Schlüsselname hat weder Leerzeichen noch Plus")


def sign(text: str, *signers: Signer) -> str:
    """The note: text, blank line, one line per signature. `NoteMalformed` if the text cannot be one."""
    if not text.endswith("\n") or any(each < " " and each != "\n" for each in text):
        raise NoteMalformed("der Text endet nicht mit einem Zeilenende oder enthält Steuerzeichen")
    return text + "\n" + "".join(signer.line(text) for signer in signers)


def cosign(note: str, signer: Signer) -> str:
    """The note with one more signature: a second party saw the same text."""
    text, _ = parse(note)
    return note + signer.line(text)


def parse(note: str) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """Text and signatures (name, key id, signature), nothing verified, or `NoteMalformed`."""
    if len(note.encode(errors="replace")) > MAX_NOTE_BYTES or any(each < " " and each != "\n" for each in note):
        raise NoteMalformed("zu groß oder mit Steuerzeichen")
    text, separator, rest = note.rpartition("\n\n")
    if not separator or not text or not rest.endswith("\n"):
        raise NoteMalformed("kein Unterschriftenteil")
    lines = rest[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise NoteMalformed("zu viele Unterschriften")
    return text + "\n", [_signature(line) for line in lines]


def _signature(line: str) -> tuple[str, bytes, bytes]:
    name, separator, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not separator:
        raise NoteMalformed("keine Unterschriftenzeile")
    _check_name(name)
    raw = _exactly(encoded)
    if len(raw) < 5:
        raise NoteMalformed("die Unterschrift ist zu kurz")
    return name, raw[:4], raw[4:]


def verify(note: str, trusted: Iterable[Verifier]) -> tuple[str, list[Verifier]]:
    """The text and who of the trusted signed it. Other signatures are passed over, as the specification demands.

    Raises `NoteMalformed`, `SignatureForged` (one bad signature of a trusted key is enough) or `SignerUnknown`.
    """
    text, signatures = parse(note)
    known = {(each.name, each.id): each for each in trusted}
    signed: list[Verifier] = []
    for name, mark, signature in signatures:
        verifier = known.get((name, mark))
        if verifier is None or verifier in signed:
            continue
        if not verifier.check(text, signature):
            raise SignatureForged(f"die Unterschrift von {name} ist nicht echt")
        signed.append(verifier)
    if not signed:
        raise SignerUnknown("keine Unterschrift eines vertrauten Schlüssels")
    return text, signed
