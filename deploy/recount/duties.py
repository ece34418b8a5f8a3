"""Who did what in each case, and which two acts of one person exclude each other, in sentences of its own."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from deploy.recount.reading import Recorded

MUNICIPALITY = {
    "submit-application",
    "request-drawdown",
    "supply-documents",
    "request-early-start",
    "request-change",
    "submit-proof",
}
WITHDRAWAL = {"withdraw-application"}
INTAKE = {"declare-complete", "name-successor", "request-documents", "extend-deadline", "scan-paper-document"}
EARLY_PROPOSAL, EARLY_DECISION = {"propose-early-start"}, {"approve-early-start", "refuse-early-start"}
HANDLING = INTAKE | {
    "assess-expenditure", "propose-award", "propose-refusal", "propose-formal-rejection",
    "open-hearing", "record-statement", "extend-hearing", "dispense-with-hearing", "put-on-hold", "resume-case",
    "acknowledge-warnings", "open-award-hearing", "record-award-statement", "close-award-hearing", "propose-annulment",
    "propose-amendment",
}  # fmt: skip
"""Sachbearbeitung that prepares the decision, at the desk of intake and at that of review."""
ISSUING = {
    "dispatch-notice", "dispatch-letter", "record-letter-failure",
    "record-receipt", "record-service-failure", "record-waiver", "record-lawsuit", "conclude-lawsuit",
    "declare-final", "record-succession", "freeze-payout", "lift-payout-freeze",
}  # fmt: skip
FULFILMENT, WAIVER = {"record-fulfilment", "find-violation"}, {"waive-side-condition"}
EXPERT = {"record-expert-opinion"}
AUDIT = {
    "check-proof", "check-proof-in-depth", "send-back-proof", "accept-proof", "accept-interim-proof", "write-closing-note",
}  # fmt: skip
"""Prüfung des Verwendungsnachweises."""
CLOSING_NOTE, CLOSURE = {"write-closing-note"}, {"close-case"}
APPROVAL = {
    "approve-grant", "refuse-grant", "reject-formally", "decide-annulment", "approve-amendment", "refuse-change",
    "drop-proposal", "waive-side-condition",
}  # fmt: skip
BUDGET = {"reserve-funds", "release-reservation", "allow-despite-provisional", "record-repayment"}
RECOVERY_PROPOSAL, RECOVERY = {"propose-repayment"}, {"demand-repayment", "drop-repayment"}
COLLECTION, INTEREST = {"book-repayment"}, {"assess-interest"}
CONCESSION = {"waive-interest", "defer-claim", "suspend-claim", "resume-claim", "remit-claim"}
COLLECTION_ORDER = {"order-collection"}
ASSIGNMENT = {"assign-reviewer", "assign-cases", "hand-back-case", "appoint-substitute"}
CONFLICT = {"declare-conflict-of-interest"}
EXAMINATION, CERTIFICATION, ORDER, SEALING, TREASURY = (
    {"examine-drawdown"}, {"certify-drawdown"}, {"order-payment"}, {"seal-batch"}, {"release-batch"},
)  # fmt: skip
ENTRY = {"record-entry"}
ACCOUNT_PROPOSAL, ACCOUNT_CONFIRMATION = {"propose-account", "discard-account"}, {"confirm-account"}
ACCOUNT = ACCOUNT_PROPOSAL | ACCOUNT_CONFIRMATION
HOLD = {"place-hold", "lift-hold"}
RECALL_REQUEST, RECALL_APPROVAL = {"request-recall", "drop-recall"}, {"approve-recall"}
CLEARING_PROPOSAL, CLEARING_APPROVAL = {"propose-resolution"}, {"approve-resolution"}
AUTHORITY = (
    EARLY_PROPOSAL
    | EARLY_DECISION
    | HANDLING
    | ISSUING
    | FULFILMENT
    | EXPERT
    | AUDIT
    | CLOSURE
    | APPROVAL
    | BUDGET
    | EXAMINATION
    | CERTIFICATION
    | ORDER
    | RECOVERY_PROPOSAL
    | RECOVERY
    | COLLECTION
    | INTEREST
    | CONCESSION
    | COLLECTION_ORDER
)

EXCLUDING: Sequence[tuple[str, set[str], set[str]]] = (
    ("Wer für die Kommune handelt, handelt nicht für die Behörde (§ 20 VwVfG).", MUNICIPALITY, AUTHORITY),
    ("Das Votum gibt nicht, wer den Vorgang bearbeitet.", EXPERT, HANDLING),
    ("Wer entscheidet, hat den Vorgang nicht bearbeitet.", APPROVAL, HANDLING),
    ("Wer entscheidet, hat nicht das Votum abgegeben.", APPROVAL, EXPERT),
    ("Haushalt: wer vorschlägt, merkt nicht vor und bucht nicht (§ 9 LHO).", BUDGET, HANDLING - INTAKE),
    ("Haushalt: wer entscheidet, merkt nicht vor und bucht nicht (§ 9 LHO).", BUDGET, APPROVAL),
    ("Wer den vorzeitigen Beginn vorschlägt, entscheidet ihn nicht.", EARLY_PROPOSAL, EARLY_DECISION),
    ("Wer Geld zurückzufordern vorschlägt, entscheidet es nicht.", RECOVERY_PROPOSAL, RECOVERY),
    (
        "Wer Eingänge bucht, fordert nicht und gibt nichts nach (§§ 59, 77 LHO).",
        COLLECTION,
        RECOVERY_PROPOSAL | RECOVERY | INTEREST | CONCESSION,
    ),
    (
        "Wer zu einer Forderung anordnet, hat sie nicht entschieden oder verändert und bucht nicht (§§ 70, 77 LHO).",
        COLLECTION_ORDER,
        RECOVERY_PROPOSAL | RECOVERY | INTEREST | CONCESSION | COLLECTION,
    ),
    ("Wer zu einer Forderung anordnet, gibt in der Kasse nicht frei (§ 77 LHO).", COLLECTION_ORDER, TREASURY),
    ("Wer Nebenbestimmungen prüft, verzichtet auf keine.", FULFILMENT, WAIVER),
    ("Wer Nebenbestimmungen prüft, ordnet nicht an.", FULFILMENT, ORDER),
    ("Wer feststellt, ordnet nicht an.", CERTIFICATION, ORDER),
    ("Eine Bankverbindung ändern zwei Personen.", ACCOUNT_PROPOSAL, ACCOUNT_CONFIRMATION),
    ("Wer die Bankverbindung ändert, stellt nicht fest und ordnet nicht an.", ACCOUNT, CERTIFICATION | ORDER),
    ("Eine Zahlung rufen zwei Personen zurück.", RECALL_REQUEST, RECALL_APPROVAL),
    ("Einen Klärungsfall klären zwei Personen.", CLEARING_PROPOSAL, CLEARING_APPROVAL),
    ("Wer bewilligt, ordnet nicht an.", APPROVAL, ORDER),
    ("Wer bewilligt, prüft den Nachweis nicht.", APPROVAL, AUDIT),
    ("Wer den Schlussvermerk schreibt, schließt den Vorgang nicht ab.", CLOSING_NOTE, CLOSURE),
    ("Wer anordnet, gibt in der Kasse nicht frei (§ 77 LHO).", ORDER, TREASURY),
    ("Wer feststellt, wirkt an der Anordnung mit (§ 77 LHO).", CERTIFICATION, TREASURY),
    ("Wer den Abruf prüft, wirkt an der Anordnung mit (§ 77 LHO).", EXAMINATION, TREASURY),
    ("Wer das Geld verlangt, gibt es nicht frei.", MUNICIPALITY, TREASURY),
)
BINDING: Sequence[tuple[str, set[str], set[str]]] = (
    (
        "Wer befangen ist, tut in dem Vorgang nichts mehr (§§ 20, 21 VwVfG).",
        CONFLICT,
        AUTHORITY | SEALING | TREASURY | ENTRY | ASSIGNMENT | ACCOUNT | HOLD | RECALL_REQUEST | RECALL_APPROVAL,
    ),
    ("Wer zurückgenommen hat, handelt danach nicht für die Behörde.", WITHDRAWAL, AUTHORITY | TREASURY),
    ("Wer für die Kommune handelt, ändert keine Bankverbindung.", MUNICIPALITY | WITHDRAWAL, ACCOUNT),
    ("Wer für die Kommune handelt, setzt keine Zahlungssperre und hebt keine auf.", MUNICIPALITY | WITHDRAWAL, HOLD),
    (
        "Wer für die Kommune handelt, ruft keine Zahlung zurück.",
        MUNICIPALITY | WITHDRAWAL,
        RECALL_REQUEST | RECALL_APPROVAL,
    ),
    ("Wer einen Zahlungslauf versiegelt, gibt ihn nicht frei (§ 77 LHO).", SEALING, TREASURY),
    ("Wer eine Regelung veröffentlicht, bewilligt nicht nach ihr.", {"publish-policy"}, {"approve-grant"}),
    ("Zwei Zeichnungen leisten zwei Personen.", {"approve-grant"}, {"approve-grant"}),
    ("Ein Ergebnis, das abweicht, zeichnen zwei Personen.", {"accept-proof"}, {"accept-proof"}),
)
"""The same, but only in this order: the first act bars the second."""


def broken(first: str, second: str) -> str:
    """The sentence that two acts of one person in a case break, in this order; empty when none."""
    for sentence, one, other in EXCLUDING:
        if (first in one and second in other) or (first in other and second in one):
            return sentence
    return next((it for it, before, after in BINDING if first in before and second in after), "")


# ---- Who did what ----------------------------------------------------------------------------------------------------

ACTS: Mapping[str, str] = {
    "intake.application-submitted": "submit-application",
    "intake.application-declared-complete": "declare-complete",
    "intake.application-withdrawn": "withdraw-application",
    "intake.drawdown-requested": "request-drawdown",
    "intake.documents-requested": "request-documents",
    "intake.documents-supplied": "supply-documents",
    "intake.deadline-extended": "extend-deadline",
    "intake.paper-document-scanned": "scan-paper-document",
    "intake.early-start-requested": "request-early-start",
    "intake.change-requested": "request-change",
    "intake.proof-submitted": "submit-proof",
    "review.early-start-proposed": "propose-early-start",
    "review.early-start-approved": "approve-early-start",
    "review.early-start-refused": "refuse-early-start",
    "review.expert-opinion-recorded": "record-expert-opinion",
    "review.eligible-expenditure-assessed": "assess-expenditure",
    "review.award-proposed": "propose-award",
    "review.refusal-proposed": "propose-refusal",
    "review.formal-rejection-proposed": "propose-formal-rejection",
    "review.hearing-opened": "open-hearing",
    "review.hearing-extended": "extend-hearing",
    "review.hearing-dispensed": "dispense-with-hearing",
    "review.statement-received": "record-statement",
    "review.case-put-on-hold": "put-on-hold",
    "review.case-resumed": "resume-case",
    "review.warnings-acknowledged": "acknowledge-warnings",
    "review.reviewer-assigned": "assign-reviewer",
    "review.case-handed-back": "hand-back-case",
    "review.substitute-appointed": "appoint-substitute",
    "review.conflict-of-interest-declared": "declare-conflict-of-interest",
    "review.application-rejected-formally": "reject-formally",
    "review.reservation-noted": "reserve-funds",
    "review.reservation-dropped": "release-reservation",
    "review.provisional-override-granted": "allow-despite-provisional",
    "review.repayment-received": "record-repayment",
    "review.grant-approved": "approve-grant",
    "review.grant-refused": "refuse-grant",
    "review.notice-dispatched": "dispatch-notice",
    "review.letter-dispatched": "dispatch-letter",
    "review.letter-service-failed": "record-letter-failure",
    "review.remedy-waived": "record-waiver",
    "review.notice-received": "record-receipt",
    "review.notice-service-failed": "record-service-failure",
    "review.lawsuit-recorded": "record-lawsuit",
    "review.lawsuit-concluded": "conclude-lawsuit",
    "review.award-hearing-opened": "open-award-hearing",
    "review.award-statement-received": "record-award-statement",
    "review.award-hearing-closed": "close-award-hearing",
    "review.annulment-proposed": "propose-annulment",
    "review.proposal-dropped": "drop-proposal",
    "review.grant-lapsed": "decide-annulment",
    "review.grant-revoked": "decide-annulment",
    "review.grant-retracted": "decide-annulment",
    "review.grant-reduced-by-condition": "decide-annulment",
    "review.amendment-proposed": "propose-amendment",
    "review.grant-amended": "approve-amendment",
    "review.change-refused": "refuse-change",
    "review.recipient-succeeded": "record-succession",
    "review.side-condition-fulfilled": "record-fulfilment",
    "review.side-condition-violated": "find-violation",
    "review.side-condition-waived": "waive-side-condition",
    "review.proof-checked": "check-proof",
    "review.proof-checked-in-depth": "check-proof-in-depth",
    "review.proof-result-signed": "accept-proof",
    "review.proof-accepted": "accept-proof",
    "review.interim-proof-accepted": "accept-interim-proof",
    "review.proof-sent-back": "send-back-proof",
    "review.closing-note-written": "write-closing-note",
    "review.case-closed": "close-case",
    "review.repayment-proposed": "propose-repayment",
    "review.repayment-demanded": "demand-repayment",
    "review.repayment-dropped": "drop-repayment",
    "payout.repayment-booked": "book-repayment",
    "payout.interest-assessed": "assess-interest",
    "payout.interest-waived": "waive-interest",
    "payout.claim-deferred": "defer-claim",
    "payout.claim-suspended": "suspend-claim",
    "payout.claim-resumed": "resume-claim",
    "payout.claim-remitted": "remit-claim",
    "payout.collection-ordered": "order-collection",
    "payout.collection-released": "release-batch",
    "payout.drawdown-accepted": "examine-drawdown",
    "payout.drawdown-reduced": "examine-drawdown",
    "payout.drawdown-rejected": "examine-drawdown",
    "payout.drawdown-certified": "certify-drawdown",
    "payout.drawdown-ordered": "order-payment",
    "payout.account-proposed": "propose-account",
    "payout.account-confirmed": "confirm-account",
    "payout.account-discarded": "discard-account",
    "payout.hold-placed": "place-hold",
    "payout.hold-lifted": "lift-hold",
}
"""The event that tells of an act; what else the act brings about says nothing more."""
BESIDE: frozenset[str] = frozenset({
    "intake.receipt-acknowledged", "intake.file-number-assigned", "intake.drawdown-received", "review.assessment-concluded",
    "review.involvement-noted", "review.practice-changed-since-proposal", "review.change-took-effect", "review.side-conditions-imposed",
    "review.funds-assigned", "review.funds-supplemented",
    "review.reduction-requested", "intake.early-start-received", "intake.change-received", "intake.proof-received",
    "review.proof-sample-begun", "review.payments-released", "review.proof-drawn", "review.money-step-noted", "review.case-reopened",
    "payout.payment-ordered", "payout.payment-batched", "payout.batch-discarded", "payout.payment-unbatched",
    "payout.payment-cancelled", "payout.certification-voided", "payout.drawdown-freed", "payout.funds-returned",
    "payout.drawdown-reopened", "house.parked-message-discarded", "payout.clearing-taken", "payout.clearing-opened", "payout.resolution-declined",
    "payout.payment-settled", "payout.payment-returned", "payout.drawdown-paid", "payout.drawdown-unpaid", "payout.payment-return-awaits-debit",
    "payout.payment-recalled", "payout.payee-check-decided", "payout.unspent-noted",
    "payout.claim-settled", "payout.debit-explained", "payout.drawdown-overpaid", "payout.overpayment-returned",
    "review.demand-dispatched", "review.demand-service-failed",
    "payout.collection-withdrawn", "payout.collection-batched", "payout.collection-unbatched",
    "payout.collection-accepted", "payout.involvement-noted", "payout.cash-reference-used",
})  # fmt: skip
"""What comes with an act of a person, and is none of its own."""


_RECALLING: Mapping[str, str] = {
    "payout.recall-requested": "request-recall",
    "payout.recall-dropped": "drop-recall",
    "payout.recall-approved": "approve-recall",
}

OUTSIDE = frozenset(
    {
        "hold",
        "tie",
        "budget",
        "draft",
        "programme",
        "register",
        "territory",
        "directory",
        "policies",
        "parked",
        "sequence",
        "cashreference",
        "reconciliation",
    }
)
"""Streams of no case: who opens a budget or publishes a policy took no part in anybody's procedure; who enters there what is for one case, did."""


@dataclass(frozen=True)
class Act:
    at: str
    number: int
    person: str
    action: str


@dataclass
class Acts:
    """Every act of every person by case; `unread` are events of persons that nobody taught this program."""

    by_case: dict[str, list[Act]] = field(default_factory=lambda: defaultdict[str, list[Act]](list))
    refused: int = 0
    unread: set[str] = field(default_factory=set[str])
    _signed: dict[str, Act] = field(default_factory=dict[str, Act])
    _in_batch: dict[str, list[str]] = field(default_factory=lambda: defaultdict[str, list[str]](list))
    _case_of: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict[str, dict[str, str]](dict))
    _recalled_in: dict[str, set[str]] = field(default_factory=lambda: defaultdict[str, set[str]](set))
    _recalls: dict[str, list[Act]] = field(default_factory=lambda: defaultdict[str, list[Act]](list))
    _typed: set[str] = field(default_factory=set[str])
    _about: dict[str, set[str]] = field(default_factory=lambda: defaultdict[str, set[str]](set))
    _tied: list[tuple[str, Act]] = field(default_factory=list[tuple[str, Act]])
    _held: dict[str, str] = field(default_factory=dict[str, str])
    _number: int = 0

    def take(self, it: Recorded) -> None:
        self._learn(it)
        outside = it.stream.partition("-")[0] in OUTSIDE and it.topic not in ACTS
        if it.actor == "system" or outside:
            return
        self._number += 1
        act = Act(it.at, self._number, it.actor, ACTS.get(it.topic, ""))
        match it.topic:
            case "house.attempt-refused":
                self.refused += 1
            case "review.first-signature-given":
                # A signature is an act once the approval counts it: under a later proposal it says nothing.
                self._signed[it.stream] = Act(it.at, self._number, it.actor, "approve-grant")
            case "review.grant-approved":
                signers = {one["person"] for one in it.facts["grant"]["acted"] if one["action"] == "approve-grant"}
                first = self._signed.get(it.stream)
                two = [first] if first is not None and (len(signers) > 1 or first.person == it.actor) else []
                self.by_case[it.case] += [*two, act]
            case "review.decision-became-final":
                if not it.facts["by_waiver"]:
                    self.by_case[it.case].append(Act(it.at, self._number, it.actor, "declare-final"))
            case "payout.batch-listed":
                self._lies_in_batch(it)
            case "payout.batch-sealed":
                self._lies_in_batch(it)
                self._for_all(it, "seal-batch")
            case "payout.order-entered":
                case = self._case_of[it.stream][it.facts["order"]]
                self.by_case[case].append(Act(it.at, self._number, it.actor, "record-entry"))
                self._typed.add(it.stream)
            case "payout.batch-released":
                self._for_all(it, "release-batch")
            case "payout.resolution-proposed" | "payout.clearing-resolved":
                action = "propose-resolution" if it.topic.endswith("proposed") else "approve-resolution"
                # An item is judged by itself, for it may belong to no case.
                self.by_case[f"{it.stream}/{it.facts['number']}"].append(Act(it.at, self._number, it.actor, action))
            case "payout.recall-requested" | "payout.recall-dropped" | "payout.recall-approved":
                # So is a request to cancel, for it may be about many cases.
                recalling = Act(it.at, self._number, it.actor, _RECALLING[it.topic])
                self.by_case[it.stream].append(recalling)
                self._recalled_in[it.stream] |= {entry["case"] for entry in it.facts.get("entries", ())}
                for case in sorted(self._recalled_in[it.stream]):
                    self._recalls[case].append(recalling)
            case "payout.batch-entered":
                # Before each order had its own Kassenzeichen, typing in was one act for all of them.
                if it.stream not in self._typed:
                    self._for_all(it, "record-entry")
            case "payout.hold-lifted" if self._held.get(it.facts["hold"]) in ("payee", "programme"):
                pass  # It is about many cases, and an act in none.
            case topic if topic in ACTS:
                self.by_case[it.case].append(act)
            case topic if topic not in BESIDE:
                self.unread.add(topic)
            case _:
                pass

    def _lies_in_batch(self, it: Recorded) -> None:
        self._in_batch[it.stream] += [entry["case"] for entry in it.facts["entries"]]
        orders = [*it.facts["entries"], *it.facts.get("collections", ())]
        self._case_of[it.stream] |= {entry["reference"]: entry["case"] for entry in orders}

    def _for_all(self, it: Recorded, action: str) -> None:
        for case in self._in_batch[it.stream]:
            self.by_case[case].append(Act(it.at, self._number, it.actor, action))

    def _learn(self, it: Recorded) -> None:
        """What says of a person or a case what the acts alone do not."""
        match it.topic:
            case "intake.application-submitted":
                cooperation: dict[str, Any] = it.facts.get("cooperation") or {}
                partners: set[str] = {one["key"] for one in cooperation.get("participants", ())}
                self._about[it.case] |= {
                    it.facts.get("applicant_key", ""),
                    *it.facts.get("on_behalf_of", ()),
                    *partners,
                }
            case "review.recipient-succeeded" | "intake.recipient-succeeded":
                self._about[it.case].add(it.facts.get("new_key", ""))
            case "review.municipal-tie-declared":
                self._tied.append((it.facts["key"], Act(it.at, self._number, it.actor, "declare-conflict-of-interest")))
            case "payout.hold-placed":
                self._held[it.facts["hold"]] = it.facts["kind"]
            case _:
                pass

    def _done_in(self, case: str) -> list[Act]:
        """The acts in a case in their order; a tie to one of its municipalities is as a conflict declared in it."""
        tied = [act for key, act in self._tied if key in self._about[case]]
        return sorted((*self.by_case[case], *tied), key=lambda it: (it.at, it.number))

    def violations(self) -> Iterator[str]:
        """Every two acts of one person in one case that exclude each other, in the order in which they were done."""
        for case, recalls in sorted(self._recalls.items()):
            # Requests to cancel bar each other in their own stream; in a case only what was done there bars from them.
            before = [(first, second) for first in self._done_in(case) for second in recalls]
            for first, second in before:
                in_order = (first.at, first.number) < (second.at, second.number)
                if in_order and first.person == second.person and (sentence := broken(first.action, second.action)):
                    yield f"{case}: {first.person} {first.action}, dann {second.action}. {sentence}"
        for case in sorted(self.by_case):
            done = self._done_in(case)
            for place, first in enumerate(done):
                for second in done[place + 1 :]:
                    if first.person == second.person and (sentence := broken(first.action, second.action)):
                        yield f"{case}: {first.person} {first.action}, dann {second.action}. {sentence}"
