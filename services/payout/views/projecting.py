"""Each event of the log, into the lists that it concerns."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from services.payout import (
    batch,
    budget_entry,
    claim,
    clearing,
    collection,
    disbursement,
    expectation,
    hold,
    payee,
    payment,
    recall,
    reconciliation,
    report,
    statement,
    sums,
)
from services.payout.clearing_list import list_clearing
from services.payout.collection_list import list_collections
from services.payout.deadlines import note_hold
from services.payout.expected_list import list_expected, note_series
from services.payout.recall_list import list_recall
from services.payout.views.batches import answer_collection, list_batch
from services.payout.views.cases import PAYEES, put_case, put_payee
from services.payout.views.claims import put_claims
from services.payout.views.holds import list_hold
from services.payout.views.payments import put_acceptance, put_moved, put_payment, put_promise
from services.payout.views.places import place_of
from services.payout.views.reports import list_report
from shared.decider import AnyDecider
from shared.formats import topic_of
from shared.recorders import Row
from shared.store import Recorded
from shared.views import Draft


def project(it: Recorded, row: Row, draft: Draft) -> None:
    """One event into the lists; of cases and payments only how they stand in the end."""
    name = it.originator_id.partition("-")[2]
    if row.topic in _DISBURSEMENT:
        standing = draft.standing(disbursement.decider, it, row)
        draft.at_last(row.stream, partial(put_case, name, standing, place_of(row.position)))
    elif isinstance(it.event, payee.PayeeSucceeded):
        draft.put(PAYEES, name, {"applicant_key": it.event.new_key, "applicant_name": it.event.new_name})
        draft.at_last(row.stream, partial(put_payee, name))
    elif row.topic in _CLAIM:
        standing = draft.standing(claim.decider, it, row)
        draft.at_last(row.stream, partial(put_claims, name, standing))
    elif row.topic in _COLLECTION:
        standing = draft.standing(collection.decider, it, row)
        draft.at_last(row.stream, partial(list_collections, name, standing.state))
        if isinstance(it.event, collection.CollectionAccepted | collection.CollectionRejected):
            answer_collection(draft, it.event.batch, it.event.order, it.context.at.isoformat())
    elif row.topic in _PAYMENT:
        standing = draft.standing(payment.decider, it, row)
        draft.at_last(row.stream, partial(put_payment, name, standing))
        if isinstance(it.event, payment.PaymentAccepted):
            accepted_on = it.event.accepted_on.isoformat()
            draft.at_last(f"{row.stream} accepted", partial(put_acceptance, name, accepted_on))
        elif isinstance(it.event, payment.PaymentSettled | payment.PaymentRejected):
            draft.at_last(f"{row.stream} moved", partial(put_moved, name, it.context.at.isoformat()))
        elif isinstance(it.event, payment.PaymentRecallAnswered | payment.PaymentReturned):
            at = it.context.at.isoformat()
            draft.at_last(f"{row.stream} promised", partial(put_promise, name, standing, at))
    elif row.topic in _BATCH:
        list_batch(draft, name, row, it)
    elif row.topic in _REPORT:
        list_report(draft, name, row, it)
    elif row.topic in _CLEARING:
        list_clearing(draft, name, row.position, it)
    elif isinstance(it.event, statement.StatementNoted):
        sums.note_days(draft, name, it.event)
        note_series(draft, name, it.event, it.context.at.isoformat())
    elif isinstance(it.event, budget_entry.BudgetEntryNoted):
        sums.count_entry(draft, it.event)
    elif isinstance(it.event, reconciliation.ReconciliationClosed):
        sums.close_listed_day(draft, it.event.closed_on, it.event.closed_by)
    elif row.topic in _RECALL:
        list_recall(draft, name, place_of(row.position), it)
    elif row.topic in _EXPECTATION:
        list_expected(draft, name, it)
    elif row.topic in _HOLD:
        note_hold(draft, it.event)
        list_hold(draft, row, it.event)


def _topics(noun: AnyDecider) -> frozenset[str]:
    kinds: Sequence[Any] = noun.events
    return frozenset(topic_of(it.TOPIC, it.VERSION) for it in kinds)


_DISBURSEMENT, _PAYMENT = _topics(disbursement.decider), _topics(payment.decider)
_BATCH, _REPORT, _HOLD = _topics(batch.decider), _topics(report.decider), _topics(hold.decider)
_CLEARING = _topics(clearing.decider)
_CLAIM, _EXPECTATION = _topics(claim.decider), _topics(expectation.decider)
_COLLECTION = _topics(collection.decider)
_RECALL = _topics(recall.decider)
