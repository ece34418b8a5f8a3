"""Was als Nächstes getan werden kann, wie die Schnittstelle es zeigt."""

from typing import Literal

from pydantic import BaseModel


class NextAction(BaseModel):
    """What can be done now: where, by which roles, with which `If-Match`, and why the asking person may not.

    `proposal` is what the body has to say when the notice of a change is meant.
    """

    name: str
    title: str
    method: Literal["POST"] = "POST"
    path: str
    roles: list[str]
    primary: str
    if_match: str
    allowed: bool
    reason: str
    proposal: int = 0
