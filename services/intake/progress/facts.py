"""Every kind of fact that is noted of an application."""

from collections.abc import Sequence
from typing import get_args

from services.intake.progress.award import OfAward
from services.intake.progress.payment import OfPayment
from services.intake.progress.procedure import OfProcedure
from services.intake.progress.proof import OfProof
from services.intake.progress.request import OfRequest

type Fact = OfProcedure | OfAward | OfRequest | OfPayment | OfProof
FACTS: Sequence[type[Fact]] = tuple(
    kind for told in (OfProcedure, OfAward, OfRequest, OfPayment, OfProof) for kind in get_args(told.__value__)
)
