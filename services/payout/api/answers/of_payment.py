"""A payment as committed."""

from services.payout import payment as payments
from services.payout import views
from services.payout.api.answers.shapes import PaymentOfCase
from shared.identity import is_id
from shared.service import House
from shared.store import Folded
from shared.web import etag


async def told_payment(house: House, name: str) -> PaymentOfCase | None:
    """A payment as committed, None when it was never ordered."""
    found = await house.writer.state(payments.decider, name) if is_id(name) else Folded(state=payments.Unordered())
    state: payments.Payment = found.state
    if isinstance(state, payments.Unordered):
        return None
    order = state.order
    settled = state if isinstance(state, payments.Settled) else None
    return PaymentOfCase(
        payment=name, case=order.case, drawdown=order.drawdown, attempt=order.attempt, reference=order.reference,
        cents=order.cents, title=order.title, year=order.year, file_number=order.file_number,
        certified_by=order.certified_by, ordered_by=order.ordered_by, ordered_on=order.ordered_on,
        status=views.status_of(state), decide_by_on=payments.held_until(state), batch="" if isinstance(state, payments.Ordered) else state.batch,
        settled_on=settled.settled_on if settled else None, booking=settled.booking if settled else "",
        reason=state.reason if isinstance(state, payments.Rejected) else "",
        stream=payments.decider.stream(name), etag=etag(found.version),
        recall=payments.recall_status(state),
    )  # fmt: skip
