"""A part of the book that has one subject."""

import sqlite3
from typing import Any


class Page:
    """On the connection of the book, whose transactions it takes part in."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def _run(self, statement: str, *values: object) -> None:
        self._connection.execute(statement, values)

    def _one(self, query: str, *values: object) -> Any:
        return self._connection.execute(query, values).fetchone()

    def _all(self, query: str, *values: object) -> list[Any]:
        return self._connection.execute(query, values).fetchall()
