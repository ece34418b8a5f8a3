"""Auszahlung (payout): everything that leaves for and returns from the Kasse.

Owns the Auszahlungsplan of an award (disbursement), the Auszahlungsanordnung (payment), the sealed file
(batch) and each file that the treasury sends back (report). From `FundsAssigned` on, only payout spends.
"""
