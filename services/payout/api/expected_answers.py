"""What payout tells of the files that it expects."""

from datetime import datetime

from pydantic import BaseModel, Field


class ExpectedFile(BaseModel):
    """A file that the treasury owes until `due_at`; `rule` says how that was computed."""

    expectation: str
    kind: str = Field(description="answer, booking, statement, recall or return")
    title: str
    account: str = Field(description="the account by its key in the settings")
    about: str = Field(description="the batch, the request to cancel, the payment or, of a statement, the day")
    due_at: datetime
    rule: str
    status: str = Field(description="awaited, overdue, arrived or late")
    arrived_at: datetime | None
    sha256: str = Field(description="of the file that came, where it was one")
