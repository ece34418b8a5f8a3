"""Zweitrechnung: budgets, money and separation of duties computed again from an export's bytes, by nothing of ours.

It reads the ledger's export as a stranger would, knows the names of events and fields and no code of the house, and
is compared with what the house says of itself.
"""
