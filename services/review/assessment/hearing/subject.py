"""What the applicant is heard on, and why a hearing may be dispensed with."""

from collections.abc import Mapping
from enum import StrEnum


class HearingSubject(StrEnum):
    """What the applicant is heard on."""

    REFUSAL = "refusal"
    CUT = "cut"


class DispensationGround(StrEnum):
    """Why a hearing may be dispensed with, by the numbers of § 28 VwVfG."""

    DANGER_IN_DELAY = "danger-in-delay"
    PERIOD_AT_RISK = "period-at-risk"
    STATED_FACTS = "stated-facts"
    SIMILAR_DECISIONS = "similar-decisions"
    PUBLIC_INTEREST = "public-interest"


DISPENSATION_TITLES: Mapping[DispensationGround, str] = {
    DispensationGround.DANGER_IN_DELAY: "Gefahr im Verzug (§ 28 Abs. 2 Nr. 1 VwVfG)",
    DispensationGround.PERIOD_AT_RISK: "eine maßgebliche Frist wäre gefährdet (§ 28 Abs. 2 Nr. 2 VwVfG)",
    DispensationGround.STATED_FACTS: "von den Angaben der Kommune wird nicht abgewichen (§ 28 Abs. 2 Nr. 3 VwVfG)",
    DispensationGround.SIMILAR_DECISIONS: "gleichartige Bescheide in größerer Zahl (§ 28 Abs. 2 Nr. 4 VwVfG)",
    DispensationGround.PUBLIC_INTEREST: "zwingendes öffentliches Interesse (§ 28 Abs. 3 VwVfG)",
}
