"""Die Schnittstelle der Prüfung: JSON bodies to the nouns' decisions, and what a client may read, one module per desk.

`If-Match` names the version of the decision's primary stream: the award's for notice, waiver and finality, the
assessment's for all else. Both stand in a case's `etags`, and per action in its `if_match`.
"""

from services.review.api.acts import REFUSALS, actions
from services.review.api.reads import reads

__all__ = ["REFUSALS", "actions", "reads"]
