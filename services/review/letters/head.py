"""Der Kopf jedes Schreibens: who writes, to whom, about which case, on which day."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from shared.decider import value


@value
class Account:
    """The treasury's account to which is repaid; the IBAN in one piece."""

    holder: str
    iban: str


@value
class Authority:
    """Who decides, as the letter's head names it, and where money that it demands is paid to."""

    name: str
    street: str
    place: str
    mail: str
    account: Account


@value
class Head:
    """What every letter of a case begins with; `place` is how it goes out, as its address says."""

    authority: Authority
    file_number: str
    applicant_key: str
    applicant_name: str
    project: str
    demonstration: bool

    def on(self, day: date, *, place: str = "Elektronische Bekanntgabe") -> Mapping[str, Any]:
        """The head's values. A letter's date is the day of what it tells of, so that the same event always is the same letter."""
        return {
            "authority": {
                "name": self.authority.name,
                "street": self.authority.street,
                "place": self.authority.place,
                "mail": self.authority.mail,
            },
            "recipient": {
                "name": self.applicant_name,
                "street": f"Amtlicher Gemeindeschlüssel {self.applicant_key}",
                "place": place,
            },
            "file_number": self.file_number,
            "date": day.isoformat(),
            "project": self.project,
            "demonstration": self.demonstration,
        }
