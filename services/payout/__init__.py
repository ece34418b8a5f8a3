"""Auszahlung (payout): everything that leaves for and returns from the Kasse.

From `FundsAssigned` on, only payout spends. By what a noun is about:

* a case: its Auszahlungsplan and Mittelabrufe (disbursement), Bankverbindung (account), Zahlungsempfängerin (payee), Zahlungssperren
  (hold), Forderungen (claim) and the orders about them (collection), persons tied to its municipality (municipal_tie);
* an order: the Auszahlungsanordnung (payment), its Kassenzeichen (cash_reference), what the budget booked of it (budget_entry);
* a file to the treasury: the Zahlungslauf (batch), the Rückruf (recall), its running number (sequence), the file owed in answer (expectation);
* a file of the treasury: its taking in (report), what of it nobody can explain (clearing), the Kontoauszug (statement);
* a day: its closing against statements and budget (reconciliation).
"""
