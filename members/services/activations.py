"""Pending points become available when the return window is over: the set-based form of Book.settle."""

from datetime import date

from members import clock
from members.engines.jobs import Moved, job_engine
from members.models import Account
from members.services.settlements import CHUNK_SIZE, settle_due_accounts


def activate_points(*, for_date: date, chunk_size: int = CHUNK_SIZE) -> dict[str, int]:
    """Make every pending lot available whose time had come when the day began. Returns counts. Raises Busy."""
    due_at = clock.day_start(for_date)

    def settle(account_ids: list[int]) -> Moved:
        return job_engine().activate(account_ids=account_ids, due_at=due_at)

    return settle_due_accounts(due_at=due_at, settle=settle, with_pending=True, chunk_size=chunk_size)


def has_pending_due(*, for_date: date) -> bool:
    """Whether there is anything to activate: one look into the index of due accounts."""
    return Account.objects.filter(settle_due_at__lte=clock.day_start(for_date), pending__gt=0).exists()
