"""What a process is told at its start."""

from hashlib import sha256
from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What a process is told at its start, from the environment; secrets come as files. Frozen, read once."""

    model_config = SettingsConfigDict(env_prefix="FOERDERSTROM_", frozen=True, extra="ignore")

    bind: str = "127.0.0.1"
    port: int = 0
    store: str
    store_reader: str = ""
    """PostgreSQL only, for `provision`, which gets the owner's URL as `store`: the role that will serve."""
    nats_url: str = "nats://127.0.0.1:4222"
    nats_password_file: Path | None = None
    nats_operator_password_file: Path | None = None
    keys: str
    kek_file: Path
    documents: Path
    jwks: str
    """The issuer's public keys (JWKS): a file, or an https address."""
    issuer: str
    calendar: Path | None = None
    """A file with `{"offset_seconds": n}`: the simulated calendar of demonstrations; never in production."""
    base_rates: Path | None = None
    """A table of base rates (§ 247 BGB) in place of the one that came with this version, with the half-years since."""
    traces: Path | None = None
    trace_ratio: float = 1.0
    mirror: bool = False
    start_awaits_ledger: bool = True
    """Whether a service that meets an empty stream waits until the ledger has said what it has of it. Off only where
    there is no ledger, or to start without it on purpose: a restored store would then give old positions new events."""
    lane_awaits_ledger: bool = False
    """Whether a lane tells others only what the ledger has already taken over, so that nobody acts on what could vanish
    with this store; everything then takes as long as the ledger does, and stands still without it."""

    def pepper(self) -> bytes:
        """What keeps the hashes of idempotent requests' bodies from being guessed back to what they hold."""
        return sha256(b"foerderstrom/pepper" + self.kek_file.read_bytes()).digest()


def secret(file: Path | None) -> str:
    """A secret from its file; empty when there is none."""
    return file.read_text().strip() if file is not None else ""
