"""What the ledger is told at its start beside what every service is: the key it signs with, the log's name, a folder for exports."""

from hashlib import sha256
from pathlib import Path
from tempfile import gettempdir

import shared.settings
from services.ledger.note import Signer


class KeyMissing(ValueError):
    """The ledger was given no signing key, or something that is none."""


class Settings(shared.settings.Settings):
    """The settings of the ledger. It opens no seal: whatever is said of key vault and documents stays unused."""

    keys: str = ""
    kek_file: Path = Path()
    documents: Path = Path()
    ledger_key_file: Path | None = None
    """The Ed25519 seed, 32 bytes as they are. Only `serve` and `export` need it."""
    ledger_origin: str = ""
    """The log's name in its checkpoints (C2SP: a URL without scheme); never changes."""
    ledger_exports: Path | None = None
    """Where exports are written; beside the store's files unless told otherwise."""

    def signer(self) -> Signer:
        """The key under the log's name; `KeyMissing`, `KeyMalformed`."""
        if self.ledger_key_file is None or not self.ledger_origin:
            raise KeyMissing("FOERDERSTROM_LEDGER_KEY_FILE und FOERDERSTROM_LEDGER_ORIGIN sind nötig")
        seed = self.ledger_key_file.read_bytes()
        if len(seed) != 32:
            raise KeyMissing(f"{self.ledger_key_file.name} hat {len(seed)} statt 32 Bytes")
        return Signer(self.ledger_origin, seed)

    def exports(self) -> Path:
        if self.ledger_exports is not None:
            return self.ledger_exports
        if self.store.startswith("sqlite:"):
            return Path(self.store.removeprefix("sqlite:")) / "exports"
        return Path(gettempdir()) / "foerderstrom-exports"

    def pepper(self) -> bytes:
        own = self.ledger_key_file.read_bytes() if self.ledger_key_file else b""
        return sha256(b"foerderstrom/pepper" + own).digest()


def settings() -> Settings:
    return Settings()  # pyright: ignore[reportCallIssue] the fields come from the environment
