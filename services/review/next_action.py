"""Was als Nächstes getan werden kann, wie die Schnittstelle es zeigt."""

from typing import Literal

from pydantic import BaseModel


class NextAction(BaseModel):
    """What can be done now: where, by which roles, with which `If-Match`, and why the asking person may not."""

    name: str
    title: str
    method: Literal["POST"] = "POST"
    path: str
    roles: list[str]
    primary: str
    if_match: str
    allowed: bool
    reason: str
