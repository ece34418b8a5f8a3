"""The working loop: take, judge, record in one transaction, answer; after a kill it goes on where the book stands."""

import hashlib
from dataclasses import replace
from pathlib import Path

from deploy.treasury_simulator import answers, scenario
from deploy.treasury_simulator.book import Answer, BatchEntry, Book, FileEntry, PaymentEntry
from deploy.treasury_simulator.book.claims import CollectionEntry, Receipt
from deploy.treasury_simulator.collecting import Collector
from deploy.treasury_simulator.fault import Fault, table
from deploy.treasury_simulator.folder import Arrival, Folder
from deploy.treasury_simulator.interruption import Moment, passing
from deploy.treasury_simulator.order import FileRefused, Order, Payment, Reason
from deploy.treasury_simulator.reading import read
from deploy.treasury_simulator.recall_reading import RecallOrder, read_recall

_DUPLICATE_MESSAGE = Reason("AM05", "MsgId schon angenommen, mit anderem Inhalt")
_DUPLICATE_REFERENCE = Reason("AM05", "EndToEndId schon beauftragt")


class BookContradicted(Exception):
    """An answer rendered again differs from the one the book recorded; nothing is sent."""


class Desk:
    """The treasury at work on one directory."""

    def __init__(self, root: Path, book: Book) -> None:
        self._folder = Folder(root)
        self._book = book
        self._scenario_path = root / "scenario.json"
        self._started = False

    def work(self) -> list[str]:
        """One round: everything that waits is taken, judged and answered; returns a line per file and answer."""
        lines: list[str] = []
        rules = scenario.load(self._scenario_path)
        if rules.is_closed:
            return lines
        if self._folder.take() or not self._started:
            passing(Moment.TAKEN)
            self._started = True
            lines += [self._receive(name, rules) for name in self._folder.taken() if not self._book.has_file(name)]
        lines += self._come_in(rules)
        today = rules.today or self._book.today()
        return lines + [self._deliver(answer, sha256) for answer, sha256 in self._book.answers.owed(today)]

    def _receive(self, name: str, rules: scenario.Scenario) -> str:
        arrival = self._folder.open(name)
        with self._book.transaction():
            before = self._book.judged(arrival.sha256)
            if before is not None:
                self._book.record_repetition(arrival, of=before)
                line = f"{name} repeats file {before}"
            elif asked := read_recall(arrival.content or b""):
                line = self._take_back(arrival, asked)
            else:
                entry = self._judge(arrival, rules)
                if entry.taken_back:
                    self._deduct(arrival, entry)
                else:
                    self._record(arrival, entry, self._fault(entry, rules))
                line = f"{name} is file {entry.number}: {entry.state} {entry.code or ''}".rstrip()
        passing(Moment.RECORDED)
        return line

    def _take_back(self, arrival: Arrival, asked: RecallOrder) -> str:
        """A request to cancel: answered for the file that it names; of an unknown one nothing is known to say."""
        number, original = self._book.next_number(), self._book.accepted_file(asked.original)
        state = "accepted" if original is not None else "rejected"
        code = None if original is not None else "NOOR"
        told = FileEntry(number, arrival.sha256, state, asked.message_id, asked.created_at, code, None, ())
        self._book.record_file(arrival, told)
        if original is None:
            return f"{arrival.name} is file {number}: asks for nothing known back"
        self._book.recalls.record(number, original, asked.references)
        key = self._book.fault(original)
        if key:
            self._book.record_fault(number, key)
        about = self._book.recalled_by(number) or told
        self._record_answers(replace(about, number=number), table()[key] if key else None)
        return f"{arrival.name} is file {number}: asks back {len(asked.references)} of file {original}"

    def _deduct(self, arrival: Arrival, entry: FileEntry) -> None:
        """Orders that take payments of one file back: what it took it has executed, or the fault of that file says otherwise."""
        original = self._book.recalls.file_paying(entry.taken_back[0]) or 0
        self._book.record_file(arrival, entry)
        self._book.recalls.record(entry.number, original, [it.refers_to for it in entry.taken_back])
        self._book.recalls.record_taken_back(entry.number, entry.taken_back)
        key = self._book.fault(original)
        if key:
            self._book.record_fault(entry.number, key)
        about = self._book.recalled_by(entry.number) or entry
        self._record_answers(replace(about, number=entry.number), table()[key] if key else None)

    def _judge(self, arrival: Arrival, rules: scenario.Scenario) -> FileEntry:
        """The answers' time is the order's own, so that judging again after a kill gives the same bytes."""
        entry = FileEntry(
            self._book.next_number(), arrival.sha256, "accepted", None, arrival.arrived_at, None, None, ()
        )
        try:
            if arrival.content is None:
                raise FileRefused("FF01", "Datei größer als 20 MiB")
            order = read(arrival.content)
        except FileRefused as refused:
            created_at = refused.created_at or arrival.arrived_at
            entry = replace(entry, state="rejected", message_id=refused.message_id, created_at=created_at)
            entry = replace(entry, format=refused.format, version=refused.version)
            return replace(entry, code=refused.reason.code, text=refused.reason.text)
        entry = replace(entry, message_id=order.message_id, created_at=order.created_at, format=order.format)
        entry = replace(entry, version=order.version, account=order.account)
        if self._book.has_message(order.message_id):
            code, text = _DUPLICATE_MESSAGE.code, _DUPLICATE_MESSAGE.text
            of_before = self._collections(order, rules, duplicate=True)
            entry = replace(entry, collections=of_before, batches=self._batches(order, rules, True))
            return replace(entry, state="rejected", code=code, text=text)
        if order.number and order.number != self._book.last_number(order.account) + 1:
            return replace(entry, state="rejected", code="AM18", text="Dateinummer: es fehlt eine, oder sie kam schon")
        if order.taken_back:
            return self._judged_back(entry, order)
        collections = self._collections(order, rules, duplicate=False)
        entry = replace(entry, collections=collections, file_number_sequence=order.number)
        return replace(entry, batches=self._batches(order, rules, False))

    def _judged_back(self, entry: FileEntry, order: Order) -> FileEntry:
        """Orders that take payments of one file back are taken together, or not at all."""
        if any(self._book.recalls.has_taken_back(it.reference) for it in order.taken_back):
            return replace(entry, state="rejected", code="AM05", text="Fremdkennzeichen schon beauftragt")
        files = {self._book.recalls.file_paying(it) for it in order.taken_back}
        if None in files or len(files) > 1:
            return replace(entry, state="rejected", code="NOOR", text="Bezug: keine Auszahlung einer Datei")
        return replace(entry, file_number_sequence=order.number, taken_back=order.taken_back)

    def _collections(self, order: Order, rules: scenario.Scenario, *, duplicate: bool) -> tuple[CollectionEntry, ...]:
        """What becomes of the orders about claims; what is taken changes them in the same transaction."""
        collector = Collector(self._book.claims, rules.fault_of(order.message_id))
        judged = [
            collector.judge(place, it, rules, duplicate=duplicate)
            for place, it in enumerate(order.collections, start=len(order.payments) + 1)
        ]
        for payable_under, claim in collector.changed.items():
            self._book.claims.record_claim(payable_under, claim)
        return tuple(judged)

    def _come_in(self, rules: scenario.Scenario) -> list[str]:
        """What somebody paid into an account, each once."""
        lines: list[str] = []
        for it in rules.paid:
            name = f"paid-{it.id}"
            if not self._book.has_file(name):
                with self._book.transaction():
                    receipt = Receipt(it.reference, it.cents, it.on, it.account, it.told)
                    self._record_answers(self._book.record_receipt(name, receipt), None)
                lines.append(f"{name} came in")
        return lines

    def _fault(self, entry: FileEntry, rules: scenario.Scenario) -> Fault | None:
        """What goes wrong with an accepted file; what is a duplicate is answered as always."""
        all_new = all(it.state != "duplicate" for batch in entry.batches for it in batch.payments)
        return rules.fault_of(entry.message_id or "") if entry.state == "accepted" and all_new else None

    def _batches(self, order: Order, rules: scenario.Scenario, duplicate: bool) -> tuple[BatchEntry, ...]:
        entries: list[BatchEntry] = []
        fault = rules.fault_of(order.message_id)
        place = 0
        for number, batch in enumerate(order.batches, start=1):
            payments: list[PaymentEntry] = []
            for payment in batch.payments:
                place += 1
                payments.append(self._payment(place, payment, rules, fault, duplicate))
            entries.append(
                BatchEntry(
                    number,
                    batch.payment_information_id,
                    batch.debtor_iban,
                    batch.execution_on,
                    batch.batch_booking,
                    tuple(payments),
                )
            )
        return tuple(entries)

    def _payment(
        self, place: int, payment: Payment, rules: scenario.Scenario, fault: Fault | None, duplicate: bool
    ) -> PaymentEntry:
        if duplicate or self._book.has_reference(payment.reference):
            state, reason = "duplicate", _DUPLICATE_REFERENCE
        else:
            reason = payment.fault or rules.reason_to_reject(payment)
            if reason is None and fault and fault.refuses(place):
                reason = Reason(fault.code, "vom Zahlungspartner abgelehnt")
            state = "rejected" if reason else "booked"
        return PaymentEntry(
            place,
            payment.reference,
            payment.instruction_id,
            payment.amount_cents,
            payment.creditor_iban,
            state,
            reason.code if reason else None,
            reason.text if reason else None,
        )

    def _record(self, arrival: Arrival, entry: FileEntry, fault: Fault | None) -> None:
        self._book.record_file(arrival, entry)
        if fault:
            self._book.record_fault(entry.number, fault.key)
        self._record_answers(entry, fault)

    def _record_answers(self, entry: FileEntry, fault: Fault | None) -> None:
        all_owed = answers.owed_answers(entry, fault)
        for place, owed in enumerate(all_owed, start=1):
            numbered = owed.account if owed.step.send == "notification" and not owed.step.again else None
            sequence = self._book.answers.next_sequence(numbered) if numbered else None
            name = answers.answer_name(entry.number, place, owed.kind)
            answer = Answer(entry.number, place, owed.kind, numbered, sequence, name)
            if owed.account and not owed.step.again:
                self._record_account(answer, entry, owed)
            self._book.answers.record(
                answer, _sha256(self._rendered(answer, entry, all_owed)), answers.due_on(entry, owed.step)
            )

    def _record_account(self, answer: Answer, entry: FileEntry, owed: answers.Owed) -> None:
        """What an answer says of the account becomes part of the book where it is true."""
        if owed.step.send == "statement":
            moved = answers.moved_cents(entry, owed)
            self._book.answers.record_statement(answer.file, answer.place, owed.account or "", moved, entry.booked_on)
        for payment in answers.came_back(entry, owed):
            self._book.record_return(payment.reference, owed.step.charges, answers.due_on(entry, owed.step))

    def _rendered(self, answer: Answer, entry: FileEntry, all_owed: list[answers.Owed]) -> bytes:
        place = answers.meant(answer.place, all_owed)
        told = answer if place == answer.place else self._book.answers.answer(answer.file, place)
        return answers.render(answer, entry, all_owed, self._book.answers.standing(told))

    def _deliver(self, answer: Answer, sha256: str) -> str:
        asked_back = self._book.recalled_by(answer.file)
        entry = replace(asked_back, number=answer.file) if asked_back else self._book.file(answer.file)
        key = self._book.fault(answer.file)
        all_owed = answers.owed_answers(entry, table()[key] if key else None)
        content = self._rendered(answer, entry, all_owed)
        if _sha256(content) != sha256:
            raise BookContradicted(f"{answer.name}: not the bytes that were recorded")
        owed = all_owed[answer.place - 1]
        self._folder.deliver(answers.delivered_name(answer, owed), content, in_place=owed.step.in_place)
        self._book.answers.note_written(answer)
        passing(Moment.NOTED)
        return f"answer {answer.name}"


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
