"""Which database the address of a store names, and the password that belongs to it."""

from pathlib import Path
from urllib.parse import quote, unquote, urlsplit


def password_of(text: str) -> str:
    """A password may be given as `file:<path>`, so that no secret stands in an environment."""
    return Path(text.removeprefix("file:")).read_text().strip() if text.startswith("file:") else text


def with_password(url: str) -> str:
    """A PostgreSQL URL whose password was read from its file, for psycopg."""
    parts = urlsplit(url)
    user, password = quote(unquote(parts.username or "")), quote(password_of(unquote(parts.password or "")), safe="")
    return parts._replace(netloc=f"{user}:{password}@{parts.hostname}:{parts.port or 5432}").geturl()
