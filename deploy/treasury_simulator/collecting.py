"""Judging orders about claims: which claim they begin or change, by the treasury's own book."""

from deploy.treasury_simulator.book.claims import Claim, ClaimsPage, CollectionEntry
from deploy.treasury_simulator.fault import Fault
from deploy.treasury_simulator.order import Collection
from deploy.treasury_simulator.scenario import Scenario

BEGINS, CHANGES, DEDUCTS = "Annahme", "Aenderung", "Absetzung"


class Collector:
    """The orders of one file in their places: a later one sees what an earlier one did."""

    def __init__(self, book: ClaimsPage, fault: Fault | None) -> None:
        self._book = book
        self._refuses = fault.refuses_orders if fault else ""
        self.changed: dict[str, Claim] = {}

    def judge(self, place: int, it: Collection, rules: Scenario, *, duplicate: bool) -> CollectionEntry:
        """What becomes of an order; a taken one changes the claim."""
        state, code = "taken", None
        if duplicate or self._book.has_reference(it.reference):
            state, code = "duplicate", "AM05"
        elif refused := rules.code_against(it) or self._contradiction(it) or self._refuses:
            state, code = "rejected", refused
        else:
            self.changed[it.payable_under] = self._after(it)
        return CollectionEntry(
            *(place, it.reference, it.kind, it.refers_to, it.payable_under, it.amount_cents, it.due_on, state, code)
        )

    def _claim(self, payable_under: str) -> Claim | None:
        return self.changed.get(payable_under) or self._book.claim(payable_under)

    def _contradiction(self, it: Collection) -> str:
        known = self._claim(it.payable_under)
        if it.kind == BEGINS:
            return "AM05" if known else ""
        if known is None or known.reference != it.refers_to:
            return "NOOR"
        return "AM02" if it.kind == DEDUCTS and it.amount_cents > known.amount_cents else ""

    def _after(self, it: Collection) -> Claim:
        known = self._claim(it.payable_under)
        if it.kind == DEDUCTS and known:
            return Claim(known.reference, known.amount_cents - it.amount_cents, known.due_on)
        return Claim(known.reference if known else it.reference, it.amount_cents, it.due_on)
