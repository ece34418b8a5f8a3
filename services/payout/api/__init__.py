"""Payout over HTTP: what people may do with drawdowns, payments and batches (`acts`), and what they may read (`reads`).

One address serves both: a browser gets the page (`pages`), a program gets JSON.
"""

from services.payout.api.acts import actions
from services.payout.api.reads import reads

__all__ = ["actions", "reads"]
