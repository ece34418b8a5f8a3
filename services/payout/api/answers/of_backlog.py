"""What is not finished, counted from the lists."""

from services.payout import views
from services.payout.api.answers.shapes import Open
from services.payout.api.collecting import collects
from services.payout.collection_list import NEEDED
from services.payout.treasury.directory import waiting
from services.payout.treasury.filing import settings_of
from shared.service import House


def told_open(house: House) -> Open:
    """Counts from the lists; blocks."""
    seen = house.views
    position = house.view_follower.position
    by_status = {it: seen.count("batches", it) for it in views.BATCH_STATUSES}
    try:
        files = waiting(settings_of(house).treasury)
    except OSError:
        files = 0
    return Open(
        cases={it: seen.count("cases", it) for it in views.STEPS},
        payments={it: seen.count("payments", it) for it in views.PAYMENT_STATUSES},
        batches=by_status,
        awaiting_treasury=sum(by_status[it] for it in ("released", "submitting", "unknown", "transmitted")),
        files_waiting=files,
        clearing=seen.count("clearing"),
        claims_to_order=seen.count("claim_orders", NEEDED) if collects(house) else 0,
        files_overdue=seen.count("expectations", "overdue"),
        paid_twice=views.paid_twice(seen),
        position=position,
    )
