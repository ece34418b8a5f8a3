"""What payout tells of the files that it expects."""

import asyncio
from datetime import datetime

from pydantic import BaseModel, Field

from services.payout.api.lookup import known_expectation, opened
from shared.service import House
from shared.web import etag


class ExpectedFile(BaseModel):
    """A file that the treasury owes until `due_at`; `rule` says how that was computed."""

    expectation: str
    kind: str = Field(description="answer, booking, statement, recall or return")
    title: str
    account: str = Field(description="the account by its key in the settings")
    about: str = Field(description="the batch, the request to cancel, the payment or, of a statement, the day")
    due_at: datetime
    rule: str
    status: str = Field(description="awaited, overdue, acknowledged, arrived or late")
    arrived_at: datetime | None
    sha256: str = Field(description="of the file that came, where it was one")
    acknowledged_by: str = Field(default="", description="who acknowledged the alarm; the file is owed all the same")
    acknowledged_at: datetime | None = None


class OneExpectedFile(ExpectedFile):
    """`reason` is what the acknowledging person wrote; `etag` is what an acknowledgement sends as `If-Match`."""

    reason: str
    etag: str


async def told_expected(house: House, name: str) -> OneExpectedFile:
    """One expected file as committed; 404 problem."""
    found = await known_expectation(house, name)
    await house.seen(house.writer.head.position)
    row = await asyncio.to_thread(house.views.get, "expectations", name)
    done = found.state.acknowledged
    reason = await asyncio.to_thread(opened, house, done.sealed_reason) if done else ""
    return OneExpectedFile(**(row.body if row else {}), reason=reason, etag=etag(found.version))
